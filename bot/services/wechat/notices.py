"""What waits for a customer of a 公众号 whose window has shut: they are told by a template or a subscription.

The words themselves stay held and go out with the customer's next message (delivering.py); the notice only
says that there is something. Without a template nothing is sent.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.case import Case
from bot.domain.errors import ConfigurationError, Conflict, SendingFailed, SendingRefused, SendingUnsure
from bot.domain.followup import BUTTON, Letter, LetterState, Way
from bot.domain.wechat_accounts import OFFICIAL, OfficialAccount
from bot.domain.wechat_errors import QuotaSpent, Unknown, WechatError, WechatRefused, WindowClosed
from bot.domain.wechat_inbound import Inbound
from bot.domain.wechat_notice import Kind, Template, read
from bot.domain.wechat_records import Sending, SendingState
from bot.domain.workdays import SHANGHAI
from bot.services import cases, outbox, persons
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.ports.wechat_clients import OfficialClient
from bot.services.words import Words

log = logging.getLogger(__name__)

AT_MOST_EVERY = timedelta(days=1)  # one notice for a customer
MOST_AT_ONCE = 200
FINISHED = "TEMPLATESENDJOBFINISH"
_SUBJECTS = {Kind.PROGRESS: "投诉有新进展", Kind.RATING: "请您评价处理结果"}
_NO_TEMPLATE = "没有设置这种通知的模板"
_LOOKED_BACK = timedelta(days=7)  # what is held longer was told of, or will never be


@dataclass(frozen=True)
class Templates:
    """The account's templates by what they are for: of the 认证服务号, and of one-time subscriptions."""

    templates: Mapping[Kind, Template]
    subscriptions: Mapping[Kind, Template]

    @classmethod
    def of(cls, account: OfficialAccount) -> "Templates":
        """Those of the settings; ConfigurationError."""
        templates = {Kind.PROGRESS: account.template_progress, Kind.RATING: account.template_rating}
        subscriptions = {Kind.PROGRESS: account.subscribe_progress, Kind.RATING: account.subscribe_rating}
        return cls(_read("TEMPLATE", templates), _read("SUBSCRIBE", subscriptions))

    @property
    def kinds(self) -> frozenset[Kind]:
        """What can be told."""
        return frozenset({*self.templates, *self.subscriptions})


class Notices:
    """Looks for customers who don't know yet that something waits for them."""

    def __init__(
        self, units: Units, reading: Units, words: Words, clock: Clock, kinds: frozenset[Kind]
    ) -> None:
        self._units, self._reading, self._words, self._clock = units, reading, words, clock
        self._kinds = kinds

    async def look(self) -> int:
        """Put down a notice for each of them, in working hours; how many there were."""
        now, written = self._clock.now(), 0
        if not self._kinds or not self._words.is_open(now):
            return 0
        async with self._reading() as uow:
            held = await uow.wechat.chats_held(OFFICIAL, now - _LOOKED_BACK, MOST_AT_ONCE)
        for conversation_id in held:
            try:
                async with self._units() as uow:
                    written += await self._write(uow, conversation_id, now)
                    await uow.commit()
            except Conflict:
                log.info("conversation %s: a notice waits, somebody was quicker", conversation_id)
        return written

    async def _write(self, uow: UnitOfWork, conversation_id: str, now: datetime) -> bool:
        chat = await uow.wechat.chat(conversation_id)
        open_ones = await uow.wechat.open_sendings(conversation_id)
        held = [one for one in open_ones if one.state is SendingState.HELD]
        if chat is None or not chat.subscribed or not held:
            return False
        conversation = await uow.conversations.get(conversation_id)
        known = await persons.cases_of(uow, conversation)
        case = next((one for one in known if one.number is not None), None)
        if case is None:
            return False
        kind = Kind.RATING if await _asks_for_rating(uow, held) else Kind.PROGRESS
        if kind not in self._kinds or await _was_told(uow, case, held, now):
            return False
        customer = await uow.customers.get(conversation.customer_id)
        visits = await uow.visits.unanswered(conversation_id) if kind is Kind.RATING else []
        uow.letters.add(
            Letter(
                id=new_id(now),
                case_id=case.id,
                way=Way.NOTICE,
                recipient=customer.external_id,
                subject=_SUBJECTS[kind],
                text=json.dumps(
                    {"kind": kind, **self._values(case, kind, conversation.script, now)}, ensure_ascii=False
                ),
                created_at=now,
                next_at=now,
                visit_id=visits[0].id if visits else None,
            )
        )
        return True

    def _values(self, case: Case, kind: Kind, script: str, now: datetime) -> dict[str, str]:
        known, local = cases.case_values(case, self._words), now.astimezone(SHANGHAI)
        return {
            "number": known["case.number"],
            "issue": known["case.issue"],
            "state": known["case.state"],
            "due": known["case.due"],
            "time": f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}",
            "note": self._words.situation(f"notice.{kind}", script).text,
        }


