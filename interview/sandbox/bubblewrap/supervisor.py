"""One run: its file systems, its steps one after the other, its limits and its end.

In a mount namespace of its own, and the first process of a pid namespace. When the socket to the
backend closes, or this process dies, so does everything inside; and no mount, file or process is
left by then.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time
from dataclasses import dataclass, field

from interview.sandbox.bubblewrap.job import (
    COMPILING,
    DONE,
    FAILED,
    LENGTH,
    STDERR,
    STDOUT,
    STEP,
    Job,
    Step,
    StepEnd,
    frame,
)
from interview.sandbox.bubblewrap.launch import Launched, launch
from interview.sandbox.bubblewrap.meter import Meter
from interview.sandbox.bubblewrap.rooms import Rooms
from interview.sandbox.bubblewrap.watch import Usage, Watch

__all__ = ["end_all", "supervise"]

_LOOK_EVERY_S = 0.01
_PIECE_BYTES = 64 * 1024
_SIGNALLED = 128
_MOST_STATUS_BYTES = 4096
_GREEDY = 1.2
"""Processors, for as long as it has run: more than its share."""
_LAST = 19


class _Gone(Exception):
    """Nobody waits for this run any more."""


class _Broken(Exception):
    """The walls could not be built."""


def supervise(channel: socket.socket, seccomp: bytes) -> None:
    """Returns when the run is over and everything of it gone."""
    try:
        job = Job.decoded(_received(channel))
        channel.setblocking(False)
        link = _Link(channel)
        try:
            with contextlib.closing(Rooms(job)) as rooms:
                _steps(job, rooms, link, seccomp)
            link.tell(DONE, COMPILING)
        except (OSError, _Broken) as error:
            link.tell(FAILED, COMPILING, str(error).encode(errors="replace"))
        link.drain()
    except (_Gone, ConnectionError):
        pass
    finally:
        end_all()


def _steps(job: Job, rooms: Rooms, link: _Link, seccomp: bytes) -> None:
    give_up_at = time.monotonic() + job.budget_s
    meter = Meter()
    if job.compile is not None:
        end = _Running(job, job.compile, rooms, link, meter, COMPILING, seccomp).run(
            b"", give_up_at
        )
        link.tell(STEP, COMPILING, end.encoded())
        if end.status != 0 or end.limit is not None:
            return
    for case, text in enumerate(job.inputs):
        end = StepEnd(None, "time_limit", 0, 0)
        if time.monotonic() < give_up_at:
            running = _Running(job, job.run, rooms, link, meter, case, seccomp)
            end = running.run(text.encode(errors="replace"), give_up_at)
        link.tell(STEP, case, end.encoded())


def _received(channel: socket.socket) -> bytes:
    def exactly(size: int) -> bytes:
        body = bytearray()
        while len(body) < size:
            if not (piece := channel.recv(min(size - len(body), 1 << 20))):
                raise _Gone
            body += piece
        return bytes(body)

    (size,) = LENGTH.unpack(exactly(LENGTH.size))
    return exactly(size)


class _Link:
    """To the backend. What it has no time to read waits here: it is bounded by the limits."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._waiting = bytearray()

    def fileno(self) -> int:
        return self._channel.fileno()

    @property
    def events(self) -> int:
        return select.POLLIN | (select.POLLOUT if self._waiting else 0)

    def tell(self, kind: bytes, case: int, body: bytes = b"") -> None:
        self._waiting += frame(kind, case, body)
        self.flush()

    def flush(self) -> None:
        """Raises `_Gone`."""
        try:
            while self._waiting:
                del self._waiting[: self._channel.send(self._waiting)]
        except BlockingIOError:
            pass
        except OSError:
            raise _Gone from None

    def hear(self) -> None:
        """The backend says nothing after the job, until it closes."""
        try:
            if not self._channel.recv(1):
                raise _Gone
        except BlockingIOError:
            pass

    def drain(self) -> None:
        poll = select.poll()
        while self._waiting:
            poll.register(self, self.events)
            for _, events in poll.poll():
                if events & (select.POLLIN | select.POLLHUP):
                    self.hear()
            self.flush()


