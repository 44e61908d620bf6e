"""The fake's own signing and sealing beside wechatpy's: neither knows the other, nor the desk."""

import pytest
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature
from wechatpy.work.crypto import WeChatCrypto as WecomCrypto

from tests.wechat import messages
from tests.wechat.callbacks import Driver, WecomDriver
from tests.wechat.official import OfficialAccount
from tests.wechat.sealing import Sealer

RECEIVER = "gh_0123456789ab"
WORDS = '有]]>虫子 <a href="weixin://x">&\'\U0001f41b'


@pytest.fixture
def account(fake):
    return fake.official


@pytest.fixture
def official(account):
    sealer = Sealer(account.token, account.aes_key, account.appid)
    return Driver("http://127.0.0.1:9", sealer, account.clock)


@pytest.fixture
def oracle(account):
    return WeChatCrypto(account.token, account.aes_key, account.appid)


def decrypted(oracle, query, body):
    return oracle.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])


def test_wechatpy_opens_and_reads_what_the_driver_posts(official, oracle, account):
    document = messages.text(RECEIVER, "openid-li", 1_774_000_800, 23, WORDS)
    query, body = official.envelope(document, receiver=RECEIVER)
    check_signature(account.token, query["signature"], query["timestamp"], query["nonce"])
    read = parse_message(decrypted(oracle, query, body))
    assert (read.type, read.id, read.source, read.target) == ("text", 23, "openid-li", RECEIVER)
    assert read.content == WORDS


@pytest.mark.parametrize("name", ["subscribe", "unsubscribe", "click"])
def test_wechatpy_reads_the_events(official, oracle, name):
    document = messages.event(RECEIVER, "openid-li", 1_774_000_800, name, EventKey="complain")
    read = parse_message(decrypted(oracle, *official.envelope(document)))
    assert (read.type, read.event) == ("event", name)


def test_the_driver_opens_what_wechatpy_seals(official, oracle):
    reply = messages.xml(ToUserName="openid-li", FromUserName=RECEIVER, MsgType="text", Content=WORDS)
    assert official.opened(oracle.encrypt_message(reply, "n", "1774000800"))["Content"] == WORDS


def test_wechatpy_opens_the_doorbells_of_wecom(fake):
    corp = fake.corp
    driver = WecomDriver("", Sealer(corp.token, corp.aes_key, corp.corpid), corp.clock)
    query, body = driver.envelope(messages.xml(Event="kf_msg_or_event"), receiver=corp.corpid)
    oracle = WecomCrypto(corp.token, corp.aes_key, corp.corpid)
    assert b"kf_msg_or_event" in _bytes(decrypted(oracle, query, body))


def test_the_made_up_accounts_have_ids_and_keys_as_real_ones_look(fake):
    account = OfficialAccount(fake.clock)
    assert (len(account.aes_key), len(account.secret), account.appid[:2]) == (43, 32, "wx")
    assert (len(fake.corp.aes_key), len(fake.corp.secret), fake.corp.corpid[:2]) == (43, 43, "ww")


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode()
