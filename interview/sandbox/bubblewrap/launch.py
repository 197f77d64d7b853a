"""Starting one bubblewrap, as nobody in particular."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass

from interview.sandbox.bubblewrap.job import Job, Step, StepLimits
from interview.sandbox.bubblewrap.linux import die_with_parent
from interview.sandbox.bubblewrap.walls import options

__all__ = ["Launched", "keep_within", "launch", "sealed_file"]

_NICE = 5
"""Interviews go before."""
_ENDED_BADLY = 127


@dataclass(slots=True)
class Launched:
    """The pipes' ends that are ours. `pid` is bubblewrap's."""

    pid: int
    stdout: int
    stderr: int
    status: int


def sealed_file(content: bytes, *, name: str = "input") -> int:
    """A descriptor to read `content` from, which nobody can change any more."""
    writing = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(writing, view) :]
        seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
        fcntl.fcntl(writing, fcntl.F_ADD_SEALS, seals)
        return os.open(f"/proc/self/fd/{writing}", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.close(writing)


def launch(job: Job, step: Step, *, compiling: bool, seccomp: bytes, stdin: bytes) -> Launched:
    """Raises `OSError`. What fails after that shows as a bubblewrap that ended without a status."""
    given, taken = sealed_file(stdin), sealed_file(seccomp, name="seccomp")
    ours: list[int] = []
    theirs: list[int] = []
    for _ in range(3):
        reading, writing = os.pipe()
        ours.append(reading)
        theirs.append(writing)
    pid = os.fork()
    if pid == 0:
        try:
            _become(job, step, compiling, given, taken, theirs)
        except BaseException as error:
            os.write(2, f"launch: {error}".encode(errors="replace"))
        finally:
            os._exit(_ENDED_BADLY)
    for descriptor in (given, taken, *theirs):
        os.close(descriptor)
    for descriptor in ours:
        os.set_blocking(descriptor, False)
    return Launched(pid, *ours)


def _become(
    job: Job, step: Step, compiling: bool, stdin: int, seccomp: int, outputs: list[int]
) -> None:
    """Never returns."""
    stdout, stderr, status = outputs
    os.dup2(stdin, 0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    # High enough not to be overwritten, then down to where nothing else is left.
    seccomp, status = (fcntl.fcntl(one, fcntl.F_DUPFD, 100) for one in (seccomp, status))
    os.dup2(seccomp, 3)
    os.dup2(status, 4)
    args = options(
        compiling=compiling,
        tools={f"/tmp/tools/{at}": name for at, name in enumerate(job.tools.values())},
        environment=step.environment,
        seccomp_fd=3,
        status_fd=4,
    )
    # Not as arguments: whoever may list processes, inside too, would read them.
    listed = sealed_file("".join(f"{one}\0" for one in args).encode(), name="options")
    os.dup2(listed, 5)
    os.closerange(6, os.sysconf("SC_OPEN_MAX"))
    for number in (signal.SIGPIPE, signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.umask(0o077)
    os.setpriority(os.PRIO_PROCESS, 0, _NICE)
    # Where the machine has no memory left, the kernel takes it from here and from nobody else.
    with open("/proc/self/oom_score_adj", "w") as first_to_go:
        first_to_go.write("1000")
    if job.cgroup is not None:
        with open(os.path.join(job.cgroup, "cgroup.procs"), "w") as members:
            members.write("0")
    keep_within(step.limits)
    if job.uid is not None:
        os.setgroups([])
        os.setresgid(job.uid, job.uid, job.uid)
        os.setresuid(job.uid, job.uid, job.uid)
    if 0 in os.getresuid():
        raise PermissionError("a sandbox is never started as root")
    die_with_parent()
    os.execve(job.bwrap, ["bwrap", "--args", "5", "--", *step.program], {})


def keep_within(limits: StepLimits) -> None:
    """This process, and all that come of it."""
    cpu_s = int(limits.cpu_s) + 1
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),
        (resource.RLIMIT_DATA, limits.data_bytes, limits.data_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
        (resource.RLIMIT_NPROC, limits.processes, limits.processes),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))
    for kind, most in (
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_SIGPENDING, 256),
        (resource.RLIMIT_NICE, 0),
        (resource.RLIMIT_RTPRIO, 0),
    ):
        # Refused where there is less already, and by gVisor, which has none of them.
        with suppress(ValueError):
            resource.setrlimit(kind, (most, most))
