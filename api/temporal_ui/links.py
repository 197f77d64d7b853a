"""Where things are under our address."""

from __future__ import annotations

__all__ = ["BASE_PATH", "CODEC_PATH", "details", "workflow_url"]

BASE_PATH = "/temporal"
"""The public path that the UI server is started with."""
CODEC_PATH = f"{BASE_PATH}/codec"


def workflow_url(namespace: str, workflow_id: str) -> str:
    """The workflow's page, relative to the API's address. It shows the newest run."""
    return f"{BASE_PATH}/namespaces/{namespace}/workflows/{workflow_id}"


def details(public_url: str, interview_id: str) -> str:
    """What a workflow's page says from its beginning, in markdown: the way back."""
    interview = f"{public_url.rstrip('/')}/api/v1/interviews/{interview_id}"
    return f"[The interview]({interview}) · [its transcript]({interview}/transcript)"
