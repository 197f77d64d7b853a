"""What the interviewer says by itself, in fixed words whose sound is made ahead."""

from __future__ import annotations

from interview.domain.phases import SPOKEN_PHASES
from interview.domain.phrases import phrases
from interview.domain.plan import Plan
from interview.domain.progress import greeting_lines
from interview.protocol.server import ErrorMessage

__all__ = ["fixed_lines", "nudge", "says_name", "type_instead", "welcome_back"]


def nudge(language: str, before: int) -> str:
    """The next one in a silence, after `before` others."""
    lines = phrases(language).nudges
    return lines[min(before, len(lines) - 1)]


def welcome_back(plan: Plan, asked: str, done: int, *, long: bool) -> tuple[str, ...]:
    """After a pause, with what was asked; a long one is followed by a recap. `done`: questions
    before this one."""
    said = phrases(plan.language)
    if not long:
        return (said.welcome_back, asked)
    recap = said.recap if done else said.recap_at_the_beginning
    return (said.welcome_back, recap.format(done=done, count=len(plan.questions)), asked)


def fixed_lines(plan: Plan, candidate_name: str) -> tuple[str, ...]:
    """Every planned line in the order it may be said, each once."""
    lines = [*greeting_lines(plan, candidate_name)]
    for phase in SPOKEN_PHASES:
        phase_plan = plan.phase(phase)
        lines += [phase_plan.opening, *(q.text for q in phase_plan.questions)]
    said = phrases(plan.language)
    if any(q.coding for q in plan.questions):
        lines.append(said.code_on)
    lines += [*said.nudges, said.time_to_move_on, said.reply_lost, said.welcome_back]
    lines += [said.recap_at_the_beginning, said.cut_off, said.not_heard, said.not_heard_onward]
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
