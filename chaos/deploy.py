"""`make demo-deploy N=50`: a rolling deploy of changed workflow code under running interviews.

Two API processes behind a balancer, two workers of the version that runs and, from the deploy on,
one of the next version, whose workflow decides otherwise: at the beginning of each turn it sets a
timer that the histories of before do not have. In the middle of the interviews

1. the next version comes up beside the old one and is made current,
2. further interviews begin, on it,
3. one worker of the old version gets SIGTERM, then one API process after the other,
4. and once the old interviews are over the old version goes.

Shown is that every interview comes to its end with every answer once and no question twice, on the
version that it began with; how long clients were away; and that the change would have broken the
old ones: the next version cannot replay them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from temporalio.api.enums.v1 import EventType

from chaos.crowd import Crowd, say
from chaos.fleet import Fleet, terminate
from demo.checks import check_interview
from demo.interview import HeldInterview
from interview.build import build_id
from interview.contracts.ids import workflow_id
from interview.worker_versions import make_current, version_of, versions
from launcher.paths import REPOSITORY

__all__ = ["Report", "changed_code", "deploy_under"]

DEPLOYMENT = "intervue"
LONGEST_GAP_S = 2.0
_PACKAGES = ("workflows", "activities", "workers", "interview", "bench")
_BEFORE = "        request, wishes.turn = wishes.turn, None\n"
_CHANGE = "        await workflow.sleep(timedelta(milliseconds=1))\n"


@dataclass
class Report:
    """Of all interviews; `held` where each thing that must hold holds for all of them."""

    interviews: int = 0
    checks: Counter[str] = field(default_factory=Counter[str])
    """How often each check failed."""
    gaps_s: list[float] = field(default_factory=list[float])
    connects_s: list[float] = field(default_factory=list[float])
    """The part of each gap in which no server answered."""
    waits_ms: list[float] = field(default_factory=list[float])
    versions: dict[str, str] = field(default_factory=dict[str, str])
    """What became of each build in the end."""
    on_old: int = 0
    on_new: int = 0
    moved: int = 0
    """Interviews that ended on another version than they began with."""
    failed_tasks: int = 0
    """Decisions that did not fit their history."""
    old_fits_new_code: bool = True
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        return (
            not self.checks
            and not self.moved
            and not self.failed_tasks
            and max(self.gaps_s, default=0.0) <= LONGEST_GAP_S
            and not self.old_fits_new_code
        )

    def as_json(self) -> str:
        waits = sorted(self.waits_ms)
        return json.dumps(
            {
                "demo": "deploy",
                "good": self.is_good,
                "interviews": self.interviews,
                "on_old": self.on_old,
                "on_new": self.on_new,
                "moved": self.moved,
                "failed_checks": dict(self.checks),
                "failed_decisions": self.failed_tasks,
                "reconnects": len(self.gaps_s),
                "longest_gap_s": round(max(self.gaps_s, default=0.0), 2),
                "longest_unanswered_s": round(max(self.connects_s, default=0.0), 2),
                "reply_p50_ms": round(waits[len(waits) // 2]) if waits else None,
                "reply_max_ms": round(waits[-1]) if waits else None,
                "versions": self.versions,
                "next_version_could_replay_the_old_ones": self.old_fits_new_code,
                "seconds": round(self.seconds, 1),
            }
        )


def changed_code(folder: Path) -> Path:
    """A copy of this code whose interviews decide otherwise."""
    for package in _PACKAGES:
        shutil.copytree(
            REPOSITORY / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(REPOSITORY / "worker.py", folder)
    workflow = folder / "workflows" / "conversation.py"
    source = workflow.read_text()
    assert source.count(_BEFORE) == 1, "the turn begins elsewhere now"
    workflow.write_text(source.replace(_BEFORE, _CHANGE + _BEFORE))
    return folder


class _Deploy:
    """What is done to the processes of a `Fleet`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fleet = Fleet(folder, {"TEMPORAL_DEPLOYMENT_NAME": DEPLOYMENT})
        self._old_build = build_id()

    async def __aenter__(self) -> _Deploy:
        fleet = await self._fleet.__aenter__()
        try:
            self._old = await fleet.start_workers("old", 2)
            self.client = fleet.client
            await make_current(self.client, DEPLOYMENT, self._old_build)
            await fleet.start_apis()
        except BaseException:
            await fleet.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._fleet.__aexit__()

    @property
    def url(self) -> str:
        return self._fleet.url

    async def roll(self) -> str:
        """Changed code comes up beside the old, and is made current. Its build."""
        code = await asyncio.to_thread(changed_code, self._folder / "next")
        await self._fleet.start_workers("new", 1, code=code)
        build = next(iter({*await versions(self.client, DEPLOYMENT)} - {self._old_build}), "")
        while not build:
            await asyncio.sleep(0.1)
            build = next(iter({*await versions(self.client, DEPLOYMENT)} - {self._old_build}), "")
        await make_current(self.client, DEPLOYMENT, build)
        self._next = code
        return build

    async def end_one_worker(self) -> None:
        """SIGTERM to one of the old version: the launcher starts it again, as a node would."""
        await terminate(self._old, "worker-2")

    async def restart_apis(self) -> None:
        """One after the other, each with SIGTERM and back before the next one goes."""
        for api in self._fleet.apis:
            await terminate(api, "api")

    async def end_old(self) -> None:
        await self._old.stop()

    async def fits_next(self, interview_id: str) -> bool:
        """Whether the changed code can replay what the old one decided."""
        program = (
            f"import sys; sys.path.insert(0, {str(self._next)!r});"
            "from cli.__main__ import main; sys.exit(main(sys.argv[1:]))"
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program, "replay", interview_id),
            env={**os.environ, **self._fleet.given, **self._fleet.env},
            cwd=REPOSITORY,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        code = await process.wait()
        assert code in (0, 1), "it cannot be told"
        return code == 0


