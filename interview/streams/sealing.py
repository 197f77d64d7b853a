"""What Redis holds of an interview, sealed with its key.

Kinds, indexes and epochs stay in clear: they hold nothing personal. A sealed value goes by
another field name, and is bound to its key and to what stays in clear beside it. Entries of
before are read as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from interview.errors import DatabaseUnavailable, StreamError
from interview.security.data_keys import DataKeys
from interview.security.seal import Cipher, EncryptionError

__all__ = ["Sealing"]

_SEALED = {b"d": b"*d", b"s": b"*s"}
_SEALED_NAMES = frozenset(_SEALED.values())
_HIDDEN = _SEALED_NAMES | _SEALED.keys()
_VALUE_MARK = b"*"

Fields = Mapping[bytes, bytes]


class Sealing:
    """Does not wait once the interview's key is known. Every method raises `StreamError`:
    `key.destroyed` and `sealed.invalid`, which are final, `key.unknown`, and
    `stream.unavailable` when the key cannot be read."""

    def __init__(self, keys: DataKeys) -> None:
        self._keys = keys

    async def seal(self, key: str, entries: Iterable[Fields]) -> tuple[Fields, ...]:
        cipher = await self._cipher(key, make=True)
        return tuple(_sealed(cipher, key, fields) for fields in entries)

    async def open(self, key: str, entries: Sequence[dict[bytes, bytes]]) -> None:
        """In place. An erased interview's are refused, sealed or not."""
        try:
            cipher = await self._cipher(key, make=False)
        except StreamError as error:
            if error.code != "key.unknown" or any(map(_is_sealed, entries)):
                raise
            return  # of before, when there were no keys
        try:
            for fields in entries:
                if not _is_sealed(fields):
                    continue
                clear = _clear(fields)
                for name, sealed_name in _SEALED.items():
                    if (value := fields.pop(sealed_name, None)) is not None:
                        fields[name] = cipher.open(value, _bound(key, name, clear))
        except EncryptionError as error:
            raise _translated(error) from None

    async def seal_value(self, key: str, value: bytes) -> bytes:
        cipher = await self._cipher(key, make=True)
        return _VALUE_MARK + cipher.seal(value, key.encode())

    async def open_value(self, key: str, value: bytes) -> bytes:
        if not value.startswith(_VALUE_MARK):
            return value  # of before
        cipher = await self._cipher(key, make=False)
        try:
            return cipher.open(value[len(_VALUE_MARK) :], key.encode())
        except EncryptionError as error:
            raise _translated(error) from None

    async def _cipher(self, key: str, *, make: bool) -> Cipher:
        interview_id = key[key.index("{") + 1 : key.index("}")]
        if (cipher := self._keys.known(interview_id)) is not None:
            return cipher
        try:
            return await self._keys.of(interview_id, make=make)
        except EncryptionError as error:
            raise _translated(error) from None
        except DatabaseUnavailable:
            raise StreamError("stream.unavailable", "the interview's key cannot be read") from None


def _is_sealed(fields: Fields) -> bool:
    return not _SEALED_NAMES.isdisjoint(fields)


def _sealed(cipher: Cipher, key: str, fields: Fields) -> Fields:
    sealed = dict(fields)
    clear = _clear(fields)
    for name, sealed_name in _SEALED.items():
        if (value := sealed.pop(name, None)) is not None:
            sealed[sealed_name] = cipher.seal(value, _bound(key, name, clear))
    return sealed


def _clear(fields: Fields) -> bytes:
    """What stays in clear beside what is sealed, so that neither goes with another's."""
    shown = sorted(item for item in fields.items() if item[0] not in _HIDDEN)
    return b"/".join([b"%s=%d:%s" % (name, len(value), value) for name, value in shown])


def _bound(key: str, name: bytes, clear: bytes) -> bytes:
    return b"%s/%s/%s" % (key.encode(), name, clear)


def _translated(error: EncryptionError) -> StreamError:
    return StreamError(error.code, error.message, retryable=error.retryable)
