"""AES-256-GCM under one key: 96 random bits of nonce, then what was sealed and its tag."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from interview.errors import InterviewError

__all__ = ["OVERHEAD_BYTES", "Cipher", "EncryptionError", "derived"]

_NONCE_BYTES = 12
OVERHEAD_BYTES = _NONCE_BYTES + 16


class EncryptionError(InterviewError):
    """Final are `key.destroyed` and `sealed.invalid` (what was sealed was changed, moved, or
    belongs to another key). `key.unknown` (no such key, or no master key that unwraps it) may be
    given yet."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, retryable=code == "key.unknown")


@dataclass(frozen=True, slots=True)
class Cipher:
    """`key_id` names the key wherever something is sealed with it."""

    key_id: str
    secret: bytes = field(repr=False)
    _gcm: AESGCM = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_gcm", AESGCM(self.secret))

    def seal(self, plain: bytes, bound: bytes) -> bytes:
        """`bound` is not kept, and must be the same again to open it."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._gcm.encrypt(nonce, plain, bound)

    def open(self, sealed: bytes, bound: bytes) -> bytes:
        """Raises `EncryptionError` (`sealed.invalid`)."""
        try:
            return self._gcm.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
        except (InvalidTag, ValueError):
            raise EncryptionError("sealed.invalid", "sealed data cannot be opened") from None


def derived(secret: bytes, purpose: str) -> bytes:
    """A key of its own for `purpose`, of the same strength (RFC 5869)."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose.encode()).derive(secret)
