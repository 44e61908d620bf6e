"""Short forms of what `make chaos` does for long (docs/reliability.md): nothing is lost, nothing doubled."""

import pytest

from tests.chaos import faults
from tests.chaos.servers import postgres
from tests.chaos.stage import Stage
from tests.wechat import FakeTencent

pytestmark = pytest.mark.rasa


async def played(stage, *knocks):
    """Play the faults one after the other under load; nobody may have noticed but by waiting."""
    async with stage:
        found = await stage.play(faults.one_after_the_other(*knocks), calm=0.5, patience=10)
        assert found.sent > 0
    return found


async def test_kills_while_customers_on_page_and_wechat_and_an_agent_talk(rasa, tmp_path):
    async with FakeTencent() as tencent:
        stage = Stage(rasa, tmp_path, tencent=tencent, web=2, agents=("li",))
        soon = (0.05, 1.0)
        of_desk, of_rasa = faults.kills(2, 7, ("desk",), soon), faults.kills(1, 7, ("rasa",), soon)
        found = await played(stage, of_desk, of_rasa)
        assert found.is_fine, found


async def test_a_rasa_that_hangs_or_answers_500_or_is_cut_off_costs_patience_and_nothing_else(rasa, tmp_path):
    hangs, breaks, is_cut = faults.rasa_hangs(1), faults.wires("failing", 1), faults.wires("cut", 1)
    found = await played(Stage(rasa, tmp_path, web=2, agents=()), hangs, breaks, is_cut)
    assert found.is_fine, found


async def test_a_file_that_is_locked_or_cannot_grow_and_a_wrong_clock_lose_nothing(rasa, tmp_path):
    stage = Stage(rasa, tmp_path, clock=True, web=2, agents=())
    knocks = faults.file_is_busy(2), faults.files_cannot_grow(1), faults.clock_jumps(7200, 0.5)
    found = await played(stage, *knocks)
    assert found.is_fine, found


@pytest.mark.postgres
async def test_a_postgresql_that_crashes_loses_nothing(rasa, tmp_path):
    async with postgres() as running:
        if running is None:
            pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
        server, wire = running
        stage = Stage(rasa, tmp_path, database=server.url(wire.port), web=2, agents=())
        found = await played(stage, faults.database_restarts(server, "immediate"))
        assert found.is_fine, found
