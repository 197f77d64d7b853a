"""How programs are started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.process import Program, spawn

_TELLS = """
import os, pathlib
print("nice", os.nice(0))
group = pathlib.Path("/proc/self/autogroup")
print(group.read_text().strip() if group.exists() else "none")
"""


async def _told(tmp_path: Path, niceness: int) -> list[str]:
    log = tmp_path / "log"
    # Its group is weighed just after it was started.
    program = Program([sys.executable, "-c", f"input(){_TELLS}"], log, niceness=niceness)
    process = await spawn(program, stdin=subprocess.PIPE)
    await process.communicate(b"\n")
    return log.read_text().splitlines()


@pytest.mark.parametrize("niceness", [0, 5])
async def test_a_program_yields_to_others_also_as_a_session(tmp_path: Path, niceness: int) -> None:
    own, group = await _told(tmp_path, niceness)
    assert own == f"nice {os.nice(0) + niceness}"
    if os.geteuid() == 0:  # others may weigh a session only so often
        assert group == "none" or group.endswith(f"nice {niceness}")
