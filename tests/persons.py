"""Somebody with a finished case on the web and a draft in WeChat, and their words wherever they may be."""

from sqlalchemy import LargeBinary, Text, insert, select, type_coerce, update

from bot.adapters.database import tables as t
from bot.adapters.database.engine import create_engine, parse_url
from bot.domain.attachment import Attachment, FileState, Kind
from bot.domain.case import CaseState
from bot.domain.console import Note
from bot.domain.correction import Correction, CorrectionKind, Part
from bot.domain.followup import Letter, Way
from bot.domain.people import Role
from bot.domain.review import Review
from bot.services.turn import record
from tests.records import NOW, a_case, a_conversation, a_customer, a_message, a_user

PHONE, NAME, WORDS = "13800138000", "欧阳某某甲", "紫色的蜈蚣"
OPENID = "o-openid-of-the-person"
OTHERS = "别人的话也要留下"


class Tables:
    """What Rasa's room remembers, without a room."""

    def __init__(self, *conversations):
        self.rows = list(conversations)

    async def count(self, conversations):
        return sum(one in conversations for one in self.rows)

    async def forget(self, conversations):
        self.rows = [one for one in self.rows if one not in conversations]


async def fill(units):
    """They, somebody else, and two people of the desk."""
    async with units() as unit:
        boss = a_user("boss")
        boss.role, boss.personal_data = Role.SUPERVISOR, True
        unit.people.add(boss)
        unit.people.add(a_user("li"))
        unit.customers.add(a_customer(name=NAME, phone=PHONE, person_id="p"))
        in_wechat = a_customer("follower", person_id="p")
        in_wechat.channel, in_wechat.external_id = "wechat", OPENID
        unit.customers.add(in_wechat)
        unit.customers.add(a_customer("other"))
        unit.conversations.add(a_conversation())
        unit.conversations.add(a_conversation("draft-talk", "follower"))
        unit.conversations.add(a_conversation("others", "other"))
        await unit.commit()
    await _complain(units)


async def _complain(units):
    async with units() as unit:
        unit.messages.add(
            a_message("m1", 1, text=f"粥里有{WORDS}，电话{PHONE}", client_id="c1", reading={"a": WORDS})
        )
        unit.messages.add(a_message("m2", 1, "draft-talk", text=f"又是{WORDS}"))
        unit.messages.add(a_message("m3", 1, "others", text=OTHERS))
        fields = {"phone": PHONE, "name": NAME, "product": "八宝粥", "details": WORDS}
        kept = a_case(
            text=WORDS,
            fields=fields,
            number="K4837-19209",
            state=CaseState.CLOSED,
            phone_hash="h",
            findings={"cause": f"{NAME}说的{WORDS}"},
        )
        unit.cases.add(kept)
        draft = a_case("draft", text=WORDS)
        draft.customer_id, draft.conversation_id = "follower", "draft-talk"
        unit.cases.add(draft)
        await record(unit, kept, "opened", "customer", NOW, words=WORDS)
        await record(unit, kept, "moved", "li", NOW, before={"step": "a"}, after={"step": "b"})
        unit.actions.add("m1", 1, "action_take_facts", {"replies": [{"text": WORDS}]})
        unit.console.add_note(Note("n1", "talk", "li", f"{NAME}很着急", NOW))
        unit.letters.add(Letter("l1", "case", Way.SMS, PHONE, "", WORDS, NOW, NOW))
        part = Part(WORDS, "water.odor")
        unit.corrections.add(Correction("c1", "m1", "boss", NOW, CorrectionKind.LABEL, (part,)))
        unit.reviews.add(Review("m1", "talk", NOW, NOW, None, 0.1))
        unit.attachments.add(_photo())
        unsent = _photo()
        unsent.id, unsent.message_id, unsent.conversation_id, unsent.case_id = "0" * 26, None, None, None
        unit.attachments.add(unsent)
        await unit.commit()


