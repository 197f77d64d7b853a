"""A real Prometheus reads a real run: what the dashboards ask for is there, and is true."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from demo.interview import Turn
from demo.room import Room
from interview.domain.phrases import is_opener
from tests.dashboards.boards import Panel, read_boards
from tests.dashboards.evaluation import instant
from tests.fakes.prometheus import OBSERVABILITY, Prometheus
from tests.integration.telemetry.conftest import CANDIDATE, Observed

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

NONE = " or on() "
"""Before what a panel shows where nothing has happened."""
CALM = {"Failures of activities"}


@pytest.fixture
def prometheus(observed: Observed) -> Prometheus:
    if observed.prometheus is None:
        pytest.skip("not installed: apt-get install --no-install-recommends prometheus")
    return observed.prometheus


def panels() -> list[Any]:
    boards = read_boards(OBSERVABILITY / "dashboards").values()
    return [pytest.param(panel, id=panel.title) for board in boards for panel in board.panels]


def value(found: list[dict[str, Any]]) -> float:
    [only] = found
    return float(only["value"][1])


@pytest.mark.parametrize("panel", panels())
def test_a_panel_shows_something(prometheus: Prometheus, panel: Panel) -> None:
    for target in panel.targets:
        # Nothing failed in a way that is not mended: what stands in for it is no evidence.
        told = target.expression if panel.title in CALM else target.expression.partition(NONE)[0]
        prometheus.wait_for(instant(told, 600), 10.0)


def test_the_first_sound_is_what_the_candidate_waited_for(
    prometheus: Prometheus, observed: Observed
) -> None:
    replies = len(observed.held.turns)
    prometheus.wait_for(f"sum(intervue_first_sound_seconds_count) == {replies}")
    told = value(prometheus.query("sum(intervue_first_sound_seconds_sum)"))
    heard = sum(_own_words_s(observed.held.room, turn) for turn in observed.held.turns)

    # Client and API measure at two ends of a socket.
    assert heard / 2 < told < heard + 0.25 * replies


def _own_words_s(room: Room, turn: Turn) -> float:
    """From the end of the answer to what follows an opener, which a slow reply begins with."""
    reply = room.reply_to(turn.turn_id)
    assert reply is not None
    assert reply.first_audio_at is not None
    own = [at for i, at in reply.sentences_at.items() if not is_opener(reply.captions[i])]
    return turn.first_sound_ms / 1000 + min(own) - reply.first_audio_at


def test_waits_for_a_worker_are_told_to_the_millisecond(prometheus: Prometheus) -> None:
    for task in ("activity", "workflow_task"):
        buckets = f"temporal_{task}_schedule_to_start_latency_seconds_bucket"
        found = prometheus.wait_for(f"count by (le) ({buckets})")
        assert {"0.001", "0.005", "0.01"} <= {one["metric"]["le"] for one in found}


def test_the_death_was_counted_and_the_turn_taken_up(prometheus: Prometheus) -> None:
    # On a machine that is very busy one that lives may be missed too, for a moment.
    prometheus.wait_for('intervue_workers_lost_total{job="intervue-api"} >= 1')
    prometheus.wait_for('intervue_recoveries_total{outcome="asked"} >= 1')
    rerun = 'sum(intervue_stages_rerun_total{cause="rescheduled"}) >= 1'
    prometheus.wait_for(rerun)


def test_the_rules_are_loaded_and_none_fires_for_a_single_death(prometheus: Prometheus) -> None:
    prometheus.wait_for("up == 1")
    rules = [r for group in prometheus.ask("/rules")["groups"] for r in group["rules"]]

    assert len(rules) >= 10
    assert {rule["health"] for rule in rules} == {"ok"}
    firing = {rule["name"] for rule in rules if rule["state"] == "firing"}
    assert firing <= {"IntervueWorkersLost", "IntervueLoopLate"}, "those of a busy machine"


def test_nothing_personal_and_no_id_is_told(observed: Observed) -> None:
    said = {line.text for line in observed.held.room.transcript.values()}
    ids = {observed.interview_id, *(turn.turn_id for turn in observed.held.turns)}
    for address in (observed.metrics.api, *observed.metrics.workers):
        with httpx.Client(trust_env=False) as client:
            told = client.get(f"http://{address}/metrics").text
        assert CANDIDATE not in told
        assert not [text for text in (*said, *ids) if text in told]
        assert len(told.splitlines()) < 1_500


def test_the_api_s_own_port_serves_no_metrics(observed: Observed) -> None:
    with httpx.Client(trust_env=False) as client:
        assert "intervue_" not in client.get(f"{observed.stack.urls['app']}/metrics").text
