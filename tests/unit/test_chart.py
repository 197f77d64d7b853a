"""The chart speaks of settings, queues and times that the code has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from api.__main__ import GRACE_S
from interview.config import Settings
from interview.contracts import ids
from worker import DRAIN

_CHART = Path("deploy/helm/intervue")
_VALUES: dict[str, Any] = yaml.safe_load((_CHART / "values.yaml").read_text())
_MANIFESTS = [
    one for one in yaml.safe_load_all(Path("deploy/kubernetes/intervue.yaml").read_text()) if one
]
_SETTINGS = {name.upper() for name in Settings.model_fields}


def _pods() -> dict[str, dict[str, Any]]:
    """By component; those with our code alone."""
    return {
        one["metadata"]["labels"]["app.kubernetes.io/component"]: one["spec"]["template"]["spec"]
        for one in _MANIFESTS
        if one["kind"] in ("Deployment", "Job") and "temporal-ui" not in one["metadata"]["name"]
    }


def test_what_values_set_are_settings() -> None:
    assert set(_VALUES["settings"]) <= _SETTINGS


def test_what_the_templates_set_are_settings() -> None:
    text = "".join(path.read_text() for path in sorted(_CHART.glob("templates/*")))
    set_there = set(re.findall(r'set \$followed "([A-Z_]+)"', text))
    named = {
        entry["name"] for pod in _pods().values() for entry in pod["containers"][0].get("env", [])
    }
    assert set_there
    assert (set_there | named) <= _SETTINGS


def test_a_production_is_what_values_describe() -> None:
    settings = {name.lower(): value for name, value in _VALUES["settings"].items()}
    loaded = Settings(_env_file=None, **settings)  # pyright: ignore[reportCallIssue] an argument that pydantic-settings adds

    assert loaded.environment == "production"
    assert not loaded.debug
    assert loaded.blob_url.startswith("s3://"), "a pod's own folder is gone with it"


def test_no_secret_is_in_a_config_map() -> None:
    (settings,) = [one for one in _MANIFESTS if one["kind"] == "ConfigMap"]
    secret = re.compile(r"KEY|SECRET|PASSWORD|DATABASE_URL|REDIS_URL|SMTP_URL")
    assert not [name for name in settings["data"] if secret.search(name)]


def test_workers_are_scaled_by_queues_that_there_are() -> None:
    (scaled,) = [one for one in _MANIFESTS if one["kind"] == "ScaledObject"]
    queues = [
        trigger["metadata"]["taskQueue"]
        for trigger in scaled["spec"]["triggers"]
        if trigger["type"] == "temporal"
    ]
    assert set(queues) <= {value for name, value in vars(ids).items() if name.endswith("_QUEUE")}
    stages = {ids.TRANSCRIBE_QUEUE, ids.CONVERSE_QUEUE, ids.SPEAK_QUEUE}
    assert {ids.INTERVIEW_QUEUE, *stages} <= set(queues)


def test_what_runs_may_finish() -> None:
    api, worker = _pods()["api"], _pods()["worker"]
    drained = _VALUES["api"]["preStopSeconds"] + GRACE_S
    assert api["terminationGracePeriodSeconds"] > drained
    assert worker["terminationGracePeriodSeconds"] > DRAIN.total_seconds()


def test_every_pod_of_ours_is_confined() -> None:
    assert set(_pods()) == {"api", "worker", "migrate"}
    for name, pod in _pods().items():
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsUser"] == 10001, name
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        }, name
        assert {"cpu", "memory", "ephemeral-storage"} <= set(container["resources"]["requests"])
