"""What a pod of a stranger's program is asked for, what it must never be, and that nothing runs in
one that was not tried in full."""

from __future__ import annotations

from typing import Any

import pytest

from interview.domain.code_runs import CaseResult, Language, Run, RunResult
from interview.sandbox.bubblewrap.languages import TOOLCHAINS
from interview.sandbox.kubernetes import manifest
from interview.sandbox.kubernetes.manifest import Place
from interview.sandbox.kubernetes.selftest import broken_walls

_PLACE = Place(namespace="programs", image="code:1", runtime_class="gvisor", account="nobody")


def _job(language: Language = "python", source: str = "print('marmalade')") -> dict[str, Any]:
    run = Run(language=language, source=source)
    toolchain = TOOLCHAINS[language]
    recipe = toolchain.recipe(run.source, run.limits)
    return manifest.job(
        _PLACE,
        manifest.job_name("interview.run", run),
        manifest.run_label("interview.run"),
        "holder",
        parts=2,
        compile=recipe.compile,
        run=recipe.run,
        scratch=toolchain.scratch,
        budget_s=180,
    )


def test_it_may_nothing() -> None:
    pod = _job()["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert pod["runtimeClassName"] == "gvisor"
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    assert pod["dnsPolicy"] == "None"
    assert pod["restartPolicy"] == "Never"
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert set(container["resources"]["limits"]) == {"cpu", "memory", "ephemeral-storage"}


def test_what_it_can_write_is_counted() -> None:
    pod = _job()["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}

    for mount in container["volumeMounts"]:
        if not mount.get("readOnly"):
            volume = volumes[mount["name"]]["emptyDir"]
            assert volume["medium"] == "Memory"
            assert volume["sizeLimit"]


def test_it_ends_and_goes() -> None:
    spec = _job()["spec"]

    assert spec["suspend"] is True
    assert spec["backoffLimit"] == 0
    assert spec["ttlSecondsAfterFinished"] == 300
    assert spec["template"]["spec"]["activeDeadlineSeconds"] == 200
    # Its pod's time begins later than its own.
    assert spec["activeDeadlineSeconds"] > 200
    assert spec["activeDeadlineSeconds"] < manifest.OLDEST_S


def test_nothing_of_the_run_is_in_it() -> None:
    told = str(_job())

    assert "marmalade" not in told
    assert "interview.run" not in told


def test_there_is_room_for_what_it_may_take() -> None:
    for language, toolchain in TOOLCHAINS.items():
        run = Run(language=language, source="")
        recipe = toolchain.recipe("", run.limits)
        (container,) = _job(language)["spec"]["template"]["spec"]["containers"]
        memory = int(container["resources"]["limits"]["memory"].removesuffix("Mi")) * 2**20
        steps = [step for step in (recipe.compile, recipe.run) if step is not None]
        assert memory >= max(step.limits.memory_bytes for step in steps) + 128 * 2**20


def test_names_are_of_one_run_alone() -> None:
    run = Run(language="python", source="print()")

    assert manifest.job_name("a", run) == manifest.job_name("a", run)
    others = {
        manifest.job_name("b", run),
        manifest.job_name("a", run.model_copy(update={"source": "print(1)"})),
        manifest.job_name("a", run.model_copy(update={"inputs": ("1",)})),
    }
    assert len(others | {manifest.job_name("a", run)}) == 4
    assert all(len(name) <= 63 for name in others)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", "does not start here: finished"),
        ('["not root", true]\n', "does not start here: finished"),
        ('["not root", true]\n["files", false]\n', "does not hold here: files"),
    ],
    ids=["nothing", "too little", "broken"],
)
async def test_walls_that_were_not_all_tried_do_not_hold(said: str, reason: str) -> None:
    async def running(run: Run) -> RunResult:
        case = CaseResult(ending="finished", exit_status=0, stdout=said)
        return RunResult(ending="finished", cases=(case,))

    assert reason in await broken_walls(running, [])


async def test_a_limit_that_is_not_kept_is_found() -> None:
    walls = CaseResult(ending="finished", stdout='["network", true]\n')

    async def running(run: Run) -> RunResult:
        cases = (walls, *[CaseResult(ending="time_limit")] * (len(run.inputs) - 1))
        if not run.inputs[0].startswith("walls"):
            cases = (CaseResult(ending="output_limit"), *cases[1:])
        if run.inputs == ("time",):
            cases = (CaseResult(ending="time_limit"),)
        return RunResult(ending="finished", cases=cases)

    assert "the limit on processes is not kept" in await broken_walls(running, [])
