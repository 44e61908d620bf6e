"""Only what Tencent signed just now is looked at; everything else is refused before any deciphering."""

from datetime import UTC, datetime, timedelta

import pytest
from multidict import MultiDict

from bot.adapters.wechat import crypto
from bot.adapters.wechat.protocol import Envelope, Malformed, Trouble, dedup_key, parse
from tests.envelopes import APP, AT, ENVELOPE, IN_THE_CLEAR, KEY, NOW, SEALER, TOKEN, message, sent, signed

MESSAGE = message()
QUERY, BODY = sent(MESSAGE)


@pytest.fixture
def no_aes(monkeypatch):
    def tried(*_):
        pytest.fail("something was deciphered")

    monkeypatch.setattr(crypto, "decrypt", tried)


def refused(query, body, envelope=ENVELOPE, now=NOW):
    with pytest.raises(Malformed) as caught:
        envelope.open(query, body, now)
    return caught.value.kind


def broken_signatures():
    query, right = QUERY, QUERY["msg_signature"]
    without = {name: value for name, value in query.items() if name != "msg_signature"}
    return {
        "bad": {**query, "msg_signature": "0" * 40},
        "one digit off": {**query, "msg_signature": ("1" if right[0] == "0" else "0") + right[1:]},
        "missing": without,
        "missing, but encryption announced": {**without, "encrypt_type": "aes"},
        "empty": {**query, "msg_signature": ""},
        "short": {**query, "msg_signature": right[:39]},
        "long": {**query, "msg_signature": right + "0"},
        "capitals": {**query, "msg_signature": right.upper()},
        "with a line's end": {**query, "msg_signature": right + "\n"},
        "repeated": MultiDict([*query.items(), ("msg_signature", right)]),
        "repeated timestamp": MultiDict([*query.items(), ("timestamp", query["timestamp"])]),
        "non-ASCII": {**query, "msg_signature": "签" * 40},
        "half a character": {**query, "msg_signature": "\udcff" * 40},
        "full-width digits": {**query, "msg_signature": "１" * 40},
        "no nonce": {name: value for name, value in query.items() if name != "nonce"},
        "no timestamp": {name: value for name, value in query.items() if name != "timestamp"},
        "the other kind of signature": {**without, "encrypt_type": "aes", **signed()},
        "nothing": {},
    }


@pytest.mark.parametrize(("name", "query"), broken_signatures().items(), ids=broken_signatures())
def test_bad_missing_repeated_or_non_ascii_signature_is_refused_without_any_aes_work(name, query, no_aes):
    assert refused(query, BODY).status == 403


def test_the_same_with_nothing_wrong_is_taken():
    assert ENVELOPE.open(MultiDict(QUERY), BODY, NOW).key_index == 0


@pytest.mark.parametrize(
    "name", [name for name in broken_signatures() if name not in {"bad", "one digit off"}]
)
def test_what_cannot_be_signed_is_refused_before_the_body_is_read(name):
    assert refused(broken_signatures()[name], b"<no XML").status == 403


@pytest.mark.parametrize("changed", ["token", "timestamp", "nonce", "body"])
def test_a_signature_holds_for_all_that_it_signs(changed, no_aes):
    query, body = dict(QUERY), BODY
    envelope = Envelope("other", APP, (KEY,)) if changed == "token" else ENVELOPE
    if changed in query:
        query[changed] = str(int(query[changed]) + 1)
    if changed == "body":
        body = sent(message(sender="somebody"))[1]
    assert refused(query, body, envelope) is Trouble.SIGNATURE


@pytest.mark.parametrize("by", [-301, 301, -86_400, 10**9])
def test_stale_timestamp_is_refused(by, no_aes):
    query, body = sent(MESSAGE, at=AT + by)
    assert refused(query, body) is Trouble.STALE
    assert Trouble.STALE.status == 403


