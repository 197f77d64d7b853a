"""Which passwords may be chosen, and how they are kept."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from interview.accounts.passwords import Passwords, check_password
from interview.errors import InvalidInputError

ADDRESS = "grace.hopper@navy.example"
GOOD = "a nanosecond of wire"


@pytest.fixture
def passwords() -> Generator[Passwords]:
    passwords = Passwords()
    yield passwords
    passwords.close()


@pytest.mark.parametrize("password", [GOOD, "0" * 5 + "abcde", "пароль на память", "x1y2" * 50])
def test_these_may_be_chosen(password: str) -> None:
    check_password(password, ADDRESS)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "nine char",
        "x1y2" * 50 + "z",
        ADDRESS,
        ADDRESS.upper(),
        "grace.hopper",
        "Password123",
        "qwertyuiop",
        "aaaaaaaaaaaa",
        "abababababab",
        "１２３４５６７８９０",
    ],
)
def test_these_may_not(password: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_password(password, ADDRESS)
    assert caught.value.code == "password.weak"
    assert not password or password not in str(caught.value)


async def test_one_is_kept_by_argon2id_and_known_again(passwords: Passwords) -> None:
    hashed = await passwords.hash(GOOD)
    assert hashed.startswith("$argon2id$")
    assert await passwords.verify(GOOD, hashed) == (True, None)
    assert await passwords.verify(GOOD + "!", hashed) == (False, None)
    assert await passwords.hash(GOOD) != hashed


async def test_however_the_keyboard_spells_it(passwords: Passwords) -> None:
    hashed = await passwords.hash("cafe\u0301 au lait")
    assert (await passwords.verify("caf\u00e9 au lait", hashed))[0]


async def test_an_outdated_hash_is_renewed(passwords: Passwords) -> None:
    weaker = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1),))
    right, renewed = await passwords.verify(GOOD, weaker.hash(GOOD))
    assert right
    assert renewed is not None
    assert await passwords.verify(GOOD, renewed) == (True, None)


async def test_nobody_has_no_password(passwords: Passwords) -> None:
    assert await passwords.verify(GOOD, None) == (False, None)
    assert await passwords.verify("", None) == (False, None)
