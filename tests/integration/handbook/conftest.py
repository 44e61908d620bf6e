"""Fixtures of the handbook's editing: a desk, two supervisors, and what they do."""

import pytest

from bot.adapters.edition_files import read_edition, write_edition
from bot.adapters.pinyin import all_syllables
from bot.domain.handbook.edition_making import TypedSentence
from bot.domain.handbook.editions import named
from bot.domain.people import Role
from bot.services.editions import EditionsInForce
from bot.services.handbook_desk import HandbookDesk
from bot.services.handbook_editing import Typed
from bot.services.titles import titles
from tests.people import person


@pytest.fixture
def in_force(desk):
    return EditionsInForce(desk.units, desk.units, desk.words, desk.clock)


@pytest.fixture
def pages(desk, in_force, database):
    return HandbookDesk.of(
        desk.units,
        desk.units,
        desk.words,
        desk.clock,
        in_force,
        tokens=database.tokens,
        syllables=all_syllables,
        titles=titles(desk.words.printed),
        write=write_edition,
        read=read_edition,
    )


@pytest.fixture
def editing(pages):
    return pages.editing


@pytest.fixture
async def zhou(desk):
    return await person(desk, "zhou", Role.SUPERVISOR)


@pytest.fixture
async def sun(desk):
    return await person(desk, "sun", Role.SUPERVISOR)


@pytest.fixture
def typed(desk):
    """The form of a clause as it is said now, with some sentences changed (by key) and some added."""

    def fill(clause_id, changed=None, added=(), **more):
        changed = changed or {}
        ways = [
            [TypedSentence(u.key, changed.get(u.key, u.sent), u.paragraph, u.held) for u in way]
            for way in named(desk.words.handbook.clause(clause_id))
        ]
        ways[0] += [TypedSentence("", text) for text in added]
        return Typed(ways, **more)

    return fill


@pytest.fixture
def put_in_force(editing, typed, zhou, sun):
    """Have a clause say something else from now on."""

    async def put(clause_id, changed=None, added=(), **more):
        draft = await editing.save(clause_id, typed(clause_id, changed, added, **more), zhou)
        return await editing.approve(draft.id, draft.revision, sun)

    return put