async def scatter(database):
    """Put words of theirs wherever else the desk may have put them."""
    rows = {
        t.wechat_chats: {"conversation_id": "draft-talk", "channel": "wechat", "account": "wx",
                         "row_version": 1},
        t.wechat_sendings: {
            "id": "s1", "conversation_id": "draft-talk", "from_seq": 1, "to_seq": 1, "part": 0,
            "way": "custom", "body": {"text": WORDS}, "error": "", "attempts": 0, "next_at": NOW,
            "created_at": NOW, "state": "held", "row_version": 1,
        },
        t.wechat_turns: {"message_id": "m2", "way": "custom", "decided_at": NOW, "reply": WORDS},
        t.wechat_media: {
            "message_id": "m2", "media_id": WORDS, "kind": "image", "state": "waiting", "attempts": 0,
            "next_at": NOW, "created_at": NOW, "row_version": 1,
        },
        t.wechat_backlog: {"key": "k", "kept_at": NOW, "place": 0, "body": f'{{"sender": "{OPENID}"}}'},
        t.webhooks: {
            "id": "w1", "url": "https://hooks.example", "secret": "s", "created_at": NOW,
            "created_by": "boss", "events": [], "personal": True, "active": True,
        },
        t.webhook_deliveries: {
            "id": "d1", "webhook_id": "w1", "event_id": "e", "event": "case.accepted",
            "payload": {"case": {"id": "case", "text": WORDS}}, "created_at": NOW, "next_at": NOW,
            "state": "failed", "attempts": 9, "error": "", "row_version": 1,
        },
        t.label_proposals: {
            "id": "p1", "title": "虫", "description": "虫子", "clause": "", "examples": [WORDS, OTHERS],
            "by": "boss", "at": NOW, "changed_at": NOW, "row_version": 1,
        },
        t.shadow_judgements: {"message_id": "m1", "text": WORDS, "label": "greet", "by": "boss", "at": NOW},
        t.suggestion_marks: {
            "key": "k1", "kind": "noted", "where": "", "label": "greet", "text": WORDS, "says": "thank",
            "by": "boss", "at": NOW,
        },
        t.review_groups: {
            "id": "g1", "normal": WORDS, "newest_at": NOW, "rank_at": NOW, "waiting": 1, "row_version": 1
        },
        t.tasks: {
            "id": "t1", "kind": "approval", "title": f"请批准：{WORDS}", "assignee_kind": "role",
            "assignee": "agent", "created_at": NOW, "created_by": "desk", "case_id": "case", "state": "done",
            "note": NAME, "payload": {"reason": WORDS}, "row_version": 1,
        },
        t.avoidances: {
            "user_id": "li", "case_id": "case", "conversation_id": "talk", "how": "by_hand", "at": NOW,
            "by": "boss", "reason": f"{NAME}的亲戚",
        },
        t.tags: {"conversation_id": "talk", "name": WORDS, "created_at": NOW, "created_by": "boss"},
        t.case_things: {
            "case_id": "case", "kind": "batch", "value": WORDS, "issue": "water.odor", "person": "h",
            "at": NOW,
        },
    }  # fmt: skip
    async with database.engine.begin() as connection:
        for table, values in rows.items():
            await connection.execute(insert(table).values(**values))
        await connection.execute(update(t.reviews).values(group_id="g1"))
        call = {"id": "t2", "case_id": None, "title": f"给{NAME}回电", "payload": {"conversation": "talk"}}
        await connection.execute(insert(t.tasks).values(**rows[t.tasks] | call))


def _photo():
    return Attachment(
        "f" * 26, "web", "visitor-customer", Kind.IMAGE, f"{NAME}.jpg", "image/jpeg", NOW, FileState.READY, 3,
        message_id="m1", conversation_id="talk", case_id="case",
    )  # fmt: skip


async def everything(url):
    """Every value of every column of every table, as it is stored."""
    engine = create_engine(parse_url(url))
    async with engine.connect() as connection:
        rows = []
        for table in t.metadata.sorted_tables:
            plain = [column for column in table.c if not isinstance(column.type, LargeBinary)]
            rows += [
                str(row) for row in await connection.execute(select(*[_raw(column) for column in plain]))
            ]
    await engine.dispose()
    return "\n".join(rows)


def _raw(column):
    return type_coerce(column, Text)
