"""Which address a request comes from: for limits, and past the proxies that can be believed."""

from ipaddress import IPv6Address, ip_address

from aiohttp import web
from aiohttp_remotes import XForwardedRelaxed
from aiohttp_remotes.exceptions import IPAddress
from multidict import MultiMapping

_NETWORK_BITS = 64  # of an IPv6 address: what comes after them, one household can choose freely


class TrustedProxies(XForwardedRelaxed):
    """Takes address, scheme and host from X-Forwarded-…, as the outermost of `number` proxies wrote them.

    What stands before in these headers came with the request: anybody could have written it. A request that
    passed fewer proxies is taken as it is.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self._number = number

    def get_forwarded_for(self, headers: MultiMapping[str]) -> list[IPAddress]:
        """The addresses, if there are enough of them."""
        found = super().get_forwarded_for(headers)
        return found if len(found) >= self._number else []

    def get_forwarded_proto(self, headers: MultiMapping[str]) -> list[str]:
        """The schemes; many proxies hand on only the first one's."""
        return _filled(super().get_forwarded_proto(headers), self._number)

    def get_forwarded_host(self, headers: MultiMapping[str]) -> list[str]:
        """The hosts; likewise."""
        return _filled(super().get_forwarded_host(headers), self._number)


def address_of(request: web.Request) -> str:
    """Whom limits by address count: an IPv4 address, or the network of an IPv6 address."""
    try:
        address = ip_address(request.remote or "")
    except ValueError:
        return request.remote or ""
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> _NETWORK_BITS << _NETWORK_BITS))
    return str(address)


def _filled(found: list[str], number: int) -> list[str]:
    return found if not found or len(found) >= number else found[:1] * number
