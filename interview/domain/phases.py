"""The phases of an interview, in order."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["SPOKEN_PHASES", "Phase", "next_phase"]


class Phase(StrEnum):
    """`INTRODUCTION → WARMUP → MAIN_QUESTIONS → WRAP_UP → COMPLETED`."""

    INTRODUCTION = "introduction"
    WARMUP = "warmup"
    MAIN_QUESTIONS = "main_questions"
    WRAP_UP = "wrap_up"
    COMPLETED = "completed"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ")


SPOKEN_PHASES = (Phase.INTRODUCTION, Phase.WARMUP, Phase.MAIN_QUESTIONS, Phase.WRAP_UP)


def next_phase(phase: Phase) -> Phase:
    """The phase after `phase`; `COMPLETED` follows itself."""
    order = (*SPOKEN_PHASES, Phase.COMPLETED)
    return order[min(order.index(phase) + 1, len(order) - 1)]