async def deploy_under(interviews: int, folder: Path) -> Report:
    """`interviews` begin before the deploy, and half as many after it. Raises `StartError`."""
    report, began = Report(), time.monotonic()
    async with _Deploy(folder) as deploy:
        crowd = Crowd(deploy.url)
        old = [asyncio.create_task(crowd.hold(number)) for number in range(interviews)]
        await crowd.all_answer(old)
        say(f"{interviews} interviews run on {build_id()}")
        build = await deploy.roll()
        say(f"{build} is current")
        new = [asyncio.create_task(crowd.hold(number)) for number in range(max(1, interviews // 2))]
        await crowd.all_answer(new)
        await deploy.end_one_worker()
        say("a worker was replaced")
        await deploy.restart_apis()
        say("both API processes were replaced")
        ended_old = await asyncio.gather(*old)
        report.old_fits_new_code = await deploy.fits_next(ended_old[0][0])
        await deploy.end_old()
        say("the old version is gone")
        ended_new = await asyncio.gather(*new)
        await _examine(deploy, report, ended_old, build_id())
        await _examine(deploy, report, ended_new, build)
        report.versions = await versions(deploy.client, DEPLOYMENT)
    report.on_old, report.on_new = len(old), len(new)
    report.seconds = time.monotonic() - began
    return report


async def _examine(
    deploy: _Deploy,
    report: Report,
    ended: Sequence[tuple[str, HeldInterview]],
    build: str,
) -> None:
    async with httpx.AsyncClient(base_url=deploy.url, timeout=30.0, trust_env=False) as api:
        for interview_id, held in ended:
            report.interviews += 1
            checks = await check_interview(api, interview_id, held)
            report.checks.update(name for name, holds in checks.items() if not holds)
            report.gaps_s += held.room.gaps_s
            report.connects_s += held.room.connects_s
            report.waits_ms += [turn.first_sound_ms for turn in held.turns]
            name = workflow_id(interview_id)
            report.moved += await version_of(deploy.client, name) != build
            history = await deploy.client.get_workflow_handle(name).fetch_history()
            report.failed_tasks += sum(
                event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
                for event in history.events
            )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m chaos.deploy", description=__doc__)
    parser.add_argument("-n", "--interviews", type=int, default=10, help="before the deploy")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="intervue-deploy-") as folder:
        report = asyncio.run(deploy_under(args.interviews, Path(folder)))
    print(report.as_json())
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
