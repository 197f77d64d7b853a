"""`make demo`: from the plan of a role to its report."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from demo.answers import answer_for, candidate_of
from demo.checks import check_interview
from demo.interview import create_interview, hold_interview
from demo.results import fetch_result
from tests.services import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


async def test_a_role_is_answered_by_keyboard_and_reported_without_a_model(
    stack: RunningStack, tmp_path: Path
) -> None:
    url, name = stack.urls["app"], candidate_of("nursing")
    async with httpx.AsyncClient(base_url=url, timeout=20.0, trust_env=False) as api:
        interview_id = await create_interview(api, "nursing", name)
        held = await hold_interview(url, interview_id, role="nursing", typed=True)
        checks = await check_interview(api, interview_id, held)
        result = await fetch_result(api, interview_id, tmp_path / "demo")

    assert all(checks.values()), checks
    for turn in held.turns:
        given = sum(t.question_id == turn.question_id for t in held.turns[: held.turns.index(turn)])
        assert turn.heard == answer_for("nursing", turn.phase, turn.question_id, given, 0)
    assert result.lines() == ["unscored: no model"]
    assert result.line()["evaluation"] == "no_model"
    kept = json.loads(result.json_path.read_text())
    assert (kept["candidate_name"], kept["answers"]) == (name, len(held.turns))
    assert result.pdf_path.read_bytes().startswith(b"%PDF-")
