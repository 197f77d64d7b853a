"""Whether the walls hold here and now, tried before anything of a stranger runs."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from interview.domain.code_runs import Ending, LanguageStatus, Limits, Run, RunResult
from interview.sandbox.bubblewrap.languages import Toolchain
from interview.sandbox.bubblewrap.probe import PROBE

__all__ = ["broken_walls", "try_language"]

Running = Callable[[Run], Awaitable[RunResult]]

_MB = 2**20
_SMALL = Limits(cpu_s=2, wall_s=10, memory_bytes=64 * _MB, output_bytes=8192)
_PAGE_TABLES = r"""
import ctypes
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
start = libc.mmap(None, 1 << 40, 1, 0x4022, -1, 0)
for at in range(0, 1 << 40, 2 << 20): ctypes.c_char.from_address(start + at).value
"""


@dataclass(frozen=True, slots=True)
class _Endless:
    """A program that only a limit ends."""

    name: str
    ending: Ending
    source: str
    limits: Limits = _SMALL


_ENDLESS = (
    _Endless(
        "time",
        "time_limit",
        "import time\ntime.sleep(60)",
        Limits(cpu_s=1, wall_s=0.5, memory_bytes=64 * _MB),
    ),
    _Endless("memory", "memory_limit", "import os\nx=[]\nwhile 1: x.append(os.urandom(65536))"),
    _Endless(
        "memory of many",
        "memory_limit",
        "import os, time\n"
        "for _ in range(4):\n if os.fork() == 0: x = os.urandom(30 << 20); time.sleep(60)\n"
        "time.sleep(60)",
    ),
    _Endless(
        "memory in files",
        "memory_limit",
        "import time\n"
        "for name in '/tmp/x', '/dev/shm/x', '/tmp/y', '/tmp/z', '/tmp/a', '/tmp/b':\n"
        " open(name, 'wb').write(bytes(12 << 20))\n"
        "time.sleep(60)",
        _SMALL.model_copy(update={"memory_bytes": 32 * _MB}),
    ),
    _Endless("page tables", "memory_limit", _PAGE_TABLES),
    _Endless("output", "output_limit", "while 1: print('x' * 80)"),
)


async def broken_walls(running: Running) -> str:
    """The first that does not hold, or empty."""
    # It fills its file systems, and those count.
    limits = _SMALL.model_copy(update={"memory_bytes": 192 * _MB})
    result = await running(Run(language="python", source=PROBE, limits=limits))
    if result.ending != "finished" or result.cases[0].ending != "finished":
        said = result.cases[0].stderr if result.cases else result.reason
        return f"the sandbox does not start here: {said.strip()[-300:] or result.ending}"
    for name, held in json.loads(result.cases[0].stdout).items():
        if not held:
            return f"the sandbox does not hold here: {name}"
    for one in _ENDLESS:
        result = await running(Run(language="python", source=one.source, limits=one.limits))
        if not result.cases or result.cases[0].ending != one.ending:
            return f"the sandbox does not hold here: the limit on {one.name} is not kept"
    return ""


async def try_language(toolchain: Toolchain, running: Running) -> LanguageStatus:
    language = toolchain.language
    limits = Limits(cpu_s=20, wall_s=60)
    result = await running(Run(language=language, source=toolchain.hello, limits=limits))
    if result.cases:
        ok, _, version = result.cases[0].stdout.strip().partition(" ")
        if ok == "ok":
            return LanguageStatus(language=language, available=True, version=version)
        said = result.cases[0].stderr
    else:
        said = result.reason or result.compiler
    return LanguageStatus(
        language=language,
        available=False,
        reason=f"it does not run here: {said.strip()[-300:] or result.ending}",
    )
