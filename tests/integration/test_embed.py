"""The script for other sites, and who may put which page into a frame."""

import pytest

from bot.domain.company import Company
from bot.domain.people import Role
from bot.domain.widget import Widget
from tests.doors import make_door, sign_in

SHOP = "https://shop.example.com"
COMPANY = Company(name="清泉", widget=Widget(color="#aa3311", greeting='您好"</script>'))


@pytest.fixture
def backend():
    """The door is the same before every database."""
    return "sqlite"


@pytest.fixture
def door(database, sealer):
    return make_door(database, sealer)


@pytest.fixture
async def client(aiohttp_client, door):
    return await aiohttp_client(door.app(embed_sites=(SHOP,), company=COMPANY))


def ancestors(answer):
    """Who may put an answer into a frame."""
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    return policy["frame-ancestors"]


@pytest.mark.parametrize(
    ("sites", "expected"),
    [
        ((), "'self'"),
        ((SHOP, "http://10.0.0.8:8000"), f"'self' {SHOP} http://10.0.0.8:8000"),
        (("*",), "'self' *"),
    ],
)
async def test_the_chat_may_be_framed_by_the_sites_that_are_set_and_by_ourselves(
    aiohttp_client, door, sites, expected
):
    client = await aiohttp_client(door.app(embed_sites=sites))
    assert ancestors(await client.get("/")) == expected
    assert ancestors(await client.get(f"/?frame=1&lang=en&site={SHOP}")) == expected


@pytest.mark.parametrize(
    "path", ["/desk", "/desk/login", "/desk/widget", "/nowhere", "/api/messages", "/widget.js"]
)
async def test_no_other_page_may_be_framed_by_another_site(client, path):
    assert ancestors(await client.get(path)) == "'self'"


async def test_the_framed_page_sets_no_cookie(client):
    assert "Set-Cookie" not in (await client.get("/?frame=1")).headers


async def test_the_script_is_kept_for_minutes_and_then_asked_after(client):
    answer = await client.get("/widget.js")
    assert (answer.status, answer.content_type) == (200, "text/javascript")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    again = await client.get("/widget.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status, await again.text()) == (304, "")
    assert again.headers["ETag"] == answer.headers["ETag"]


async def test_the_script_has_what_company_yml_says_as_data(client):
    script = await (await client.get("/widget.js")).text()
    (line,) = [line for line in script.splitlines() if "const COMPANY" in line]
    said = '{"color": "#aa3311", "greeting": "您好\\"</script>", "name": "清泉客户服务"}'
    assert line.strip().startswith(f"const COMPANY = {said};")


async def test_another_company_has_another_script(aiohttp_client, door, client):
    other = await aiohttp_client(door.app(company=Company(name="甘露")))
    tags = [(await one.get("/widget.js")).headers["ETag"] for one in (client, other)]
    assert len(set(tags)) == 2


async def test_a_site_that_isolates_itself_may_load_the_script(client):
    assert (await client.get("/widget.js")).headers["Cross-Origin-Resource-Policy"] == "cross-origin"


async def test_the_admin_finds_the_line_to_copy_and_who_may_use_it(client, door):
    await door.person("root", "管理员", Role.ADMIN)
    await sign_in(client, "root")
    answer = await client.get("/desk/widget")
    text = await answer.text()
    line = f"&lt;script src=&#34;http://{client.host}:{client.port}/widget.js&#34; async&gt;&lt;/script&gt;"
    assert line in text
    assert SHOP in text
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("sites", "said"), [((), "KESU_EMBED_SITES"), (("*",), "只在内网可以这样设置")])
async def test_the_admin_is_told_when_no_site_or_every_site_may(aiohttp_client, door, sites, said):
    client = await aiohttp_client(door.app(embed_sites=sites, origin="https://kefu.example.com"))
    await door.person("root", "管理员", Role.ADMIN)
    own = {"Origin": "https://kefu.example.com"}
    await client.post("/desk/login", data={"login": "root", "password": "correct horse battery"}, headers=own)
    text = await (await client.get("/desk/widget")).text()
    assert said in text
    assert "https://kefu.example.com/widget.js" in text
