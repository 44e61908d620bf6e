"""The ways out of the house against real servers on loopback: what is sent, and how each failure is told."""

import email
import email.policy
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.adapters.mail import MailSender, MailServer
from bot.adapters.senders import senders
from bot.adapters.sms import Gateway, SmsSender
from bot.domain.errors import ConfigurationError, SendingFailed, SendingRefused, SendingUnsure
from bot.domain.followup import Letter, Way
from bot.settings import Settings
from tests import outside

NOW = datetime(2026, 3, 18, 2, 0, tzinfo=UTC)
TEMPLATE = {"to": "{phone}", "body": {"text": "{text}", "ref": "{id}"}, "key": "{secret}"}


def a_letter(way=Way.MAIL, recipient="gu.ke@example.com", text="您好，“想”听听您是否满意。\n{phone}"):
    return Letter("letter-1", "case", way, recipient, "回访：您的投诉", text, created_at=NOW, next_at=NOW)


def mail(port, **more):
    return MailSender(MailServer("127.0.0.1", port, "kefu@example.com", "none", **more), timeout=2)


def sms(url, **more):
    return SmsSender(Gateway(url, **{"template": TEMPLATE, "secret": SecretStr("s3cret"), **more}), timeout=2)


async def test_a_mail_arrives_with_its_words_and_its_own_id():
    mailbox = outside.Mailbox()
    async with outside.mail_server(mailbox) as port:
        await mail(port).send(a_letter())
    (envelope,) = mailbox.mails
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert (envelope.rcpt_tos, message["Subject"]) == (["gu.ke@example.com"], "回访：您的投诉")
    assert message["Message-ID"] == "<letter-1@example.com>"
    assert "是否满意" in message.get_content()


async def test_a_login_is_used_where_one_is_set():
    mailbox = outside.Mailbox()
    options = {"authenticator": mailbox.authenticate, "auth_require_tls": False}
    async with outside.mail_server(mailbox, **options) as port:
        await mail(port, user="desk", password=SecretStr("right")).send(a_letter())
        with pytest.raises(SendingFailed, match="用户名或密码") as caught:
            await mail(port, user="desk", password=SecretStr("s3cret")).send(a_letter())
    assert len(mailbox.mails) == 1
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [("550 no such user", SendingRefused), ("451 try again later", SendingFailed)],
)
async def test_a_server_that_refuses_for_good_is_told_from_one_that_is_busy(refusal, kind):
    mailbox = outside.Mailbox()
    mailbox.refusal = refusal
    async with outside.mail_server(mailbox) as port:
        with pytest.raises(SendingFailed) as caught:
            await mail(port).send(a_letter())
    assert type(caught.value) is kind


async def test_a_server_that_falls_silent_after_the_letter_leaves_us_unsure():
    mailbox = outside.Mailbox()
    mailbox.silent = True
    async with outside.mail_server(mailbox) as port:
        with pytest.raises(SendingUnsure):
            await mail(port).send(a_letter())


async def test_a_server_that_is_not_there_is_tried_again_later():
    async with outside.mail_server(outside.Mailbox()) as port:
        pass
    with pytest.raises(SendingFailed) as caught:
        await mail(port).send(a_letter())
    assert type(caught.value) is SendingFailed


async def test_a_short_message_fills_in_the_template_and_nothing_that_it_says_is_filled_in_again():
    gateway = outside.Gateway()
    async with outside.sms_gateway(gateway) as url:
        headers = {"Authorization": "Bearer {secret}"}
        await sms(url, headers=headers).send(a_letter(Way.SMS, "138-1234-5678"))
    ((method, body, sent),) = gateway.requests
    assert (method, body["to"], body["key"], body["body"]["ref"]) == (
        "POST", "13812345678", "s3cret", "letter-1",
    )  # fmt: skip
    assert body["body"]["text"] == a_letter().text
    assert sent["Authorization"] == "Bearer s3cret"


async def test_a_gateway_that_wants_a_get_finds_it_in_the_address():
    gateway = outside.Gateway()
    async with outside.sms_gateway(gateway) as url:
        await sms(url, method="GET", template={"to": "{phone}", "msg": "{text}"}).send(
            a_letter(Way.SMS, "13812345678", "满意吗？&x=1")
        )
    ((method, body, _),) = gateway.requests
    assert (method, body) == ("GET", {"to": "13812345678", "msg": "满意吗？&x=1"})


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (503, "", SendingFailed),
        (429, "", SendingFailed),
        (400, "", SendingRefused),
        (200, '{"code": 17}', SendingRefused),
    ],
)
async def test_the_gateways_answer_decides(status, text, kind):
    gateway = outside.Gateway()
    gateway.status, gateway.text = status, text
    async with outside.sms_gateway(gateway) as url:
        with pytest.raises(SendingFailed) as caught:
            await sms(url, accepted='"code": 0').send(a_letter(Way.SMS, "13812345678"))
    assert type(caught.value) is kind


async def test_a_gateway_that_breaks_off_leaves_us_unsure():
    gateway = outside.Gateway()
    gateway.silent = True
    async with outside.sms_gateway(gateway) as url:
        with pytest.raises(SendingUnsure):
            await sms(url).send(a_letter(Way.SMS, "13812345678"))


async def test_a_gateway_that_is_not_there_is_tried_again_later():
    async with outside.sms_gateway(outside.Gateway()) as url:
        pass
    with pytest.raises(SendingFailed) as caught:
        await sms(url).send(a_letter(Way.SMS, "13812345678"))
    assert type(caught.value) is SendingFailed


def test_without_settings_nothing_leaves_the_house():
    assert senders(Settings()) == {}


def test_the_settings_open_the_ways():
    known = senders(
        Settings(smtp_host="mail", mail_from="客服 <kefu@example.com>", sms_url="https://sms.example.com")
    )
    assert set(known) == {Way.MAIL, Way.SMS}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"smtp_host": "mail"}, "KESU_MAIL_FROM"),
        ({"sms_url": "sms.example.com"}, "KESU_SMS_URL"),
        ({"sms_url": "https://a.b", "sms_template": "{phone}"}, "KESU_SMS_TEMPLATE"),
        ({"sms_url": "https://a.b", "sms_template": '{"to": "{phone}"}'}, "KESU_SMS_TEMPLATE"),
        ({"sms_url": "https://a.b", "sms_template": '["{phone}", "{text}"]'}, "KESU_SMS_TEMPLATE"),
        ({"sms_url": "https://a.b", "sms_headers": '{"X": "{key}"}'}, "KESU_SMS_HEADERS"),
    ],
)
def test_a_wrong_setting_is_named(given, named):
    with pytest.raises(ConfigurationError, match=named):
        senders(Settings(**given))


def test_secrets_are_not_shown():
    server = MailServer("h", 25, "a@b.c", password=SecretStr("s3cret"))
    assert "s3cret" not in repr(server) + repr(Gateway("u", {}, secret=SecretStr("s3cret")))
