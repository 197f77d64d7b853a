"""``python -m tests.cluster --binaries FOLDER --helm HELM``: JSON last, 0 where everything held."""

from __future__ import annotations

import argparse
import asyncio
import copy
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from interview.domain.code_runs import Limits, Run
from interview.sandbox.bubblewrap.languages import TOOLCHAINS
from interview.sandbox.kubernetes import manifest
from interview.sandbox.kubernetes.backend import Kubernetes
from interview.sandbox.kubernetes.manifest import ACCESS, Place
from launcher.paths import REPOSITORY
from tests.cluster.manifests import apply, refused, rendered
from tests.cluster.node import Node, node
from tests.cluster.servers import Admin, Refused, cluster

_EXAMPLES = Path("deploy/helm/examples")
_PROGRAMS, _CODE = "intervue-programs", "intervue-code"
_PLACE = Place(_PROGRAMS, "intervue-code:1", "gvisor", f"{_CODE}-programs")
_SLOW = "import time\nprint('begun', flush=True)\ntime.sleep(2)\nprint('done')"
_KINDS = {"jobs": "apis/batch/v1", "secrets": "api/v1", "pods": "api/v1"}
Document = dict[str, Any]


class Checks:
    """Each is said as it is made."""

    def __init__(self) -> None:
        self.held: dict[str, bool] = {}

    def that(self, name: str, holds: bool, why: object = "") -> None:
        self.held[name] = holds
        print(f"  {'holds' if holds else 'FAILS'}  {name}{'' if holds else f': {why}'}")

    def refused(self, name: str, act: Callable[[], object], said: str = "") -> None:
        try:
            act()
        except Refused as why:
            self.that(name, said in str(why), why)
        else:
            self.that(name, False, "it was allowed")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=Path, required=True)
    parser.add_argument("--helm", type=Path, required=True)
    options = parser.parse_args()
    checks, began = Checks(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder, _up(options.binaries, Path(folder)) as admin:
        up_s = time.monotonic() - began
        _charts(checks, admin, options.helm)
        _prepare(admin, rendered(options.helm, _EXAMPLES / "programs.yaml"))
        token = _token(admin)
        _rights(checks, admin, token)
        _shapes(checks, admin)
        credentials = Path(folder) / "worker"
        credentials.mkdir()
        (credentials / "token").write_text(token)
        (credentials / "ca.crt").write_bytes((admin.folder / "ca.crt").read_bytes())
        with node(admin, _PROGRAMS, REPOSITORY) as here:
            asyncio.run(_runs(checks, admin, here, credentials))
    held = sum(checks.held.values())
    told = {"checks": len(checks.held), "held": held, "up_s": round(up_s, 1)}
    print(json.dumps({**told, "took_s": round(time.monotonic() - began, 1)}))
    return 0 if held == len(checks.held) else 1


@contextmanager
def _up(binaries: Path, folder: Path) -> Iterator[Admin]:
    place = folder / "cluster"
    place.mkdir()
    with cluster(binaries.resolve(), place) as admin:
        yield admin


def _charts(checks: Checks, admin: Admin, helm: Path) -> None:
    """Asked for, and not kept."""
    for name in ("intervue", _CODE, _PROGRAMS):
        admin.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    for values in (None, *sorted(_EXAMPLES.glob("*.yaml"))):
        documents = rendered(helm, values)
        wrong = [*refused(admin, documents)]
        name = values.stem if values else "default"
        checks.that(f"the chart with values {name} is taken", not wrong, "; ".join(wrong))
    broken = copy.deepcopy(rendered(helm))
    for one in broken:
        if one["kind"] == "Deployment":
            one["spec"]["template"]["spec"]["containers"][0]["prots"] = []
    checks.that("what is wrong in one is found", any(refused(admin, broken)))


def _prepare(admin: Admin, documents: list[Document]) -> None:
    runtime = {"metadata": {"name": "gvisor"}, "handler": "runsc"}
    admin.ask("POST", "/apis/node.k8s.io/v1/runtimeclasses", runtime)
    for one in documents:
        if one["kind"] == "Namespace":
            path = f"/api/v1/namespaces/{one['metadata']['name']}"
            admin.ask("PATCH", path, one, content_type="application/merge-patch+json")
    apply(
        admin,
        [
            one
            for one in documents
            if one["kind"] != "Namespace"
            and (one["metadata"].get("namespace") == _PROGRAMS or _is_code(one))
        ],
    )


def _is_code(document: Document) -> bool:
    """What the programs' namespace needs beside itself: its policy, and the worker's account."""
    kind, name = document["kind"], document["metadata"]["name"]
    return kind.startswith("Validating") or (kind, name) == ("ServiceAccount", _CODE)


def _token(admin: Admin) -> str:
    path = f"/api/v1/namespaces/{_CODE}/serviceaccounts/{_CODE}/token"
    return admin.ask("POST", path, {"spec": {"expirationSeconds": 3600}})["status"]["token"]


def _rights(checks: Checks, admin: Admin, token: str) -> None:
    """By asking the server what it would allow."""

    def may(verb: str, group: str, resource: str, namespace: str) -> bool:
        resource, _, below = resource.partition("/")
        about = {"verb": verb, "group": group, "resource": resource, "subresource": below}
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        body = {"spec": {"resourceAttributes": {**about, "namespace": namespace}}}
        return bool(admin.ask("POST", path, body, token=token)["status"]["allowed"])

    missing = [
        f"{verb} {resource}"
        for (group, resource), verbs in ACCESS.items()
        for verb in verbs
        if not may(verb, group, resource, _PROGRAMS)
    ]
    checks.that("the worker may what it asks", not missing, missing)
    more = [
        f"{verb} {resource} in {namespace}"
        for verb, group, resource, namespace in (
            *(("list", "", "secrets", _PROGRAMS), ("create", "", "pods", _PROGRAMS)),
            *(("create", "", "pods/exec", _PROGRAMS), ("get", "", "secrets", _CODE)),
            *(("create", "batch", "jobs", _CODE), ("list", "", "secrets", "intervue")),
            *(("delete", "", "namespaces", ""), ("list", "", "nodes", "")),
            ("update", "networking.k8s.io", "networkpolicies", _PROGRAMS),
        )
        if may(verb, group, resource, namespace)
    ]
    checks.that("and no more", not more, more)


def _job(run: Run) -> Document:
    toolchain = TOOLCHAINS[run.language]
    recipe = toolchain.recipe(run.source, run.limits)
    return manifest.job(
        *(_PLACE, manifest.job_name("a", run), manifest.run_label("a"), "holder"),
        parts=1,
        compile=recipe.compile,
        run=recipe.run,
        scratch=toolchain.scratch,
        budget_s=180,
    )


def _shapes(checks: Checks, admin: Admin) -> None:
    """Of pods, as a Job's: even who may everything gets no other into that namespace."""
    jobs = f"/apis/batch/v1/namespaces/{_PROGRAMS}/jobs"
    for language in TOOLCHAINS:
        body = _job(Run(language=language, source=""))
        try:
            admin.ask("POST", jobs, body, dryRun="All", fieldValidation="Strict")
            checks.that(f"a Job for {language} is taken", True)
        except Refused as why:
            checks.that(f"a Job for {language} is taken", False, why)
    template = _job(Run(language="python", source=""))["spec"]["template"]

    def pod(change: Callable[[Document], object]) -> Document:
        made = copy.deepcopy(template)
        made |= {"apiVersion": "v1", "kind": "Pod"}
        made["metadata"]["name"] = "a-pod"
        change(made["spec"])
        return made

    def ask(change: Callable[[Document], object]) -> object:
        path = f"/api/v1/namespaces/{_PROGRAMS}/pods"
        return admin.ask("POST", path, pod(change), dryRun="All", fieldValidation="Strict")

    try:
        checks.that("a pod of that shape is taken", bool(ask(lambda spec: None)))
    except Refused as why:
        checks.that("a pod of that shape is taken", False, why)
    container = template["spec"]["containers"][0]
    folder = {"name": "machine", "hostPath": {"path": "/"}}
    token = {"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}}
    for name, change, said in (
        ("on the machine's kernel", lambda spec: spec.pop("runtimeClassName"), "gvisor alone"),
        ("with a token", lambda spec: spec.update(automountServiceAccountToken=True), "no token"),
        (
            "with a token by another way",
            lambda spec: spec["volumes"].append({"name": "t", "projected": {"sources": [token]}}),
            "no volumes of the machine",
        ),
        ("with a folder of the machine", lambda spec: spec["volumes"].append(folder), ""),
        ("in the machine's network", lambda spec: spec.update(hostNetwork=True), ""),
        (
            "as root",
            lambda spec: spec["containers"][0]["securityContext"].update(
                runAsUser=0, runAsNonRoot=False
            ),
            "",
        ),
        (
            "that writes its root",
            lambda spec: spec["containers"][0]["securityContext"].update(
                readOnlyRootFilesystem=False
            ),
            "do not change their image",
        ),
        (
            "with a second container",
            lambda spec: spec["containers"].append({**container, "name": "two"}),
            "one container",
        ),
        (
            "without a limit",
            lambda spec: spec["containers"][0]["resources"]["limits"].pop("cpu"),
            "",
        ),
        ("without an end", lambda spec: spec.pop("activeDeadlineSeconds"), "programs end"),
    ):
        checks.refused(f"a pod {name} is not taken", lambda change=change: ask(change), said)


async def _runs(checks: Checks, admin: Admin, here: Node, credentials: Path) -> None:
    sandbox = Kubernetes(admin.url, _PLACE, credentials)
    try:
        await _quota_is_known(admin)
        status = await sandbox.check(("python",))
        checks.that("its own test passes", status.available == ("python",), status.reason)
        if not status.available:
            return
        times: list[float] = []
        for _ in range(5):
            began = time.monotonic()
            result = await sandbox.run(_python("print(input())", "a", "b"), lambda _: None)
            times.append(time.monotonic() - began)
            if [case.stdout for case in result.cases] != ["a\n", "b\n"]:
                checks.that("a program runs", False, result)
                return
        print(f"  a run takes {sorted(times)[2] * 1000:.0f} ms")
        checks.that("a program runs", True)
        big = _python("print(len(input()))", "".join(map(chr, range(0x4E00, 0x9FA5))) * 16)
        result = await sandbox.run(big, lambda _: None)
        checks.that("and one that is large", result.ending == "finished", result.reason)
        await _cancelled(checks, sandbox, here)
        await _ends_of_pods(checks, sandbox, here)
        await _attempts(checks, sandbox, here)
        here.kubelet.whims.network_open = True
        result = await sandbox.run(_python("print()"), lambda _: None)
        checks.that("an open network is found", "network is open" in result.reason, result)
        here.kubelet.whims.network_open = False
        left = await _left(admin)
        checks.that("Jobs, pods and Secrets are gone in the end", not left, left)
    finally:
        await sandbox.close()


async def _cancelled(checks: Checks, sandbox: Kubernetes, here: Node) -> None:
    begun = asyncio.Event()
    source = "print(1, flush=True)\nimport time\ntime.sleep(60)"
    run = asyncio.create_task(sandbox.run(_python(source), lambda _: begun.set()))
    await begun.wait()
    run.cancel()
    await asyncio.wait([run])
    checks.that("one that is cancelled ends", here.kubelet.processes == [])


async def _ends_of_pods(checks: Checks, sandbox: Kubernetes, here: Node) -> None:
    source = "print('begun', flush=True)\nx = bytearray(100 << 20)\nimport time\ntime.sleep(20)"
    for whim, value, ending in (
        ("memory_bytes", 60 * 2**20, "memory_limit"),
        ("deadline_s", 1.5, "time_limit"),
        ("kill_after_s", 1.5, "runtime_error"),
    ):
        setattr(here.kubelet.whims, whim, value)
        result = await sandbox.run(_python(source), lambda _: None)
        setattr(here.kubelet.whims, whim, None)
        endings = [case.ending for case in result.cases]
        checks.that(f"a pod that the cluster ends is a {ending}", endings == [ending], result)


async def _attempts(checks: Checks, sandbox: Kubernetes, here: Node) -> None:
    begun, started = asyncio.Event(), here.kubelet.started
    first = asyncio.create_task(sandbox.run(_python(_SLOW), lambda _: begun.set(), "again"))
    await begun.wait()
    begun.clear()
    second = asyncio.create_task(sandbox.run(_python(_SLOW), lambda _: begun.set(), "again"))
    await begun.wait()
    first.cancel()
    result = await second
    whole = [case.stdout for case in result.cases] == ["begun\ndone\n"]
    once = here.kubelet.started == started + 1
    checks.that("a second attempt goes on with the first one's pod", whole and once, result)


async def _quota_is_known(admin: Admin) -> None:
    """Pods are refused until the controller of quotas has counted."""
    path = f"/api/v1/namespaces/{_PROGRAMS}/resourcequotas"
    for _ in range(300):
        if all(one["status"].get("hard") for one in admin.ask("GET", path)["items"]):
            return
        await asyncio.sleep(0.2)
    raise SystemExit("nobody counts against the quota")


async def _left(admin: Admin) -> list[str]:
    left: list[str] = ["not asked yet"]
    for _ in range(150):
        left = [
            f"{kind}/{one['metadata']['name']}"
            for kind, group in _KINDS.items()
            for one in admin.ask("GET", f"/{group}/namespaces/{_PROGRAMS}/{kind}")["items"]
        ]
        if not left:
            break
        await asyncio.sleep(0.2)
    return left


def _python(source: str, *inputs: str) -> Run:
    limits = Limits(wall_s=20, memory_bytes=256 * 2**20)
    return Run(language="python", source=source, inputs=inputs or ("",), limits=limits)


if __name__ == "__main__":
    sys.exit(main())
