"""Where webhooks may be sent: not to what only this deployment can reach."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import httpx2

from interview.config import Settings
from interview.errors import ConfigError, InvalidInputError

__all__ = ["MAX_URL", "Guard", "IpAddress"]

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_URL = 2000
_PRINTED = re.compile(r"[\x21-\x7e]+")
_NAT64 = (
    # The well-known prefix, and the one for a network's own use (RFC 6052, RFC 8215).
    ipaddress.IPv6Network("64:ff9b::/96"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
)
_PROTOCOLS = ipaddress.IPv4Network("192.0.0.0/24")
"""Some releases of Python take it for public."""
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_WITHDRAWN = (
    # Site-local addresses (RFC 3879), 6to4's relays (RFC 7526), documentation (RFC 9637): nobody
    # may be reached there, though some releases of Python take them for public.
    ipaddress.IPv6Network("fec0::/10"),
    ipaddress.IPv6Network("3fff::/20"),
    ipaddress.IPv4Network("192.88.99.0/24"),
)


@dataclass(frozen=True, slots=True)
class Guard:
    """`networks` are let through although they are private; `http` without TLS too."""

    networks: tuple[_Network, ...] = ()
    http: bool = False

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Raises `ConfigError`."""
        return cls(_parsed(settings.webhook_networks), http=settings.debug)

    def check_url(self, url: str) -> str:
        """As it is kept. What its name stands for is looked up when it is sent. Raises
        `InvalidInputError` (`webhook.url_invalid`)."""
        if not _PRINTED.fullmatch(url) or len(url) > MAX_URL:
            raise _invalid(f"an address of at most {MAX_URL} printed ASCII characters")
        try:
            parsed = httpx2.URL(url)
        except (httpx2.InvalidURL, ValueError):
            raise _invalid("it is no address") from None
        if parsed.scheme != "https" and not (self.http and parsed.scheme == "http"):
            raise _invalid("it begins with https://")
        if parsed.port is not None and not 0 < parsed.port < 65536:
            raise _invalid("there is no such port")
        if not parsed.host or parsed.userinfo or parsed.fragment:
            raise _invalid("it has a host, and neither a name and password nor a fragment")
        literal = _literal(parsed.host)
        if literal is not None and not self.allows(literal):
            raise _invalid("this address is of a private network")
        return str(parsed)

    def allows(self, address: IpAddress) -> bool:
        """Whether anybody may reach it, and not this deployment alone."""
        if any(address in network for network in self.networks):
            return True
        inner = _carried(address)
        if inner is not None:
            return self.allows(inner)
        return address.is_global and not (
            address in _PROTOCOLS
            or any(address in network for network in _WITHDRAWN)
            or address.is_multicast
            or address.is_reserved
            or address.is_unspecified
        )


def _carried(address: IpAddress) -> IpAddress | None:
    """The IPv4 address that a gateway, or this machine, would take it for."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    low = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if any(address in network for network in _NAT64):
        return low
    if address in _COMPATIBLE and int(address) > 1:
        return low
    return None


def _literal(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _parsed(networks: Sequence[str]) -> tuple[_Network, ...]:
    try:
        return tuple(ipaddress.ip_network(network) for network in networks)
    except ValueError:
        raise ConfigError(
            "WEBHOOK_NETWORKS: networks such as 10.1.0.0/16, separated by commas"
        ) from None


def _invalid(why: str) -> InvalidInputError:
    return InvalidInputError("webhook.url_invalid", why)
