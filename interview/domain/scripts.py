"""What the interviewer says by itself, in fixed words whose sound is made ahead."""

from __future__ import annotations

from interview.domain.phases import SPOKEN_PHASES
from interview.domain.plan import Plan, Question
from interview.domain.progress import greeting_lines
from interview.protocol.server import ErrorMessage

__all__ = [
    "CODE_ON",
    "NUDGES",
    "REPLY_LOST",
    "TIME_TO_MOVE_ON",
    "fixed_lines",
    "says_name",
    "type_instead",
    "welcome_back",
]

NUDGES = (
    "Take your time.",
    "I can repeat or rephrase the question, or we can skip it, or pause. Just tell me.",
)
TIME_TO_MOVE_ON = "Let's move on, so that there is time for the rest."
REPLY_LOST = "Thank you, I have your answer. Let's go on."
CODE_ON = "Thank you, I have that. Please go on with your code."
WELCOME_BACK = "Welcome back."
RECAP = "Here is where we were."


def welcome_back(question: Question, *, long: bool) -> tuple[str, ...]:
    """After a pause; a long one is followed by a recap."""
    return (WELCOME_BACK, RECAP, question.text) if long else (WELCOME_BACK, question.text)


def fixed_lines(plan: Plan, candidate_name: str) -> tuple[str, ...]:
    """Every planned line in the order it may be said, each once."""
    lines = [*greeting_lines(plan, candidate_name)]
    for phase in SPOKEN_PHASES:
        phase_plan = plan.phase(phase)
        lines += [phase_plan.opening, *(q.text for q in phase_plan.questions)]
    if any(q.coding for q in plan.questions):
        lines.append(CODE_ON)
    lines += [*NUDGES, TIME_TO_MOVE_ON, REPLY_LOST, WELCOME_BACK, RECAP]
    lines.append(plan.closing.replace("{name}", f", {candidate_name}" if candidate_name else ""))
    return tuple(dict.fromkeys(line for line in lines if line))


def says_name(line: str, candidate_name: str) -> bool:
    """Such a line is not kept for other interviews."""
    return bool(candidate_name) and candidate_name in line


def type_instead(turn_id: str) -> ErrorMessage:
    """The answer was recorded, but no provider could transcribe it."""
    return ErrorMessage(
        code="stt.unavailable",
        message="Your recording is safe, but we could not make it out. Please type your answer.",
        recoverable=True,
        turn_id=turn_id,
    )
