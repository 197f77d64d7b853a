"""How long a candidate may be silent before a hands-free answer counts as complete."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from interview.domain.phases import Phase

__all__ = ["Endpointing", "Sound"]

Wait = Annotated[int, Field(ge=100, le=60_000)]

Sound = Literal["complete", "unfinished"]
"""How an answer sounds when somebody falls silent."""

UNFINISHED_FACTOR = 1.5
COMPLETE_FACTOR = 0.5
"""In main questions it shortens nothing: people think between whole sentences there."""
SHORTEST_COMPLETE_MS = 350
"""How it sounds is not known sooner."""


class Endpointing(BaseModel):
    """Silence in ms, by phase: the questions that want thinking get the longest."""

    model_config = ConfigDict(frozen=True)

    introduction: Wait = 700
    warmup: Wait = 700
    main_questions: Wait = 1_200
    wrap_up: Wait = 800
    unhurried: bool = False
    """For somebody with extra time a complete sound shortens nothing."""

    def wait_ms(self, phase: Phase, sounds: Sound | None = None) -> int:
        """After the interview, as at its end."""
        usual = self._usual(phase)
        match sounds:
            case None:
                return usual
            case "unfinished":
                return round(usual * UNFINISHED_FACTOR)
            case "complete" if self.unhurried or phase is Phase.MAIN_QUESTIONS:
                return usual
            case "complete":
                return min(usual, max(round(usual * COMPLETE_FACTOR), SHORTEST_COMPLETE_MS))

    def stretched(self, extra_time_factor: float) -> Endpointing:
        usual = {name: getattr(self, name) for name in _BY_PHASE}
        changes: dict[str, object] = {n: round(ms * extra_time_factor) for n, ms in usual.items()}
        changes["unhurried"] = self.unhurried or extra_time_factor > 1
        return Endpointing.model_validate(self.model_dump() | changes)

    def _usual(self, phase: Phase) -> int:
        match phase:
            case Phase.INTRODUCTION:
                return self.introduction
            case Phase.WARMUP:
                return self.warmup
            case Phase.MAIN_QUESTIONS:
                return self.main_questions
            case Phase.WRAP_UP | Phase.COMPLETED:
                return self.wrap_up


_BY_PHASE = ("introduction", "warmup", "main_questions", "wrap_up")