@dataclass
class _Running:
    """One step. `case` is what its output belongs to."""

    job: Job
    step: Step
    rooms: Rooms
    link: _Link
    meter: Meter
    case: int
    seccomp: bytes
    _broken: str | None = None
    _wrote: int = 0
    _status: bytearray = field(default_factory=bytearray)
    _said: bytearray = field(default_factory=bytearray)
    _watch: Watch | None = None
    _peak: Usage = Usage()
    _used_before_s: float = 0.0
    _calm: bool = False

    def run(self, stdin: bytes, give_up_at: float) -> StepEnd:
        """Raises `_Broken` where the program was never begun, and `_Gone`."""
        self.rooms.empty_scratch()
        self._used_before_s = self.meter.cpu_s()
        began = time.monotonic()
        launched = launch(
            self.job,
            self.step,
            compiling=self.case == COMPILING,
            seccomp=self.seccomp,
            stdin=stdin,
        )
        wall_ends = min(began + self.step.limits.wall_s, give_up_at)
        try:
            self._attend(launched, began, wall_ends)
        finally:
            used_s = end_all()
            for descriptor in (launched.stdout, launched.stderr, launched.status):
                os.close(descriptor)
        return self._end(time.monotonic() - began, used_s)

    def _attend(self, launched: Launched, began: float, wall_ends: float) -> None:
        """Until all its ends are closed, which is when nothing inside lives any more; or until it
        broke a limit."""
        poll = select.poll()
        open_ends = {launched.stdout, launched.stderr, launched.status}
        for descriptor in open_ends:
            poll.register(descriptor, select.POLLIN)
        look_at = began + _LOOK_EVERY_S
        while open_ends and self._broken is None:
            poll.register(self.link, self.link.events)
            for descriptor, _ in poll.poll(max(0.0, look_at - time.monotonic()) * 1000 + 0.5):
                if descriptor == self.link.fileno():
                    self.link.hear()
                elif not self._take(launched, descriptor):
                    poll.unregister(descriptor)
                    open_ends.discard(descriptor)
            self.link.flush()
            if (now := time.monotonic()) >= look_at:
                look_at = now + _LOOK_EVERY_S
                self._look(now - began)
                if now >= wall_ends:
                    self._broken = self._broken or "time_limit"

    def _take(self, launched: Launched, descriptor: int) -> bool:
        """False at its end."""
        try:
            piece = os.read(descriptor, _PIECE_BYTES)
        except BlockingIOError:
            return True
        if descriptor == launched.status:
            self._status += piece[:_MOST_STATUS_BYTES]
            self._meet(launched)
        elif piece:
            room = self.step.limits.output_bytes - self._wrote
            self._wrote += len(piece)
            if room < len(piece):
                self._broken = self._broken or "output_limit"
                piece = piece[: max(0, room)]
            if piece:
                stream = STDOUT if descriptor == launched.stdout else STDERR
                if stream is STDERR and len(self._said) < _MOST_STATUS_BYTES:
                    self._said += piece[:_MOST_STATUS_BYTES]
                self.link.tell(stream, self.case, piece)
            return True
        return bool(piece)

    def _meet(self, launched: Launched) -> None:
        if self._watch is None and (first := self._told("child-pid")) is not None:
            self._watch = Watch((launched.pid, first))

    def _told(self, name: str) -> int | None:
        for line in bytes(self._status).splitlines():
            with contextlib.suppress(ValueError):
                if (value := json.loads(line).get(name)) is not None:
                    return int(value)
        return None

    def _look(self, wall_s: float) -> None:
        if self._watch is None:
            return
        limits = self.step.limits
        # Compilers keep what they made in files, and have room for it.
        files = 0 if self.case == COMPILING else self.rooms.held_bytes()
        seen = self._watch.look(limits.memory_bytes, files)
        self._peak = Usage(
            max(self._peak.memory_bytes, seen.memory_bytes),
            max(self._peak.cpu_s, seen.cpu_s, self.meter.cpu_s() - self._used_before_s),
        )
        if seen.memory_bytes > limits.memory_bytes:
            self._broken = self._broken or "memory_limit"
        elif self._peak.cpu_s > limits.cpu_s:
            self._broken = self._broken or "time_limit"
        elif not self._calm and self._peak.cpu_s > max(_GREEDY * wall_s, 0.2):
            self._calm = True
            if self.job.uid is not None:
                with contextlib.suppress(OSError):
                    os.setpriority(os.PRIO_USER, self.job.uid, _LAST)

    def _end(self, wall_s: float, used_s: float) -> StepEnd:
        status = self._told("exit-code")
        if status is None and self._broken is None:
            why = bytes(self._said).decode(errors="replace").strip()
            raise _Broken(why or "bubblewrap ended without a word")
        if status is not None and status > _SIGNALLED:
            status = _SIGNALLED - status
        cpu_s = max(self._peak.cpu_s, used_s, self.meter.cpu_s() - self._used_before_s)
        limit = self._broken
        if limit is None and (status == -signal.SIGXCPU or cpu_s > self.step.limits.cpu_s):
            limit = "time_limit"
        return StepEnd(
            status,
            limit,
            round(wall_s * 1000),
            round(cpu_s * 1000),
            self._peak.memory_bytes,
        )


def end_all() -> float:
    """Whatever lives beside this process, in its namespace: its descendants, however they were
    started and whoever their parents are. Returns the processor time of those."""
    assert os.getpid() == 1, "elsewhere this would end the machine"
    used_s = 0.0
    while True:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        try:
            _, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return used_s
        used_s += usage.ru_utime + usage.ru_stime
