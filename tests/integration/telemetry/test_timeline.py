"""What people are shown of a real run in which a worker died."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from interview.config import Settings
from interview.persistence.database import Database
from interview.security.data_keys import build_data_keys
from interview.temporal_client import connect_temporal
from interview.timeline import reading
from interview.timeline.reading import Timelines
from launcher.keys import local_keys
from tests.integration.telemetry.conftest import CANDIDATE, STRUCK, Observed

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def timeline(observed: Observed) -> dict[str, Any]:
    url = f"{observed.stack.urls['app']}/api/v1/interviews/{observed.interview_id}/timeline"
    return httpx.get(url, timeout=20.0, trust_env=False).raise_for_status().json()


def test_each_answer_is_a_turn_with_its_stages(
    observed: Observed, timeline: dict[str, Any]
) -> None:
    answered = [turn for turn in timeline["turns"] if turn["kind"] == "audio"]

    assert timeline["complete"]
    assert timeline["runs"] == 1
    assert [turn["turn_id"] for turn in answered] == [turn.turn_id for turn in observed.held.turns]
    for turn in answered:
        assert turn["status"] == "committed"
        assert 0 < turn["committed_after_ms"] <= turn["took_ms"]
        stages = {run["stage"] for run in turn["stages"] if run["ending"] == "completed"}
        assert stages == {"transcribe", "converse", "speak"}


def test_the_death_of_a_worker_is_told(observed: Observed, timeline: dict[str, Any]) -> None:
    turns = {turn["turn_id"]: turn for turn in timeline["turns"]}
    struck = turns.pop(observed.held.turns[STRUCK].turn_id)
    runs = sorted(struck["stages"], key=lambda run: run["rerun"])

    assert struck["recoveries"] >= 1
    asked = " ".join(step["about"] for step in timeline["steps"] if step["kind"] == "recovery")
    assert f"turn_id {struck['turn_id']}, reason " in asked
    assert runs[0]["ending"] != "completed"
    assert runs[-1]["after_ms"] > 0
    assert len({run["worker"] for turn in turns.values() for run in turn["stages"]}) >= 1
    # On a machine that is very busy one that lives may be missed too.
    assert all(turn["turn_id"] in asked for turn in turns.values() if turn["recoveries"])


def test_steps_go_from_the_beginning_to_the_end(timeline: dict[str, Any]) -> None:
    steps = timeline["steps"]

    assert (steps[0]["kind"], steps[-1]["kind"]) == ("began", "ended")
    assert "records.close" in [step["name"] for step in steps]
    assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)


def test_nobody_is_named_and_nothing_said_is_told(
    observed: Observed, timeline: dict[str, Any]
) -> None:
    told = str(timeline)

    assert CANDIDATE not in told
    assert not [line.text for line in observed.held.room.transcript.values() if line.text in told]


async def test_of_a_very_long_one_the_beginning_is_told(
    observed: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_PAGE", 20)
    settings = Settings.model_validate(
        {
            "database_url": observed.stack.urls["DATABASE_URL"],
            "temporal_address": observed.stack.urls["TEMPORAL_ADDRESS"],
            "master_keys": local_keys(observed.stack.home)["MASTER_KEYS"],
        }
    )
    database = Database.from_settings(settings)
    keys = build_data_keys(settings, database)
    client = await connect_temporal(settings, keys)
    told = await Timelines(database, client, keys, max_events=50).of(observed.interview_id)
    without = await Timelines(database, client, None, max_events=50).of(observed.interview_id)
    await database.close()

    assert not told.complete
    assert 0 < len(told.turns) < len(observed.held.turns)
    assert not without.turns, "sealed, without the keys"
