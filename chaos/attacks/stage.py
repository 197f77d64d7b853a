"""Where attacks are played: a real sandbox on a host that has something to lose."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from chaos.attacks.catalog import Attack
from interview.domain.code_runs import CaseResult, Language, Limits, OutputPiece, Run, SandboxStatus
from interview.sandbox.bubblewrap.backend import Bubblewrap
from interview.sandbox.bubblewrap.job import FAILED
from interview.sandbox.bubblewrap.languages import TOOLCHAINS

__all__ = ["Outcome", "Stage"]

_HONEST = """
total = 0
for number in range(2_000_000): total += number * number % 7
print(total)
"""
_NEIGHBOURS = ("fork_bomb", "cpu_spin", "memory_of_many")
_SLOTS = 4


@dataclass(frozen=True, slots=True)
class Outcome:
    """`why` is empty where it held."""

    attack: str
    language: str
    why: str

    @property
    def held(self) -> bool:
        return not self.why


class Stage:
    """`async with Stage() as stage`. `status` tells what the sandbox found of itself."""

    status: SandboxStatus

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._socket = f"intervue-canary-{secrets.token_hex(4)}"

    async def __aenter__(self) -> Self:
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp"))
        self.canary = _canary(Path(folder))
        os.environ["INTERVUE_CANARY"] = "CANARY"
        self._port = self._listen(socket.AF_INET, ("127.0.0.1", 0)).getsockname()[1]
        self._listen(socket.AF_UNIX, f"\0{self._socket}")
        self.sandbox = Bubblewrap(slots=_SLOTS)
        self._stack.push_async_callback(self.sandbox.close)
        self.status = await self.sandbox.check(("python", "javascript", "cpp"))
        return self

    async def __aexit__(self, *_: object) -> None:
        del os.environ["INTERVUE_CANARY"]
        await self._stack.aclose()

    def program(self, attack: Attack, language: Language) -> str:
        source = attack.programs[language]
        known = (("{port}", self._port), ("{socket}", self._socket), ("{canary}", self.canary))
        for name, value in known:
            source = source.replace(name, str(value))
        return source

    async def play(self, attack: Attack, language: Language) -> Outcome:
        before = await asyncio.to_thread(_host, self.canary, self.sandbox.uids)
        began = time.monotonic()
        case = await self._run(self.program(attack, language), language, attack.limits)
        took_s = time.monotonic() - began
        why = ""
        if isinstance(case, str):
            why = case
        elif "ESCAPED" in case.stdout:
            why = case.stdout.strip()[:200]
        elif case.ending not in attack.endings:
            why = f"ended {case.ending}: {(case.stderr or case.stdout).strip()[-200:]}"
        elif set(case.stdout) & {"\0", "\x1b", "\x07"}:
            why = "control characters came through"
        elif took_s > attack.within_s:
            why = f"took {took_s:.1f} s"
        why = why or await self._left(before)
        return Outcome(attack.name, language, why)

    async def starve(self, attacks: Sequence[Attack], language: Language) -> Outcome:
        """An honest program beside three that take all they can get."""
        alone = await self._run(_HONEST, "python", Limits(cpu_s=10, wall_s=60))
        assert isinstance(alone, CaseResult)
        hostile = [
            asyncio.create_task(self._run(self.program(one, language), language, one.limits))
            for one in attacks
            if one.name in _NEIGHBOURS
        ]
        await asyncio.sleep(0.3)
        beside = await self._run(_HONEST, "python", Limits(cpu_s=10, wall_s=20))
        await asyncio.gather(*hostile)
        why = ""
        if isinstance(beside, str) or beside.ending != "finished":
            why = f"the neighbour ended {beside}"
        return Outcome("starved_neighbour", language, why)

    async def as_root(self, language: Language) -> Outcome:
        """Refused by whoever starts bubblewrap, whatever the backend asked for."""
        run = Run(language=language, source=TOOLCHAINS[language].hello)
        said = [(kind, body) async for kind, _, body in self.sandbox.raw(run, 0)]
        refused = said[-1][0] == FAILED and b"never started as root" in said[-1][1]
        return Outcome("started_as_root", language, "" if refused else "it was started")

    async def _run(self, source: str, language: Language, limits: Limits) -> CaseResult | str:
        def ignore(_: OutputPiece) -> None: ...

        run = Run(language=language, source=source, limits=limits)
        result = await self.sandbox.run(run, ignore)
        if not result.cases:
            return f"{result.ending}: {result.reason or result.compiler}"
        return result.cases[0]

    async def _left(self, before: _Host) -> str:
        after = await asyncio.to_thread(_host, self.canary, self.sandbox.uids)
        if not self.canary.exists() or "nobody" not in self.canary.read_text():
            return "the canary is gone"
        if strays := after.strays:
            return f"processes are left: {sorted(strays)}"
        if after.mounts != before.mounts:
            return "mounts are left"
        if new := after.files - before.files:
            return f"files are left: {sorted(new)[:5]}"
        return ""

    def _listen(self, family: socket.AddressFamily, address: object) -> socket.socket:
        listener = self._stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
        listener.bind(address)  # pyright: ignore[reportArgumentType] an address of either family
        listener.listen(64)
        return listener


@dataclass(frozen=True, slots=True)
class _Host:
    strays: frozenset[int]
    mounts: int
    canary: str
    files: frozenset[str]


def _canary(folder: Path) -> Path:
    folder.chmod(0o755)
    file = folder / "canary"
    file.write_text("what nobody inside should read\n")
    return file


def _host(canary: Path, uids: frozenset[int]) -> _Host:
    """Processes of this sandbox's uids that are not ended, and what lies where programs write."""
    strays: set[int] = set()
    if uids:
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with suppress(OSError, IndexError, ValueError):
                status = Path(f"/proc/{pid}/status").read_text()
                fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
                if int(fields["Uid"].split()[0]) in uids and not fields["State"].startswith("Z"):
                    strays.add(int(pid))
    with open("/proc/self/mountinfo") as mounts:
        count = len(mounts.readlines())
    names = {f"{folder}/{name}" for folder in ("/", "/usr", "/etc") for name in os.listdir(folder)}
    return _Host(frozenset(strays), count, canary.read_text(), frozenset(names))
