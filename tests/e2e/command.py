"""The command as a person types it."""

from __future__ import annotations

import asyncio
import os

from launcher.paths import REPOSITORY
from tests.services import RunningStack

__all__ = ["intervue"]


async def intervue(stack: RunningStack, *arguments: str, **env: str) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    process = await asyncio.create_subprocess_exec(
        str(REPOSITORY / "intervue"),
        *arguments,
        env={**os.environ, "INTERVUE_HOME": str(stack.home.root), **env},
        cwd="/",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()
