"""``python -m tests.cluster --binaries FOLDER --helm HELM``: JSON last, 0 where everything held."""

from __future__ import annotations

import argparse
import asyncio
import copy
import json
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from interview.sandbox.kubernetes.manifest import ACCESS, Place
from launcher.paths import REPOSITORY
from tests.cluster.checks import Checks
from tests.cluster.gvisor import gvisor
from tests.cluster.manifests import apply, refused, rendered
from tests.cluster.node import node
from tests.cluster.runs import check_runs
from tests.cluster.servers import Admin, cluster
from tests.cluster.shapes import check_shapes, wait_for_policy
from tests.fakes.cluster.walls import walled

_EXAMPLES = Path("deploy/helm/examples")
_PROGRAMS, _CODE = "intervue-programs", "intervue-code"
_PLACE = Place(_PROGRAMS, "intervue-code:1", "gvisor", f"{_CODE}-programs")
Document = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=Path, required=True)
    parser.add_argument("--helm", type=Path, required=True)
    parser.add_argument("--runsc", type=Path, help="gVisor; bubblewrap without")
    options = parser.parse_args()
    checks, began = Checks(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder, _up(options.binaries, Path(folder)) as admin:
        up_s = time.monotonic() - began
        _charts(checks, admin, options.helm)
        _prepare(admin, rendered(options.helm, _EXAMPLES / "programs.yaml"))
        _wait_for_quota(admin)
        wait_for_policy(admin, _PLACE)
        token = _token(admin)
        _rights(checks, admin, token)
        check_shapes(checks, admin, _PLACE)
        credentials = Path(folder) / "worker"
        credentials.mkdir()
        (credentials / "token").write_text(token)
        (credentials / "ca.crt").write_bytes((admin.folder / "ca.crt").read_bytes())
        with ExitStack() as stack:
            contained = walled
            if options.runsc:
                state = Path(folder) / "runsc"
                contained = stack.enter_context(gvisor(options.runsc.resolve(), state))
            here = stack.enter_context(node(admin, _PROGRAMS, REPOSITORY, contained))
            asyncio.run(check_runs(checks, admin, here, _PLACE, credentials))
    held = sum(checks.held.values())
    told = {"checks": len(checks.held), "held": held, "up_s": round(up_s, 1)}
    print(json.dumps({**told, "took_s": round(time.monotonic() - began, 1)}))
    return 0 if held == len(checks.held) else 1


@contextmanager
def _up(binaries: Path, folder: Path) -> Generator[Admin]:
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


def _wait_for_quota(admin: Admin) -> None:
    """Pods are refused until the controller of quotas has counted."""
    path = f"/api/v1/namespaces/{_PROGRAMS}/resourcequotas"
    give_up_at = time.monotonic() + 60
    while not all(one["status"].get("hard") for one in admin.ask("GET", path)["items"]):
        if time.monotonic() > give_up_at:
            raise SystemExit("nobody counts against the quota")
        time.sleep(0.2)


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


if __name__ == "__main__":
    sys.exit(main())
