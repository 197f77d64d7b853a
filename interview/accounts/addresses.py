"""Mail addresses, which people are known by."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

__all__ = ["EmailAddress", "PersonName", "canonical"]

_ADDRESS = (
    r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$"
)
"""As HTML has it, ASCII alone: two addresses that look the same are the same."""


def canonical(address: str) -> str:
    """One spelling for an address: providers that tell cases apart are not known to exist."""
    return address.strip().lower()


EmailAddress = Annotated[
    str,
    StringConstraints(max_length=254, strip_whitespace=True, pattern=_ADDRESS),
    AfterValidator(canonical),
]

PersonName = Annotated[
    str,
    StringConstraints(max_length=120, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
"""In one line."""
