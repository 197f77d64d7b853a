"""What the cluster is asked for: a Job, and the Secrets that are its own and go with it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from interview.domain.code_runs import Run
from interview.sandbox.bubblewrap.job import Step, Tmpfs

__all__ = [
    "ACCESS",
    "COMING_S",
    "HOLDER",
    "OLDEST_S",
    "OURS",
    "Place",
    "job",
    "job_name",
    "key_of",
    "run_label",
    "secret",
    "secret_data",
    "secret_name",
    "selector",
    "suspended",
]

ACCESS = {
    ("batch", "jobs"): ("create", "delete", "get", "list", "patch"),
    ("", "secrets"): ("create", "get"),
    ("", "pods"): ("list", "watch"),
    ("", "pods/log"): ("get",),
}
"""All that is asked of the API server; the chart's Role allows as much."""

HOLDER = "intervue.dev/held-by"
"""Which attempt the Job belongs to now; an annotation."""
_OWNER = "app.kubernetes.io/managed-by"
OURS = f"{_OWNER}=intervue-code-worker"

_KEY = "key"
_PART = "task"
_MB = 2**20
_USER = 10001
_BOX_MB = 64
_SHM_MB = 16
_OWN_MB = 128
"""For the process that watches, and the kernel that is the pod's own."""
_KEPT_S = 300
"""Of a run whose worker is gone: the next one may find it."""
COMING_S = 60
"""Until its container runs."""
_ENDING_S = 20
OLDEST_S = 900
"""Nobody waits for one that is older."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where pods run: `account` is theirs, and may nothing."""

    namespace: str
    image: str
    runtime_class: str
    account: str = "default"


def job_name(name: str, run: Run) -> str:
    """The same for the same run, and for no other: one that is offered anew under its name, with
    another source, is another."""
    told = hashlib.sha256(f"{name}\0{run.model_dump_json()}".encode())
    return f"run-{told.hexdigest()[:40]}"


def run_label(name: str) -> str:
    """Of the run's id, which may hold what no label may."""
    return hashlib.sha256(name.encode()).hexdigest()[:40]


def secret_name(job: str, at: int) -> str:
    return f"{job}-{at}"


def job(
    place: Place,
    name: str,
    label: str,
    holder: str,
    *,
    parts: int,
    compile: Step | None,
    run: Step,
    scratch: Tmpfs,
    budget_s: float,
) -> dict[str, Any]:
    """It is suspended: its Secrets, which it owns, are made before it begins."""
    labels = _labels(label)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": name,
            "namespace": place.namespace,
            "labels": labels,
            "annotations": {HOLDER: holder},
        },
        "spec": {
            "suspend": True,
            "backoffLimit": 0,
            "completions": 1,
            "parallelism": 1,
            "activeDeadlineSeconds": int(budget_s) + COMING_S + _ENDING_S,
            "ttlSecondsAfterFinished": _KEPT_S,
            "template": {
                "metadata": {
                    "labels": labels,
                    "annotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"},
                },
                "spec": {
                    "restartPolicy": "Never",
                    "runtimeClassName": place.runtime_class,
                    "serviceAccountName": place.account,
                    "automountServiceAccountToken": False,
                    "enableServiceLinks": False,
                    # It has nobody to ask for names.
                    "dnsPolicy": "None",
                    "dnsConfig": {"nameservers": ["127.0.0.1"]},
                    "activeDeadlineSeconds": int(budget_s) + _ENDING_S,
                    "terminationGracePeriodSeconds": 1,
                    "securityContext": {
                        "runAsNonRoot": True,
                        "runAsUser": _USER,
                        "runAsGroup": _USER,
                        "seccompProfile": {"type": "RuntimeDefault"},
                    },
                    "containers": [_container(place, name, compile, run, scratch)],
                    "volumes": [
                        _memory("scratch", scratch.size_bytes // _MB),
                        _memory("shared", _SHM_MB),
                        _memory("box", _BOX_MB),
                        {
                            "name": "task",
                            "projected": {
                                "defaultMode": 0o444,
                                "sources": [
                                    {
                                        "secret": {
                                            "name": secret_name(name, at),
                                            "items": [{"key": _PART, "path": f"{at:02}"}],
                                        }
                                    }
                                    for at in range(parts)
                                ],
                            },
                        },
                    ],
                },
            },
        },
    }


def secret(
    place: Place, job: dict[str, Any], at: int, data: dict[str, bytes], label: str
) -> dict[str, Any]:
    """Owned by `job`, as the API server gave it."""
    owner = job["metadata"]
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": secret_name(owner["name"], at),
            "namespace": place.namespace,
            "labels": _labels(label),
            "ownerReferences": [
                {
                    "apiVersion": "batch/v1",
                    "kind": "Job",
                    "name": owner["name"],
                    "uid": owner["uid"],
                }
            ],
        },
        "type": "Opaque",
        "immutable": True,
        "data": {key: base64.b64encode(value).decode() for key, value in data.items()},
    }


def secret_data(part: bytes, key: bytes | None = None) -> dict[str, bytes]:
    """The first has the key too, as text: it travels in an environment."""
    return {_PART: part} | ({} if key is None else {_KEY: base64.b64encode(key)})


def _container(
    place: Place, name: str, compile: Step | None, run: Step, scratch: Tmpfs
) -> dict[str, Any]:
    needed = run.limits.memory_bytes
    if compile is not None:
        needed = max(needed, compile.limits.memory_bytes + scratch.size_bytes)
    memory = f"{needed // _MB + _BOX_MB + _OWN_MB}Mi"
    return {
        "name": "program",
        "image": place.image,
        "workingDir": "/app",
        "command": ["python", "-E", "-s", "-m", "interview.sandbox.kubernetes.inside"],
        "env": [
            {
                "name": "TASK_KEY",
                "valueFrom": {"secretKeyRef": {"name": secret_name(name, 0), "key": _KEY}},
            }
        ],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "resources": {
            "requests": {"cpu": "250m", "memory": memory, "ephemeral-storage": "64Mi"},
            "limits": {"cpu": "1", "memory": memory, "ephemeral-storage": "128Mi"},
        },
        "volumeMounts": [
            {"name": "scratch", "mountPath": "/tmp"},
            {"name": "shared", "mountPath": "/dev/shm"},
            {"name": "box", "mountPath": "/box"},
            {"name": "task", "mountPath": "/task", "readOnly": True},
        ],
    }


def _memory(name: str, size_mb: int) -> dict[str, Any]:
    return {"name": name, "emptyDir": {"medium": "Memory", "sizeLimit": f"{size_mb}Mi"}}


def _labels(label: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": "intervue",
        "app.kubernetes.io/component": "program",
        _OWNER: "intervue-code-worker",
        "intervue.dev/run": label,
    }


def selector(job: str) -> str:
    return f"batch.kubernetes.io/job-name={job}"


def suspended(job: dict[str, Any]) -> bool:
    return bool(job["spec"].get("suspend"))


def key_of(secret: dict[str, Any]) -> bytes:
    """Raises `KeyError` and `ValueError`."""
    return base64.b64decode(base64.b64decode(secret["data"][_KEY]))
