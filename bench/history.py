"""`make bench-history TURNS=1000`: what one long interview costs Temporal, and whether its turns
stay as quick.

One interview is driven by voice for `TURNS` turns on a stack of its own; the providers take no
time. Events and bytes are those of every run of the continue-as-new chain, read back through the
client. What the greeting and the first question cost is in the figures too.

Billable actions are counted as https://docs.temporal.io/cloud/actions lists them:

- a workflow started, also by continue-as-new
- an update accepted; a signal received
- an activity started, and once more for each retry
- a heartbeat that reached the server: in no history, so the worker's SDK counts its requests
- a timer started
- a search attribute upsert of the workflow's own (not those of a start or a change of version)
- a child workflow started (two); a marker recorded, for local activities and side effects

Queries would count as well: the room asks none. Reads of history are no actions.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from demo.room import Room, Utterance
from demo.voice import CandidateVoice, Spoken
from interview.contracts.ids import workflow_id
from interview.contracts.interview import Limits
from interview.domain.phases import SPOKEN_PHASES
from interview.domain.plan import PhasePlan, Plan, Question
from interview.persistence.database import Database
from interview.persistence.records import Records
from interview.persistence.rows import NewInterview
from launcher.paths import Home
from launcher.ports import choose_port
from launcher.stack import LocalStack

ANSWER = "Yes, I did."
SPEED = 6.0
"""A long interview in minutes: the answer is sent faster than it is spoken, in a fifth of a
second, which is enough for its stages to stand ready at its end."""
THOUGHT_S = 0.2
"""Before the next answer: the workflow comes to rest, as it would, and sets its timer."""
TURNS_A_CONNECTION = 20
PATIENCE_S = 60.0
EDGE = 100
"""Turns at the beginning and at the end whose times are compared."""
_FOLLOW_UPS = 5
_TURNS_A_QUESTION = 1 + _FOLLOW_UPS + 3
"""The answer, the follow-ups, and the reprompts that every question has."""

_ACTIONS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: "workflow started",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: "update",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: "signal",
    EventType.EVENT_TYPE_TIMER_STARTED: "timer",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "search attribute upsert",
    EventType.EVENT_TYPE_MARKER_RECORDED: "marker",
}
_ACTIVITY_STARTED = EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED
_CHILD_STARTED = EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED
_HEARTBEATS = re.compile(
    r'^temporal_request\w*\{[^}]*operation="RecordActivityTaskHeartbeat"[^}]*\} (\S+)', re.MULTILINE
)


@dataclass(slots=True)
class Cost:
    """Of all runs of one interview."""

    runs: int = 0
    bytes: int = 0
    events: Counter[str] = field(default_factory=Counter[str])
    actions: Counter[str] = field(default_factory=Counter[str])
    run_ends: list[float] = field(default_factory=list[float])
    """Unix times at which a run was continued as a new one."""

    def add(self, event: HistoryEvent) -> None:
        kind = event.event_type
        self.bytes += event.ByteSize()
        self.events[EventType.Name(kind).removeprefix("EVENT_TYPE_").lower()] += 1
        if kind in _ACTIONS:
            self.actions[_ACTIONS[kind]] += 1
        elif kind == _ACTIVITY_STARTED:
            self.actions["activity"] += event.activity_task_started_event_attributes.attempt
        elif kind == _CHILD_STARTED:
            self.actions["child workflow"] += 2


def long_plan(turns: int) -> Plan:
    """Has questions for `turns` turns and some more, when the interviewer lingers."""
    a_phase = -(-(turns + 20) // (_TURNS_A_QUESTION * len(SPOKEN_PHASES)))
    assert a_phase <= 50, "a phase holds 50 questions"
    phases = tuple(
        PhasePlan(
            phase=phase,
            budget_s=4 * 3600,
            questions=tuple(
                Question(
                    question_id=f"{phase.value.lower().replace('_', '-')}-{number}",
                    text=f"Tell me about case number {number}, and what you did there yourself.",
                    probes=("And then?",),
                    max_follow_ups=_FOLLOW_UPS,
                )
                for number in range(1, a_phase + 1)
            ),
        )
        for phase in SPOKEN_PHASES
    )
    return Plan(
        role="long", title="Long interview", greeting="Hello.", closing="Bye.", phases=phases
    )


async def create(stack: LocalStack, plan: Plan, limits: Limits) -> str:
    """An interview with a plan of its own; returns its id."""
    database = Database(stack.urls["DATABASE_URL"], pool_size=1)
    try:
        new = NewInterview(interview_id=str(uuid.uuid4()), plan=plan, limits=limits)
        return (await Records(database).create_interview(new)).interview_id
    finally:
        await database.close()


@dataclass(slots=True)
class Taken:
    """One turn: when it began and ended (Unix time), and its first sound after the end of
    speech, in ms."""

    began: float
    ended: float
    first_sound_ms: float


async def drive(url: str, interview_id: str, spoken: Spoken, turns: int) -> list[Taken]:
    """On a new connection every few turns: one connection may begin one turn a second."""
    taken: list[Taken] = []
    while len(taken) < turns:
        async with Room(url, interview_id) as room:
            # Not the greeting again, nor a reply that was heard on the connection before.
            await room.wait(lambda: _ended(room.last_utterance()), PATIENCE_S)
            for _ in range(min(TURNS_A_CONNECTION, turns - len(taken))):
                taken.append(await take_turn(room, spoken))
        print(f"{len(taken)} turns, the last in {taken[-1].first_sound_ms:.1f} ms", flush=True)
    return taken


async def take_turn(room: Room, spoken: Spoken) -> Taken:
    turn_id, began = uuid.uuid4().hex, time.time()
    ended_at = await room.speak(turn_id, spoken.chunks, duration_ms=spoken.duration_ms)
    await room.wait(
        lambda: (room.settled(turn_id) and _ended(room.reply_to(turn_id))) or room.ended,
        PATIENCE_S,
    )
    reply = room.reply_to(turn_id)
    assert reply is not None, room.errors
    assert reply.first_audio_at is not None, room.errors
    taken = Taken(began, time.time(), (reply.first_audio_at - ended_at) * 1000)
    await asyncio.sleep(THOUGHT_S)
    return taken


def _ended(utterance: Utterance | None) -> bool:
    return utterance is not None and utterance.ended


async def read_cost(address: str, interview_id: str) -> Cost:
    """Follows the chain from its first run to its last."""
    client = await Client.connect(address)
    last = client.get_workflow_handle(workflow_id(interview_id))
    run_id = (await last.describe()).raw_description.workflow_execution_info.first_run_id
    cost = Cost()
    while run_id:
        cost.runs += 1
        handle = client.get_workflow_handle(workflow_id(interview_id), run_id=run_id)
        run_id = ""
        async for event in handle.fetch_history_events():
            cost.add(event)
            if event.HasField("workflow_execution_continued_as_new_event_attributes"):
                attributes = event.workflow_execution_continued_as_new_event_attributes
                run_id = attributes.new_execution_run_id
                cost.run_ends.append(event.event_time.ToMicroseconds() / 1e6)
    return cost


async def heartbeats(address: str) -> int:
    async with httpx.AsyncClient(trust_env=False) as metrics:
        text = (await metrics.get(f"http://{address}/metrics")).text
    assert "temporal_request" in text, "the worker's SDK counts its requests"
    return sum(int(float(count)) for count in _HEARTBEATS.findall(text))


def across_runs(taken: list[Taken], run_ends: list[float]) -> list[float]:
    """First sound of the turns that were the first of a run, in ms. A run ends just after the
    turn that made it long, while the next answer may already be under way."""
    times: list[float] = []
    for end in run_ends:
        after = [turn for turn in taken if turn.ended > end]
        if after:
            times.append(after[0].first_sound_ms)
    return times


async def measure(turns: int, *, modelled: bool) -> dict[str, object]:
    spoken = await CandidateVoice().say(ANSWER, speed=SPEED)
    metrics = f"127.0.0.1:{choose_port(None)}"
    limits = Limits(max_turns=10 * turns, nudge_after_s=3600, pause_after_s=7200)
    with tempfile.TemporaryDirectory(prefix="intervue-bench-") as folder:
        stack = LocalStack(
            Home(Path(folder)),
            worker_argv=[
                *(sys.executable, "-m", "bench.load_worker"),
                *("--linger", "--metrics", metrics),
                *(["--modelled"] if modelled else []),
            ],
            # What is waited for is the reply, and not what is said meanwhile.
            env={"LOG_LEVEL": "warning", "OPENERS": "off"},
        )
        async with stack:
            interview_id = await create(stack, long_plan(turns), limits)
            taken = await drive(stack.app_url, interview_id, spoken, turns)
            cost = await read_cost(stack.urls["TEMPORAL_ADDRESS"], interview_id)
            cost.actions["heartbeat"] = await heartbeats(metrics)
    for title, counts in (("events", cost.events), ("actions", cost.actions)):
        print(f"{title} a turn:", flush=True)
        for name, count in counts.most_common():
            print(f"  {name:45} {count / len(taken):7.3f}", flush=True)
    sounds = [turn.first_sound_ms for turn in taken]
    edge = min(EDGE, len(sounds) // 3)
    first, last = median(sounds[:edge]), median(sounds[-edge:])
    across = across_runs(taken, cost.run_ends)
    return {
        "bench": "history",
        "turns": len(taken),
        "runs": cost.runs,
        "events_per_turn": round(cost.events.total() / len(taken), 2),
        "bytes_per_turn": round(cost.bytes / len(taken)),
        "actions_per_turn": round(cost.actions.total() / len(taken), 3),
        "last_over_first": round(last / first, 3),
        "first_p50_ms": round(first, 2),
        "last_p50_ms": round(last, 2),
        "p50_ms": round(median(sounds), 2),
        "p95_ms": round(sorted(sounds)[int(len(sounds) * 0.95)], 2),
        "across_runs_p50_ms": round(median(across), 2) if across else None,
        "across_runs_max_ms": round(max(across), 2) if across else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.history", description=__doc__)
    parser.add_argument("--turns", type=int, default=1000)
    parser.add_argument(
        "--modelled", action="store_true", help="providers take realistic times, not none"
    )
    args = parser.parse_args()
    print(json.dumps(asyncio.run(measure(args.turns, modelled=args.modelled))))


if __name__ == "__main__":
    main()
