"""Passwords: which may be chosen, and how they are kept (argon2id)."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from interview.errors import InvalidInputError

__all__ = ["MAX_LENGTH", "MIN_LENGTH", "Passwords", "check_password"]

MIN_LENGTH = 10
MAX_LENGTH = 200
_AT_ONCE = 2
"""A hash takes 64 MB and tens of milliseconds of a core: they wait for each other, and nothing
else waits for them."""

_COMMON = frozenset(
    """
    0123456789 0987654321 1029384756 1111111111 1122334455 1231231230 1234512345 12345678900
    12345678910 1234567890 1234567891 12345qwert 123456789a 123456789q 147258369a 1q2w3e4r5t
    1q2w3e4r5t6y 1qaz2wsx3edc 9876543210 aa12345678 abc1234567 abcd123456 abcdefghij administrator
    admin12345 admin123456 asdfasdfasdf asdfghjkl1 asdfghjkl; basketball changeme123 charlie123
    computer123 football123 helloworld iloveyou12 iloveyou123 intervue123 intervue1234 jennifer123
    letmein123 letmein1234 liverpool1 manchester michelle123 minecraft1 p@ssw0rd123 p@ssword123
    passw0rd123 password00 password01 password10 password11 password12 password123 password1234
    password12345 password2024 password2025 password2026 passwordpassword pokemon123 princess123
    q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedcrfv qwer123456 qwerty1234 qwerty12345 qwerty123456 qwertyqwerty
    qwertyuiop qwertyuiop1 qwertyuiop123 samsung123 starwars123 sunshine123 superman123 unbelievable
    welcome123 welcome1234 zaq12wsxcde3 zxcvbnm123
    """.split()
)


def check_password(password: str, address: str) -> None:
    """Raises `InvalidInputError` (`password.weak`), and says why."""
    plain = _normal(password).casefold()
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise _weak(f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters")
    if plain in (address.casefold(), address.casefold().partition("@")[0]):
        raise _weak("a password is not the address it belongs to")
    if plain in _COMMON or len(set(plain)) < 4:
        raise _weak("this password is among the first that anybody would try")


class Passwords:
    """Hashing runs in threads of its own."""

    def __init__(self, hasher: PasswordHash | None = None) -> None:
        self._hasher = hasher or PasswordHash((Argon2Hasher(),))
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="passwords")
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._hash, password)

    async def verify(self, password: str, hashed: str | None) -> tuple[bool, str | None]:
        """Whether it is right, and a hash to keep instead where the old one is outdated. Without
        a hash it takes as long, and is wrong."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._verify, password, hashed)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _hash(self, password: str) -> str:
        return self._hasher.hash(_normal(password))

    def _verify(self, password: str, hashed: str | None) -> tuple[bool, str | None]:
        # Made before the first answer to anybody, so that none tells whether it was needed.
        if self._nobodys is None:
            self._nobodys = self._hash(secrets.token_urlsafe(32))
        right, renewed = self._hasher.verify_and_update(_normal(password), hashed or self._nobodys)
        return (right, renewed) if hashed is not None else (False, None)


def _normal(password: str) -> str:
    """One spelling for what looks the same, whatever the keyboard sent."""
    return unicodedata.normalize("NFKC", password)


def _weak(message: str) -> InvalidInputError:
    return InvalidInputError("password.weak", message)
