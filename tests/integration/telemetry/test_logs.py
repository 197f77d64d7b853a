"""The logs of a real run: objects that name interview and turn, and nothing that was said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from interview.telemetry.tracing import trace_id
from tests.integration.telemetry.conftest import CANDIDATE, STRUCK, Observed

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


def lines_of(observed: Observed, process: str) -> list[dict[str, Any]]:
    files = sorted(observed.stack.home.logs.glob(f"{process}.log*"))
    lines = [line for file in files for line in file.read_text().splitlines()]
    return [json.loads(line) for line in lines if line.startswith("{")]


def everything(observed: Observed) -> str:
    return "".join(file.read_text() for file in observed.stack.home.logs.glob("*.log*"))


def test_each_line_of_a_room_names_the_interview(observed: Observed) -> None:
    room = [line for line in lines_of(observed, "api") if line["event"].startswith("connection.")]

    assert room
    assert all(line["interview_id"] for line in room)
    assert observed.interview_id in {line["interview_id"] for line in room}


def test_a_workflow_s_line_names_interview_and_turn(observed: Observed) -> None:
    turn_id = observed.held.turns[STRUCK].turn_id
    both = [*lines_of(observed, "worker"), *lines_of(observed, "worker-2")]

    recovering = next(
        line
        for line in both
        if line["event"] == "turn.recovering" and line.get("turn_id") == turn_id
    )

    assert recovering["interview_id"] == observed.interview_id
    assert recovering["reason"] == "worker lost"


def test_the_lost_worker_s_turn_can_be_found_in_the_traces(observed: Observed) -> None:
    turn_id = observed.held.turns[STRUCK].turn_id
    both = [*lines_of(observed, "worker"), *lines_of(observed, "worker-2")]
    of_activities = [line for line in both if "activity" in line and "turn_id" in line]

    for line in of_activities:
        assert line["trace_id"] == trace_id(line["interview_id"], line["turn_id"])
    assert not [
        line for line in of_activities if line["turn_id"] == turn_id and line["attempt"] > 1
    ]


def test_nothing_said_and_nobody_s_name_is_in_a_log(observed: Observed) -> None:
    written = everything(observed)
    said = {line.text for line in observed.held.room.transcript.values()}

    assert CANDIDATE not in written
    assert "of-a-collector" not in written
    assert not [line for line in said if line in written]
