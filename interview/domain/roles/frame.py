"""What every built-in interview has in common: its greeting, its end, and the time it takes."""

from __future__ import annotations

from dataclasses import dataclass

from interview.domain.phases import Phase
from interview.domain.plan import PhasePlan, Plan, Question
from interview.domain.rubric import Competency, Rubric

__all__ = ["SCORED_S", "Role", "framed", "main_questions_in", "scored", "warmup"]

_GREETING = (
    "Hello{name}, and welcome. I am Intervue, and I am an AI interviewer. "
    "This conversation takes about %d minutes."
)
_HOUSE_RULES = (
    "Take all the time you need to think. You can pause at any moment, ask me to repeat or to "
    "rephrase a question, and type an answer instead of speaking it."
)
_SOUND_CHECK = Question(
    question_id="sound-check",
    text="Before anything counts: is the sound good on your side?",
)
_YOUR_QUESTIONS = Question(
    question_id="your-questions",
    text="What would you like to ask me about the role, the team or what happens next?",
    probes=("Is there another question you would like passed on?",),
    max_follow_ups=1,
)
_LAST_WORD = Question(
    question_id="last-word",
    text="Is there anything about your work that I did not ask and that should be on record?",
)
_CLOSING = (
    "Thank you{name}, that was all from me. Your answers are saved. What happens next: people on "
    "the hiring team read this conversation, a person decides, and you hear from them either way. "
    "Goodbye, and have a good day."
)

_INTRODUCTION_S = 90.0
_WARMUP_S = 150.0
_WRAP_UP_S = 210.0
SCORED_S = 270.0
"""A two-minute answer, two probes and their answers, and time to think."""
_AROUND_S = _INTRODUCTION_S + _WARMUP_S + _WRAP_UP_S


@dataclass(frozen=True, slots=True)
class Role:
    """A built-in interview. `minutes` is what the greeting promises."""

    plan: Plan
    description: str
    minutes: int
    rubric: Rubric | None = None
    """None: nobody is scored by it."""
    listed: bool = True
    """False: for tests and benchmarks; `get_plan` knows it, the public list does not."""


def warmup(question_id: str, text: str, probe: str) -> Question:
    """Something easy, which does not count."""
    return Question(question_id=question_id, text=text, probes=(probe,), max_follow_ups=1)


def scored(
    question_id: str,
    text: str,
    *,
    competencies: tuple[str, ...],
    probes: tuple[str, ...],
    max_follow_ups: int = 2,
) -> Question:
    """Asked of everybody in these words, and followed up twice at most, unless it is said."""
    return Question(
        question_id=question_id,
        text=text,
        probes=probes,
        max_follow_ups=max_follow_ups,
        competencies=competencies,
        scored=True,
        time_limit_s=SCORED_S,
    )


def main_questions_in(minutes: int) -> int:
    """How many there is time for, at least one."""
    return max(1, int((minutes * 60 - _AROUND_S) // SCORED_S))


def framed(
    role: str,
    title: str,
    description: str,
    *,
    first: Question,
    opening: str,
    questions: tuple[Question, ...],
    competencies: tuple[Competency, ...],
    main_s: float | None = None,
) -> Role:
    """What makes a role, between an introduction and a wrap-up. `first` is its warmup, `opening`
    is said before the main `questions`, which take `main_s`, or as long as spoken ones do."""
    main_s = main_s or SCORED_S * len(questions)
    minutes = round((_AROUND_S + main_s) / 60)
    rubric = Rubric(competencies=competencies)
    plan = Plan(
        role=role,
        title=title,
        greeting=_GREETING % minutes,
        closing=_CLOSING,
        phases=(
            PhasePlan(
                phase=Phase.INTRODUCTION,
                budget_s=_INTRODUCTION_S,
                opening=_HOUSE_RULES,
                questions=(_SOUND_CHECK,),
            ),
            PhasePlan(
                phase=Phase.WARMUP,
                budget_s=_WARMUP_S,
                opening="Good. Let's start with something easy.",
                questions=(first,),
            ),
            PhasePlan(
                phase=Phase.MAIN_QUESTIONS, budget_s=main_s, opening=opening, questions=questions
            ),
            PhasePlan(
                phase=Phase.WRAP_UP,
                budget_s=_WRAP_UP_S,
                opening="Those were my questions. The last minutes are yours.",
                questions=(_YOUR_QUESTIONS, _LAST_WORD),
            ),
        ),
        rubric=rubric.reference(),
    )
    return Role(plan, description, minutes, rubric)
