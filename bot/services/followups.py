"""Asking customers afterwards (回访): each visit when it is due, through their own channel or around it."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.case import Case, CaseState
from bot.domain.contact import email_in
from bot.domain.conversation import Author
from bot.domain.errors import Conflict
from bot.domain.followup import BUTTON, Letter, Satisfaction, Visit, VisitState, Way
from bot.domain.people import Role
from bot.domain.process import DESK, Filled, course
from bot.domain.reading import Choice
from bot.domain.task import Assignee, Task, TaskKind
from bot.services import cases, moves, persons, steps, visits
from bot.services.deadlines import alert
from bot.services.deeds import DEED
from bot.services.ids import new_id
from bot.services.ports import Clock, UnitOfWork, Units
from bot.services.satisfaction import BY_PHONE, VISIT
from bot.services.turn import deliver, record
from bot.services.words import Words

log = logging.getLogger(__name__)

WEB = "web"
# The channels whose customers find our questions in the talk: on their page, or in WeChat with what they
# write next, if its window has shut (bot/services/wechat/notices.py).
CHATS = frozenset({WEB, *persons.MESSENGERS})


@dataclass(frozen=True)
class Reach:
    """How customers can be reached outside of the chat; `page` is the address they use."""

    ways: frozenset[Way] = frozenset()
    page: str | None = None


class Followups:
    """Asks when visits are due; each is a transaction of its own."""

    def __init__(self, units: Units, reading: Units, words: Words, clock: Clock, reach: Reach) -> None:
        self._units, self._reading, self._words, self._clock = units, reading, words, clock
        self._reach = reach

    async def look(self) -> int:
        """Ask whom it is time to ask, and give up those who never answered; how many there were.

        Nobody is asked outside of working hours.
        """
        now = self._clock.now()
        if not self._words.is_open(now):
            return 0
        async with self._reading() as uow:
            due = [visit.id for visit in await uow.visits.due(now)]
        for visit_id in due:
            with suppress(Conflict):  # the customer answers at this moment; the next round looks again
                async with self._units() as uow:
                    await self._next(uow, await uow.visits.get(visit_id), now)
                    await uow.commit()
        return len(due)

    async def _next(self, uow: UnitOfWork, visit: Visit, now: datetime) -> None:
        if not visit.is_open or visit.next_at > now:
            return
        case = await uow.cases.get(visit.case_id)
        found = visits.rule_of(self._words, case)
        if found is None or not self._is_wanted(case, visit):
            visit.state = VisitState.DROPPED
        elif visit.tries >= found[0].tries:
            await self._give_up(uow, visit, case, now)
        else:
            await self._ask(uow, visit, case, now)

    def _is_wanted(self, case: Case, visit: Visit) -> bool:
        """Whether the case stands where its customer is to be asked; one closed since is asked too."""
        if case.round != visit.round or case.state not in (CaseState.ACCEPTED, CaseState.CLOSED):
            return False
        process = steps.process_of(self._words, case)
        return case.state is CaseState.CLOSED or visits.asks_in(process, process.state(case.step or ""))

    async def _ask(self, uow: UnitOfWork, visit: Visit, case: Case, now: datetime) -> None:
        possible = course(steps.process_of(self._words, case)).possible(case, DESK)
        if any(arrow.id == visits.BEGIN for arrow in possible):
            await moves.by_desk(uow, self._words, case, visits.BEGIN, Filled(), now)
        address = await _address(uow, case)
        ways = self._ways(case, address)
        way = ways[min(visit.tries, len(ways) - 1)]
        if way is Way.CHAT:
            await self._ask_in_chat(uow, visit, case, now)
        elif way is Way.CALL:
            self._ask_by_phone(uow, visit, case, now)
        else:
            recipient = address if way is Way.MAIL else case.fields["phone"]
            uow.letters.add(await self._letter(uow, visit, case, way, recipient or "", now))
        visit.tried(way, now, visits.next_try(self._words, now))
        await record(
            uow, case, "visited", "desk", now, title="回访", way=way.value, visit=visit.nth, tries=visit.tries
        )

    def _ways(self, case: Case, address: str | None) -> list[Way]:
        """How this customer is asked at the first try, the second and so on; never empty."""
        known: Mapping[Way, object] = {Way.MAIL: address, Way.SMS: case.fields.get("phone")}
        ways = [Way.CHAT] if case.channel in CHATS else []
        ways += [way for way in (Way.MAIL, Way.SMS) if way in self._reach.ways and known[way]]
        if ways in ([], [Way.CHAT]) and case.fields.get("phone"):
            ways.append(Way.CALL)
        return ways or [Way.CALL]

    async def _ask_in_chat(self, uow: UnitOfWork, visit: Visit, case: Case, now: datetime) -> None:
        conversation = await persons.talk_of(uow, case)
        visit.conversation_id = conversation.id
        script, words = conversation.script, self._words
        values = cases.case_values(case, words)
        said = words.situation("followup.ask", script, variant=visit.nth + visit.tries - 1, values=values)
        buttons = tuple(
            Choice(f"{BUTTON}{answer.number}", words.in_script(str(answer), script))
            for answer in Satisfaction
        )
        asked = {**replace(said, choices=buttons).to_json(), "first": False}
        conversation.announcements = [*conversation.announcements, asked]
        deliver(uow, conversation, now)

    def _ask_by_phone(self, uow: UnitOfWork, visit: Visit, case: Case, now: datetime) -> None:
        uow.tasks.add(phone_task(self._words, visit, case, now))

    async def _letter(
        self, uow: UnitOfWork, visit: Visit, case: Case, way: Way, recipient: str, now: datetime
    ) -> Letter:
        conversation = await uow.conversations.get(case.conversation_id)
        values = cases.case_values(case, self._words) | (
            {"page": self._reach.page} if self._reach.page else {}
        )
        subject, text = (
            self._words.situation(key, conversation.script, values=values).text
            for key in ("followup.subject", "followup.away")
        )
        return Letter(
            id=new_id(now),
            case_id=case.id,
            way=way,
            recipient=recipient,
            subject=subject,
            text=text,
            created_at=now,
            next_at=now,
            visit_id=visit.id,
        )

    async def _give_up(self, uow: UnitOfWork, visit: Visit, case: Case, now: datetime) -> None:
        """Nobody answered on so many working days: closed as 未联系上, or an agent decides."""
        visit.state = VisitState.UNREACHED
        await record(
            uow, case, "unreached", "desk", now, title="回访未联系上", visit=visit.nth, tries=visit.tries
        )
        possible = course(steps.process_of(self._words, case)).possible(case, DESK)
        if any(arrow.id == visits.UNREACHED for arrow in possible):
            await moves.by_desk(uow, self._words, case, visits.UNREACHED, Filled(), now)
        elif case.is_open:
            kind = Assignee.USER if case.handler_id else Assignee.ROLE
            title = f"{case.number} 回访 {visit.tries} 次未联系上，请决定是否办结"
            alert(uow, title, kind, case.handler_id or Role.AGENT, now, case)


def phone_task(words: Words, visit: Visit, case: Case, now: datetime) -> Task:
    """Somebody is to telephone the customer, before the next try would be due."""
    phone = case.fields.get("phone") or "没有留下号码"
    return Task(
        id=new_id(now),
        kind=TaskKind.CALL,
        title=f"{case.number} 第 {visit.nth} 次回访，请打电话：{phone}（备注写顾客的答复，或“未接通”）",
        assignee_kind=Assignee.USER if case.handler_id else Assignee.ROLE,
        assignee=case.handler_id or Role.AGENT,
        created_at=now,
        created_by="desk",
        case_id=case.id,
        due_at=visits.next_try(words, now),
        payload={DEED: BY_PHONE, VISIT: visit.id},
    )


async def _address(uow: UnitOfWork, case: Case) -> str | None:
    """The mail address that the customer gave: with the case, or in what they wrote last."""
    given = email_in(case.fields.get("email") or "")
    if given is not None:
        return given
    written = [
        email_in(line.text)
        for line in await uow.messages.latest(case.conversation_id)
        if line.author is Author.CUSTOMER
    ]
    return next((address for address in reversed(written) if address), None)
