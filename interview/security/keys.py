"""Rings of symmetric keys, as settings give them: `id:base64 of 32 bytes`, separated by commas.

The first key of a ring is the one in use; the others are still accepted. Run as a program it
prints a new key.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import sys
from dataclasses import dataclass

from pydantic import SecretStr

from interview.errors import ConfigError

__all__ = ["KEY_BYTES", "Key", "KeyRing", "new_key", "parse_keys"]

KEY_BYTES = 32
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_PLACEHOLDER_ID = "placeholder"


@dataclass(frozen=True, slots=True)
class Key:
    key_id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.key_id!r})"


@dataclass(frozen=True, slots=True)
class KeyRing:
    keys: tuple[Key, ...]

    @property
    def current(self) -> Key:
        return self.keys[0]

    @property
    def is_placeholder(self) -> bool:
        """Known to everybody: good for nothing but development."""
        return any(key.key_id == _PLACEHOLDER_ID for key in self.keys)

    def with_placeholder(self, setting: str) -> KeyRing:
        """Also accepts what was made before there was a key, where that may be."""
        return self if self.is_placeholder else KeyRing((*self.keys, _placeholder(setting)))

    def find(self, key_id: str) -> Key | None:
        return next((key for key in self.keys if key.key_id == key_id), None)


def parse_keys(setting: str, value: SecretStr | None) -> KeyRing:
    """`setting` names the variable in messages. Nothing given gives the placeholder. Raises
    `ConfigError`, which never quotes a key."""
    if value is None or not value.get_secret_value().strip():
        return KeyRing((_placeholder(setting),))
    keys = tuple(_parse(setting, part) for part in value.get_secret_value().split(","))
    if len({key.key_id for key in keys}) < len(keys):
        raise ConfigError(f"{setting}: two keys have the same id")
    return KeyRing(keys)


def new_key() -> str:
    """As a setting holds it."""
    secret = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    return f"{secrets.token_hex(4)}:{secret}"


def _placeholder(setting: str) -> Key:
    return Key(_PLACEHOLDER_ID, setting.encode().ljust(KEY_BYTES, b"."))


def _parse(setting: str, part: str) -> Key:
    key_id, _, encoded = part.strip().partition(":")
    try:
        secret = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        secret = b""
    if not _ID.fullmatch(key_id) or len(secret) != KEY_BYTES or key_id == _PLACEHOLDER_ID:
        raise ConfigError(f"{setting}: each key is written id:base64 of {KEY_BYTES} bytes")
    return Key(key_id, secret)


if __name__ == "__main__":
    sys.stdout.write(f"{new_key()}\n")
