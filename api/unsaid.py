"""Stages that a worker was given and could not say it had.

A worker lists in Redis what it is at (`interview.streams.pulse`). What the server hands it in the
moment of its death, or when it no longer listens because it is about to leave, is on no list, and
runs out of its heartbeat only after a minute. The server knows to whom it gave it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client, RPCTimeoutOrCancelledError
from temporalio.service import RPCError

from interview.contracts.ids import workflow_id
from interview.streams.pulse import HeldTurn, PulseReader

__all__ = ["Unsaid"]

_STAGES = "turn."
_Given = dict[str, dict[str, dict[str, str]]]
"""By worker and interview: the names of the stages that the server takes to be running there, by
their activities' ids."""
_AT_ONCE = 20
_RPC_TIMEOUT_S = 2.0


@dataclass(slots=True)
class Unsaid:
    pulses: PulseReader
    temporal: Client
    rooms: Callable[[], Collection[str]]
    """The interviews whose candidates wait here. Those of other processes are found by them, and
    where nobody waits the heartbeat is early enough."""
    _at_once: asyncio.Semaphore = field(
        init=False, default_factory=lambda: asyncio.Semaphore(_AT_ONCE)
    )
    _one_sweep: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)
    _next_sweep: asyncio.Task[_Given] | None = field(init=False, default=None)

    async def of_dead(self, worker: str) -> dict[str, str]:
        """The ids of interviews, and for each that of an activity which nobody runs. To be asked
        once what the worker said it had is taken care of."""
        given = await self._given(worker)
        return {interview_id: min(stages) for interview_id, stages in given.items()}

    async def of_leaving(self, worker: str) -> dict[str, str]:
        """As `of_dead`, without what the worker is still at. Raises `StreamError`."""
        before = await self.pulses.held(worker)
        given = await self._given(worker)
        # It may have said so meanwhile, or have come to its end.
        held = before | await self.pulses.held(worker)
        return {
            interview_id: min(lost)
            for interview_id, stages in given.items()
            if (
                lost := [
                    id for id, name in stages.items() if not _is_held(held, interview_id, name)
                ]
            )
        }

    async def _given(self, worker: str) -> dict[str, dict[str, str]]:
        """Asked of the server after this was called. Where all workers are exchanged, dozens are
        looked for in the same second: whoever asks while a sweep is under way shares the next."""
        if (sweep := self._next_sweep) is None:
            sweep = self._next_sweep = asyncio.create_task(self._sweep())
        return (await asyncio.shield(sweep)).get(worker, {})

    async def _sweep(self) -> _Given:
        async with self._one_sweep:
            self._next_sweep = None
            rooms = list(self.rooms())
            described = await asyncio.gather(*map(self._stages, rooms))
        given: _Given = {}
        for interview_id, pending in zip(rooms, described, strict=True):
            for one in pending:
                stages = given.setdefault(one.last_worker_identity, {}).setdefault(interview_id, {})
                stages[one.activity_id] = one.activity_type.name
        return given

    async def _stages(self, interview_id: str) -> list[PendingActivityInfo]:
        """None of them when Temporal does not say: whoever asks looks again."""
        handle = self.temporal.get_workflow_handle(workflow_id(interview_id))
        try:
            async with self._at_once, asyncio.timeout(_RPC_TIMEOUT_S):
                described = await handle.describe()
        except (RPCError, RPCTimeoutOrCancelledError, TimeoutError, RuntimeError):
            return []
        started = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
        return [
            pending
            for pending in described.raw_description.pending_activities
            if pending.state == started and pending.activity_type.name.startswith(_STAGES)
        ]


def _is_held(held: Collection[HeldTurn], interview_id: str, stage: str) -> bool:
    return any(one.interview_id == interview_id and one.stage == stage for one in held)
