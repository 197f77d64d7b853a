"""What the Temporal UI shows of an interview: summaries and current details. No words of the
candidate's."""

from __future__ import annotations

from interview.contracts.interview import InterviewState
from interview.contracts.turns import TurnRef
from interview.domain.directives import Standing
from interview.domain.plan import Plan
from interview.domain.progress import Position, current_question, standing

__all__ = ["current_details", "turn_summary"]


def turn_summary(stage: str, turn: TurnRef, here: Standing, position: Position) -> str:
    """For example `speak · turn 7 · main questions · Q3, follow-up 1`."""
    parts = [stage, f"turn {turn.turn_number}", here.phase.label]
    if here.question_number:
        question = f"Q{here.question_number}"
        if position.follow_ups_used:
            question += f", follow-up {position.follow_ups_used}"
        parts.append(question)
    if turn.kind != "audio":
        parts.append(turn.kind)
    return " · ".join(parts)


def current_details(plan: Plan, state: InterviewState) -> str:
    """Markdown."""
    here = standing(plan, state.position, state.phase_time_used_s)
    question = current_question(plan, state.position)
    lines = [
        f"### {plan.title}: {here.phase.label}",
        "",
        "| | |",
        "|---|---|",
        f"| status | {state.status} |",
        f"| question | {here.question_number} of {here.question_count} |",
        f"| follow-ups used | {state.position.follow_ups_used}"
        f" of {question.max_follow_ups if question else 0} |",
        f"| answers committed | {state.answers_committed} |",
        f"| active time in this phase | {state.phase_time_used_s:.0f} s,"
        f" {here.budget_left_s:.0f} s left |",
    ]
    if question is not None:
        lines += ["", f"> {question.text}"]
    if state.outcome:
        lines += ["", f"Outcome: **{state.outcome}**"]
    return "\n".join(lines)
