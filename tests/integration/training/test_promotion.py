import pytest

from bot.domain.errors import Conflict, ForbiddenMove, NotFound
from bot.domain.model import Model, ModelState
from bot.services.promotion import Promotion, Wanted


class Archives:
    """Every archive is there, but those that were taken away."""

    def __init__(self):
        self.gone = set()

    def find(self, model):
        return None if model.id in self.gone else f"models/{model.id}.tar.gz"


@pytest.fixture
def archives():
    """The archives that the models have."""
    return Archives()


@pytest.fixture
def promotion(desk, units, archives):
    """What puts models into service."""
    return Promotion(units, desk.clock, archives.find)


@pytest.fixture
def add(desk, units):
    """Adds a model: a candidate that was approved, unless told otherwise."""

    async def add(model_id, **more):
        async with units() as uow:
            report = {"live": {"model": (await uow.models.live()).model}}
            fit = {
                "report": report,
                "gate": {"open": True},
                "approved_by": "li",
                "approved_at": desk.clock.now(),
            }
            uow.models.add(
                Model(
                    model_id, ModelState.CANDIDATE, f"{model_id}.tar.gz", "wang", desk.clock.now(),
                    **{**fit, **more},
                )
            )  # fmt: skip
            await uow.commit()

    return add


@pytest.fixture
def go(desk, promotion, add):
    """Adds models and puts each into service, one after the other; the version of the row afterwards."""

    async def go(*model_ids):
        version = 0
        for model_id in model_ids:
            await add(model_id)
            desk.clock.turn(hours=1)
            version = (await promotion.promote(model_id, expected=version, by="li")).version
        return version

    return go


async def stored(units, model_id):
    async with units() as uow:
        return await uow.models.get(model_id)


async def test_a_promoted_model_is_live_and_the_one_before_retired_with_their_times(
    desk, units, promotion, go
):
    version = await go("a", "b")
    assert version == 2
    wanted = await promotion.wanted()
    assert (wanted.model, wanted.version, wanted.archive) == ("b", 2, "models/b.tar.gz")
    old, new = await stored(units, "a"), await stored(units, "b")
    assert (old.state, new.state) == (ModelState.RETIRED, ModelState.LIVE)
    assert old.live_until == new.live_from == desk.clock.now()
    assert "b" in old.ended_because


async def test_who_saw_an_older_row_changes_nothing(units, promotion, go, add):
    version = await go("a", "b")
    await add("c")
    with pytest.raises(Conflict):
        await promotion.promote("c", expected=version - 1, by="li")
    with pytest.raises(Conflict):
        await promotion.roll_back(expected=version - 1, by="li")
    assert (await promotion.wanted()).model == "b"
    assert (await stored(units, "c")).state is ModelState.CANDIDATE


@pytest.mark.parametrize(
    ("lacks", "says"),
    [
        ({"gate": None}, "检验"),
        ({"gate": {"open": False}}, "检验"),
        ({"approved_by": None}, "批准"),
        ({"state": ModelState.REJECTED}, "不采用"),
        ({"state": ModelState.FAILED}, "训练失败"),
        ({"state": ModelState.TRAINING}, "训练中"),
    ],
)
async def test_a_model_that_is_not_fit_or_not_approved_does_not_go_live(units, promotion, add, lacks, says):
    await add("a")
    async with units() as uow:
        model = await uow.models.get("a")
        for name, value in lacks.items():
            setattr(model, name, value)
        await uow.commit()
    with pytest.raises(ForbiddenMove, match=says):
        await promotion.promote("a", expected=0, by="li")
    assert await promotion.wanted() is None


async def test_a_model_that_was_compared_with_an_earlier_one_needs_a_new_report(units, promotion, go, add):
    version = await go("a")
    await add("c")
    await add("b")
    await promotion.promote("b", expected=version, by="li")
    with pytest.raises(ForbiddenMove, match="重新做报告"):
        await promotion.promote("c", expected=version + 1, by="li")
    assert (await promotion.wanted()).model == "b"


async def test_at_the_terminal_a_model_without_a_report_can_be_promoted_and_the_log_says_so(
    units, promotion, add
):
    await add("a", gate=None, approved_by=None)
    await promotion.promote("a", expected=0, by="the terminal", unchecked=True)
    async with units() as uow:
        (entry,) = [row for row in await uow.audit.after(0, 100) if row.deed == "model_promoted"]
    assert entry.details["unchecked"] is True
    assert entry.actor == "the terminal"


