from __future__ import annotations

from api.temporal_ui.links import details


def test_a_workflow_leads_back_to_its_interview() -> None:
    assert details("https://talk.example/", "42") == (
        "[The interview](https://talk.example/api/v1/interviews/42)"
        " · [its transcript](https://talk.example/api/v1/interviews/42/transcript)"
    )
