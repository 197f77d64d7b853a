"""The chart speaks of settings, queues and times that the code has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from api.__main__ import GRACE_S
from api.attendance import LEAVE_WITHIN_S
from interview.config import CodeSettings, Settings
from interview.contracts import ids
from interview.sandbox.kubernetes.manifest import ACCESS
from workers.options import DRAIN

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


def test_what_the_code_worker_is_given_are_settings_of_its_own() -> None:
    text = (_CHART / "templates/code-worker.yaml").read_text()
    text += (
        (_CHART / "templates/_pods.tpl").read_text().partition("temporalTls")[2].split("end }}")[0]
    )
    named = set(re.findall(r"(?:- name: |^)([A-Z_]+)(?:$|:)", text, re.MULTILINE))
    assert {"CODE_BACKEND", "TEMPORAL_TLS"} <= named
    assert named <= {name.upper() for name in CodeSettings.model_fields}


def test_each_backend_of_the_chart_is_one_of_the_code_s() -> None:
    text = (_CHART / "templates/code-worker.yaml").read_text()
    backends = re.findall(r'eq .Values.codeWorker.backend "(\w+)"', text)
    assert sorted(backends) == ["bubblewrap", "kubernetes", "remote"]
    for name in (*backends, _VALUES["codeWorker"]["backend"]):
        assert CodeSettings(code_backend=name).code_backend == name


def test_the_code_worker_may_what_it_asks_of_a_cluster_and_no_more() -> None:
    role, _, _ = (_CHART / "templates/programs.yaml").read_text().partition("\n---\n")
    rules = yaml.safe_load("rules:" + role.partition("\nrules:")[2])["rules"]
    allowed = {(rule["apiGroups"][0], rule["resources"][0]): tuple(rule["verbs"]) for rule in rules}
    assert all(len(rule["apiGroups"]) == len(rule["resources"]) == 1 for rule in rules)
    assert allowed == ACCESS


def test_dashboards_and_alarms_are_those_that_are_tested() -> None:
    observability = Path("deploy/observability")
    assert observability.resolve() == (_CHART / "observability").resolve()
    (told,) = [one for one in _MANIFESTS if one["metadata"]["name"] == "intervue-dashboards"]
    boards = {f"intervue-{path.name}": path for path in observability.glob("dashboards/*.json")}
    assert told["data"].keys() == boards.keys()
    for name, path in boards.items():
        assert json.loads(told["data"][name]) == json.loads(path.read_text())


def test_a_production_is_what_values_describe() -> None:
    settings = {name.lower(): value for name, value in _VALUES["settings"].items()}
    loaded = Settings(_env_file=None, **settings)  # pyright: ignore[reportCallIssue] an argument that pydantic-settings adds

    assert loaded.environment == "production"
    assert not loaded.debug
    assert loaded.blob_url.startswith("s3://"), "a pod's own folder is gone with it"


def test_no_secret_is_in_a_config_map() -> None:
    settings = next(one for one in _MANIFESTS if "ENVIRONMENT" in one.get("data", {}))
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
    drained = _VALUES["api"]["preStopSeconds"] + LEAVE_WITHIN_S + GRACE_S
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
