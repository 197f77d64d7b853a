"""What Redis holds of an interview, sealed with its key.

Kinds, indexes and epochs stay in clear: they hold nothing personal. A sealed value goes by
another field name, and is bound to its key, so entries of before are read as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from interview.errors import DatabaseUnavailable, StreamError
from interview.security.data_keys import DataKeys
from interview.security.seal import Cipher, EncryptionError

__all__ = ["Sealing"]

_SEALED = {b"d": b"*d", b"s": b"*s"}
_VALUE_MARK = b"*"

Fields = Mapping[bytes, bytes]


class Sealing:
    """Does not wait once the interview's key is known. Every method raises `StreamError`:
    `key.destroyed`, `sealed.invalid` and `key.unknown`, which are final, `stream.unavailable`
    when the key cannot be read."""

    def __init__(self, keys: DataKeys) -> None:
        self._keys = keys

    async def seal(self, key: str, entries: Iterable[Fields]) -> tuple[Fields, ...]:
        cipher = await self._cipher(key)
        return tuple(_sealed(cipher, key, fields) for fields in entries)

    async def open(self, key: str, entries: Iterable[dict[bytes, bytes]]) -> None:
        """In place."""
        cipher = await self._cipher(key)
        try:
            for fields in entries:
                for name, sealed_name in _SEALED.items():
                    if (sealed := fields.pop(sealed_name, None)) is not None:
                        fields[name] = cipher.open(sealed, _bound(key, name, fields[b"k"]))
        except EncryptionError as error:
            raise _final(error) from None

    async def seal_value(self, key: str, value: bytes) -> bytes:
        cipher = await self._cipher(key)
        return _VALUE_MARK + cipher.seal(value, key.encode())

    async def open_value(self, key: str, value: bytes) -> bytes:
        if not value.startswith(_VALUE_MARK):
            return value  # of before
        cipher = await self._cipher(key)
        try:
            return cipher.open(value[len(_VALUE_MARK) :], key.encode())
        except EncryptionError as error:
            raise _final(error) from None

    async def _cipher(self, key: str) -> Cipher:
        interview_id = key[key.index("{") + 1 : key.index("}")]
        if (cipher := self._keys.known(interview_id)) is not None:
            return cipher
        try:
            return await self._keys.of(interview_id)
        except EncryptionError as error:
            raise _final(error) from None
        except DatabaseUnavailable:
            raise StreamError("stream.unavailable", "the interview's key cannot be read") from None


def _sealed(cipher: Cipher, key: str, fields: Fields) -> Fields:
    kind = fields[b"k"]
    return {
        _SEALED[name] if name in _SEALED else name: (
            cipher.seal(value, _bound(key, name, kind)) if name in _SEALED else value
        )
        for name, value in fields.items()
    }


def _bound(key: str, name: bytes, kind: bytes) -> bytes:
    return b"%s/%s/%s" % (key.encode(), name, kind)


def _final(error: EncryptionError) -> StreamError:
    return StreamError(error.code, error.message, retryable=False)
