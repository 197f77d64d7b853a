"""What each command does. They print to stdout and return the exit code."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from temporalio.client import WorkflowHistory
from temporalio.converter import DefaultFailureConverter
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer

from cli.connection import Connection
from cli.report import lines_of, totals_of
from interview.contracts.ids import workflow_id
from interview.erasing import Erasing
from interview.errors import NotFoundError
from interview.persistence.audit import Actor, AuditTrail
from interview.persistence.erasures import ErasureRecords, Receipt
from interview.persistence.interviews import no_interview
from interview.persistence.records import Records
from interview.security.seal import EncryptionError
from interview.temporal_runs import runs_of
from interview.timeline.reading import Timelines
from workflows.interview import InterviewWorkflow

__all__ = ["audit", "erase", "replay", "verify"]

_POLL_S = 0.2
_READING_S = 120.0
_MESSAGE = re.compile(r'Failure \{ failure: .*? message: "((?:[^"\\]|\\.)+)"')


async def audit(here: Connection, interview_id: str, *, as_json: bool) -> int:
    """The timeline from the history of every run, however long it is."""
    timelines = Timelines(
        here.database,
        here.temporal,
        here.keys,
        max_events=sys.maxsize,
        patience_s=_READING_S,
        strict=True,
    )
    async with _told_if_erased(here, interview_id):
        timeline = await timelines.of(interview_id)
    if not timeline.runs:
        await _explain(here, interview_id)
    if as_json:
        told = {"status": timeline.status, "totals": totals_of(timeline)}
        print(json.dumps({**timeline.model_dump(mode="json"), **told}, indent=2))
    else:
        print("\n".join(lines_of(timeline)))
    return 0


async def replay(here: Connection, interview_id: str, *, as_json: bool) -> int:
    """1 when a run does not fit today's code: a worker of today could not take it up."""
    # What the replayer finds is told below, in one line a run.
    logging.getLogger("temporalio").setLevel(logging.CRITICAL)
    replayer = Replayer(
        workflows=[InterviewWorkflow],
        # What does not fit is said in clear: which step, by name, and no word of the interview.
        data_converter=replace(
            here.temporal.data_converter, failure_converter_class=DefaultFailureConverter
        ),
        # Its core would write what it finds to stdout as well.
        runtime=Runtime(telemetry=TelemetryConfig(logging=None)),
    )
    failures: dict[str, str | None] = {}
    async for history in _histories(here, interview_id):
        async with _told_if_erased(here, interview_id):
            started = history.events[0].workflow_execution_started_event_attributes
            await here.temporal.data_converter.decode(started.input.payloads)
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        failure = result.replay_failure
        failures[history.run_id] = None if failure is None else _in_one_line(failure)
    fits = not any(failures.values())
    if as_json:
        print(json.dumps({"interview_id": interview_id, "fits": fits, "runs": failures}, indent=2))
        return 0 if fits else 1
    for run_id, failure in failures.items():
        print(f"{run_id}  {'fits' if failure is None else failure}")
    print("Today's code makes the same decisions." if fits else "Today's code decides otherwise.")
    return 0 if fits else 1


async def verify(
    here: Connection,
    *,
    organization_id: str | None,
    anchor: tuple[int, str] | None,
    as_json: bool,
) -> int:
    """1 when a chain does not hold."""
    trail = AuditTrail(here.database)
    chains = [organization_id] if organization_id else await trail.organizations()
    found = {chain: await trail.verify(chain, anchor=anchor) for chain in chains}
    holds = all(verified.fault is None for verified in found.values())
    if as_json:
        chains_shown = [
            {
                "organization_id": chain,
                "events": verified.events,
                "head": verified.head,
                "fault": verified.fault
                and {"sequence": verified.fault.sequence, "kind": verified.fault.kind},
            }
            for chain, verified in found.items()
        ]
        print(json.dumps({"holds": holds, "organizations": chains_shown}, indent=2))
        return 0 if holds else 1
    for chain, verified in found.items():
        if verified.fault is None:
            anchored = f"anchor {verified.events}:{verified.head}"
            print(f"{chain}  holds: {verified.events} events, {anchored}")
        else:
            print(f"{chain}  BROKEN at event {verified.fault.sequence}: {verified.fault.kind}")
    return 0 if holds else 1


async def erase(here: Connection, interview_id: str, *, wait_s: float, as_json: bool) -> int:
    """1 when it is not done in time; it goes on all the same."""
    records = ErasureRecords(here.database)
    receipt = await records.find(interview_id)
    if receipt is None or receipt.completed_at is None:
        receipt = await _requested(here, interview_id, receipt)
    try:
        async with asyncio.timeout(wait_s):
            while receipt.completed_at is None:
                await asyncio.sleep(_POLL_S)
                receipt = await records.get(interview_id)
    except TimeoutError:
        print(
            f"Not yet erased after {wait_s:g} s; it goes on. Is a worker running?", file=sys.stderr
        )
        return 1
    if as_json:
        print(receipt.model_dump_json(indent=2))
        return 0
    counts = ", ".join(f"{number} {kind}" for kind, number in receipt.erased.items() if number)
    print(f"Erased at {receipt.completed_at:%Y-%m-%d %H:%M:%S} UTC: {counts}")
    print(f"Receipt {receipt.receipt_id}")
    return 0


async def _requested(here: Connection, interview_id: str, known: Receipt | None) -> Receipt:
    if known is None:
        owner = await Records(here.database).owner(interview_id)
        by = Actor.system(owner.organization_id)
    else:
        by = Actor.system(known.organization_id)
    return await Erasing(here.database, here.temporal).request(interview_id, "request", by)


async def _histories(here: Connection, interview_id: str) -> AsyncGenerator[WorkflowHistory]:
    """Of each run, oldest first. Raises `NotFoundError` (`interview.erased`,
    `interview.not_found`, `interview.no_history`)."""
    name = workflow_id(interview_id)
    runs = await runs_of(here.temporal, name)
    if not runs:
        await _explain(here, interview_id)
    for run_id in runs:
        handle = here.temporal.get_workflow_handle(name, run_id=run_id)
        try:
            history = await handle.fetch_history()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                # It was there a moment ago: it is being erased, or its retention has run out.
                await _explain(here, interview_id)
            raise
        yield history


@asynccontextmanager
async def _told_if_erased(here: Connection, interview_id: str) -> AsyncGenerator[None]:
    """The key goes before the history does, and Temporal may be slow to forget."""
    try:
        yield
    except EncryptionError:
        await _require_not_erased(here, interview_id)
        raise


async def _require_not_erased(here: Connection, interview_id: str) -> None:
    receipt = await ErasureRecords(here.database).find(interview_id)
    if receipt is not None:
        raise NotFoundError(
            "interview.erased", f"the interview was erased (receipt {receipt.receipt_id})"
        )


async def _explain(here: Connection, interview_id: str) -> None:
    await _require_not_erased(here, interview_id)
    try:
        await Records(here.database).owner(interview_id)
    except NotFoundError:
        raise no_interview() from None
    raise NotFoundError(
        "interview.no_history",
        "there is no history: nobody has entered the interview yet, or Temporal keeps it no longer",
    )


def _in_one_line(failure: Exception) -> str:
    told = " ".join(str(failure).split())
    # The core hands its failure over as it prints it for itself.
    inner = _MESSAGE.search(told)
    return (inner[1] if inner is not None else told)[:300]
