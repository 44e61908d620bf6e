"""What the people of the desk keep beside a conversation: notes, tags, and their own filters of the list."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.errors import InvalidInput

LONGEST_NOTE = 4000  # characters
LONGEST_TAG = 20
MOST_TAGS = 12  # of one conversation
LONGEST_FILTER_NAME = 30
MOST_FILTERS = 20  # of one person


@dataclass(eq=False)
class Note:
    """What one of the team tells the others about a conversation; its customer never sees it."""

    id: str
    conversation_id: str
    author_id: str
    text: str
    created_at: datetime


@dataclass(eq=False)
class Tag:
    """A word by which the team finds a conversation again."""

    conversation_id: str
    name: str
    created_at: datetime
    created_by: str


@dataclass(eq=False)
class SavedFilter:
    """A filter of the list that a person keeps under a name."""

    user_id: str
    name: str
    query: dict[str, Any]


def note_text(text: str) -> str:
    """What is kept of a note; InvalidInput if it is empty or too long."""
    bare = text.strip()
    if not bare:
        raise InvalidInput("备注是空的。")
    if len(bare) > LONGEST_NOTE:
        raise InvalidInput(f"备注最多 {LONGEST_NOTE} 个字。")
    return bare


def tag_name(text: str) -> str:
    """The form in which a tag is kept, so that one that is typed a little differently is the same one."""
    bare = " ".join(unicodedata.normalize("NFKC", text).lstrip("# ").split())
    if not bare or len(bare) > LONGEST_TAG or not bare.isprintable():
        raise InvalidInput(f"标签是 1 到 {LONGEST_TAG} 个字。")
    return bare


def filter_name(text: str) -> str:
    """The name under which a filter is kept."""
    bare = " ".join(text.split())
    if not bare or len(bare) > LONGEST_FILTER_NAME:
        raise InvalidInput(f"筛选的名称是 1 到 {LONGEST_FILTER_NAME} 个字。")
    return bare
