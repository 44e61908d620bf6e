"""Photos and videos in a conversation: whose message they came with, and which case they belong to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.attachment import MOST_IN_A_MESSAGE, Attachment, FileState, told
from bot.domain.case import Case
from bot.domain.conversation import Conversation, Message
from bot.domain.errors import InvalidInput
from bot.services import cases
from bot.services.ports import UnitOfWork
from bot.services.turn import Turn, record
from bot.services.words import Words

ADDED = "files_added"  # the entry of the case's history
_SENT_BEFORE = timedelta(hours=1)  # a photo sent so long before the complaint is part of it


async def chosen(uow: UnitOfWork, ids: Sequence[str], channel: str, external_id: str) -> list[Attachment]:
    """The files that a visitor sends with a new message, in the order they gave; InvalidInput.

    They must be their own, and used by no message before: nobody can send what others uploaded.
    """
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST_IN_A_MESSAGE:
        raise InvalidInput(f"一条消息最多带 {MOST_IN_A_MESSAGE} 个文件，请分成几条发送。")
    found = {one.id: one for one in await uow.attachments.named(wanted)}
    for name in wanted:
        file = found.get(name)
        usable = file and file.state is FileState.READY and file.message_id is None
        if file is None or not usable or not file.belongs_to(channel, external_id):
            raise InvalidInput("有照片或视频没有传好，或已过了 24 小时，请重新选择后再发。")
    return [found[name] for name in wanted]


def use(files: Sequence[Attachment], message: Message) -> None:
    """Send the files with this message."""
    message.files = len(files)
    for file in files:
        file.message_id, file.conversation_id = message.id, message.conversation_id


async def take_earlier(turn: Turn, case: Case) -> None:
    """Photos sent with the complaint, or within the hour before it, are part of the case it opened."""
    since = turn.now - _SENT_BEFORE
    files = await turn.uow.attachments.without_case(turn.conversation.id, since)
    await put_into(turn.uow, turn.words, case, files, turn.now)


async def settle(
    uow: UnitOfWork, words: Words, conversation: Conversation, message: Message, now: datetime
) -> Case | None:
    """Put a message's files into the case at hand; None if it has no files, or there is no case."""
    case = await cases.at_hand(uow, conversation, now) if message.files else None
    if case is not None:
        files = await uow.attachments.of_messages([message.id])
        await put_into(uow, words, case, [file for file in files if file.case_id is None], now)
    return case


async def put_into(
    uow: UnitOfWork, words: Words, case: Case, files: Sequence[Attachment], now: datetime
) -> None:
    """Make the files part of the case: its history knows them by their hashes, from this moment on.

    What its form asks for and a photo shows counts as answered.
    """
    if not files:
        return
    for file in files:
        file.case_id = case.id
    for name in cases.rule_of(words, case).ask:
        if words.handbook.fields[name].by_photo and not case.fields.get(name):
            case.fill(name, told([file.kind for file in files]))
    listed = [{"id": file.id, "name": file.name, "sha256": file.sha256} for file in files]
    await record(uow, case, ADDED, "customer", now, files=listed)
