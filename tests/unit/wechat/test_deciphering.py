"""Whatever is wrong with an encrypted message looks the same from outside; the key before still opens."""

import base64

import pytest

from bot.adapters.wechat import crypto
from bot.adapters.wechat.protocol import Envelope, Malformed, Trouble
from tests.envelopes import (
    APP,
    AT,
    ENVELOPE,
    KEY,
    NOW,
    OLD_KEY,
    OUTSIDE,
    SEALER,
    TOKEN,
    message,
    posted,
    sent,
    signed,
)
from tests.wechat.sealing import Sealer

MESSAGE = message()


def padded(plain):
    short = 32 - len(plain) % 32
    return plain + bytes([short]) * short


def inside(length=None, app=APP, content=MESSAGE):
    body = content.encode()
    told = len(body) if length is None else length
    return b"r" * 16 + told.to_bytes(4, "big") + body + app.encode()


def broken():
    right = SEALER.seal(MESSAGE)
    plain = padded(inside())
    even = inside(content=MESSAGE + " " * (-len(inside()) % 32))
    wrong_end = plain[:-2] + bytes([plain[-2] ^ 1]) + plain[-1:]
    return {
        "wrong appid": SEALER.seal(MESSAGE, receiver="wx0000000000000000"),
        "appid cut short": SEALER.seal(MESSAGE, receiver=APP[:-1]),
        "more behind the appid": SEALER.seal(MESSAGE, receiver=APP + "x"),
        "no appid": SEALER.seal(MESSAGE, receiver=""),
        "unknown key": Sealer(TOKEN, "x" * 42 + "A", APP).seal(MESSAGE),
        "truncated base64": right[:-1],
        "truncated by a block": base64.b64encode(base64.b64decode(right)[:-16]).decode(),
        "no base64": "@" + right[1:],
        "non-ASCII base64": "密" + right[1:],
        "blanks in base64": right[:8] + " " + right[8:],
        "non-block length": base64.b64encode(base64.b64decode(right)[:-1]).decode(),
        "nothing": "",
        "one block": SEALER.seal_bytes(b"\x10" * 16),
        "length too long": SEALER.seal_bytes(padded(inside(length=10**6))),
        "length of four gigabytes": SEALER.seal_bytes(padded(inside(length=2**32 - 1))),
        "length too short": SEALER.seal_bytes(padded(inside(length=1))),
        "length none": SEALER.seal_bytes(padded(inside(length=0))),
        "padding not all the same": SEALER.seal_bytes(wrong_end),
        "padding zero": SEALER.seal_bytes(plain[:-1] + b"\0"),
        "padding over a block": SEALER.seal_bytes(even + b"\x40" * 64),
        "padding longer than all": SEALER.seal_bytes(b"\xff" * 32),
    }


@pytest.mark.parametrize("sealed", broken().values(), ids=broken())
def test_wrong_appid_lying_length_bad_padding_and_the_like_are_refused_without_a_difference(sealed):
    with pytest.raises(Malformed) as caught:
        ENVELOPE.open(*posted(sealed), NOW)
    assert (caught.value.kind, caught.value.reason) == (Trouble.CRYPTO, "can't be decrypted")
    assert caught.value.kind.status == 400
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("sealed", broken().values(), ids=broken())
def test_wrong_appid_and_the_like_are_checked_with_every_key(sealed, monkeypatch):
    tried, opens = [], crypto._open
    monkeypatch.setattr(crypto, "_open", lambda *how: tried.append(how[1]) or opens(*how))
    with pytest.raises(Malformed):
        ENVELOPE.open(*posted(sealed), NOW)
    ENVELOPE.open(*sent(MESSAGE), NOW)
    assert tried == [crypto.key_bytes(KEY), crypto.key_bytes(OLD_KEY)] * 2


def test_previous_aes_key_opens_and_the_answer_is_sealed_with_it():
    before = Sealer(TOKEN, OLD_KEY, APP)
    sealed = before.seal(MESSAGE)
    opened = ENVELOPE.open(before.query(sealed, AT, "n"), OUTSIDE.format(sealed).encode(), NOW)
    assert (opened.xml.decode(), opened.key_index) == (MESSAGE, 1)
    answer = ENVELOPE.seal("<xml>好</xml>", str(AT), "n", key_index=1, random16=b"0123456789abcdef")
    assert before.open(answer.split("<Encrypt><![CDATA[")[1].split("]]>")[0]) == "<xml>好</xml>"


def test_previous_aes_key_is_refused_where_it_is_not_configured():
    sealed = Sealer(TOKEN, OLD_KEY, APP).seal(MESSAGE)
    with pytest.raises(Malformed, match="crypto"):
        Envelope(TOKEN, APP, (KEY,)).open(*posted(sealed), NOW)


@pytest.mark.parametrize(
    "body",
    [
        MESSAGE,
        MESSAGE.replace("</xml>", f"<Encrypt>{SEALER.seal(MESSAGE)}</Encrypt></xml>"),
        "<xml><ToUserName>gh</ToUserName></xml>",
    ],
    ids=["in the clear", "both at once", "nothing in it"],
)
def test_plaintext_body_where_all_is_encrypted_is_refused(body):
    for query in (signed(), {**signed(), "encrypt_type": "raw"}, sent(MESSAGE)[0]):
        with pytest.raises(Malformed) as caught:
            ENVELOPE.open(query, body.encode(), NOW)
        assert (caught.value.kind, caught.value.kind.status) == (Trouble.PLAIN, 403)


def test_a_message_of_every_length_comes_through():
    for length in range(70):
        text = "x" * length
        assert ENVELOPE.open(*sent(text), NOW).xml.decode() == text


@pytest.mark.parametrize("key", ["", "a" * 42, "a" * 44, "键" * 43, "a" * 42 + "="])
def test_a_key_is_43_letters_and_digits(key):
    with pytest.raises(ValueError, match="43"):
        crypto.key_bytes(key)


def test_an_answer_is_sealed_with_sixteen_random_bytes_and_a_real_timestamp():
    with pytest.raises(ValueError, match="16"):
        ENVELOPE.seal("<xml/>", str(AT), "n", random16=b"")
    with pytest.raises(ValueError, match="digits"):
        ENVELOPE.seal("<xml/>", "</TimeStamp>", "n", random16=b"r" * 16)
