"""What the phone's page asks and tells, and what `make up WECHAT=fake` gives the desk."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.wechat import troubles, up
from tests.wechat.kf_api import SEND
from tests.wechat.official_api import CUSTOM
from tests.wechat.phone_page import PhonePage
from tests.wechat.phones import Phones
from tests.wechat.played_desk import PlayedDesk

REAL = {"KESU_WECHAT_SECRET_FILE": "/real", "KESU_WECOM_AES_KEY_BEFORE": "x", "PATH": "/bin"}


@pytest.fixture
async def desk(fake):
    return PlayedDesk(fake.official, "很抱歉")


@pytest.fixture
async def phones(fake, desk):
    return Phones(fake, await fake.serve(desk.app()))


@pytest.fixture
async def page(phones, aiohttp_client):
    """The page's server, and everything that goes on in it, done."""
    served = PhonePage(phones)
    client = await aiohttp_client(served.app)

    async def ask(path, body=None, **how):
        answer = await (client.get(path) if body is None else client.post(path, json=body, **how))
        await asyncio.gather(*served._going_on)
        assert answer.status == 200
        return await answer.json()

    ask.client = client
    return ask


async def test_a_customer_follows_writes_and_sees_the_passive_reply(page):
    await page("/do/wechat/0", {"deed": "follow"})
    await page("/do/wechat/0", {"deed": "write", "text": "有虫子"})
    seen = await page("/seen/wechat/0")
    assert [(line["way"], line["text"]) for line in seen["lines"]][2:] == [
        ("sent", "有虫子"),
        ("passive", "很抱歉"),
    ]
    assert seen["subscribed"]
    assert (await page("/seen/wechat/1"))["lines"] == []


async def test_the_page_says_what_is_left_of_the_window_and_turns_the_clock(page):
    await page("/do/wechat/0", {"deed": "write", "text": "你好"})
    window = (await page("/seen/wechat/0"))["windows"][0]
    assert (window["left"], window["seconds"]) == (5, 48 * 3600)
    await page("/platform", {"turn": 48 * 3600})
    seen = await page("/seen/wechat/0")
    assert (seen["windows"][0]["left"], seen["windows"][0]["seconds"], seen["turned"]) == (0, 0, 172_800)


async def test_a_photo_is_sent_and_shown(page):
    answer = await page.client.post("/photo/wechat/0", data=b"\x89PNG", headers={"Content-Type": "image/png"})
    assert answer.status == 200
    (line,) = [line for line in (await page("/seen/wechat/0"))["lines"] if line["mine"]]
    shown = await page.client.get(f"/media/{line['media_id']}")
    assert (await shown.read(), shown.content_type) == (b"\x89PNG", "image/png")
    assert (await page.client.get("/media/nobodys")).status == 404


async def test_in_kf_a_customer_rings_and_servicers_do_their_work(page, phones, desk):
    await page("/do/kf/0", {"deed": "write", "text": "你好"})
    assert desk.rung.is_set()
    session = next(iter(phones.account.sessions.values()))
    session.state = 2
    await page("/do/kf/0", {"deed": "take", "servicer": "LiLei"})
    await page("/do/kf/0", {"deed": "answer", "servicer": "LiLei", "text": "我来处理"})
    seen = await page("/seen/kf/0")
    assert (seen["state_name"], seen["servicer"]) == ("人工接待", "LiLei")
    assert seen["lines"][-1]["way"] == "servicer"
    await page("/do/kf/0", {"deed": "duty", "servicer": "WangFang"})
    assert (await page("/seen/kf/0"))["servicers"] == {"WangFang": False, "LiLei": True}


@pytest.mark.parametrize("trouble", troubles.NAMES)
async def test_every_trouble_of_the_switch_begins_and_ends(page, phones, fake, trouble):
    calm = _calm(phones, fake)
    await page("/platform", {"trouble": trouble})
    assert (await page("/seen/wechat/0"))["trouble"] == trouble
    fake.official.stable_tokens.stable()
    assert (_calm(phones, fake) == calm) == (trouble in (troubles.NONE, "renewed"))
    await page("/platform", {"trouble": troubles.NONE})
    assert _calm(phones, fake) == calm


def _calm(phones, fake):
    """What troubles change."""
    faults = [fake.official_api.faults.waiting(path) for path in (CUSTOM, "*")]
    faults += [fake.kf_api.faults.waiting(path) for path in (SEND, "*")]
    return faults, fake.official.whitelisted, fake.corp.whitelisted, phones.kf.rings, phones.account.failing


async def test_a_token_that_was_revoked_is_believed_no_more(page, fake):
    before = fake.official.stable_tokens.stable()["access_token"]
    await page("/platform", {"trouble": "renewed"})
    assert fake.official.stable_tokens.stable()["access_token"] != before


async def test_the_account_becomes_one_of_another_kind(page, fake):
    await page("/platform", {"sort": "订阅号"})
    assert fake.official.sort == "订阅号"


async def test_the_same_person_has_one_unionid_in_both_channels(fake, phones):
    known = {follower.unionid for follower in fake.official.followers.values()}
    assert known == set(fake.corp.unionids.values())


async def test_a_real_accounts_secrets_never_meet_the_fake(fake):
    env = up.environment(fake, REAL, 8080)
    assert {name for name in env if name.endswith(("_FILE", "_BEFORE"))} == set()
    assert (env["KESU_WECHAT_API"], env["KESU_WECOM_API"]) == (fake.official_url, fake.kf_url)
    assert (env["PATH"], env["KESU_PORT"]) == ("/bin", "8080")


async def test_made_up_customers_stay_out_of_the_usual_database(fake):
    assert up.environment(fake, {}, 8080)["KESU_VAR"] == "var/wechat-fake"
    assert up.environment(fake, {"KESU_VAR": "var/mine"}, 8080)["KESU_VAR"] == "var/mine"
    assert "KESU_VAR" not in up.environment(fake, {"KESU_DATABASE_URL": "sqlite:///x.db"}, 8080)


def test_the_fake_imports_nothing_of_the_desk():
    sources = Path(up.__file__).parent.glob("*.py")
    assert not [
        path.name for path in sources if re.search(r"^\s*(from|import) bot\b", path.read_text(), re.MULTILINE)
    ]
