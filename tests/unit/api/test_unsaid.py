"""What is looked for when workers die or leave, and how often the server is asked for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from redis.asyncio import Redis
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client

import api.lookout
from api.background import Background
from api.lookout import Lookout
from api.unsaid import Unsaid
from interview.contracts.ids import workflow_id
from interview.streams.pulse import HeldTurn, PulseReader, Signs

ROOMS = [f"room-{number}" for number in range(40)]


@dataclass
class Server:
    """A stage of each room was given to `worker`. Stands for Temporal's client."""

    worker: str
    described: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    def get_workflow_handle(self, id: str) -> Any:
        return SimpleNamespace(describe=lambda: self._describe(id))

    async def _describe(self, id: str) -> Any:
        self.described += 1
        self.begun.set()
        await asyncio.sleep(0)
        stage = PendingActivityInfo(
            activity_id="5",
            state=PendingActivityState.PENDING_ACTIVITY_STATE_STARTED,
            last_worker_identity=self.worker,
        )
        stage.activity_type.name = "turn.speak"
        stages = [stage] if id.startswith(workflow_id("room-")) else []
        return SimpleNamespace(raw_description=SimpleNamespace(pending_activities=stages))


class Pulses(PulseReader):
    """Nobody holds anything; who is `back` counts."""

    def __init__(self, *back: str) -> None:
        super().__init__(cast(Redis, None))
        object.__setattr__(self, "back", back)

    async def signs(self) -> Signs:
        return Signs({worker: 1 for worker in cast(Any, self).back}, frozenset())

    async def held(self, worker_id: str) -> set[HeldTurn]:
        return set()

    async def forget(self, worker_id: str) -> None:
        pass


@dataclass(slots=True)
class Asking(Lookout):
    asked: list[str] = field(init=False, default_factory=list[str])

    async def _reschedule(self, interview_id: str, turn_id: str, death: str) -> None:
        self.asked.append(interview_id)

    async def replace(self, worker: str) -> None:
        await self._replace(worker, 7)


def _looking(server: Server, pulses: Pulses) -> tuple[Asking, Unsaid]:
    temporal = cast(Client, server)
    unsaid = Unsaid(pulses, temporal, lambda: ROOMS)
    return Asking(pulses, temporal, Background(), unsaid), unsaid


async def test_fifty_workers_that_leave_at_once_are_looked_for_together() -> None:
    server = Server("worker-7")
    _, unsaid = _looking(server, Pulses())
    found = await asyncio.gather(*(unsaid.of_leaving(f"worker-{n}") for n in range(50)))

    assert [bool(one) for one in found] == [number == 7 for number in range(50)]
    assert found[7] == dict.fromkeys(ROOMS, "5")
    assert server.described <= 2 * len(ROOMS)


async def test_who_asks_later_is_not_told_what_was_so_before() -> None:
    server = Server("early")
    _, unsaid = _looking(server, Pulses())
    early = asyncio.create_task(unsaid.of_dead("late"))
    await server.begun.wait()
    server.worker = "late"

    assert await unsaid.of_dead("late") == dict.fromkeys(ROOMS, "5")
    await early


@pytest.mark.parametrize(("back", "asked"), [((), ROOMS), (("ghost",), [])])
async def test_a_worker_that_only_stood_still_keeps_what_it_is_given_from_then_on(
    monkeypatch: pytest.MonkeyPatch, back: tuple[str, ...], asked: list[str]
) -> None:
    monkeypatch.setattr(api.lookout, "LOOKS_S", (0, 0))
    lookout, _ = _looking(Server("ghost"), Pulses(*back))
    await lookout.replace("ghost")

    assert sorted(set(lookout.asked)) == sorted(asked)