class NoticeSender:
    """Takes notices out of the house (ports.Sender): by template, or else by subscription."""

    def __init__(self, client: OfficialClient, templates: Templates) -> None:
        self._client, self._templates = client, templates

    async def send(self, letter: Letter) -> None:
        """Hand it over; the platform knows a template message again by the letter's id."""
        values = json.loads(letter.text)
        kind, problem = Kind(values.pop("kind")), _NO_TEMPLATE
        for template, attempt in (
            (self._templates.templates.get(kind), self._by_template),
            (self._templates.subscriptions.get(kind), self._by_subscription),
        ):
            if template is None:
                continue
            try:
                return await attempt(letter, template, template.data(values))
            except WechatRefused as refusal:  # not allowed to this account, declined by this customer
                problem = str(refusal)
            except WechatError as error:
                raise _failure(error) from None
        raise SendingRefused(problem)

    async def _by_template(self, letter: Letter, template: Template, data: Mapping[str, str]) -> None:
        try:
            await self._client.send_template(letter.recipient, template.id, data, key=letter.id)
        except Unknown as problem:
            raise SendingFailed(str(problem)) from None  # sent again: it arrives once all the same

    async def _by_subscription(self, letter: Letter, template: Template, data: Mapping[str, str]) -> None:
        await self._client.send_subscribe(letter.recipient, template.id, data)


class Results:
    """Hears from WeChat what became of template messages, which is told some time after they were taken."""

    def __init__(self, words: Words) -> None:
        self._words = words

    async def __call__(self, uow: UnitOfWork, inbound: Inbound, now: datetime) -> None:
        """Note that one did not arrive; the caller commits (events.Hear)."""
        status = inbound.extra.get("Status", "")
        if inbound.event != FINISHED or status == "success":
            return
        customer = await uow.customers.find(OFFICIAL, inbound.sender)
        if customer is None:
            return
        known = await uow.cases.of_person(customer.id)
        sent = [letter for case in known for letter in await uow.letters.of_case(case.id)]
        last = max((letter for letter in sent if _is_awaited(letter, now)), key=_when, default=None)
        if last is not None:
            why = "顾客拒收公众号的消息" if "block" in status else "微信没有送达"
            await outbox.close(uow, self._words, last, LetterState.FAILED, why, now)


def _is_awaited(letter: Letter, now: datetime) -> bool:
    is_sent = letter.way is Way.NOTICE and letter.state is LetterState.SENT
    return is_sent and letter.sent_at is not None and now - letter.sent_at < AT_MOST_EVERY


def _when(letter: Letter) -> datetime:
    return letter.created_at


def _failure(problem: WechatError) -> SendingFailed:
    """The same in the words of the outbox: whether it is tried again, and whether it may have arrived."""
    if isinstance(problem, Unknown):
        return SendingUnsure(str(problem))
    if isinstance(problem, WindowClosed | QuotaSpent):
        return SendingRefused(str(problem))
    return SendingFailed(str(problem))


def _read(name: str, settings: Mapping[Kind, str | None]) -> dict[Kind, Template]:
    found = {}
    for kind, setting in settings.items():
        if setting is None:
            continue
        try:
            found[kind] = read(setting)
        except ValueError as problem:
            variable = f"KESU_WECHAT_{name}_{kind.value.upper()}"
            raise ConfigurationError(f"设置 {variable} 不对：{problem}（见 docs/wechat.md）") from None
    return found


async def _asks_for_rating(uow: UnitOfWork, held: Sequence[Sending]) -> bool:
    """Whether the customer is asked among what is held how content they are."""
    first, last = held[0].from_seq, max(one.to_seq for one in held)
    lines = await uow.messages.since(held[0].conversation_id, first - 1)
    offered = [choice["id"] for line in lines if line.seq <= last for choice in line.choices]
    return any(choice.startswith(BUTTON) for choice in offered)


async def _was_told(uow: UnitOfWork, case: Case, held: Sequence[Sending], now: datetime) -> bool:
    """Whether they know of all that is held, or heard of something today."""
    told = [one.created_at for one in await uow.letters.of_case(case.id) if one.way is Way.NOTICE]
    newest = max(one.created_at for one in held)
    return bool(told) and (max(told) >= newest or now - max(told) < AT_MOST_EVERY)
