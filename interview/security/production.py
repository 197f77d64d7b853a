"""What no process starts with, found at start: in production, or where people have to sign in."""

from __future__ import annotations

from collections.abc import Generator
from urllib.parse import urlsplit

from pydantic import SecretStr

from interview.config import Settings
from interview.errors import ConfigError
from interview.security.keys import parse_keys

__all__ = ["check_production"]


def check_production(settings: Settings) -> None:
    """Raises `ConfigError` with a line for each thing that is wrong."""
    if settings.environment == "production":
        problems = [*_in_production(settings)]
    elif not settings.debug:
        # With a key that everybody knows, anybody signs in as whom they like.
        problems = [*_of_keys("AUTH_KEYS", settings.auth_keys)]
    else:
        problems = []
    if problems:
        raise ConfigError("\n".join(problems))


def _of_keys(name: str, value: SecretStr | None) -> Generator[str]:
    try:
        ring = parse_keys(name, value)
    except ConfigError as error:
        yield str(error)
        return
    if ring.is_placeholder:
        yield f"{name}: missing; make one with `python -m interview.security.keys`"
    elif any(len(set(key.secret)) == 1 for key in ring.keys):
        yield f"{name}: a key is one byte repeated, which is no secret"


def _in_production(settings: Settings) -> Generator[str]:
    if settings.debug:
        yield "DEBUG: cannot be true in production, where it would let anybody in"
    yield from _of_keys("AUTH_KEYS", settings.auth_keys)
    yield from _of_keys("MASTER_KEYS", settings.master_keys)
    if settings.encryption == "off":
        yield "ENCRYPTION: cannot be off in production"
    if not _is_https(settings.public_url):
        yield "PUBLIC_URL: begins with https:// in production, or cookies and voices go in clear"
    if "*" in settings.cors_origins:
        yield "CORS_ORIGINS: name each origin; * would let every page call this API"


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)
