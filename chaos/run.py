"""Cases one after another, and a random walk over all faults with several interviews at once."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from chaos.candidate import Candidate
from chaos.cases import Case
from chaos.faults import Fault, any_fault
from chaos.hold import Verdict, create, judge
from chaos.kept import keep
from chaos.mangle import Honest, Mangler, Twice, Unordered
from chaos.record import Record
from chaos.stack import ChaosStack
from chaos.tab import Tab
from demo.voice import Spoken

__all__ = ["Report", "run_cases", "walk"]

AT_ONCE = 4
"""Interviews during the walk."""
PATIENCE = 2.5
"""Of candidates in the random walk: of two faults one may hide the other. What nobody notices waits
a minute for its heartbeat, and may be struck once more."""
MOST_FAULTS_AT_ONCE = 3
_GREETED_S = 60.0


@dataclass
class Report:
    say: Callable[[str], None]
    records: Path | None = None
    """A folder that keeps what clients saw, of every interview."""
    cases: int = 0
    random_faults: int = 0
    skipped: list[str] = field(default_factory=list[str])
    verdicts: list[Verdict] = field(default_factory=list[Verdict])
    failed: list[str] = field(default_factory=list[str])

    def add(self, name: str, verdicts: Sequence[Verdict], began: float) -> None:
        self.verdicts += verdicts
        if self.records is not None:
            for verdict in verdicts:
                keep(verdict, self.records)
        found = [violation for verdict in verdicts for violation in verdict.violations]
        reloads = sum(verdict.reloads for verdict in verdicts)
        mark = "ok " if not found else "BAD"
        again = f", {reloads} reloads" if reloads else ""
        self.say(f"{mark} {name} ({time.monotonic() - began:.1f} s{again})")
        for violation in found:
            self.say(f"      {violation.kind} {violation.interview_id}: {violation.detail}")
        if found:
            self.failed.append(name)

    def count(self, *kinds: str) -> int:
        violations = [v for verdict in self.verdicts for v in verdict.violations]
        return sum(not kinds or violation.kind in kinds for violation in violations)


@dataclass
class _Striker:
    """Runs faults beside everything else and sees to it that each is healed."""

    stack: ChaosStack
    running: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def strike(self, fault: Fault, tab: Tab | None) -> None:
        """Returns once it works."""
        applied = asyncio.Event()
        task = asyncio.create_task(fault.run(self.stack, tab, applied.set))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        waiting = asyncio.create_task(applied.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            task.result()

    async def healed(self) -> None:
        await asyncio.gather(*self.running)


async def run_cases(
    stack: ChaosStack, cases: Sequence[Case], spoken: Spoken, seed: int, report: Report
) -> None:
    """Each with a bystander, whose interview is hit wherever it happens to be."""
    for number, case in enumerate(cases):
        if (case.needs == "disk" and stack.disk is None) or (
            case.needs == "clock" and not stack.clock
        ):
            report.skipped.append(case.name)
            why = {"disk": "this user may not mount", "clock": "libfaketime is not installed"}
            report.say(f"--  {case.name}: skipped, {why[case.needs]}")
            continue
        began = time.monotonic()
        randomness = random.Random(f"{seed}/{case.name}")
        await stack.ready()
        ids = [await create(stack) for _ in range(2)]
        striker = _Striker(stack)
        struck, other = await asyncio.gather(
            _case(stack, case, ids[0], spoken, randomness, striker),
            _one_tab(stack, ids[1], spoken, random.Random(f"{seed}/{number}")),
        )
        await striker.healed()
        stack.calm()
        await stack.ready()
        verdicts = [await judge(stack, ids[0], struck), await judge(stack, ids[1], other)]
        report.cases += 1
        report.add(case.name, verdicts, began)


async def _case(
    stack: ChaosStack,
    case: Case,
    interview_id: str,
    spoken: Spoken,
    randomness: random.Random,
    striker: _Striker,
) -> list[Record]:
    if case.client in ("two_tabs", "tabs_in_turn"):
        return await _tabs(stack, interview_id, spoken, randomness, back=case.client != "two_tabs")
    tab = Tab(stack.url, interview_id, mangler=_mangler(case.client, randomness))
    candidate = Candidate(tab, spoken, randomness, struck=case.struck)
    fault = case.fault
    if fault is not None:
        candidate.strikes[case.stage] = lambda: striker.strike(fault, tab)
    async with tab:
        await candidate.hold()
    if candidate.strikes:
        tab.record.gave_up = tab.record.gave_up or f"the stage {case.stage}, for {fault}"
    return [tab.record]


async def _one_tab(
    stack: ChaosStack, interview_id: str, spoken: Spoken, randomness: random.Random
) -> list[Record]:
    tab = Tab(stack.url, interview_id)
    async with tab:
        await Candidate(tab, spoken, randomness).hold()
    return [tab.record]


async def _tabs(
    stack: ChaosStack,
    interview_id: str,
    spoken: Spoken,
    randomness: random.Random,
    *,
    back: bool,
) -> list[Record]:
    """A second tab takes over in the middle of an answer; with `back`, a third in the middle of
    one of the second's."""
    tabs = [Tab(stack.url, interview_id, name) for name in ("first", "second", "third")[: 2 + back]]
    holding: list[asyncio.Task[None]] = []

    def hold(number: int) -> None:
        candidate = Candidate(tabs[number], spoken, randomness, struck=2 - number)
        if number + 1 < len(tabs):

            async def take_over() -> None:
                await tabs[number + 1].__aenter__()
                await tabs[number].wait(lambda: tabs[number].superseded, _GREETED_S)
                hold(number + 1)

            candidate.strikes["talking"] = take_over
        holding.append(asyncio.create_task(candidate.hold()))

    await tabs[0].__aenter__()
    try:
        hold(0)
        for number in range(len(tabs)):
            while len(holding) <= number:  # noqa: ASYNC110 - told by a strike of the one before
                await asyncio.sleep(0.05)
            await holding[number]
    finally:
        for tab in tabs:
            await tab.__aexit__()
    return [tab.record for tab in tabs]


