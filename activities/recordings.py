"""Where recordings lie in the object store."""

from __future__ import annotations

import hashlib

from interview.contracts.turns import TurnRef

__all__ = ["recording_key"]


def recording_key(turn: TurnRef, data: bytes, name: str) -> str:
    """Names its content, so that a late run never overwrites what a row already refers to."""
    digest = hashlib.sha256(data).hexdigest()[:16]
    return f"interviews/{turn.interview_id}/{turn.turn_id}/{digest}-{name}"
