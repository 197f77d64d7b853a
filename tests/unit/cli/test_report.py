"""Timelines as text: of stored histories, and of what a server cannot be made to write."""

from __future__ import annotations

from typing import Any

from cli.report import lines_of, totals_of
from interview.timeline.models import Timeline
from tests.fakes.histories import MadeRun
from tests.fakes.timelines import recorded, timeline_of


def told_by(*runs: MadeRun) -> Timeline:
    return timeline_of("i", [event for run in runs for event in run.events])


def text_of(timeline: Timeline) -> str:
    return "\n".join(lines_of(timeline))


def totals_in(timeline: Timeline, *names: str) -> list[Any]:
    totals = totals_of(timeline)
    return [totals[name] for name in names]


def test_a_stage_stands_under_its_turn_with_what_it_took() -> None:
    run = MadeRun("first")
    scheduled = run.schedule("turn.converse", "one")
    run.start(scheduled)
    run.complete(
        scheduled,
        outcome="replied",
        provider="anthropic/model-5",
        prompt_version="1-0123456789ab",
        sentences=["Popocatepetl."],
    )
    run.end()
    timeline = told_by(run)

    assert text_of(timeline).splitlines() == [
        "Interview i: completed, 1 run",
        "",
        "2026-01-02",
        "03:04:05.000  started (first)",
        "03:04:06.000  turn 2 · typed · warmup · q1",
        "03:04:06.000    converse   2000 ms, anthropic/model-5, prompt 1-0123456789ab, replied",
        "03:04:09.000  completed",
        "",
        "1 turns, 0 retries, 0 recoveries",
        "converse: median 2000 ms, longest 2000 ms",
    ]
    assert "Popocatepetl" not in timeline.model_dump_json() + text_of(timeline)


def test_what_was_given_up_and_what_is_under_way_are_not_the_same() -> None:
    ended = MadeRun()
    ended.start(ended.schedule("turn.converse", "one"))
    ended.go_on()
    goes_on = MadeRun("next", continues="run")
    goes_on.start(goes_on.schedule("turn.speak", "two", reschedule=1))
    text = text_of(told_by(ended, goes_on))

    assert text.startswith("Interview i: running, 2 runs\n")
    assert (text.count("!! given up"), text.count("not done yet")) == (1, 1)
    assert "!! run 2 of the stage" in text
    assert "goes on in a new run (next)" in text


def test_runs_that_are_no_longer_kept_are_missed() -> None:
    whole = told_by(MadeRun(), MadeRun(continues="run"))
    rest = told_by(MadeRun(continues="run"))

    assert "no longer keeps its earlier runs" in text_of(rest)
    assert "no longer" not in text_of(whole)


def test_a_stored_history_tells_of_the_worker_that_was_lost() -> None:
    timeline = recorded("worker-killed")
    text = text_of(timeline)

    assert totals_in(timeline, "turns", "retries", "recoveries") == [5, 3, 0]
    assert text.count("!! attempt 2 after timeout.heartbeat") == 3
    assert "!! a decision timed out, and is made anew" in text
    assert "  close · completed: " in text


def test_the_times_of_stages_are_of_those_that_came_to_their_end() -> None:
    run = MadeRun()
    for turn_id in ("one", "two"):
        scheduled = run.schedule("turn.speak", turn_id)
        run.start(scheduled)
        if turn_id == "one":
            run.complete(scheduled, outcome="spoken")
    run.end()

    assert totals_in(told_by(run), "stages_ms") == [{"speak": {"median": 2000, "longest": 2000}}]
