"""The openers whose sound is there: one that would have to be made first comes too late."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from activities.voice import Voice
from interview.contracts.turns import TurnRef
from interview.domain.openers import opener_for
from interview.domain.phrases import phrases
from interview.ports import Line

__all__ = ["Openers"]

LOOK_S = 0.5
"""For a sound that may be in the object store: the reply does not wait for more."""


@dataclass(frozen=True, slots=True)
class Openers:
    voice: Voice

    def lines(self, language: str) -> tuple[str, ...]:
        """All that may be said: to be kept for everyone."""
        return phrases(language).openers

    async def ready(self, turn: TurnRef, language: str, before: Sequence[Line]) -> str:
        """For the reply to this turn, after the conversation `before`; empty where there is none.
        Only who speaks is answered before it is known what they said."""
        if turn.kind != "audio":
            return ""
        said = (line.text for line in reversed(before) if line.speaker == "interviewer")
        opener = opener_for(language, turn.turn_number, said)
        try:
            async with asyncio.timeout(LOOK_S):
                return opener if await self.voice.has(opener) else ""
        except TimeoutError:
            return ""
