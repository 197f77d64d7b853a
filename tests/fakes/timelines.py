"""Timelines of the stored histories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from interview.contracts.ids import workflow_id
from interview.timeline.folding import Folding
from interview.timeline.models import Timeline, TurnTrack
from tests.replay.record import HISTORIES

__all__ = ["events_of", "folded", "recorded", "timeline_of", "tracks"]


def events_of(name: str) -> Sequence[HistoryEvent]:
    text = (HISTORIES / f"{name}.json").read_text()
    return WorkflowHistory.from_json(workflow_id(name), text).events


def folded(events: Iterable[HistoryEvent]) -> Folding:
    folding = Folding()
    for event in events:
        folding.take(event)
    return folding


def tracks(folding: Folding) -> list[TurnTrack]:
    return [
        TurnTrack.of(turn.ref, turn.began_at, turn.runs(), None, None)
        for turn in folding.turns.values()
    ]


def recorded(name: str) -> Timeline:
    events = events_of(name)
    return timeline_of(next(iter(folded(events).turns.values())).ref.interview_id, events)


def timeline_of(interview_id: str, events: Iterable[HistoryEvent]) -> Timeline:
    folding = folded(events)
    return Timeline(
        interview_id=interview_id,
        complete=folding.runs > 0 and not folding.is_headless,
        runs=folding.runs,
        steps=folding.steps,
        turns=tuple(tracks(folding)),
    )
