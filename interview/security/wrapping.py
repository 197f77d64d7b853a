"""Master keys: they wrap data keys, and nothing else is done with them."""

from __future__ import annotations

from typing import Protocol

from interview.security.keys import KeyRing
from interview.security.seal import Cipher, EncryptionError, derived

__all__ = ["KeyWrapper", "RingKeyWrapper"]


class KeyWrapper(Protocol):
    """As a key management service does it. `bound` must be the same again to unwrap."""

    @property
    def current_id(self) -> str: ...

    def knows(self, master_key_id: str) -> bool:
        """Whether it unwraps what that one wrapped."""
        ...

    async def wrap(self, secret: bytes, bound: bytes) -> tuple[str, bytes]:
        """Under the current master key: its id, and the wrapped key."""
        ...

    async def unwrap(self, master_key_id: str, wrapped: bytes, bound: bytes) -> bytes:
        """Raises `EncryptionError`: `key.unknown`, `sealed.invalid`."""
        ...


class RingKeyWrapper:
    """Master keys from `MASTER_KEYS`."""

    def __init__(self, ring: KeyRing) -> None:
        self._current_id = ring.current.key_id
        self._ciphers = {
            key.key_id: Cipher(key.key_id, derived(key.secret, "intervue data keys"))
            for key in ring.keys
        }

    @property
    def current_id(self) -> str:
        return self._current_id

    def knows(self, master_key_id: str) -> bool:
        return master_key_id in self._ciphers

    async def wrap(self, secret: bytes, bound: bytes) -> tuple[str, bytes]:
        return self._current_id, self._ciphers[self._current_id].seal(secret, bound)

    async def unwrap(self, master_key_id: str, wrapped: bytes, bound: bytes) -> bytes:
        cipher = self._ciphers.get(master_key_id)
        if cipher is None:
            raise EncryptionError(
                "key.unknown", f"MASTER_KEYS has no key {master_key_id}, which is still in use"
            )
        return cipher.open(wrapped, bound)
