"""The shortest whole interview: one question a phase, no follow-ups. Not in the public list."""

from __future__ import annotations

from interview.domain.phases import Phase
from interview.domain.plan import PhasePlan, Plan, Question
from interview.domain.roles.frame import Role

__all__ = ["DEMO"]


def _phase(phase: Phase, question_id: str, text: str) -> PhasePlan:
    question = Question(question_id=question_id, text=text)
    return PhasePlan(phase=phase, budget_s=300, questions=(question,))


DEMO = Role(
    Plan(
        role="demo",
        title="Demonstration",
        greeting="Hello{name}. I am an AI interviewer, and this takes a few minutes.",
        closing="Thank you{name}. That was the demonstration; nobody decides anything by it.",
        phases=(
            _phase(Phase.INTRODUCTION, "sound", "Is the sound good?"),
            _phase(Phase.WARMUP, "lately", "What have you been working on lately?"),
            _phase(Phase.MAIN_QUESTIONS, "broke", "Tell me about something of yours that broke."),
            _phase(Phase.WRAP_UP, "questions", "What would you like to ask me?"),
        ),
    ),
    description="One question a phase, for a first look.",
    minutes=3,
    listed=False,
)
