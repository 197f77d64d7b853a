"""A timeline as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cli.history import Entry, Timeline

__all__ = ["lines_of"]

_STATES = {
    "open": "not done yet",
    "timed_out": "!! timed out",
    "failed": "!! failed",
    "given_up": "!! given up",
}


def lines_of(timeline: Timeline) -> Iterator[str]:
    """Times are UTC. Stages stand where they were scheduled."""
    runs = f"{len(timeline.runs)} run{'s' if len(timeline.runs) != 1 else ''}"
    yield f"Interview {timeline.interview_id}: {timeline.status.replace('_', ' ')}, {runs}"
    if not timeline.is_whole:
        yield "!! It began before this: Temporal no longer keeps its earlier runs."
    day = turn = None
    for entry in timeline.entries:
        if entry.at.date() != day:
            day = entry.at.date()
            yield f"\n{day:%Y-%m-%d}"
        if entry.kind == "stage" and entry.about["turn_id"] != turn:
            turn = entry.about["turn_id"]
            yield f"{_time(entry)}  {_turn(entry.about)}"
        yield from _lines(entry)
    yield ""
    yield from _totals(timeline.totals)


def _lines(entry: Entry) -> Iterator[str]:
    about = entry.about
    match entry.kind:
        case "stage":
            yield f"{_time(entry)}    {about['stage']:<11}{_stage(about)}"
        case "activity":
            yield f"{_time(entry)}    {about['summary'] or about['activity']}: {_stage(about)}"
        case "run":
            what = "goes on in a new run" if about["continues"] else "started"
            yield f"{_time(entry)}  {what} ({about['run_id']})"
        case "phase":
            yield f"{_time(entry)}  {', '.join(f'{k} {v}' for k, v in about.items())}"
        case "update" | "recovery":
            rest = ", ".join(f"{k} {v}" for k, v in about.items() if k != "name")
            mark = "!! " if entry.kind == "recovery" else ""
            yield f"{_time(entry)}  {mark}{about['name']}{f' ({rest})' if rest else ''}"
        case "timer":
            yield f"{_time(entry)}  timer: {about['summary']}"
        case "task":
            how = about["how"].replace("_", " ")
            yield f"{_time(entry)}  !! a decision {how}, and is made anew"
        case "end":
            if about["how"] != "continued_as_new":
                yield f"{_time(entry)}  {about['how'].replace('_', ' ')}"


def _turn(about: dict[str, Any]) -> str:
    parts = [f"turn {about['turn_number']}", about["turn_kind"], str(about["phase"]).lower()]
    if about["question_id"]:
        parts.append(about["question_id"])
    return " · ".join(parts)


def _stage(about: dict[str, Any]) -> str:
    parts: list[str] = []
    if "total_ms" in about:
        parts.append(f"{about['total_ms']} ms")
    if about.get("provider"):
        parts.append("/".join(filter(None, (about["provider"], about["model"]))))
    if about.get("prompt_version"):
        parts.append(f"prompt {about['prompt_version']}")
    parts += [str(about[name]) for name in ("outcome", "directive") if about.get(name)]
    if about["state"] != "completed":
        state = _STATES.get(about["state"], about["state"])
        parts.append(" ".join(filter(None, (state, about.get("failure")))))
    if about["attempts"] > 1:
        cause = about.get("retried_after")
        parts.append(f"!! attempt {about['attempts']}{f' after {cause}' if cause else ''}")
    if about.get("reschedule"):
        parts.append(f"!! run {about['reschedule'] + 1} of the stage")
    return ", ".join(parts)


def _totals(totals: dict[str, Any]) -> Iterator[str]:
    yield ", ".join(f"{totals[kind]} {kind}" for kind in ("turns", "retries", "recoveries"))
    for stage, taken in totals["stages_ms"].items():
        yield f"{stage}: median {taken['median']} ms, longest {taken['longest']} ms"


def _time(entry: Entry) -> str:
    return f"{entry.at:%H:%M:%S}.{entry.at.microsecond // 1000:03}"
