"""The worker's end: the keeper's process, and one conversation with a supervisor."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

import interview
from interview.sandbox.bubblewrap.job import DONE, FAILED, FRAME, Job

__all__ = ["Keeper", "Lost"]

_PROJECT = Path(interview.__file__).resolve().parents[1]
_ARGV = (sys.executable, "-E", "-s", "-m", "interview.sandbox.bubblewrap.keeper")
_END_S = 10.0

Frame = tuple[bytes, int, bytes]


class Lost(Exception):
    """The keeper or a supervisor is not there, or ended without a word."""


class Keeper:
    """Started when it is first needed, and again when it died."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._control: socket.socket | None = None
        self._starting = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Raises `Lost`."""
        async with self._starting:
            if self._process is not None and self._process.returncode is None:
                return
            self._hang_up()
            ours, theirs = socket.socketpair()
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *_ARGV,
                    stdin=theirs.fileno(),
                    stdout=asyncio.subprocess.DEVNULL,
                    cwd=_PROJECT,
                    env={},
                    start_new_session=True,
                )
            except OSError as error:
                ours.close()
                raise Lost(f"the keeper could not be started: {error.strerror}") from None
            finally:
                theirs.close()
            self._control = ours

    async def close(self) -> None:
        self._hang_up()
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            self._process = None

    async def converse(self, job: Job) -> AsyncGenerator[Frame]:
        """Frames up to the last, which says how it ended. When this is left, however it is left,
        the run and all of it are gone. Raises `Lost`."""
        reader, writer = await self._begin()
        try:
            writer.write(job.encoded())
            await writer.drain()
            while True:
                kind, case, size = FRAME.unpack(await reader.readexactly(FRAME.size))
                yield kind, case, await reader.readexactly(size)
                if kind in (DONE, FAILED):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Lost("the supervisor ended without a word") from None
        finally:
            await asyncio.shield(asyncio.ensure_future(_end(reader, writer)))

    async def _begin(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for last in (False, True):
            await self.start()
            assert self._control is not None
            ours, theirs = socket.socketpair()
            try:
                socket.send_fds(self._control, [b"r"], [theirs.fileno()])
            except OSError:
                ours.close()
                if last:
                    raise Lost("the keeper does not answer") from None
                await self.close()
                continue
            finally:
                theirs.close()
            return await asyncio.open_unix_connection(sock=ours)
        raise AssertionError

    def _hang_up(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None


async def _end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Our half closed, the supervisor ends; its half is closed when all inside is gone."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_END_S):
            if writer.can_write_eof():
                writer.write_eof()
            while await reader.read(65536):
                pass
    writer.close()
