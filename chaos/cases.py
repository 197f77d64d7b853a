"""The kill matrix, and everything else that is tried one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chaos.candidate import STAGES, Stage
from chaos.faults import (
    STORMS,
    ClockJump,
    Drop,
    Fault,
    Flush,
    Forget,
    Freeze,
    FullDisk,
    Kill,
    Net,
    Reload,
)
from chaos.stack import PROCESSES, Process

__all__ = ["CASES", "Case", "short"]

SPOKEN, TYPED = 2, 3
"""Numbers of a spoken and a typed answer in the candidate's script."""

Client = Literal["honest", "twice", "unordered", "two_tabs", "tabs_in_turn"]


@dataclass(frozen=True, slots=True)
class Case:
    """`fault` strikes at `stage` of answer `struck`. `needs` a machine that can do it."""

    fault: Fault | None
    stage: Stage = "talking"
    struck: int = SPOKEN
    client: Client = "honest"
    needs: Literal["", "disk", "clock"] = ""

    @property
    def name(self) -> str:
        if self.fault is None:
            return f"client: {self.client}"
        typed = ", typed" if self.struck == TYPED else ""
        return f"{self.fault.name} @ {self.stage}{typed}"


_FROZEN: tuple[tuple[Process, Stage], ...] = (
    ("worker", "talking"),
    ("worker", "generating"),
    ("worker", "speaking"),
    ("api", "talking"),
    ("api", "speaking"),
    ("valkey", "talking"),
    ("valkey", "generating"),
    ("postgres", "end"),
    ("postgres", "generating"),
    ("temporal", "begin"),
    ("temporal", "end"),
)
_NETS: tuple[tuple[Net, Stage], ...] = (
    (Net("client-api", "half_open", 4.5), "talking"),
    (Net("client-api", "half_open", 4.5), "speaking"),
    (Net("client-api", "deaf", 4.5), "end"),
    (Net("client-api", "slow"), "begin"),
    (Net("client-api", "cut"), "talking"),
    (Net("client-api", "resets"), "speaking"),
    (Net("api-valkey", "half_open", 6.0), "talking"),
    (Net("api-valkey", "cut"), "end"),
    (Net("api-valkey", "slow"), "begin"),
    (Net("api-postgres", "half_open"), "idle"),
    (Net("api-postgres", "cut"), "end"),
    (Net("api-temporal", "half_open", 6.0), "idle"),
    (Net("api-temporal", "cut"), "begin"),
    (Net("worker-valkey", "half_open", 6.0), "talking"),
    (Net("worker-valkey", "cut"), "generating"),
    (Net("worker-valkey", "slow"), "begin"),
    (Net("worker-postgres", "half_open", 6.0), "end"),
    (Net("worker-postgres", "cut"), "generating"),
    (Net("worker-temporal", "half_open", 6.0), "idle"),
    (Net("worker-temporal", "cut"), "generating"),
    (Net("worker-temporal", "slow"), "begin"),
)

CASES: tuple[Case, ...] = (
    # Each process in turn, so that the launcher does not hold back what dies too often.
    *(Case(Kill(process), stage) for stage in STAGES for process in PROCESSES),
    *(Case(Kill(process), "end", struck=TYPED) for process in PROCESSES),
    *(Case(Freeze(process), stage) for process, stage in _FROZEN),
    *(Case(net, stage) for net, stage in _NETS),
    *(Case(Flush(), stage) for stage in STAGES),
    *(Case(Forget(), stage) for stage in ("generating", "speaking")),
    *(Case(FullDisk(), stage, needs="disk") for stage in ("talking", "generating")),
    *(
        Case(ClockJump(process, jump), "talking", needs="clock")
        for process in ("worker", "api")
        for jump in (3600, -3600)
    ),
    *(Case(Drop(), stage) for stage in ("talking", "end", "generating", "speaking")),
    *(Case(Reload(), stage) for stage in ("talking", "generating", "speaking")),
    *(Case(storm, "begin") for storm in STORMS),
    *(Case(None, client=client) for client in ("twice", "unordered", "two_tabs", "tabs_in_turn")),
)


def short() -> Sequence[Case]:
    """One of each kind, for every run of the tests."""
    return (
        Case(Kill("worker"), "generating"),
        Case(Kill("api"), "speaking"),
        Case(Kill("valkey"), "talking"),
        Case(Net("client-api", "half_open", 3.5), "end"),
        Case(Flush(), "talking"),
        Case(None, client="twice"),
        Case(None, client="two_tabs"),
    )
