"""From the bot to a person and back: one owner at a time."""

from bot.domain.case import Case
from bot.domain.conversation import Author, Conversation, Delivery, Message, Owner
from bot.services import asking, cases
from bot.services.ids import new_id
from bot.services.intake import clean_text
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.turn import Turn, announce, deliver, record
from bot.services.words import Words


async def to_queue(turn: Turn, case: Case | None, *, reason: str) -> None:
    """Put the conversation into the agents' queue, accept the draft, and tell the customer; once.

    The bot goes on helping until an agent claims the conversation.
    """
    conversation = turn.conversation
    if case is not None:
        await cases.accept(turn.uow, turn.words, conversation, case, turn.now, actor="bot")
        await turn.record(case, "handed_over", reason=reason)
    office = turn.words.office(turn.now)
    if conversation.owner in (Owner.QUEUE, Owner.AGENT):
        if turn.words.is_open(turn.now):
            turn.say("hand_over.waiting", variant=turn.variant)
        else:
            turn.say("hand_over.waiting.closed", office)
        return
    conversation.to_queue(turn.now)
    turn.announce(turn.words.hand_over(turn.now), office)


async def request_human(turn: Turn) -> None:
    """「转人工」 always works. While nobody is there the bot goes on with the question that was open."""
    question, turn.conversation.question = turn.conversation.question, None
    await to_queue(turn, await cases.current(turn), reason="asked")
    if question in turn.words.handbook.fields and not turn.words.is_open(turn.now):
        turn.conversation.question = question
        await asking.ask(turn)


class AgentDesk:
    """What an agent does with conversations; every change is one compare-and-set on the owner."""

    def __init__(self, units: Units, words: Words, clock: Clock) -> None:
        self._units, self._words, self._clock = units, words, clock

    async def claim(self, conversation_id: str, agent_id: str, name: str) -> None:
        """Take the conversation; Conflict if somebody else has it.

        What the customer wrote and nobody answered becomes the agent's to answer; a bot's reply that is
        being computed will find another owner and be dropped.
        """
        async with self._units() as uow:
            conversation = await uow.conversations.get(conversation_id)
            if conversation.owner is Owner.AGENT and conversation.agent_id == agent_id:
                return
            conversation.claim(agent_id)
            conversation.question = None
            await _keep_draft(uow, self._words, conversation, self._clock)
            for message in await uow.messages.waiting(conversation_id):
                message.delivery = Delivery.FOR_HUMAN
            announce(conversation, self._words, "hand_over.joined", {"agent.name": name})
            await self._record(uow, conversation, "claimed", agent_id)
            deliver(uow, conversation, self._clock.now())
            await uow.commit()

    async def write(self, conversation_id: str, agent_id: str, text: str) -> Message:
        """Say something to the customer as the agent who owns the conversation."""
        now = self._clock.now()
        async with self._units() as uow:
            conversation = await uow.conversations.get(conversation_id)
            conversation.held_by(agent_id)
            message = Message(
                id=new_id(now),
                conversation_id=conversation_id,
                seq=conversation.next_seq(),
                author=Author.AGENT,
                text=clean_text(text),
                created_at=now,
                agent_id=agent_id,
            )
            uow.messages.add(message)
            conversation.updated_at = now
            uow.changed(conversation_id)
            await uow.commit()
        return message

    async def release(self, conversation_id: str, agent_id: str) -> None:
        """Give the conversation back to the bot, and say so."""
        async with self._units() as uow:
            conversation = await uow.conversations.get(conversation_id)
            conversation.release(agent_id)
            announce(conversation, self._words, "handed_back")
            await self._record(uow, conversation, "released", agent_id)
            deliver(uow, conversation, self._clock.now())
            await uow.commit()

    async def _record(self, uow: UnitOfWork, conversation: Conversation, kind: str, agent_id: str) -> None:
        if conversation.case_id is not None:
            case = await uow.cases.get(conversation.case_id)
            await record(uow, case, kind, agent_id, self._clock.now())


async def _keep_draft(uow: UnitOfWork, words: Words, conversation: Conversation, clock: Clock) -> None:
    """A draft is accepted on hand-over (design: the life of a case)."""
    if conversation.case_id is not None:
        case = await uow.cases.get(conversation.case_id)
        await cases.accept(uow, words, conversation, case, clock.now())