async def test_a_model_whose_archive_is_gone_does_not_go_live(promotion, add, archives):
    await add("a")
    archives.gone.add("a")
    with pytest.raises(ForbiddenMove, match="文件"):
        await promotion.promote("a", expected=0, by="li")


async def test_an_unknown_model_and_the_live_one_are_told_apart(promotion, go):
    version = await go("a")
    with pytest.raises(NotFound):
        await promotion.promote("x", expected=version, by="li")
    with pytest.raises(Conflict, match="已经在使用中"):
        await promotion.promote("a", expected=version, by="li")


async def test_going_back_takes_the_model_before_and_going_back_again_the_one_before_that(
    units, promotion, go
):
    version = await go("a", "b", "c")
    assert (await promotion.before()).id == "b"
    live = await promotion.roll_back(expected=version, by="li")
    assert live.model == "b"
    assert (await stored(units, "c")).state is ModelState.REJECTED
    assert (await stored(units, "c")).ended_because
    assert (await promotion.roll_back(expected=live.version, by="li")).model == "a"
    with pytest.raises(ForbiddenMove, match="没有可以换回"):
        await promotion.roll_back(expected=live.version + 1, by="li")


async def test_going_back_passes_over_a_model_whose_archive_is_gone(promotion, go, archives):
    version = await go("a", "b", "c")
    archives.gone.add("b")
    assert (await promotion.roll_back(expected=version, by="li")).model == "a"


async def test_a_model_that_was_gone_back_from_can_be_promoted_again(promotion, go):
    version = await go("a", "b")
    await promotion.roll_back(expected=version, by="li")
    assert (await promotion.promote("b", expected=version + 1, by="li")).model == "b"


async def test_a_retired_model_needs_no_new_approval(units, promotion, go):
    version = await go("a", "b")
    async with units() as uow:
        (await uow.models.get("a")).gate = None
        await uow.commit()
    assert (await promotion.promote("a", expected=version, by="li")).model == "a"


async def test_an_unfit_model_is_taken_out_by_the_desk_and_supervisors_are_told_once(units, promotion, go):
    await go("a", "b")
    unfit = await promotion.wanted()
    for _desk in range(2):  # two desk processes find it out
        await promotion.refuse(unfit, "没有听懂「我要找人工客服」")
    assert (await promotion.wanted()).model == "a"
    bad = await stored(units, "b")
    assert (bad.state, bad.ended_because) == (ModelState.REJECTED, "没有听懂「我要找人工客服」")
    async with units() as uow:
        task = await uow.tasks.get(f"model-{unfit.version}")
        entries = [row.deed for row in await uow.audit.after(0, 100)]
    assert "b" in task.title
    assert "a" in task.title
    assert entries.count("model_rolled_back") == 1


async def test_a_row_that_has_moved_on_is_not_taken_back(promotion, go, add):
    version = await go("a", "b")
    unfit = await promotion.wanted()
    await add("c")
    await promotion.promote("c", expected=version, by="li")
    await promotion.refuse(unfit, "damaged")
    assert (await promotion.wanted()).model == "c"


async def test_without_a_model_before_the_row_stays_and_supervisors_are_told(units, promotion, go):
    await go("a")
    await promotion.refuse(await promotion.wanted(), "damaged")
    assert (await promotion.wanted()).model == "a"
    assert (await stored(units, "a")).ended_because == "damaged"
    async with units() as uow:
        assert "没有可以换回" in (await uow.tasks.get("model-1")).title


async def test_while_a_setting_names_the_model_nobody_switches(desk, units, archives, go, add):
    version = await go("a", "b")
    await add("c")
    pinned = Promotion(units, desk.clock, archives.find, pinned="b.tar.gz")
    with pytest.raises(ForbiddenMove, match="KESU_MODEL"):
        await pinned.promote("c", expected=version, by="li")
    with pytest.raises(ForbiddenMove, match="KESU_MODEL"):
        await pinned.roll_back(expected=version, by="li")


async def test_what_one_desk_process_switches_another_one_sees(desk, units, promotion, archives, go, add):
    other = Promotion(units, desk.clock, archives.find)
    version = await go("a")
    assert (await other.wanted()).model == "a"
    await add("b")
    await promotion.promote("b", expected=version, by="li")
    assert await other.wanted() == Wanted("b", 2, "models/b.tar.gz")
