"""What may not be in production, found at start."""

from __future__ import annotations

from collections.abc import Generator
from urllib.parse import urlsplit

from interview.config import Settings
from interview.errors import ConfigError
from interview.security.keys import parse_keys

__all__ = ["check_production"]


def check_production(settings: Settings) -> None:
    """Nothing is wrong outside of it. Raises `ConfigError` with a line for each thing that is."""
    if settings.environment == "production" and (problems := list(_problems(settings))):
        raise ConfigError("\n".join(problems))


def _problems(settings: Settings) -> Generator[str]:
    if settings.debug:
        yield "DEBUG: cannot be true in production, where it would let anybody in"
    for name, value in (
        ("AUTH_KEYS", settings.auth_keys),
        ("MASTER_KEYS", settings.master_keys),
    ):
        try:
            ring = parse_keys(name, value)
        except ConfigError as error:
            yield str(error)
            continue
        if ring.is_placeholder:
            yield f"{name}: missing; make a key with `python -m interview.security.keys`"
        elif any(len(set(key.secret)) == 1 for key in ring.keys):
            yield f"{name}: a key is one byte repeated, which is no secret"
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
