"""Signing in with another system's word, against a provider on loopback."""

import re
import secrets
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from yarl import URL

from bot.adapters.oidc import OidcProvider
from bot.domain.people import Role
from bot.services.single_sign_on import SingleSignOn
from bot.web.auth import DESK_COOKIE
from tests.oidc_provider import CLIENT, SECRET, FakeProvider, query_of


@pytest.fixture
async def provider(aiohttp_server, monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # loopback has no TLS
    fake = FakeProvider()
    server = await aiohttp_server(fake.app())
    fake.issuer = str(server.make_url("")).rstrip("/")
    return fake


@pytest.fixture
def opened(aiohttp_client, door, provider):
    """Opens a desk that believes this provider."""

    async def work(*, create=False, login_claim=""):
        there = OidcProvider(provider.issuer, CLIENT, SECRET, login_claim=login_claim)
        sign_on = SingleSignOn(door.desk.units, there, door.desk.clock, title="公司账号", create=create)
        return await aiohttp_client(door.app(sign_on=sign_on))

    return work


@pytest.fixture
async def wang(door):
    """小王, known by an e-mail address."""
    user = await door.person()
    async with door.desk.units() as uow:
        (await uow.people.get(user.id)).email = "wang@example.com"
        await uow.commit()
    return user


async def leave(client):
    """To the provider: where it leads back to."""
    there = (await client.get("/desk/oidc", allow_redirects=False)).headers["Location"]
    answer = await client.session.get(there, allow_redirects=False)
    return URL(answer.headers["Location"])


async def come(client):
    """The whole way: the answer to coming back."""
    back = await leave(client)
    return await client.get(str(back.relative()), allow_redirects=False)


async def signed_in_as(door, answer):
    return await door.parts.accounts.who(answer.cookies[DESK_COOKIE].value)


async def test_who_is_known_by_a_verified_address_gets_in(opened, door, wang):
    client = await opened()
    assert "公司账号" in await (await client.get("/desk/login")).text()
    answer = await come(client)
    assert answer.status == 200
    assert re.search(r'http-equiv="refresh" content="0; url=/desk"', await answer.text())
    assert (await signed_in_as(door, answer)).id == wang.id


async def test_the_request_holds_state_nonce_and_an_s256_challenge_that_are_new_each_time(
    opened, provider, wang
):
    client = await opened()
    await leave(client)
    await leave(client)
    first, second = provider.asked
    assert first["scope"] == "openid email profile"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]


async def test_from_then_on_the_subject_counts_and_not_the_address(opened, door, provider, wang):
    client = await opened()
    await come(client)
    provider.claims |= {"email": "elsewhere@example.com"}
    assert (await signed_in_as(door, await come(client))).id == wang.id
    provider.claims |= {"sub": "s-2", "email": "wang@example.com"}
    assert (await come(client)).status == 403


async def test_an_unverified_address_is_nobodys(opened, provider, wang):
    provider.claims |= {"email_verified": False}
    assert (await come(await opened())).status == 403


@pytest.mark.parametrize(("claim", "status"), [("", 403), ("preferred_username", 200)])
async def test_a_login_name_counts_only_when_settings_say_so(opened, provider, wang, claim, status):
    provider.claims |= {"email": None, "preferred_username": "Wang"}
    assert (await come(await opened(login_claim=claim))).status == status


async def test_who_is_unknown_becomes_an_agent_only_when_settings_say_so(opened, door, provider):
    assert (await come(await opened())).status == 403
    user = await signed_in_as(door, await come(await opened(create=True)))
    assert (user.login, user.name, user.role) == ("wang@example.com", "王丽", Role.AGENT)


async def test_a_made_login_has_no_password(opened, door, provider):
    await come(await opened(create=True))
    client = await opened()
    for guess in ("", "!"):
        answer = await client.post(
            "/desk/login",
            data={"login": "wang@example.com", "password": guess},
            headers={"Origin": str(client.make_url("")).rstrip("/")},
        )
        assert answer.status == 401


async def test_a_deactivated_person_stays_out(opened, door, wang):
    await door.person("root", role=Role.ADMIN)
    await door.parts.staff.deactivate(wang.id, by="root")
    assert (await come(await opened())).status == 403


async def test_the_second_factor_is_asked_for_all_the_same(opened, door, wang):
    async with door.desk.units() as uow:
        (await uow.people.get(wang.id)).totp = "S" * 32
        await uow.commit()
    answer = await come(await opened())
    assert "url=/desk/login/code" in await answer.text()
    assert await door.parts.accounts.waits(answer.cookies[DESK_COOKIE].value)


@pytest.mark.parametrize(
    "spoil",
    [
        {"aud": "another-client"},
        {"iss": "https://elsewhere.example"},
        {"nonce": "another browser's"},
        {"nonce": None},
        {"exp": int(time.time()) - 600},
        {"exp": None},
        {"azp": "another-client"},
    ],
)
async def test_a_word_for_somebody_else_or_too_old_is_refused(opened, provider, wang, spoil):
    provider.spoil = spoil
    answer = await come(await opened())
    assert DESK_COOKIE not in answer.cookies
    assert answer.status == 303
    assert answer.headers["Location"] == "/desk/login"


async def test_a_word_signed_with_an_unknown_key_is_refused(opened, provider, wang):
    provider.key = ec.generate_private_key(ec.SECP256R1())
    assert DESK_COOKIE not in (await come(await opened())).cookies


async def test_another_browsers_way_back_is_refused(opened, wang):
    client, other = await opened(), await opened()
    back = await leave(client)
    assert DESK_COOKIE not in (await other.get(str(back.relative()), allow_redirects=False)).cookies
    await leave(other)
    assert DESK_COOKIE not in (await other.get(str(back.relative()), allow_redirects=False)).cookies


async def test_a_code_that_was_used_is_refused(opened, wang):
    client = await opened()
    back = await leave(client)
    first = await client.get(str(back.relative()), allow_redirects=False)
    assert DESK_COOKIE in first.cookies
    assert DESK_COOKIE not in (await client.get(str(back.relative()), allow_redirects=False)).cookies


async def test_the_way_takes_at_most_ten_minutes(opened, door, wang):
    client = await opened()
    back = await leave(client)
    door.desk.clock.turn(minutes=11)
    assert DESK_COOKIE not in (await client.get(str(back.relative()), allow_redirects=False)).cookies


async def test_what_the_provider_refuses_is_told_and_lets_nobody_in(opened, wang):
    client = await opened()
    state = query_of(str(await leave(client)))["state"]
    answer = await client.get(f"/desk/oidc/back?error=access_denied&state={state}", allow_redirects=False)
    assert DESK_COOKIE not in answer.cookies


async def test_without_settings_there_is_no_such_way(client):
    assert (await client.get("/desk/oidc")).status == 404
    assert (await client.get(f"/desk/oidc/back?code={secrets.token_hex()}")).status == 404
    assert "/desk/oidc" not in await (await client.get("/desk/login")).text()