@pytest.mark.parametrize("by", [-300, 0, 300])
def test_a_timestamp_within_five_minutes_is_taken(by):
    assert ENVELOPE.open(*sent(MESSAGE, at=AT + by), NOW).xml.decode() == MESSAGE


def test_how_stale_is_too_stale_can_be_configured():
    strict = Envelope(TOKEN, APP, (KEY,), fresh_s=10)
    query, body = sent(MESSAGE)
    assert strict.open(query, body, NOW + timedelta(seconds=10)).key_index == 0
    assert refused(query, body, strict, NOW + timedelta(seconds=11)) is Trouble.STALE


@pytest.mark.parametrize(
    "at", ["", "-1", "１７７", "1e9", "0x1", " 1774000800", "1774000800.0", "9" * 30, "nan"]
)
def test_stale_timestamp_that_is_no_number_is_refused(at, no_aes):
    assert refused(*sent(MESSAGE, at=at)).status == 403


def test_same_timestamp_nonce_and_body_again_is_the_same_message():
    query, body = sent(MESSAGE)
    first, again = (parse(ENVELOPE.open(query, body, NOW).xml) for _ in range(2))
    assert first == again
    assert dedup_key(first) == dedup_key(again)


def test_the_platforms_own_example_of_a_url_check_is_answered():
    query = {
        "signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78",
        "timestamp": "1714037059",
        "nonce": "486452656",
        "echostr": "4375120948345356249",
    }
    then = datetime.fromtimestamp(1714037059, UTC)
    assert Envelope("AAAAA", APP, (KEY,)).check_url(query, then) == "4375120948345356249"
    with pytest.raises(Malformed, match="stale"):
        Envelope("AAAAA", APP, (KEY,)).check_url(query, then + timedelta(minutes=6))


def test_a_url_check_of_wecom_is_deciphered():
    sealed = SEALER.seal("1616140317555161061")
    query = {**SEALER.query(sealed, AT, "n"), "echostr": sealed}
    assert ENVELOPE.check_url(query, NOW) == "1616140317555161061"
    with pytest.raises(Malformed, match="signature"):
        ENVELOPE.check_url({**query, "echostr": SEALER.seal("1616140317555161061")}, NOW)


@pytest.mark.parametrize("echo", ["", "<script>", "&amp;", "回", "a b", "1" * 513])
def test_a_url_check_echoes_nothing_that_a_browser_would_take_for_a_page(echo):
    with pytest.raises(Malformed) as caught:
        ENVELOPE.check_url({**signed(), "echostr": echo}, NOW)
    assert caught.value.kind.status == 403


def test_a_url_check_without_its_parts_is_refused():
    query = {**signed(), "echostr": "1"}
    for name in query:
        with pytest.raises(Malformed, match="signature"):
            ENVELOPE.check_url({key: value for key, value in query.items() if key != name}, NOW)


def test_an_account_for_testing_may_write_in_the_clear_but_signs_all_the_same():
    opened = IN_THE_CLEAR.open(signed(), MESSAGE.encode(), NOW)
    assert (opened.xml.decode(), opened.key_index) == (MESSAGE, None)
    assert IN_THE_CLEAR.seal("<xml/>", "1", "n", key_index=opened.key_index, random16=b"") == "<xml/>"
    assert refused({**signed(), "signature": "0" * 40}, MESSAGE.encode(), IN_THE_CLEAR) is Trouble.SIGNATURE
    assert IN_THE_CLEAR.open(*sent(MESSAGE), NOW).key_index == 0


def test_nothing_that_is_secret_or_personal_is_printed():
    query, body = sent(MESSAGE)
    opened = ENVELOPE.open(query, body, NOW)
    inbound = parse(opened.xml)
    shown = repr((ENVELOPE, opened, inbound))
    for secret in (TOKEN, KEY, inbound.sender, inbound.to, inbound.text, inbound.msg_id):
        assert secret not in shown
