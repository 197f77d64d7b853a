"""Interviews that begin with a coding question, and a worker that runs code by pretending to."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from temporalio.client import Client as TemporalClient
from temporalio.worker import Worker

from activities.code import RunCode
from activities.interceptors import ActivityInterceptor
from interview.contracts.ids import CODE_QUEUE
from interview.domain.code_runs import (
    CaseResult,
    LanguageStatus,
    OutputPiece,
    Run,
    RunResult,
    SandboxStatus,
)
from interview.domain.coding import CodeTest, CodingTask, Starter
from interview.domain.phases import Phase
from interview.domain.plan import Plan
from interview.domain.roles import get_plan
from interview.persistence.records import Records
from interview.persistence.rows import NewInterview
from interview.sandbox.exchange import CodeExchange
from interview.sandbox.port import OutputSink
from interview.streams.pulse import Pulse

__all__ = ["HIDDEN", "QUESTION", "PretendSandbox", "coding_interview", "running_code"]

QUESTION = "sound"
HIDDEN = CodeTest(name="hidden one", stdin="Zanzibar", expected="Zanzibar")
_TASK = CodingTask(
    title="Echo",
    statement="Write what you read.",
    starters=(Starter(language="python", code="# begin here"), Starter(language="go", code="//")),
    visible_tests=(CodeTest(name="shown", stdin="a", expected="a"),),
    hidden_tests=(HIDDEN,),
)


def coding_plan() -> Plan:
    """The demonstration's, whose first question is answered by code."""
    plan = get_plan("demo")
    first = plan.phases[0].questions[0].model_copy(update={"coding": _TASK})
    return plan.model_copy(
        update={
            "phases": tuple(
                phase.model_copy(update={"questions": (first,)})
                if phase.phase is Phase.INTRODUCTION
                else phase
                for phase in plan.phases
            )
        }
    )


async def coding_interview(records: Records) -> str:
    """Anybody's, as version 1 makes them."""
    new = NewInterview(interview_id=str(uuid.uuid4()), plan=coding_plan(), candidate_name="Ada")
    return (await records.create_interview(new)).interview_id


class PretendSandbox:
    """`echo` writes what it reads, `shout` the same in capitals, `crash` fails; `wait` takes until
    it is let go; anything else does not compile."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.runs: list[Run] = []

    @property
    def name(self) -> str:
        return "pretend"

    async def check(self) -> SandboxStatus:
        return SandboxStatus(
            backend=self.name,
            languages=(
                LanguageStatus(language="python", available=True),
                LanguageStatus(language="go", available=False, reason="not here"),
            ),
        )

    async def run(self, run: Run, output: OutputSink, name: str = "") -> RunResult:
        self.runs.append(run)
        word = run.source.split()[0]
        await asyncio.sleep(0)  # no program takes less
        if word == "wait":
            await self.go.wait()
        if word not in ("echo", "shout", "crash", "wait"):
            return RunResult(ending="compile_error", compiler="<script>no</script>")
        cases: list[CaseResult] = []
        for index, given in enumerate(run.inputs):
            wrote = given.upper() if word == "shout" else given
            output(OutputPiece(case=index, stream="stdout", text=wrote))
            ending = "runtime_error" if word == "crash" else "finished"
            cases.append(CaseResult(ending=ending, exit_status=0, stdout=wrote, wall_ms=1))
        return RunResult(ending="finished", cases=tuple(cases), backend=self.name)

    async def close(self) -> None:
        return


@asynccontextmanager
async def running_code(redis: Redis, client: TemporalClient) -> AsyncGenerator[PretendSandbox]:
    """While it is entered there is a worker that runs Python."""
    sandbox, exchange, checked = PretendSandbox(), CodeExchange(redis), asyncio.Event()
    checked.set()
    worker_id = uuid.uuid4().hex
    run = RunCode(exchange, sandbox, checked)
    interceptors = [ActivityInterceptor(Pulse("redis://nowhere"))]
    try:
        async with Worker(
            client, task_queue=CODE_QUEUE, activities=[run.run], interceptors=interceptors
        ):
            await exchange.show_alive(worker_id, await sandbox.check())
            yield sandbox
    finally:
        sandbox.go.set()
        await exchange.leave(worker_id)
