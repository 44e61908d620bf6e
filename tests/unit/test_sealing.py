import base64
import json

import pytest

from bot.adapters.database.sealing import CLOSE, OPEN, Sealer, new_key
from bot.domain.errors import ConfigurationError

KEY = bytes(range(32))


@pytest.fixture
def sealer():
    return Sealer(KEY)


def digits_of(text):
    return "".join(char for char in text if char.isdigit())


@pytest.mark.parametrize(
    "number",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 138 0013 8000",
        "008613800138000",
        "138  0013  8000",
        "１３８００１３８０００",
        "0912-345-678",
        "+886 912 345 678",
        "010-87654321",
        "(010) 8765-4321",
        "（0755）8765 4321",
        "87654321",
        "+852 9123 4567",
        "11010519491231002X",
        "110105194912310021",
        "110105491231002",
    ],
)
def test_a_number_in_a_text_is_sealed_and_comes_back_as_it_was_written(sealer, number):
    text = f"我叫王芳，电话{number}，请尽快联系"
    sealed = sealer.seal_numbers(text)
    assert number not in sealed
    assert digits_of(number)[-4:] not in "".join(sealed.split(OPEN)[0] + sealed.split(CLOSE)[-1])
    assert sealer.open(sealed) == text


def test_a_text_without_numbers_is_stored_as_it_is(sealer):
    text = "八宝粥里吃出一只苍蝇，买了3箱，太恶心了 🤮"
    assert sealer.seal_numbers(text) == text


def test_several_numbers_in_one_text_are_sealed_each(sealer):
    text = "13800138000 或者 13900139000"
    sealed = sealer.seal_numbers(text)
    assert sealed.count(OPEN) == 2
    assert " 或者 " in sealed
    assert sealer.open(sealed) == text


def test_the_same_number_never_looks_the_same_twice(sealer):
    assert sealer.seal_numbers("13800138000") != sealer.seal_numbers("13800138000")


def test_a_customer_cannot_forge_or_break_a_token(sealer):
    token = sealer.seal("13800138000")
    pasted = f"看看{token}{OPEN}abcd.AAAA{CLOSE}"
    sealed = sealer.seal_numbers(pasted)
    assert OPEN not in sealer.open(sealed)
    assert CLOSE not in sealer.open(sealed)
    assert "13800138000" not in sealer.open(sealed)


def test_characters_that_no_database_stores_are_taken_out(sealer):
    assert sealer.seal_numbers("漏\x00水\ud83d了") == "漏水了"
    assert sealer.open(sealer.seal("1\x002")) == "12"


def test_every_string_of_a_json_value_is_sealed(sealer):
    value = {"a": ["电话 13800138000", 3, None, True, 0.5], "b": {"c": "139-0013-9000"}, "13700137000": "x"}
    sealed = sealer.seal_json(value)
    written = json.dumps(sealed, ensure_ascii=False)
    assert not any(number in written for number in ("13800138000", "139-0013-9000", "13700137000"))
    assert sealer.open_json(json.loads(written))["a"] == value["a"]
    assert sealer.open_json(json.loads(written))["b"] == value["b"]


@pytest.mark.parametrize(
    "value",
    [
        {"phone": "六六三四, 转 12"},
        {"field": "phone", "value": "六六三四, 转 12"},
        {"entities": [{"entity": "phone", "value": "六六三四, 转 12", "start": 0, "end": 3}]},
        {"identity": ["六六三四, 转 12"]},
    ],
)
def test_what_is_called_a_phone_is_sealed_whole_whatever_it_looks_like(sealer, value):
    written = json.dumps(sealer.seal_json(value), ensure_ascii=False)
    assert "六六三四" not in written
    assert sealer.open_json(json.loads(written)) == value


def test_a_refused_phone_stays_refused(sealer):
    assert sealer.seal_json({"phone": None, "product": "奶茶"}) == {"phone": None, "product": "奶茶"}


def test_the_look_up_hash_is_the_same_however_the_phone_is_written(sealer):
    hashes = {sealer.phone_hash(text) for text in ("13800138000", "+86 138-0013-8000", "138 0013 8000")}
    assert len(hashes) == 1
    assert sealer.phone_hash("13800138001") not in hashes


def test_the_look_up_hash_depends_on_the_key(sealer):
    assert sealer.phone_hash("13800138000") != Sealer(bytes(32)).phone_hash("13800138000")


def test_another_key_is_named_in_the_error(sealer):
    other = Sealer(bytes(32))
    with pytest.raises(ConfigurationError, match=f"{sealer.key_id}.*KESU_DATA_KEY.*{other.key_id}"):
        other.open(sealer.seal("13800138000"))


def test_an_altered_token_is_refused(sealer):
    token = sealer.seal("13800138000")
    middle = len(token) // 2
    altered = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    with pytest.raises(ConfigurationError, match="altered"):
        sealer.open(altered)


def test_a_key_that_is_no_key_is_refused_with_what_to_do():
    for text in ("not base64!", base64.b64encode(b"short").decode()):
        with pytest.raises(ConfigurationError, match="KESU_DATA_KEY"):
            Sealer.from_base64(text)


def test_a_new_key_is_a_key():
    assert Sealer.from_base64(new_key()).key_id != Sealer.from_base64(new_key()).key_id
