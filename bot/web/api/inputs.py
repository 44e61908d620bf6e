"""What a program asks and hands in over the API: the one source of its checks and of its OpenAPI document."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.domain.by_hand import LONGEST_FACT, LONGEST_KEY, LONGEST_NAME, Channel
from bot.domain.conversation import Owner
from bot.services.inbox import LONGEST_NOTE, Outcome
from bot.services.intake import LONGEST_TEXT

LARGEST = 2**31 - 1  # of any number that is handed in
MOST = 100  # rows of a page
Version = Annotated[int, Field(ge=0, le=LARGEST)]
Cursor = Annotated[str, Field(pattern="^[0-9A-Za-z_-]{1,200}$", description="`next` of the page before")]
Limit = Annotated[int, Field(ge=1, le=MOST)]


class Given(BaseModel):
    """What a program hands in: nothing unknown, nothing of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, defer_build=True)


class Asked(BaseModel):
    """What stands behind the question mark of an address."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, defer_build=True)


class ConversationsAsked(Asked):
    """Which conversations: those with the latest change first."""

    owner: Owner | None = None
    channel: Annotated[str, Field(pattern="^[a-z_]{1,100}$")] | None = None
    after: Cursor | None = None
    limit: Limit = 50


class LinesAsked(Asked):
    """Which lines of a conversation: those after this one, the oldest first."""

    after: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    limit: Limit = 50


class CasesAsked(Asked):
    """Which cases: open ones by priority and promised day, others newest first."""

    state: Annotated[str, Field(max_length=20)] = "accepted"
    severity: Annotated[str, Field(max_length=20)] = ""
    heat: Annotated[str, Field(max_length=20)] = ""
    department: Annotated[str, Field(max_length=100)] = ""
    overdue: bool = False
    number: Annotated[str, Field(max_length=40, description="just the case with this number")] | None = None
    after: Cursor | None = None


class TasksAsked(Asked):
    """The open tasks of the token's user, the first due first."""

    after: Cursor | None = None
    limit: Limit = 50


class ClausesAsked(Asked):
    """Which clauses of the handbook, by their ids."""

    q: Annotated[str, Field(max_length=100, description="words that stand in the clause")] = ""
    issue: Annotated[str, Field(max_length=100, description="only those for this issue")] = ""
    after: Cursor | None = None
    limit: Limit = 50


class NewCase(Given):
    """A complaint that came by another way. Without `issue` the model's is taken, without `facts` its facts.

    The same `key` again, by the same user, gives the case that is there.
    """

    channel: Channel
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    issue: Annotated[str, Field(max_length=100)] | None = None
    received: date | None = Field(None, description="the day it reached you, in China; today if left out")
    name: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    facts: dict[str, Annotated[str, Field(max_length=LONGEST_FACT)]] | None = None
    key: Annotated[str, Field(min_length=1, max_length=LONGEST_KEY)] | None = None


class NewMove(Given):
    """A move of a case as it was at `version` (here, or in `If-Match`).

    `confirmed` are the ids of the warnings past which the customer is told of it all the same.
    """

    move: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    values: dict[str, Annotated[str, Field(max_length=2000)]] = Field(default_factory=dict)
    reason: Annotated[str, Field(max_length=2000)] = ""
    version: Version | None = None
    confirmed: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=100)] = Field(
        default_factory=list
    )


class NewNote(Given):
    """A remark for the case's history."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_NOTE)]


class Decision(Given):
    """What is said to a task as it was at `version`."""

    outcome: Outcome
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""
    version: Annotated[str, Field(max_length=64)]
