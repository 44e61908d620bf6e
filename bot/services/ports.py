"""What the services need from the world; the adapters make it real, tests make it fake."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Any, Protocol, Self

from bot.domain.case import Case, CaseEvent
from bot.domain.conversation import Conversation, Customer, Message
from bot.domain.people import Holding, SignIn, User
from bot.domain.reading import Reading, TurnAnswer, TurnContext
from bot.domain.task import Task
from bot.domain.workdays import Notice
from bot.services.ports_followup import Letters, Visits, Watched
from bot.services.ports_judgement import Judgements


class Clock(Protocol):
    """Where the time comes from; tests and replays turn it by hand."""

    def now(self) -> datetime:
        """The time now, aware, in UTC."""


class Customers(Protocol):
    """Who writes to us."""

    def add(self, customer: Customer) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> Customer:
        """By id; NotFound."""

    async def find(self, channel: str, external_id: str) -> Customer | None:
        """By the id the channel gave them."""


class Conversations(Protocol):
    """The conversations and their owners."""

    def add(self, conversation: Conversation) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> Conversation:
        """By id, locked for this unit of work where the database can; NotFound."""

    async def of_customer(self, customer_id: str) -> Conversation | None:
        """The customer's conversation."""

    async def at_the_door(
        self, channel: str, external_id: str, client_id: str
    ) -> tuple[Conversation, Message | None] | None:
        """A customer's conversation, locked, and their message of this client_id if it was there before."""

    async def with_message(self, id: str, message_id: str) -> tuple[Conversation, Message]:
        """A conversation and one of its messages, both locked like `get`'s; NotFound."""

    async def with_next_waiting(self, id: str) -> tuple[Conversation, Message | None]:
        """A conversation and its oldest customer's message nobody has answered, neither locked; NotFound."""

    async def with_waiting_messages(self) -> list[str]:
        """Ids of the conversations that hold an unanswered customer's message, longest waiting first."""

    async def of_agent(self, agent_id: str) -> list[Conversation]:
        """The conversations that an agent has claimed, the quietest first."""

    async def for_agents(self, limit: int = 100) -> list[Conversation]:
        """Those in the queue (longest waiting first), then those owned by agents, then the others."""


class Messages(Protocol):
    """The ledger."""

    def add(self, message: Message) -> None:
        """Append."""

    async def get(self, id: str) -> Message:
        """By id; NotFound."""

    async def by_client_id(self, conversation_id: str, client_id: str) -> Message | None:
        """The message that the sender already handed in under this id."""

    async def since(self, conversation_id: str, seq: int, limit: int = 200) -> list[Message]:
        """Messages with a higher seq, oldest first."""

    async def latest(self, conversation_id: str, limit: int = 200) -> list[Message]:
        """The last `limit` messages, oldest first."""

    async def next_waiting(self, conversation_id: str) -> Message | None:
        """The oldest customer's message nobody has answered."""

    async def unread(self, since: datetime, limit: int = 20) -> list[Message]:
        """What agents wrote since then and nobody has looked through for promises, oldest first."""

    async def waiting(self, conversation_id: str) -> list[Message]:
        """All customer's messages nobody has answered, oldest first."""


class Cases(Protocol):
    """The cases and their histories."""

    async def add_numbered(self, case: Case, number: Callable[[], str]) -> str:
        """Give the case a number that no other case has, trying `number()` until one is free."""

    def add(self, case: Case) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> Case:
        """By id; NotFound."""

    async def by_number(self, number: str) -> Case | None:
        """By its number."""

    async def of_customer(self, customer_id: str) -> list[Case]:
        """The customer's cases, newest first."""

    async def of_conversation(self, conversation_id: str) -> list[Case]:
        """The conversation's cases, newest first."""

    async def silent_drafts(self, before: datetime) -> list[Case]:
        """Drafts whose customer has said nothing since `before`, oldest first."""

    async def watched(self, before: datetime, limit: int = 5000) -> list[Watched]:
        """Open cases whose promised day is before then and not known to be broken, the first due first."""

    async def of_department(self, department: str) -> list[Case]:
        """The cases in process that this department has in hand, the first due first."""

    async def unfinished(self) -> list[Case]:
        """Accepted cases that are not closed, withdrawn or merged, oldest first."""

    async def of_period(self, since: datetime, until: datetime) -> list[Case]:
        """Cases accepted or closed from `since` up to but not including `until`, oldest first."""

    async def all(self) -> list[Case]:
        """Every case, oldest first (replay and reports of small installations)."""

    async def history(self, case_id: str) -> list[CaseEvent]:
        """The case's entries in order."""

    async def last_event(self, case_id: str) -> CaseEvent | None:
        """The newest entry."""

    def add_event(self, event: CaseEvent) -> None:
        """Append to a history."""

    async def erase_event(self, id: str) -> None:
        """Erase the values of an entry; the chain stays whole."""


