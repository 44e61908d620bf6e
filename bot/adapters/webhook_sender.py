"""Posts webhooks over HTTP, to the addresses that are allowed and to no others.

An admin may name any address, so a subscription could be used to reach what stands beside the desk. What is
decided about is the address of the peer itself, at the moment of connecting: a name that resolves to another
address the second time gets nowhere.
"""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from bot.domain.errors import InvalidInput, SendingFailed
from bot.services.ports import Answered

TIMEOUT = ClientTimeout(total=10, connect=5)
_READ = 500  # bytes of an answer that the log keeps
_Network = IPv4Network | IPv6Network


class PeerRefused(OSError):
    """The address to be connected to is not allowed."""


class HttpWebhookSender:
    """Posts to public addresses by https, and to those of `networks` by http too (ports.WebhookSender)."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks: tuple[_Network, ...] = tuple(ip_network(one) for one in networks)

    def check(self, url: str) -> None:
        """InvalidInput for an address to which nothing is sent."""
        try:
            parts = urlsplit(url)
            usable = bool(parts.hostname) and not (parts.username or parts.password or parts.fragment)
            _ = parts.port
        except ValueError:
            usable = False
            parts = urlsplit("")
        if not usable or not url.isascii() or any(char.isspace() for char in url):
            raise InvalidInput("地址应形如 https://example.com/hook，不带用户名和密码。")
        if parts.scheme != "https" and not (parts.scheme == "http" and self._networks):
            raise InvalidInput("地址要用 https；内网地址要先在 KESU_WEBHOOK_NETWORKS 里允许，才能用 http。")
        literal = _literal(parts.hostname or "")
        if literal is not None and not self._allows(literal, is_safe=parts.scheme == "https"):
            raise InvalidInput("不能发到内网地址；请先在 KESU_WEBHOOK_NETWORKS 里允许。")

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Answered:
        """Post once, without following anywhere; SendingFailed when nobody answers or it isn't allowed."""
        try:
            self.check(url)
        except InvalidInput as refusal:  # the settings may have changed since it was added
            raise SendingFailed(str(refusal)) from None
        try:
            async with (
                ClientSession(connector=self._connector(url), timeout=TIMEOUT) as session,
                session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                text = (await answer.content.read(_READ)).decode(errors="replace")
                return Answered(answer.status, " ".join(text.split()))
        except TimeoutError:
            raise SendingFailed("对方没有在 10 秒内答复") from None
        except (ClientError, OSError, ValueError) as problem:
            raise SendingFailed(_told(problem)) from None

    def _connector(self, url: str) -> TCPConnector:
        is_safe = url.lower().startswith("https:")

        def open_socket(address: tuple[Any, ...]) -> socket.socket:
            family, kind, protocol, _, peer = address
            if not self._allows(ip_address(str(peer[0]).partition("%")[0]), is_safe=is_safe):
                raise PeerRefused("不能发到这个地址：它在内网，没有在 KESU_WEBHOOK_NETWORKS 里允许")
            return socket.socket(family, kind, protocol)

        return TCPConnector(socket_factory=open_socket, limit=1, force_close=True)

    def _allows(self, address: IPv4Address | IPv6Address, *, is_safe: bool) -> bool:
        mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
        real = mapped or address
        if any(real in network for network in self._networks):
            return True
        return is_safe and real.is_global and not real.is_multicast


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _told(problem: Exception) -> str:
    """Why it failed, without what a library says of addresses inside the house."""
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, PeerRefused):
            return str(cause)
        cause = getattr(cause, "os_error", None) or cause.__cause__
    return f"连不上对方：{type(problem).__name__}"
