"""Runs pods: each container is a process of this machine, behind the walls that its manifest asks
for (bubblewrap builds them)."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.fakes.cluster.store import Missing, Object
from tests.fakes.cluster.walls import Contained, Wants, walled

__all__ = ["Kubelet", "Pods", "Whims"]

_FIRST_UID = 61_300


@dataclass
class Whims:
    """What the cluster makes otherwise than it was asked to."""

    no_pod: bool = False
    unschedulable: str = ""
    image_error: str = ""
    network_open: bool = False
    root_writable: bool = False
    token_mounted: bool = False
    as_root: bool = False
    runtime_class: str | None = None
    memory_bytes: int | None = None
    deadline_s: float | None = None
    job_deadline_s: float | None = None
    kill_after_s: float | None = None
    evict_after_s: float | None = None


class Pods(Protocol):
    """Of the API server, what a kubelet needs."""

    def get(self, kind: str, name: str) -> Object: ...

    def change(self, kind: str, name: str, patch: Object) -> Object: ...


@dataclass
class _Running:
    log: bytearray = field(default_factory=bytearray)
    process: subprocess.Popen[bytes] | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    why: str = ""
    killed: threading.Event = field(default_factory=threading.Event)


class Kubelet:
    """`gone` is told of pods that were taken away, `over` of those that ended, and how."""

    def __init__(
        self,
        pods: Pods,
        image: Path,
        *,
        gone: Callable[[str], object],
        over: Callable[[str, bool], object],
        contained: Callable[[Wants], Contained] = walled,
    ) -> None:
        self._store = pods
        self._image = image
        self._gone = gone
        self._over = over
        self._contained = contained
        self._pods: dict[str, _Running] = {}
        self._numbers = iter(range(800))
        self._threads: list[threading.Thread] = []
        self.whims = Whims()
        self.started = 0
        """Containers."""

    def start(self, name: str, spec: Object) -> None:
        self._pods[name] = _Running()
        thread = threading.Thread(target=self._run, args=(name, spec), daemon=True)
        self._threads.append(thread)
        thread.start()

    def has(self, name: str) -> bool:
        return name in self._pods

    def everything_logged(self) -> bytes:
        return b"".join(bytes(one.log) for one in self._pods.values())

    def log(self, pod: str) -> bytes:
        return bytes(self._pods[pod].log) if pod in self._pods else b""

    def has_ended(self, pod: str) -> bool:
        return pod not in self._pods or self._pods[pod].ended.is_set()

    @property
    def processes(self) -> list[int]:
        """Of pods, that are there now."""
        found = [one.process for one in self._pods.values() if one.process is not None]
        return [one.pid for one in found if one.poll() is None]

    def stop(self) -> None:
        for name in [*self._pods]:
            self.take_away(name)
        for thread in self._threads:
            thread.join(20)

    def take_away(self, name: str) -> None:
        """It is gone once its process is. Idempotent."""
        if (running := self._pods.get(name)) is not None:
            running.killed.set()
            _kill(running)
            if running.ended.is_set():
                self._forget(name)

    def _forget(self, name: str) -> None:
        if self._pods.pop(name, None) is not None:
            self._gone(name)

    def _run(self, name: str, spec: Object) -> None:
        running = self._pods[name]
        try:
            with suppress(Missing):
                if not self._held_up(name, running):
                    self._contain(spec, name, running)
        finally:
            running.ended.set()
            if running.killed.is_set():
                self._forget(name)

    def _held_up(self, name: str, running: _Running) -> bool:
        """For as long as nobody takes it away."""
        whims = self.whims
        if whims.unschedulable:
            condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
            condition["message"] = whims.unschedulable
            self._store.change("pods", name, {"status": {"conditions": [condition]}})
        elif whims.image_error:
            for reason in ("ErrImagePull", whims.image_error):
                state = {"waiting": {"reason": reason, "message": "pull access denied"}}
                self._store.change("pods", name, _container(state))
        else:
            return False
        running.killed.wait()
        return True

    def _contain(self, spec: Object, name: str, running: _Running) -> None:
        (container,) = spec["containers"]
        limit = self.whims.memory_bytes or _bytes(container["resources"]["limits"]["memory"])
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)
            self._mount_task(spec, Path(folder) / "task")
            contained = self._contained(
                Wants(
                    spec,
                    folder=Path(folder),
                    image=self._image,
                    uid=_FIRST_UID + next(self._numbers),
                    secrets={one["name"]: self._value(one) for one in container["env"]},
                    network_open=self.whims.network_open,
                    root_writable=self.whims.root_writable,
                    token_mounted=self.whims.token_mounted,
                    as_root=self.whims.as_root,
                )
            )
            process = subprocess.Popen(
                contained.argv,
                env=contained.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            running.process = process
            self.started += 1
            self._store.change("pods", name, _container({"running": {"startedAt": _now()}}))
            watch = threading.Thread(target=self._watch, args=(spec, running, limit), daemon=True)
            watch.start()
            assert process.stdout is not None
            while piece := os.read(process.stdout.fileno(), 65536):
                running.log += piece
            process.stdout.close()
            process.wait()
            watch.join()
        self._tell_end(name, running, process.returncode)

    def _watch(self, spec: Object, running: _Running, limit: int) -> None:
        """Limits that are the pod's, and what befalls it."""
        process, whims, began = running.process, self.whims, time.monotonic()
        assert process is not None
        deadline_s = whims.deadline_s or spec["activeDeadlineSeconds"]
        while process.poll() is None:
            age_s = time.monotonic() - began
            if running.killed.is_set():
                _kill(running)
            elif sum(map(_resident, _descendants(process.pid))) > limit:
                running.why = "OOMKilled"
            elif age_s > deadline_s:
                running.why = "DeadlineExceeded"
            elif whims.evict_after_s is not None and age_s > whims.evict_after_s:
                running.why = "Evicted"
            elif whims.kill_after_s is not None and age_s > whims.kill_after_s:
                running.why = "Error"
            if running.why:
                _kill(running)
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.02)

    def _tell_end(self, name: str, running: _Running, code: int) -> None:
        code = 128 - code if code < 0 else code
        reason = "OOMKilled" if running.why == "OOMKilled" else "Error" if code else "Completed"
        status = _container({"terminated": {"exitCode": code, "reason": reason}})["status"]
        status["phase"] = "Failed" if code else "Succeeded"
        if running.why in ("DeadlineExceeded", "Evicted"):
            status |= {"reason": running.why, "message": "the node was low on something"}
        with suppress(Missing):
            self._store.change("pods", name, {"status": status})
            self._over(name, code == 0)

    def _mount_task(self, spec: Object, folder: Path) -> None:
        folder.mkdir(mode=0o755)
        (volume,) = (one for one in spec["volumes"] if "projected" in one)
        for source in volume["projected"]["sources"]:
            secret = self._store.get("secrets", source["secret"]["name"])
            for item in source["secret"]["items"]:
                path = folder / item["path"]
                path.write_bytes(base64.b64decode(secret["data"][item["key"]]))
                path.chmod(volume["projected"]["defaultMode"])

    def _value(self, one: Object) -> str:
        reference = one["valueFrom"]["secretKeyRef"]
        secret = self._store.get("secrets", reference["name"])
        return base64.b64decode(secret["data"][reference["key"]]).decode()


def _kill(running: _Running) -> None:
    if running.process is not None and running.process.poll() is None:
        for pid in [*_descendants(running.process.pid), running.process.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{one}/task"):
                text = Path(f"/proc/{one}/task/{thread}/children").read_text()
                waiting += [int(child) for child in text.split()]
        found.append(one)
    return found[1:]


def _resident(pid: int) -> int:
    with suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    return 0


def _bytes(quantity: str) -> int:
    """As the API server writes them: 1024Mi is 1Gi."""
    units = {"Mi": 2**20, "Gi": 2**30}
    return int(quantity[:-2]) * units[quantity[-2:]]


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _container(state: Object) -> Object:
    phase = "Pending" if "waiting" in state else "Running"
    return {"status": {"phase": phase, "containerStatuses": [{"name": "program", "state": state}]}}
