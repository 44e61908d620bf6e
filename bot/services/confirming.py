"""The customer's answer to 「这样对吗？」, before their complaint counts."""

import re

from bot.domain.case import Case
from bot.services import asking, facts, handoff, postponing
from bot.services.thresholds import CERTAIN
from bot.services.turn import Turn

YES, WRONG = "confirm", "change"  # the buttons
SHORTEST_FACT = 6  # characters of what is kept as something more that the customer tells
_CORE = (
    r"(?:对|没错|没有错|没毛病|是的?|是这样|好|行|可以|中|ok|okay|嗯+|恩|确认|正确|无误|提交|没问题|没有问题|"
    r"不用改|不改|不用|不需要|没有|没了|没有了|没什么|就这样|通过|受理)"
)
_FILL = (
    r"(?:的|了|啊|呀|哦|噢|吧|呢|哈|嘛|啦|您|你|我|请|就|那|帮我|麻烦|内容|信息|都|全部|全|上面|这样|这些|登记|"
    r"要改|需要改|什么|谢谢|感谢|给我|直接|马上|赶紧|快点?|[\s,，。.!！~～、👌👍🙏])"
)
_AGREES = re.compile(rf"{_FILL}*{_CORE}(?:{_CORE}|{_FILL})*", re.IGNORECASE)
_BEGINS_WITH_YES = re.compile(r"^(?:对的?|没错|是的|好的?|可以|嗯+|确认|正确|没问题)[\s,，。!！]")
_WANTS_CHANGE = re.compile(
    r"[要想得]改|改一?下|改改|修改|更改|(?<!没)有错|不对|[写填记弄搞]错|错了|不是这样|不正确|不准确|有误"
)
_HAS_NONE = re.compile(r"没|找不到|不知道|不清楚|不记得|忘|不方便")  # an answer to an earlier question
_AFFIRM = frozenset({"affirm", "satisfied"})


def agrees(turn: Turn) -> bool:
    """Whether the message says that the draft is right, and nothing else."""
    if turn.message.choice is not None:
        return turn.message.choice == YES
    if turn.reading.entities:
        return False
    plain = turn.plain.strip()
    if _AGREES.fullmatch(plain):
        return True
    sure = turn.reading.acted_on in _AFFIRM and turn.reading.confidence >= CERTAIN
    return (sure or bool(_BEGINS_WITH_YES.search(plain))) and not _WANTS_CHANGE.search(plain)


async def hear(turn: Turn, case: Case, question: str) -> None:
    """Take what is said to the read-back draft; which question comes then is the caller's to find out.

    Another fact or something more to tell is kept; who wants a change without saying which is asked for it.
    A correction has been carried out before it comes to this.
    """
    if postponing.is_meant(turn):
        postponing.postpone(turn, case, asking.CONFIRM)
    elif question == asking.CONFIRM and (turn.message.choice == WRONG or _disagrees(turn)):
        turn.conversation.question = asking.CHANGE
    elif _is_dissatisfied(turn):
        await _to_a_person(turn, case)
    else:
        await _take_more(turn, case)


def _is_dissatisfied(turn: Turn) -> bool:
    sure = turn.reading.confidence >= CERTAIN
    return turn.reading.acted_on == "dissatisfied" and sure and not turn.reading.entities


async def _to_a_person(turn: Turn, case: Case) -> None:
    """Who is not content with us is asked nothing more: the case counts, and a person takes it up."""
    await turn.record(case, "dissatisfied", actor="customer", message=turn.message.id)
    turn.say("dissatisfied")
    await handoff.to_queue(turn, case, reason="dissatisfied")
    turn.conversation.case_id = None


async def _take_more(turn: Turn, case: Case) -> None:
    """Keep what the customer adds to the draft: facts, or their own words."""
    before = case.fields
    changed = facts.take_entities(turn, case)
    if changed:
        await facts.acknowledge(turn, case, before, changed)
    elif len(turn.plain.strip()) >= SHORTEST_FACT:
        if turn.text not in case.text:
            case.text = f"{case.text}\n{turn.text}"
        turn.say("fact_noted", variant=turn.variant)


def _disagrees(turn: Turn) -> bool:
    if turn.reading.entities or turn.message.choice is not None:
        return False
    sure = turn.reading.acted_on == "deny" and turn.reading.confidence >= CERTAIN
    says_no = sure and not _HAS_NONE.search(turn.plain)
    return says_no or bool(_WANTS_CHANGE.search(turn.plain))
