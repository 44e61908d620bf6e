"""The consumer association's lists on a page: what holds decides, and the clause is named."""

from bot.adapters.handbook_files import load_handbook
from bot.settings import ROOT


async def test_the_page_asks_everything_the_lists_name(client):
    page = await (await client.get("/acceptance")).text()
    assert page.count('type="checkbox"') == 12
    assert "按所列规定" not in page


async def test_one_line_of_the_refused_list_decides(client):
    answer = await client.get("/acceptance?asked=1&held=C-CCA-A1&held=C-CCA-N2")
    page = await answer.text()
    assert "消协不予受理" in page
    assert "C-CCA-N2" in page
    assert "您向我们的投诉都照常办理" in page


async def test_a_line_of_the_accepted_list_is_quoted(client):
    page = await (await client.get("/acceptance?asked=1&held=C-CCA-A1")).text()
    assert "消协应予受理" in page
    assert "D38 [003:96]" in page


async def test_nothing_ticked_leaves_it_open(client):
    assert "还不能判断" in await (await client.get("/acceptance?asked=1")).text()


async def test_what_is_not_asked_is_refused_and_never_markup(client):
    answer = await client.get("/acceptance", params={"asked": "1", "held": "<b>x</b>"})
    assert answer.status == 400
    assert "<b>x</b>" not in await answer.text()


async def test_without_the_lists_there_is_no_page(aiohttp_client, door):
    without = load_handbook(ROOT / "data/handbook", ["general"])
    client = await aiohttp_client(door.app(handbook=without))
    assert (await client.get("/acceptance")).status == 404
    assert "data-acceptance" not in await (await client.get("/")).text()


async def test_the_chat_page_knows_where_it_is(client):
    assert 'data-acceptance="/acceptance"' in await (await client.get("/")).text()
