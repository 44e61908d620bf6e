"""A message of photos or videos without words: the model has nothing to read, so the desk answers itself."""

from bot.domain.case import Case
from bot.domain.conversation import Author, Message
from bot.domain.reading import Choice, Reading
from bot.services import asking, attachments, cases, choices
from bot.services.turn import Turn

UNREAD = Reading(label=None, confidence=0.0)
_LOOKED_BACK = 10  # messages


async def hear(turn: Turn) -> None:
    """Thank for what was sent, and come back to the open question; without a case ask what happened.

    Of several such messages that wait, the last one is answered. The open question is put in other words
    once; beside further photos only its buttons come back.
    """
    question = turn.conversation.question
    case = await attachments.settle(turn.uow, turn.words, turn.conversation, turn.message, turn.now)
    if await _more_follow(turn):
        return
    if case is None:
        turn.say("photo_without_case", variant=turn.variant)
        return
    case.heard_at = turn.now
    if turn.case is None or question is None:
        turn.say("photo_noted", variant=turn.variant)
    elif question in turn.case.fields and question not in (asking.CONFIRM, asking.CHANGE):
        await _go_on(turn, turn.case)
    else:
        await _come_back(turn, turn.case, question)


async def _go_on(turn: Turn, case: Case) -> None:
    """The photo was the answer to the open question."""
    turn.say("photo_noted", variant=turn.variant)
    turn.conversation.question = asking.next_question(turn.words, case)
    if turn.conversation.question is None:
        await cases.complete(turn)
    await asking.ask(turn)


async def _come_back(turn: Turn, case: Case, question: str) -> None:
    is_field = question in turn.words.handbook.fields
    if is_field and case.asked.get(question, 0) == 1 and not await _sent_before(turn):
        turn.say("photo_noted", variant=turn.variant)
        await asking.ask(turn)
    else:
        turn.say("photo_noted.question", variant=turn.variant, choices=_buttons(turn, case, question))


def _buttons(turn: Turn, case: Case, question: str) -> tuple[Choice, ...]:
    field_menu = "question.draft" if case.is_draft else "question"
    menu = question if question in choices.MENUS else field_menu
    return turn.words.choices(menu, turn.conversation.script)


async def _more_follow(turn: Turn) -> bool:
    waiting = await turn.uow.messages.waiting(turn.conversation.id)
    return any(_is_photo(message) and message.seq > turn.message.seq for message in waiting)


async def _sent_before(turn: Turn) -> bool:
    """Whether the customer's last message was photos alone, too."""
    latest = await turn.uow.messages.latest(turn.conversation.id, limit=_LOOKED_BACK)
    theirs = [one for one in latest if one.author is Author.CUSTOMER and one.seq < turn.message.seq]
    return bool(theirs) and _is_photo(theirs[-1])


def _is_photo(message: Message) -> bool:
    return bool(message.files) and not message.text
