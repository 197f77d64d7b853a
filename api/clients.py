"""Where a request comes from, and with what kind of device."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.requests import HTTPConnection

from interview.errors import ConfigError

__all__ = ["Networks", "client_address", "client_network", "device_name", "parse_networks"]

Networks = Sequence[IPv4Network | IPv6Network]

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("python", "Python"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
"""The first that is found counts: Edge says Chrome too, and Android says Linux."""


def parse_networks(proxies: Collection[str]) -> Networks:
    """Of `TRUSTED_PROXIES`. Raises `ConfigError`."""
    try:
        return tuple(ip_network(proxy, strict=False) for proxy in proxies)
    except ValueError:
        raise ConfigError("TRUSTED_PROXIES: addresses or networks, separated by commas") from None


def client_address(connection: HTTPConnection, trusted: Networks) -> str:
    """The socket's peer. Where that is a trusted proxy, the nearest address in X-Forwarded-For
    that is not one: what stands before it, whoever sent the request may have written."""
    address = connection.client.host if connection.client is not None else ""
    hops = ",".join(connection.headers.getlist("x-forwarded-for")).split(",")
    while _is_in(address, trusted) and hops:
        hop = hops.pop().strip()
        if not _is_address(hop):
            break
        address = hop
    return address


def client_network(address: str) -> str:
    """What is counted as one: an IPv6 client has a whole /64 to itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if (mapped := parsed.ipv4_mapped) is not None:
        return str(mapped)
    return str(ip_network((parsed, 64), strict=False))


def device_name(user_agent: str) -> str:
    """`Firefox on Linux`; empty where nothing is known."""
    names = [
        next((name for mark, name in known if mark in user_agent), "")
        for known in (_BROWSERS, _SYSTEMS)
    ]
    return " on ".join(name for name in names if name)


def _is_in(address: str, networks: Networks) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if parsed.version == 6 and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
