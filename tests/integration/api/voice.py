"""An answer as a browser records it."""

from __future__ import annotations

import functools

from demo.voice import CandidateVoice, Spoken

__all__ = ["spoken_answer"]


@functools.cache
def _kept() -> dict[str, Spoken]:
    return {}


async def spoken_answer(text: str = "Yes, I can hear you well.") -> Spoken:
    """Synthesized once a session."""
    if text not in _kept():
        _kept()[text] = await CandidateVoice().say(text)
    return _kept()[text]
