"""What of the UI server's API is let through."""

from __future__ import annotations

import pytest

from api.temporal_ui.offered import find_asked
from interview.errors import AccessError, InvalidInputError

WORKFLOW = "interview-0b9a2b57-7a4c-4f0f-9f6d-111111111111"
OF = f"/namespaces/default/workflows/{WORKFLOW}"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/settings", "settings"),
        ("/cluster-info", "plain"),
        ("/system-info", "plain"),
        ("/namespaces", "namespaces"),
        ("/namespaces/default", "plain"),
        ("/namespaces/default/search-attributes", "plain"),
        ("/namespaces/default/task-queues/intervue", "plain"),
        ("/namespaces/default/task-queues/intervue-speak", "plain"),
        ("/namespaces/default/workflows", "list"),
        ("/namespaces/default/workflow-count", "list"),
        (OF, "workflow"),
        (f"{OF}/history", "history"),
        (f"{OF}/history-reverse", "history"),
        (f"{OF}/run/01a2127a-3ff4-7cf7-9986-c4bdd77eb46f/history.json", "workflow"),
    ],
)
def test_reading_is_offered(path: str, kind: str) -> None:
    asked = find_asked("GET", path, "", "default")

    assert asked.kind == kind
    assert asked.path == path
    assert asked.workflow_id == (WORKFLOW if kind in ("workflow", "history") else "")


def test_a_query_names_workflow_and_type() -> None:
    asked = find_asked("POST", f"{OF}/query/__temporal_workflow_metadata", "", "default")

    assert (asked.kind, asked.workflow_id) == ("query", WORKFLOW)
    assert asked.query_type == "__temporal_workflow_metadata"


@pytest.mark.parametrize("change", ["cancel", "terminate", "reset", "signal/x", "update/end"])
def test_a_change_is_known_as_one(change: str) -> None:
    asked = find_asked("POST", f"{OF}/{change}", "", "default")

    assert (asked.kind, asked.workflow_id) == ("write", WORKFLOW)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/"),
        ("GET", "/namespaces/"),
        ("GET", "/namespaces/other"),
        ("GET", "/namespaces/other/workflows"),
        ("GET", f"/namespaces/temporal-system/workflows/{WORKFLOW}"),
        ("GET", "/namespaces/default/schedules"),
        ("GET", "/namespaces/default/batch-operations"),
        ("GET", "/namespaces/default/archived-workflows"),
        ("GET", "/namespaces/default/worker-deployments"),
        ("GET", "/namespaces/default/task-queues/other"),
        ("GET", "/namespaces/default/task-queues/intervue/worker-versioning-rules"),
        ("GET", "/nexus/endpoints"),
        ("GET", f"{OF}/"),
        ("GET", f"{OF}//history"),
        ("GET", f"{OF}/../other"),
        ("GET", f"{OF}/%2e%2e/other"),
        ("GET", f"{OF}%2Fhistory"),
        ("GET", f"{OF}%20"),
        ("GET", f"{OF}\n"),
        ("GET", f"{OF};x"),
        ("GET", "/namespaces/default/workflows/é"),
        ("GET", "/namespaces/default/workflows/%69nterview-1"),
        ("GET", "/namespaces/default%2Fworkflows"),
        ("GET", f"{OF}/run/x/history"),
        ("GET", f"{OF}/query/snapshot"),
        ("POST", OF),
        ("POST", "/namespaces"),
        ("POST", "/namespaces/default/update"),
        ("POST", "/namespaces/default/workflows"),
        ("POST", "/namespaces/default/workflows/signal-with-start"),
        ("POST", "/namespaces/default/workflows/execute-multi-operation"),
        ("POST", "/namespaces/default/schedules/x"),
        ("POST", "/namespaces/default/batch-operations/x"),
        ("POST", "/namespaces/default/activities/complete-by-id"),
        ("POST", "/namespaces/default/search-attributes"),
        ("POST", f"{OF}/pause"),
        ("POST", f"{OF}/query/a/b"),
        ("PUT", f"{OF}/signal/x"),
        ("DELETE", OF),
        ("HEAD", OF),
        ("get", OF),
    ],
)
def test_all_else_is_refused(method: str, path: str) -> None:
    with pytest.raises(AccessError) as refused:
        find_asked(method, path, "", "default")

    assert (refused.value.code, refused.value.http_status) == ("temporal_ui.not_offered", 403)


def test_only_known_parameters_are_passed_on() -> None:
    query = "query=a%3D1&pageSize=5&namespace=other&execution.workflowId=x&archived=true"

    asked = find_asked("GET", "/namespaces/default/workflows", query, "default")

    assert asked.parameters == {"query": "a=1", "pageSize": "5"}


@pytest.mark.parametrize(
    "query", ["query=a&query=b", "pageSize=1&query=&pageSize=1", "&".join(["a=1"] * 60)]
)
def test_what_may_be_read_in_two_ways_is_refused(query: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        find_asked("GET", "/namespaces/default/workflows", query, "default")

    assert refused.value.code == "temporal_ui.invalid_request"
