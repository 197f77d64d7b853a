"""What our cookies are called. The name says what browsers hold a cookie to.

One that begins with `__Host-` was set by this very host, over TLS: a neighbour under the same
domain, or somebody on the way, cannot put one of theirs in its place and so have people work in
an account of theirs (RFC 6265bis, 4.1.3.2).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from interview.config import Settings

__all__ = [
    "ACCESS_COOKIE",
    "COOKIE_PATH",
    "OPENID_COOKIE",
    "REFRESH_COOKIE",
    "are_secure",
    "cookie_name",
    "presented_cookie",
]

ACCESS_COOKIE = "intervue_access"
REFRESH_COOKIE = "intervue_refresh"
OPENID_COOKIE = "intervue_openid"
COOKIE_PATH = "/"
"""Of all of them: the prefix asks for it."""

_PREFIX = "__Host-"
_HERE = ("localhost", "127.0.0.1", "::1")


def cookie_name(settings: Settings, name: str) -> str:
    """As it is sent, and the one spelling that is believed."""
    return f"{_PREFIX}{name}" if are_secure(settings) else name


def presented_cookie(connection: HTTPConnection, settings: Settings, name: str) -> str | None:
    return connection.cookies.get(cookie_name(settings, name)) or None


def are_secure(settings: Settings) -> bool:
    """Not where there is no TLS because there is no network: on the machine itself."""
    parts = urlsplit(settings.public_url)
    host = parts.hostname or ""
    return parts.scheme != "http" or not (host in _HERE or host.endswith(".localhost"))
