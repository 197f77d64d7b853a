"""Looks out for dead workers, and has their turns taken up by another one at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetStickyTaskQueueRequest
from temporalio.client import Client, RPCTimeoutOrCancelledError, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from api.background import Background
from api.unsaid import Unsaid
from interview.contracts.ids import workflow_id
from interview.contracts.interview import RecoverTurnInput
from interview.errors import InterviewError, StreamError
from interview.logging import interview_context
from interview.streams.pulse import BEAT_S, PulseReader, Vigil
from interview.telemetry.metrics import RECOVERIES, WORKERS_LOST
from workflows.interview import InterviewWorkflow

__all__ = ["Lookout"]

log = structlog.stdlib.get_logger(__name__)

GIVE_UP_S = 600.0
"""Of one recovery, while Temporal is away: long after its own heartbeat has found the turn."""
AT_ONCE = 20
LOOKS_S = (0.25, 0.5, 1.5, 3.0, 10.0, 30.0)
"""From a death or a leave to the first look, and from each to the next: a server that was not told
goes on for a while to give it work."""
_RPC_TIMEOUT_S = 2.0
_RETRY_S = 0.2
_LONGEST_RETRY_S = 1.0


@dataclass(slots=True)
class Lookout:
    """One a process. Every API process looks out; that two of them see the same death costs
    nothing, since they ask for the same updates by the same ids."""

    pulses: PulseReader
    temporal: Client
    background: Background
    unsaid: Unsaid
    _vigil: Vigil = field(init=False, default_factory=Vigil)
    _leaving: frozenset[str] = field(init=False, default=frozenset())
    _at_once: asyncio.Semaphore = field(
        init=False, default_factory=lambda: asyncio.Semaphore(AT_ONCE)
    )

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                signs = await self.pulses.signs()
            except StreamError:
                pass  # who cannot see, does not judge
            else:
                now = time.monotonic()
                for worker in self._vigil.look(signs.beats, now):
                    self.background.spawn(self._replace(worker, signs.beats[worker]))
                for worker in self._vigil.vanished(signs, now):
                    log.warning("worker.vanished", worker=worker)
                    self.background.spawn(self._find(worker, self._unsaid_of_dead))
                for worker in signs.leaving - self._leaving:
                    self.background.spawn(self._find(worker, self.unsaid.of_leaving))
                self._leaving = signs.leaving
            await asyncio.sleep(BEAT_S)

    async def _replace(self, worker: str, count: int) -> None:
        # Equal for everyone who sees this death, and for whoever sees it after a restart.
        death = f"{worker}-{count}"
        WORKERS_LOST.inc()
        while True:
            try:
                turns = {(h.interview_id, h.turn_id) for h in await self.pulses.held(worker)}
                log.warning("worker.lost", worker=worker, turns=len(turns))
                await asyncio.gather(*(self._recover(*turn, death) for turn in turns))
                await self.pulses.forget(worker)
                break
            except StreamError:
                await asyncio.sleep(_RETRY_S)
        await self._find(worker, self._unsaid_of_dead)

    async def _unsaid_of_dead(self, worker: str) -> dict[str, str] | None:
        """None: it stood still and counts again, so what it is given is at work. Asked before and
        after: it may be back while the server is asked."""
        if worker in (await self.pulses.signs()).beats:
            return None
        given = await self.unsaid.of_dead(worker)
        return None if worker in (await self.pulses.signs()).beats else given

    async def _find(
        self, worker: str, look: Callable[[str], Awaitable[dict[str, str] | None]]
    ) -> None:
        """What it was given and could not say it had."""
        for pause_s in LOOKS_S:
            await asyncio.sleep(pause_s)
            with suppress(StreamError):  # the next look
                given = await look(worker)
                if given is None:
                    return
                if given:
                    log.warning("worker.lost_unsaid", worker=worker, turns=len(given))
                # Equal for whoever finds the same.
                lost = [
                    self._recover(room, "", f"{worker}-{stage}") for room, stage in given.items()
                ]
                await asyncio.gather(*lost)

    async def _recover(self, interview_id: str, turn_id: str, death: str) -> None:
        """`turn_id` is empty for the turn that is running."""
        with interview_context(interview_id, turn_id):
            await self._ask(interview_id, turn_id, death)

    async def _ask(self, interview_id: str, turn_id: str, death: str) -> None:
        give_up_at, pause_s = time.monotonic() + GIVE_UP_S, _RETRY_S
        while time.monotonic() < give_up_at:
            async with self._at_once:
                try:
                    async with asyncio.timeout(_RPC_TIMEOUT_S):
                        await self._reschedule(interview_id, turn_id, death)
                    RECOVERIES.labels("asked").inc()
                    return
                except WorkflowUpdateFailedError:
                    return
                except RPCError as error:
                    if error.status is RPCStatusCode.NOT_FOUND:
                        return  # it is over
                except InterviewError as error:
                    if not error.retryable:
                        log.warning("turn.not_recovered", code=error.code)
                        return  # it was erased
                except (RPCTimeoutOrCancelledError, TimeoutError, RuntimeError):
                    pass  # a client that has not connected yet raises a bare `RuntimeError`
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_RETRY_S)
        RECOVERIES.labels("failed").inc()
        log.error("turn.not_recovered")

    async def _reschedule(self, interview_id: str, turn_id: str, death: str) -> None:
        workflow = workflow_id(interview_id)
        # The workflow was cached over there, too: its next task would wait there in vain.
        await self.temporal.workflow_service.reset_sticky_task_queue(
            ResetStickyTaskQueueRequest(
                namespace=self.temporal.namespace,
                execution=WorkflowExecution(workflow_id=workflow),
            )
        )
        handle = self.temporal.get_workflow_handle_for(InterviewWorkflow.run, workflow)
        # One of the SDK's other overloads has an untyped parameter.
        await handle.execute_update(  # pyright: ignore[reportUnknownMemberType]
            InterviewWorkflow.recover_turn,
            RecoverTurnInput(turn_id=turn_id, reason="worker lost"),
            id=f"recover-{death}-{turn_id}",
        )
