"""Words of voice messages, from any HTTP service for speech recognition that the settings describe."""

import json
import logging
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, FormData
from pydantic import SecretStr

from bot.domain.errors import ConfigurationError
from bot.services.ports import Recognizer, Recording
from bot.settings import Settings, variable

log = logging.getLogger(__name__)

TIMEOUT = 15.0  # seconds; turns wait a little longer for what is still on its way (services/turns.py)
MOST = 256 * 1024  # bytes of an answer: many times what a minute of speech makes
_NAMES = {"audio/mpeg": "voice.mp3", "audio/mp3": "voice.mp3", "audio/wav": "voice.wav"}
_USUAL_NAME = "voice.amr"  # what WeChat records; some services go by the name
_OK = 200


class HttpRecognizer:
    """Posts a recording as the file of a form (ports.Recognizer).

    `field` is where the text stands in the JSON of the answer: a key, or keys and places in lists with dots
    between them. `secret` goes along as bearer token, and nowhere else: no other address is followed to.
    """

    def __init__(
        self, url: str, field: str, secret: SecretStr | None = None, timeout: float = TIMEOUT
    ) -> None:
        self._url, self._steps, self._timeout = url, field.split("."), ClientTimeout(total=timeout)
        self._headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if secret is not None:
            self._headers["Authorization"] = f"Bearer {secret.get_secret_value().strip()}"

    async def words(self, recording: Recording) -> str | None:
        """What is said in it; None, and why in the log, when the service doesn't tell."""
        try:
            async with (
                ClientSession(timeout=self._timeout, auto_decompress=False) as session,
                session.post(
                    self._url, data=_form(recording), headers=self._headers, allow_redirects=False
                ) as answer,
            ):
                content = await _content(answer) if answer.status == _OK else None
                if content is None:
                    log.warning("speech recognition: no usable answer (HTTP %s)", answer.status)
                    return None
        except (ClientError, TimeoutError, OSError) as problem:
            log.warning("speech recognition: no answer (%s)", type(problem).__name__)
            return None
        return self._text(content)

    def _text(self, content: bytes) -> str | None:
        try:
            found: Any = json.loads(content)
            for step in self._steps:
                found = found[int(step)] if isinstance(found, list) else found[step]
        except (ValueError, LookupError, TypeError, RecursionError):
            found = None
        if not isinstance(found, str):
            log.warning("speech recognition: its answer holds no text at %s", variable("asr_field"))
            return None
        return found


def recognizer(settings: Settings) -> Recognizer | None:
    """The service that the settings describe, None without an address; ConfigurationError."""
    if settings.asr_url is not None:
        return HttpRecognizer(settings.asr_url, settings.asr_field, settings.asr_secret)
    if settings.asr_secret is not None:
        raise ConfigurationError(
            f"设置了 {variable('asr_secret')}，还缺少 {variable('asr_url')}（见 docs/settings.md）"
        )
    return None


def _form(recording: Recording) -> FormData:
    form = FormData()
    name = _NAMES.get(recording.content_type, _USUAL_NAME)
    form.add_field("file", recording.content, filename=name, content_type=recording.content_type)
    return form


async def _content(answer: ClientResponse) -> bytes | None:
    """All of an answer; None if it is too long to be one."""
    content = bytearray()
    async for chunk in answer.content.iter_any():
        content += chunk
        if len(content) > MOST:
            return None
    return bytes(content)
