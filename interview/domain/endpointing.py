"""How long a candidate may be silent before a hands-free answer counts as complete."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from interview.domain.phases import Phase

__all__ = ["Endpointing"]

Wait = Annotated[int, Field(ge=100, le=60_000)]


class Endpointing(BaseModel):
    """Silence in ms, by phase: the questions that want thinking get the longest."""

    model_config = ConfigDict(frozen=True)

    introduction: Wait = 700
    warmup: Wait = 700
    main_questions: Wait = 1_200
    wrap_up: Wait = 800

    def wait_ms(self, phase: Phase) -> int:
        """After the interview, as at its end."""
        match phase:
            case Phase.INTRODUCTION:
                return self.introduction
            case Phase.WARMUP:
                return self.warmup
            case Phase.MAIN_QUESTIONS:
                return self.main_questions
            case Phase.WRAP_UP | Phase.COMPLETED:
                return self.wrap_up

    def stretched(self, extra_time_factor: float) -> Endpointing:
        return Endpointing.model_validate(
            {name: round(ms * extra_time_factor) for name, ms in self.model_dump().items()}
        )
