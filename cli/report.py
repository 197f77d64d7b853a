"""A timeline as text, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, get_args

from interview.timeline.models import Ending, Stage, StageRun, Step, Timeline, TurnTrack

__all__ = ["lines_of", "totals_of"]

_ENDINGS: dict[Ending, str] = {
    "completed": "",
    "running": "not done yet",
    "timed_out": "!! timed out",
    "failed": "!! failed",
    "cancelled": "!! given up",
}


def totals_of(timeline: Timeline) -> dict[str, Any]:
    """Times in ms, from its schedule to its end, of the runs of each stage that were completed:
    `median`, `longest`."""
    runs = [run for turn in timeline.turns for run in turn.stages]
    taken = {
        stage: sorted(
            _total_ms(run) or 0 for run in runs if (run.stage, run.ending) == (stage, "completed")
        )
        for stage in get_args(Stage)
    }
    return {
        "turns": len(timeline.turns),
        "retries": sum(one.attempts - 1 for one in (*runs, *timeline.steps)),
        "recoveries": sum(step.kind == "recovery" for step in timeline.steps),
        "stages_ms": {
            stage: {"median": times[(len(times) - 1) // 2], "longest": times[-1]}
            for stage, times in taken.items()
            if times
        },
    }


def lines_of(timeline: Timeline) -> Iterator[str]:
    """Times are UTC. Stages stand where they were scheduled."""
    runs = f"{timeline.runs} run{'s' if timeline.runs != 1 else ''}"
    yield f"Interview {timeline.interview_id}: {timeline.status.replace('_', ' ')}, {runs}"
    if not timeline.complete:
        yield "!! It is not all there: Temporal no longer keeps its earlier runs."
    day = shown = None
    for at, turn, what in _in_order(timeline):
        if at.date() != day:
            day = at.date()
            yield f"\n{day:%Y-%m-%d}"
        if turn is not None and turn is not shown:
            shown = turn
            yield f"{_time(at)}  {_heading(turn)}"
        yield f"{_time(at)}  {_step(what) if isinstance(what, Step) else _stage(what)}"
    yield ""
    yield from _totals(totals_of(timeline))


def _in_order(timeline: Timeline) -> list[tuple[datetime, TurnTrack | None, Step | StageRun]]:
    steps = [(step.at, None, step) for step in timeline.steps]
    runs = [
        (turn.began_at + timedelta(milliseconds=run.after_ms), turn, run)
        for turn in timeline.turns
        for run in turn.stages
    ]
    return sorted([*steps, *runs], key=lambda one: one[0])


def _step(step: Step) -> str:
    match step.kind:
        case "began":
            return f"started ({step.about})"
        case "continued":
            return f"goes on in a new run ({step.about})"
        case "timer":
            return f"timer: {step.name}"
        case "task":
            took = "" if step.took_ms is None else f"{step.took_ms} ms"
            parts = [took, *_trouble(step)]
            return f"  {step.about or step.name}: {', '.join(filter(None, parts))}"
        case "worker_lost":
            return "!! a decision timed out, and is made anew"
        case "decision_failed":
            return f"!! a decision failed ({step.error}), and is made anew"
        case "child":
            return f"began beside it: {step.name}"
        case "asked" | "recovery":
            mark = "!! " if step.kind == "recovery" else ""
            return f"{mark}{step.name}{f' ({step.about})' if step.about else ''}"
        case "ended":
            return step.name.replace("_", " ")


def _heading(turn: TurnTrack) -> str:
    parts = [f"turn {turn.turn_number}", turn.kind, turn.phase.value.lower(), turn.question_id]
    return " · ".join(filter(None, parts))


def _stage(run: StageRun) -> str:
    total = _total_ms(run)
    parts = [
        "" if total is None else f"{total} ms",
        run.provider,
        f"prompt {run.prompt_version}" if run.prompt_version else "",
        run.outcome,
        run.directive,
        *_trouble(run),
        f"!! run {run.rerun + 1} of the stage" if run.rerun else "",
    ]
    return f"  {run.stage:<11}{', '.join(filter(None, parts))}"


def _trouble(one: Step | StageRun) -> Iterator[str]:
    """How it ended, where that was no success, and after how many tries. The error is told once."""
    ended_badly = one.ending in ("failed", "timed_out")
    yield f"{_ENDINGS[one.ending]} {one.error if ended_badly else ''}".strip()
    if one.attempts > 1:
        cause = "" if ended_badly or not one.error else f" after {one.error}"
        yield f"!! attempt {one.attempts}{cause}"


def _total_ms(run: StageRun) -> int | None:
    """None where it is not over."""
    return None if run.ran_ms is None else (run.waited_ms or 0) + run.ran_ms


def _totals(totals: dict[str, Any]) -> Iterator[str]:
    yield ", ".join(f"{totals[kind]} {kind}" for kind in ("turns", "retries", "recoveries"))
    for stage, taken in totals["stages_ms"].items():
        yield f"{stage}: median {taken['median']} ms, longest {taken['longest']} ms"


def _time(at: datetime) -> str:
    return f"{at:%H:%M:%S}.{at.microsecond // 1000:03}"
