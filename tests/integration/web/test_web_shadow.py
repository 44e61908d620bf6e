"""The pages of shadow replay and of suggestions from outside: forms without scripts, a list to take along."""

import pytest

from bot.domain.people import Role
from bot.domain.suggestions import Doubtful
from tests.doors import send_form, sign_in
from tests.records import store
from tests.rooms import reading
from tests.training_data import a_model


@pytest.fixture
async def supervisor(aiohttp_client, door):
    await door.person("su", "小苏", Role.SUPERVISOR)
    await store(door.desk.units, ("models", a_model()))
    client = await aiohttp_client(door.app())
    await sign_in(client, "su")
    return client


@pytest.fixture
async def run(door, supervisor):
    """The path of a run that found one message read otherwise."""
    await door.desk.say("谢谢啦", reading("greet"))
    door.desk.beside.tables["kesu-2.tar.gz"] = {"谢谢啦": reading("thank")}
    begun = await send_form(supervisor, "/desk/training/shadow", model="kesu-2", days="7", most="100")
    await door.desk.shadow.look()
    return begun.headers["Location"]


async def test_without_scripts_a_judgement_leads_back_to_its_message(door, supervisor, run):
    message = (await door.messages())[0].id
    answer = await send_form(supervisor, f"{run}/judge", message=message, verdict="new", label="")
    assert answer.headers["Location"] == f"{run}/change?before=greet&after=thank#m-{message}"
    page = await (await supervisor.get(answer.headers["Location"])).text()
    assert "新的对 · 小苏" in page


async def test_a_script_hears_what_was_judged(door, supervisor, run):
    message = (await door.messages())[0].id
    supervisor.session.headers["Accept"] = "application/json"
    answer = await send_form(supervisor, f"{run}/judge", message=message, verdict="neither", label="表扬")
    assert await answer.json() == {"verdict": "neither", "words": "都不对，应是“表扬” · 小苏"}


@pytest.mark.parametrize("form", [{"days": "0"}, {"most": "viele"}, {"model": ""}])
async def test_a_form_that_was_filled_in_wrongly_is_refused_in_words(supervisor, form):
    sent = {"model": "kesu-2", "days": "7", "most": "100"} | form
    answer = await send_form(supervisor, "/desk/training/shadow", **sent)
    assert 400 <= answer.status < 500
    assert "请" in await answer.text()


async def test_rows_to_be_changed_are_taken_along_and_none_is_a_formula(door, supervisor):
    doubt = Doubtful("data/nlu/greet.yml:7", "greet", "=1+1", "thank", 0.93)
    door.desk.rows.doubts["kesu-2.tar.gz"] = [doubt]
    await send_form(supervisor, "/desk/training/suggestions/mark", row=doubt.key, kind="noted")
    lines = (await (await supervisor.get("/desk/training/suggestions/noted.csv")).text()).splitlines()
    assert lines[1].startswith("data/nlu/greet.yml:7,greet,'=1+1,thank,")


async def test_a_possible_new_issue_fills_the_form_of_a_new_label(door, supervisor):
    await door.desk.say("小程序里领不了券", reading(None, 0.2))
    message = (await door.messages())[0].id
    page = await (await supervisor.get("/desk/training/labels", params={"message": message})).text()
    assert "小程序里领不了券" in page
