"""What pods may be in the programs' namespace: those of a run, and no others, whoever asks."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from interview.domain.code_runs import Run
from interview.sandbox.bubblewrap.languages import TOOLCHAINS
from interview.sandbox.kubernetes import manifest
from interview.sandbox.kubernetes.manifest import Place
from tests.cluster.checks import Checks
from tests.cluster.servers import Admin, Refused

__all__ = ["check_shapes", "wait_for_policy"]

Document = dict[str, Any]
Change = Callable[[Document], object]

_FOLDER = {"name": "machine", "hostPath": {"path": "/"}}
_TOKEN = {"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}}


_SECRET = {"secret": {"name": "registry"}}


def _told_secret(spec: Document) -> None:
    key = {"secretKeyRef": {"name": "registry", "key": "token"}}
    spec["containers"][0]["env"].append({"name": "TOKEN", "valueFrom": key})


def _security(spec: Document, **change: object) -> None:
    spec["containers"][0]["securityContext"].update(change)


def _twice(spec: Document) -> None:
    spec["containers"].append({**spec["containers"][0], "name": "two"})


def _volume(spec: Document, volume: Document) -> None:
    spec["volumes"].append(volume)


_OTHERS: tuple[tuple[str, Change, str], ...] = (
    ("on the machine's kernel", lambda spec: spec.pop("runtimeClassName"), "on gvisor alone"),
    ("with a token", lambda spec: spec.update(automountServiceAccountToken=True), "get no token"),
    (
        "with a token by another way",
        partial(_volume, volume={"name": "t", "projected": {"sources": [_TOKEN]}}),
        "no volumes of the machine",
    ),
    (
        "with another's secret",
        partial(_volume, volume={"name": "s", "projected": {"sources": [_SECRET]}}),
        "secrets of runs alone",
    ),
    ("told another's secret", _told_secret, "secrets of runs alone"),
    ("with a folder of the machine", partial(_volume, volume=_FOLDER), "hostPath"),
    ("in the machine's network", lambda spec: spec.update(hostNetwork=True), "host"),
    ("as root", partial(_security, runAsUser=0, runAsNonRoot=False), "runAsNonRoot"),
    (
        "that writes its root",
        partial(_security, readOnlyRootFilesystem=False),
        "do not change their image",
    ),
    ("with a right", partial(_security, capabilities={"add": ["SYS_ADMIN"]}), "capabilities"),
    ("with a second container", _twice, "have one container"),
    (
        "without a limit",
        lambda spec: spec["containers"][0]["resources"]["limits"].pop("cpu"),
        "limits",
    ),
    ("without an end", lambda spec: spec.pop("activeDeadlineSeconds"), "programs end"),
)
"""Each a pod's change, and what is said of it."""


def wait_for_policy(admin: Admin, place: Place) -> None:
    """The API server reads policies some time after they are made."""
    job = _job(place, Run(language="python", source=""))
    pod = _pod(job["spec"]["template"], lambda spec: spec.pop("activeDeadlineSeconds"))
    path = f"/api/v1/namespaces/{place.namespace}/pods"
    for _ in range(300):
        try:
            admin.ask("POST", path, pod, dryRun="All")
        except Refused:
            return
        time.sleep(0.2)
    raise SystemExit("the policy for pods is not kept")


def check_shapes(checks: Checks, admin: Admin, place: Place) -> None:
    """Asked for, and not kept."""

    def ask(kind: str, group: str, body: Document) -> object:
        path = f"/{group}/namespaces/{place.namespace}/{kind}"
        return admin.ask("POST", path, body, dryRun="All", fieldValidation="Strict")

    def taken(name: str, kind: str, group: str, body: Document) -> None:
        try:
            checks.that(name, bool(ask(kind, group, body)))
        except Refused as why:
            checks.that(name, False, why)

    for language in TOOLCHAINS:
        job = _job(place, Run(language=language, source=""))
        taken(f"a Job for {language} is taken", "jobs", "apis/batch/v1", job)
    template = _job(place, Run(language="python", source=""))["spec"]["template"]
    taken("a pod of that shape is taken", "pods", "api/v1", _pod(template, lambda _: None))
    for name, change, said in _OTHERS:
        pod = _pod(template, change)
        checks.refused(f"a pod {name} is not taken", partial(ask, "pods", "api/v1", pod), said)


def _pod(template: Document, change: Change) -> Document:
    made = copy.deepcopy(template)
    made["metadata"]["name"] = "a-pod"
    change(made["spec"])
    return {"apiVersion": "v1", "kind": "Pod", **made}


def _job(place: Place, run: Run) -> Document:
    toolchain = TOOLCHAINS[run.language]
    recipe = toolchain.recipe(run.source, run.limits)
    return manifest.job(
        *(place, manifest.job_name("a", run), manifest.run_label("a"), "holder"),
        parts=1,
        compile=recipe.compile,
        run=recipe.run,
        scratch=toolchain.scratch,
        budget_s=180,
    )
