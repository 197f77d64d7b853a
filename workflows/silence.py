"""When the interviewer acts without having been spoken to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from interview.contracts.interview import InterviewState, Limits
    from interview.domain.directives import Brief

__all__ = ["LATE_IS_OUTAGE", "Due", "next_due", "waited_s"]

MAX_NUDGES = 2
CODING_NUDGE_S = 300.0
CODING_PAUSE_S = 3600.0
"""Who writes is silent."""

LATE_IS_OUTAGE = timedelta(seconds=5)
"""A timer later than this means that no worker was there, and no ear for the candidate."""


@dataclass(frozen=True)
class Due:
    """What happens at `at` if the candidate stays silent. `kind` names the timer in history."""

    at: datetime
    kind: Literal["nudge", "pause", "budget"]


def next_due(state: InterviewState, limits: Limits, brief: Brief, now: datetime) -> Due:
    """One timer a turn: the earliest of nudge, phase budget and pause."""
    since = state.silence_since or now
    factor = state.extra_time_factor

    def after(seconds: float) -> datetime:
        return since + timedelta(seconds=seconds * factor)

    nudge_s = CODING_NUDGE_S if brief.is_coding else limits.nudge_after_s
    due = Due(after(_longest_s(limits, is_coding=brief.is_coding)), "pause")
    if state.nudges < MAX_NUDGES:
        # 20 s of silence, then 40 s more.
        nudge = Due(after(nudge_s * (1, 3)[state.nudges]), "nudge")
        due = min(due, nudge, key=lambda d: d.at)
    if brief.onward.standing.question_id is not None and not state.pushed_on:
        # Only to another question, so that nobody is pushed out of the interview; and once a
        # silence, so that nobody comes back to find all questions gone.
        left_s = max(brief.standing.budget_left_s, limits.budget_grace_s)
        due = min(due, Due(after(left_s), "budget"), key=lambda d: d.at)
    return due


def waited_s(
    state: InterviewState, limits: Limits, until: datetime, *, is_coding: bool = False
) -> float:
    """Silence up to `until`: active time, as far as the interview would not have paused."""
    if state.silence_since is None or until <= state.silence_since:
        return 0.0
    longest = _longest_s(limits, is_coding=is_coding) * state.extra_time_factor
    return min((until - state.silence_since).total_seconds(), longest)


def _longest_s(limits: Limits, *, is_coding: bool) -> float:
    return max(limits.pause_after_s, CODING_PAUSE_S) if is_coding else limits.pause_after_s