class Calendars(Protocol):
    """The official notices of working days that were loaded."""

    async def notices(self) -> list[Notice]:
        """All of them, by year."""

    async def put(self, notice: Notice, now: datetime, by: str) -> None:
        """Take one in, instead of an older one for its year."""


class ActionResults(Protocol):
    """What each action of each turn answered (design: a repeated turn repeats nothing)."""

    async def find(self, turn: str, place: int, name: str) -> dict[str, Any] | None:
        """The stored answer of the `place`-th action of the turn."""

    def add(self, turn: str, place: int, name: str, result: dict[str, Any]) -> None:
        """Store it, in the transaction of its effect."""


class People(Protocol):
    """Logins and signed-in browsers."""

    def add(self, user: User) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> User:
        """By id; NotFound."""

    async def by_login(self, login: str) -> User | None:
        """By login name; locked for this unit of work where the database can."""

    async def count(self) -> int:
        """How many logins there are."""

    async def all(self) -> list[User]:
        """Every login, by login name."""

    async def admins(self) -> list[User]:
        """The active admins, locked like `by_login`'s."""

    async def holdings(self) -> list[Holding]:
        """Who holds what."""

    async def holders(self, position: str) -> list[User]:
        """The active people who hold a position, by login name."""

    async def positions(self, user_id: str) -> frozenset[str]:
        """The positions that a person holds."""

    async def give(self, user_id: str, position: str) -> None:
        """Let a person hold a position (too)."""

    async def take(self, user_id: str, position: str) -> None:
        """Let them hold it no more."""

    def add_sign_in(self, sign_in: SignIn) -> None:
        """Remember a signed-in browser."""

    async def sign_in(self, token_hash: str) -> SignIn | None:
        """By the hash of its token."""

    async def end_sign_in(self, token_hash: str) -> None:
        """Forget it."""

    async def end_sign_ins(self, user_id: str) -> None:
        """Forget every browser of a person."""


class Tasks(Protocol):
    """What there is to do."""

    def add(self, task: Task) -> None:
        """Take a new one in."""

    async def get(self, id: str) -> Task:
        """By id; NotFound."""

    async def of_case(self, case_id: str) -> list[Task]:
        """The case's tasks, oldest first."""

    async def inbox(self, user: User, positions: frozenset[str], limit: int = 200) -> list[Task]:
        """The open tasks of a person, their role, department and positions: the first due first."""

    async def count_inbox(self, user: User, positions: frozenset[str]) -> int:
        """How many open tasks there are for them."""

    async def of_person(self, user_id: str) -> list[Task]:
        """The open tasks that are given to just this person."""

    async def watched(self, before: datetime, limit: int = 5000) -> list[Watched]:
        """Open tasks that are due before then and not known to be broken, the first due first."""

    async def due_before(self, when: datetime, limit: int = 500) -> list[Task]:
        """Open tasks due before then, the first due first."""


class Lookups(Protocol):
    """Attempts to look up somebody else's case: counted, so that numbers can't be guessed."""

    def add(self, who: str, at: datetime) -> None:
        """Note an attempt by `who` (a customer's id)."""

    async def count(self, who: str, since: datetime) -> int:
        """How many attempts `who` made since then."""


class UnitOfWork(Protocol):
    """One transaction; rolled back unless committed. Sockets hear of changes after the commit."""

    customers: Customers
    conversations: Conversations
    messages: Messages
    cases: Cases
    calendars: Calendars
    judgements: Judgements
    actions: ActionResults
    people: People
    tasks: Tasks
    visits: Visits
    letters: Letters
    lookups: Lookups

    async def __aenter__(self) -> Self:
        """Begin."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Roll back what was not committed."""

    async def commit(self) -> None:
        """Make it true, then tell the live updates what changed."""

    async def flush(self) -> None:
        """Write what was added, without committing."""

    def changed(self, conversation_id: str) -> None:
        """Note that this conversation's transcript or owner changes with this commit."""


Units = Callable[[], UnitOfWork]


class Understanding(Protocol):
    """Rasa's room."""

    async def turn(
        self, conversation: str, turn: str, text: str, context: TurnContext, day: date
    ) -> TurnAnswer:
        """Have the message of a day understood and answered; UnderstandingUnavailable leaves no trace."""

    async def parse(self, texts: Sequence[str], day: date | None = None) -> list[Reading]:
        """Understand texts of one day (today), outside of any conversation; UnderstandingUnavailable."""


class Live(Protocol):
    """Live updates to the browsers that look at a conversation."""

    def changed(self, conversation_id: str) -> None:
        """Something in this conversation is new (called after the commit; never blocks)."""


class PhoneHash(Protocol):
    """The keyed hash under which phones are looked up."""

    def __call__(self, phone: str) -> str:
        """Hex digest of the phone's bare digits."""


class ScriptConverter(Protocol):
    """Traditional and Simplified characters."""

    def __call__(self, text: str, script: str) -> str:
        """`text` in the characters of `script` ("hans" or "hant"); words are never changed."""
