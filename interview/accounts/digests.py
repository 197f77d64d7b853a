"""How secrets that were given out are kept."""

from __future__ import annotations

import hashlib

__all__ = ["digest"]


def digest(secret: str) -> str:
    """Of 256 random bits, which nobody guesses: it needs no salt and no time."""
    return hashlib.sha256(secret.encode()).hexdigest()
