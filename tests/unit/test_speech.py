"""Speech recognition over HTTP, against a real server on loopback: what it says, and what else it may do."""

import asyncio
import json
import logging

import pytest
from pydantic import SecretStr, ValidationError

from bot.adapters.speech import MOST, HttpRecognizer, recognizer
from bot.domain.errors import ConfigurationError
from bot.services.ports import Recording
from bot.settings import Settings
from tests import outside

VOICE = Recording("audio/amr", b"#!AMR\n\x00\xff\r\n")
SECRET = "s3cret-of-the-ears"


def ears_at(url, field="text", timeout=2):
    return HttpRecognizer(url, field, SecretStr(SECRET), timeout)


async def words(text, field="text", status=200, headers=()):
    """What is made of this answer."""
    ears = outside.Ears()
    ears.text, ears.status, ears.headers = text, status, dict(headers)
    async with outside.speech(ears) as url:
        return await ears_at(url, field).words(VOICE)


async def test_a_recording_is_posted_as_it_came_with_the_secret_as_bearer():
    ears = outside.Ears()
    async with outside.speech(ears) as url:
        assert await ears_at(url).words(VOICE) == "是空的"
    ((name, content_type, content, headers),) = ears.heard
    assert (name, content_type, content) == ("voice.amr", *VOICE)
    assert headers["Authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    ("field", "answer"),
    [
        ("result", {"result": "是空的"}),
        ("data.text", {"data": {"text": "是空的"}}),
        ("result.0.text", {"result": [{"text": "是空的"}, {"text": "别的"}]}),
    ],
)
async def test_the_text_stands_where_the_setting_says(field, answer):
    assert await words(json.dumps(answer), field) == "是空的"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('{"text": "错了"}', 500),
        ('{"text": "以后"}', 202),
        ("", 200),
        ("<html>", 200),
        ('{"error": "busy"}', 200),
        ('{"text": ["不是文字"]}', 200),
        ('{"text": null}', 200),
        ("[]", 200),
        ("[" * 100_000, 200),
        (json.dumps({"text": "长" * MOST}), 200),
    ],
)
async def test_any_other_answer_is_none(text, status):
    assert await words(text, status=status) is None


async def test_an_answer_without_words_is_left_to_whoever_asked():
    assert await words('{"text": ""}') == ""


async def test_it_is_not_followed_to_another_address():
    ears, other = outside.Ears(), outside.Ears()
    async with outside.speech(ears) as url, outside.speech(other) as elsewhere:
        ears.status, ears.headers = 307, {"Location": elsewhere}
        assert await ears_at(url).words(VOICE) is None
    assert (len(ears.heard), other.heard) == (1, [])


async def test_one_that_is_slow_or_not_there_says_nothing():
    ears = outside.Ears()
    ears.before = asyncio.Event().wait
    async with outside.speech(ears) as url:
        assert await ears_at(url, timeout=0.1).words(VOICE) is None
    assert await ears_at(url).words(VOICE) is None


async def test_neither_secret_nor_words_nor_address_get_into_the_log(caplog):
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "asyncio")
    ears = outside.Ears()
    async with outside.speech(ears) as url:
        for ears.status, ears.text in (
            (200, '{"text": "是空的"}'),
            (500, "是空的"),
            (200, '{"a": "是空的"}'),
        ):
            await ears_at(url).words(VOICE)
    await ears_at(url).words(VOICE)
    assert "speech recognition" in caplog.text
    assert [one for one in (SECRET, "是空的", url) if one in caplog.text] == []


def test_the_settings_open_it_or_leave_it_shut():
    assert recognizer(Settings()) is None
    assert recognizer(Settings(asr_url="https://asr.example.com/v1?language=zh")) is not None
    with pytest.raises(ConfigurationError, match="KESU_ASR_URL"):
        recognizer(Settings(asr_secret=SecretStr(SECRET)))


@pytest.mark.parametrize(
    "url", ["http://asr.example.com", "ftp://asr", "asr", "https://user:pass@asr.example.com"]
)
def test_voices_and_the_secret_go_nowhere_unsafe(url):
    with pytest.raises(ValidationError, match="语音识别服务"):
        Settings(asr_url=url)
