"""Calls with an access token: one that isn't believed is replaced once, and nothing is sent twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientResponse, FormData

from bot.adapters.wechat import codes
from bot.adapters.wechat.tokens import Pause, Tokens
from bot.adapters.wechat.wire import TRANSFER, Object, TokenRefused, Wire, as_expected
from bot.domain.wechat_errors import NotAllowedHere, TokenTrouble, TryLater, WechatRefused
from bot.services.ports import Download

_AGAIN_AFTER = (0.3, 1.0)  # seconds before another try of what changes nothing
_CHUNK = 64 * 1024
_TENCENTS = (".qq.com", ".qpic.cn")  # whose videos are fetched
_IMAGES = {"image/jpeg": "photo.jpg", "image/png": "photo.png"}
_IMAGE_BYTES = 2 * 1024 * 1024

Answer = TypeVar("Answer")


class Caller:
    """Calls of one account."""

    def __init__(self, wire: Wire, tokens: Tokens, pause: Pause = asyncio.sleep) -> None:
        self._wire, self.tokens, self._pause = wire, tokens, pause

    async def read(
        self, path: str, query: Mapping[str, str] | None = None, body: Object | None = None
    ) -> Object:
        """Ask for something; tried again while the platform is busy or doesn't answer."""
        asked = query or {}
        return await self._patiently(
            lambda token: self._wire.ask(path, {**asked, "access_token": token}, body)
        )

    async def send(self, path: str, body: Object) -> Object:
        """Send something to a customer, once; Unknown when nobody can tell whether it went."""
        return await self._with_token(
            lambda token: self._wire.ask(path, {"access_token": token}, body, sent=True)
        )

    async def change(self, path: str, body: Object) -> Object:
        """Change something that no customer sees, once; after TryLater it may have been changed."""
        return await self._with_token(lambda token: self._wire.ask(path, {"access_token": token}, body))

    async def upload_image(self, path: str, content: bytes, content_type: str) -> str:
        """Upload a picture; its media_id. WechatRefused for what the platform wouldn't take."""
        name = _IMAGES.get(content_type)
        if name is None or not 0 < len(content) <= _IMAGE_BYTES:
            raise WechatRefused("只能发送 JPG 或 PNG 照片，而且不超过 2 MB")

        async def attempt(token: str) -> Object:
            form = FormData()
            form.add_field("media", content, filename=name, content_type=content_type)
            where = {"type": "image", "access_token": token}
            return await self._wire.ask(path, where, form, within=TRANSFER)

        told = await self._patiently(attempt)
        with as_expected():
            return str(told["media_id"])

    @asynccontextmanager
    async def download(self, path: str, media_id: str) -> AsyncIterator[Download]:
        """A customer's file, while the block runs. TryLater may come while it is read, too."""
        answer = await self._patiently(lambda token: self._file(path, media_id, token))
        try:
            yield Download(answer.content_type, _chunks(answer))
        finally:
            answer.close()

    async def _file(self, path: str, media_id: str, token: str) -> ClientResponse:
        wire = self._wire
        query = {"media_id": media_id, "access_token": token}
        answer = await wire.opened(wire.address(path), query, within=TRANSFER)
        if _is_file(answer):
            return answer
        told = wire.understood(answer.status, await wire.content(answer))
        url = told.get("video_url")  # videos of a 公众号 are somewhere else
        if not isinstance(url, str) or not _is_tencents(url, wire.address("")):
            raise WechatRefused("微信没有给出文件，而是别的内容")
        answer = await wire.opened(url, {}, within=TRANSFER)
        if not _is_file(answer):
            wire.understood(answer.status, await wire.content(answer))
            raise WechatRefused("微信没有给出视频，而是别的内容")
        return answer

    async def _patiently(self, attempt: Callable[[str], Awaitable[Answer]]) -> Answer:
        for seconds in _AGAIN_AFTER:
            try:
                return await self._with_token(attempt)
            except TryLater as problem:
                if problem.code not in (None, codes.BUSY):
                    raise
            await self._pause(seconds)
        return await self._with_token(attempt)

    async def _with_token(self, attempt: Callable[[str], Awaitable[Answer]]) -> Answer:
        token = await self.tokens.get()
        try:
            try:
                return await attempt(token.value)
            except TokenRefused:
                token = await self.tokens.get(bad=token)
            return await attempt(token.value)
        except TokenRefused as again:
            raise await self.tokens.refused(token, again.code) from None
        except NotAllowedHere as trouble:
            await self.tokens.barred(trouble)
            raise


async def issued(answer: Awaitable[Object]) -> tuple[str, int]:
    """The token in an answer, and its seconds. TokenTrouble for a wrong id or secret."""
    try:
        told = await answer
    except TokenRefused as refusal:
        raise TokenTrouble(codes.told(refusal.code), refusal.code) from None
    except WechatRefused as refusal:
        raise TokenTrouble(str(refusal), refusal.code) from None
    value, seconds = told.get("access_token"), told.get("expires_in")
    if not isinstance(value, str) or not value or not isinstance(seconds, int) or seconds <= 0:
        raise TryLater("微信没有给出访问令牌")
    return value, seconds


def _is_file(answer: ClientResponse) -> bool:
    kind = answer.content_type
    return answer.status == HTTPStatus.OK and "json" not in kind and not kind.startswith("text/")


def _is_tencents(url: str, base: str) -> bool:
    """Whether an address is Tencent's: what else an answer may name is nothing that the desk fetches."""
    try:
        parts, own = urlsplit(url), urlsplit(base)
        usual = parts.port in (None, 80, 443)
    except ValueError:
        return False
    if (parts.scheme, parts.netloc) == (own.scheme, own.netloc):
        return True
    host = parts.hostname or ""
    return parts.scheme in ("https", "http") and usual and host.endswith(_TENCENTS)


async def _chunks(answer: ClientResponse) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.content.iter_chunked(_CHUNK):
            yield chunk
    except (ClientError, TimeoutError, OSError) as problem:
        raise TryLater(f"文件没有传完（{type(problem).__name__}）") from None
