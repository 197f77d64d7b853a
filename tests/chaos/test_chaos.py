"""A few of the cases. `make chaos` runs them all, and a random walk of 200 faults."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chaos.cases import short
from chaos.run import Report, run_cases
from chaos.stack import ChaosStack
from demo.voice import CandidateVoice

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]


async def test_all_invariants_hold(tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED", "1"))
    lines = [f"seed {seed}"]
    report = Report(lines.append)
    spoken = await CandidateVoice().say("I moved it.")
    async with ChaosStack(tmp_path / "stack") as stack:
        await run_cases(stack, short(), spoken, seed, report)
    assert report.count() == 0, "\n".join(lines)
    assert report.cases == len(short())
    assert all(verdict.stored.total_turns > 0 for verdict in report.verdicts)
