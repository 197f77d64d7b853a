"""One step, compiling or one input: started, watched, and ended with all that came of it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from dataclasses import dataclass, field

from interview.sandbox.bubblewrap.job import COMPILING, STDERR, STDOUT, Step, StepEnd
from interview.sandbox.bubblewrap.launch import keep_within
from interview.sandbox.bubblewrap.supervisor import end_all
from interview.sandbox.bubblewrap.watch import Usage, Watch
from interview.sandbox.kubernetes.inside.rooms import SCRATCH, held_bytes
from interview.sandbox.kubernetes.inside.telling import Teller

__all__ = ["RunningStep", "deafen"]

_LOOK_EVERY_S = 0.02
_PIECE_BYTES = 64 * 1024
_NOT_STARTED = 127
_CROWD = "too many"
_BLIND = "not to be watched"
_HEARD = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}


@dataclass
class RunningStep:
    """`case` is what its output belongs to."""

    step: Step
    case: int
    teller: Teller
    _broken: str | None = None
    _wrote: int = 0
    _status: int | None = None
    _reaped_s: float = 0.0
    _peak: Usage = Usage()
    _watch: Watch = field(default_factory=lambda: Watch(()))

    def run(self, stdin: bytes, give_up_at: float) -> StepEnd:
        began = time.monotonic()
        pid, streams = _launch(self.step, stdin)
        try:
            self._attend(pid, streams, min(began + self.step.limits.wall_s, give_up_at))
        except OSError:
            # Of what it takes to watch it nothing can be missing, unless it took that away: it may
            # set limits to a process of its own user.
            self._broken = _BLIND
        finally:
            self._reaped_s += end_all()
            while streams:
                self._take(streams, next(iter(streams)), last=True)
        return self._end(time.monotonic() - began)

    def _attend(self, pid: int, streams: dict[int, bytes], wall_ends: float) -> None:
        """Until it ended, whatever it left behind, or broke a limit."""
        poll = select.poll()
        for descriptor in streams:
            poll.register(descriptor, select.POLLIN)
        look_at = time.monotonic() + _LOOK_EVERY_S
        while self._broken is None and self._alive(pid):
            for descriptor, _ in poll.poll(max(0.0, look_at - time.monotonic()) * 1000 + 0.5):
                if not self._take(streams, descriptor):
                    poll.unregister(descriptor)
            if (now := time.monotonic()) >= look_at:
                look_at = now + _LOOK_EVERY_S
                self._look()
                self.teller.show_alive()
                if now >= wall_ends:
                    self._broken = self._broken or "time_limit"

    def _alive(self, pid: int) -> bool:
        """Those that lost their parents are children of this process, too."""
        with contextlib.suppress(ChildProcessError):
            while True:
                found, status, usage = os.wait4(-1, os.WNOHANG)
                if found == 0:
                    break
                self._reaped_s += usage.ru_utime + usage.ru_stime
                if found == pid:
                    self._status = os.waitstatus_to_exitcode(status)
        return self._status is None

    def _take(self, streams: dict[int, bytes], descriptor: int, last: bool = False) -> bool:
        """False at its end. The `last` time, what nobody will write to any more is closed."""
        piece = b""
        with contextlib.suppress(BlockingIOError):
            piece = os.read(descriptor, _PIECE_BYTES)
            if not piece:
                last = True
        if piece:
            room = max(0, self.step.limits.output_bytes - self._wrote)
            self._wrote += len(piece)
            if room < len(piece):
                self._broken = self._broken or "output_limit"
            if piece := piece[:room]:
                self.teller.tell(streams[descriptor], self.case, piece)
            return True
        if last:
            os.close(descriptor)
            del streams[descriptor]
        return not last

    def _look(self) -> None:
        limits = self.step.limits
        # Compilers keep what they made in files, and have room for it.
        files = 0 if self.case == COMPILING else held_bytes()
        seen = self._watch.look(limits.memory_bytes, files)
        self._peak = Usage(
            max(self._peak.memory_bytes, seen.memory_bytes),
            max(self._peak.cpu_s, seen.cpu_s, self._reaped_s),
        )
        if seen.memory_bytes > limits.memory_bytes:
            self._broken = self._broken or "memory_limit"
        elif self._peak.cpu_s > limits.cpu_s:
            self._broken = self._broken or "time_limit"
        elif seen.threads > limits.processes and self._broken is None:
            # Where the kernel does not refuse them: gVisor's does not.
            self._broken = _CROWD
            said = f"stopped: more than {limits.processes} processes and threads\n"
            self.teller.tell(STDERR, self.case, said.encode())

    def _end(self, wall_s: float) -> StepEnd:
        cpu_s = max(self._peak.cpu_s, self._reaped_s)
        limit = None if self._broken in (_CROWD, _BLIND) else self._broken
        if self._broken is None and (
            self._status == -signal.SIGXCPU or cpu_s > self.step.limits.cpu_s
        ):
            limit = "time_limit"
        return StepEnd(
            None if self._broken == _BLIND else self._status,
            limit,
            round(wall_s * 1000),
            round(cpu_s * 1000),
            self._peak.memory_bytes,
        )


def deafen() -> None:
    """To all signals that a process may be deaf to."""
    for number in _HEARD:
        _react(number, signal.SIG_IGN)


def _react(number: int, how: signal.Handlers) -> None:
    # Some are the C library's own.
    with contextlib.suppress(OSError, ValueError):
        signal.signal(number, how)


def _launch(step: Step, stdin: bytes) -> tuple[int, dict[int, bytes]]:
    """Its pid, and the ends of its output that are ours."""
    given = os.memfd_create("input", os.MFD_CLOEXEC)
    view = memoryview(stdin)
    while view:
        view = view[os.write(given, view) :]
    os.lseek(given, 0, os.SEEK_SET)
    out, out_theirs = os.pipe()
    err, err_theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _become(step, given, out_theirs, err_theirs)
        except BaseException as error:
            os.write(2, f"{step.program[0]}: {error}".encode(errors="replace"))
        finally:
            os._exit(_NOT_STARTED)
    for descriptor in (given, out_theirs, err_theirs):
        os.close(descriptor)
    for descriptor in (out, err):
        os.set_blocking(descriptor, False)
    return pid, {out: STDOUT, err: STDERR}


def _become(step: Step, stdin: int, stdout: int, stderr: int) -> None:
    """Never returns."""
    for number, descriptor in enumerate((stdin, stdout, stderr)):
        os.dup2(descriptor, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    for number in _HEARD:
        _react(number, signal.SIG_DFL)
    os.setsid()
    os.umask(0o077)
    os.chdir(SCRATCH[0])
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as first_to_go:
        first_to_go.write("1000")
    keep_within(step.limits)
    os.execvpe(step.program[0], step.program, step.environment)
