"""What the backend asks of a supervisor, and what it hears from it, over one socket.

The job goes down as JSON with its length before it. Frames come up: a kind, the index of the case
(`COMPILING` while it is compiled), and a body. Closing the socket ends the run.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = [
    "COMPILING",
    "DONE",
    "FAILED",
    "FRAME",
    "LENGTH",
    "STDERR",
    "STDOUT",
    "STEP",
    "Job",
    "Step",
    "StepEnd",
    "StepLimits",
    "Tmpfs",
    "frame",
]

LENGTH = struct.Struct("!I")
FRAME = struct.Struct("!cHI")
COMPILING = 0xFFFF

STDOUT, STDERR = b"o", b"e"
STEP = b"s"
"""A step has ended: `StepEnd`."""
DONE = b"d"
FAILED = b"f"
"""The walls could not be built: why."""


@dataclass(frozen=True, slots=True)
class StepLimits:
    """`data_bytes` is one process's, `memory_bytes` all of them together."""

    cpu_s: float
    wall_s: float
    memory_bytes: int
    data_bytes: int
    output_bytes: int
    processes: int
    open_files: int
    file_bytes: int


@dataclass(frozen=True, slots=True)
class Step:
    program: list[str]
    environment: dict[str, str]
    limits: StepLimits


@dataclass(frozen=True, slots=True)
class Tmpfs:
    size_bytes: int
    inodes: int


@dataclass(frozen=True, slots=True)
class Job:
    """`uid` is the slot's; None where this machine gives us no other than our own, which is not 0.
    `budget_s` bounds all steps together: what is not begun by then is not begun."""

    bwrap: str
    uid: int | None
    files: dict[str, str]
    tools: dict[str, str]
    box: Tmpfs
    scratch: Tmpfs
    compile: Step | None
    run: Step
    inputs: list[str]
    budget_s: float
    cgroup: str | None = None

    def encoded(self) -> bytes:
        body = json.dumps(asdict(self)).encode()
        return LENGTH.pack(len(body)) + body

    @classmethod
    def decoded(cls, body: bytes) -> Job:
        fields: dict[str, Any] = json.loads(body)
        fields |= {
            "box": Tmpfs(**fields["box"]),
            "scratch": Tmpfs(**fields["scratch"]),
            "compile": fields["compile"] and _step(fields["compile"]),
            "run": _step(fields["run"]),
        }
        return cls(**fields)


def _step(fields: dict[str, Any]) -> Step:
    fields["limits"] = StepLimits(**fields["limits"])
    return Step(**fields)


@dataclass(frozen=True, slots=True)
class StepEnd:
    """`limit` is the one that was broken, if any. `status` is a signal's negative number where one
    ended the program."""

    status: int | None
    limit: str | None
    wall_ms: int
    cpu_ms: int
    memory_bytes: int = field(default=0)

    def encoded(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decoded(cls, body: bytes) -> StepEnd:
        return cls(**json.loads(body))


def frame(kind: bytes, case: int, body: bytes = b"") -> bytes:
    return FRAME.pack(kind, case, len(body)) + body
