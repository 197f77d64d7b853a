"""What the chart renders, as the real API server takes it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import yaml

from tests.cluster.servers import Admin, Refused

__all__ = ["apply", "refused", "rendered"]

Document = dict[str, Any]

_CHART = Path("deploy/helm/intervue")
_KUBERNETES = "1.35.0"
"""That of the servers beside this."""
_PATHS = {
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "CronJob": "/apis/batch/v1/namespaces/{}/cronjobs",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "HorizontalPodAutoscaler": "/apis/autoscaling/v2/namespaces/{}/horizontalpodautoscalers",
    "Ingress": "/apis/networking.k8s.io/v1/namespaces/{}/ingresses",
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
    "Namespace": "/api/v1/namespaces",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "PodDisruptionBudget": "/apis/policy/v1/namespaces/{}/poddisruptionbudgets",
    "ResourceQuota": "/api/v1/namespaces/{}/resourcequotas",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "Service": "/api/v1/namespaces/{}/services",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "ValidatingAdmissionPolicy": (
        "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
    ),
    "ValidatingAdmissionPolicyBinding": (
        "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"
    ),
}
_OTHERS = ("keda.sh", "temporal.io", "monitoring.coreos.com")
"""Whose kinds no plain cluster knows."""


def rendered(helm: Path, values: Path | None = None) -> list[Document]:
    """With the namespaces first, without which nothing can be in them."""
    more = ["--values", str(values)] if values else []
    done = subprocess.run(
        [
            *(str(helm), "template", "intervue", str(_CHART), "--namespace", "intervue"),
            *("--kube-version", _KUBERNETES, *more),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    found = [cast(Document, one) for one in yaml.safe_load_all(done.stdout) if one]
    return sorted(found, key=lambda one: one["kind"] != "Namespace")


def refused(admin: Admin, documents: list[Document]) -> Iterator[str]:
    """Those that the server would not take, and why: it is asked, and keeps none."""
    for one in documents:
        if one["apiVersion"].partition("/")[0].endswith(_OTHERS):
            continue
        try:
            admin.ask("POST", _path(one), one, dryRun="All", fieldValidation="Strict")
        except Refused as why:
            # A namespace, without which nothing else could be asked for.
            if why.status != 409:
                yield f"{one['kind']} {one['metadata']['name']}: {why}"


def apply(admin: Admin, documents: list[Document]) -> None:
    """Raises `Refused`."""
    for one in documents:
        admin.ask("POST", _path(one), one, fieldValidation="Strict")


def _path(document: Document) -> str:
    return _PATHS[document["kind"]].format(document["metadata"].get("namespace", ""))