def _mangler(client: str, randomness: random.Random) -> Mangler:
    match client:
        case "twice":
            return Twice(randomness)
        case "unordered":
            return Unordered(randomness)
        case _:
            return Honest()


async def walk(stack: ChaosStack, faults: int, spoken: Spoken, seed: int, report: Report) -> None:
    """`faults` of them, at random times, several of them at once; then everything is healed and
    every interview comes to its end."""
    began = time.monotonic()
    randomness = random.Random(seed)
    striker, tabs = _Striker(stack), dict[int, Tab]()
    held: list[tuple[str, list[Record]]] = []
    over = asyncio.Event()
    await stack.ready()
    lanes = [
        asyncio.create_task(_lane(stack, n, spoken, seed, tabs, held, over)) for n in range(AT_ONCE)
    ]
    for number in range(faults):
        while len(striker.running) >= MOST_FAULTS_AT_ONCE:
            await asyncio.wait(striker.running, return_when=asyncio.FIRST_COMPLETED)
        fault = any_fault(randomness, stack)
        tab = tabs.get(randomness.randrange(AT_ONCE))
        await striker.strike(fault, tab)
        report.random_faults += 1
        report.say(f"    {number + 1:3} {fault.name}")
        await asyncio.sleep(randomness.uniform(0.1, 1.8))
        for lane in lanes:
            if lane.done():
                lane.result()
    await striker.healed()
    stack.calm()
    await stack.ready()
    over.set()
    await asyncio.gather(*lanes)
    verdicts = [await judge(stack, interview_id, records) for interview_id, records in held]
    report.add(f"random walk of {faults} faults, {len(verdicts)} interviews", verdicts, began)


async def _lane(
    stack: ChaosStack,
    lane: int,
    spoken: Spoken,
    seed: int,
    tabs: dict[int, Tab],
    held: list[tuple[str, list[Record]]],
    over: asyncio.Event,
) -> None:
    """One interview after another until it is `over`."""
    number = 0
    while not over.is_set():
        randomness = random.Random(f"{seed}/{lane}/{number}")
        interview_id = await _until_it_works(lambda: create(stack))
        mangler = _mangler(
            randomness.choice(("honest", "honest", "twice", "unordered")), randomness
        )
        tab = tabs[lane] = Tab(stack.url, interview_id, mangler=mangler)
        async with tab:
            await Candidate(tab, spoken, randomness, patience=PATIENCE).hold()
        held.append((interview_id, [tab.record]))
        number += 1


async def _until_it_works(call: Callable[[], Awaitable[str]]) -> str:
    while True:
        with suppress(httpx.HTTPError):
            return await call()
        await asyncio.sleep(0.2)
