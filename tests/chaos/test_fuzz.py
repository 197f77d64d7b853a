"""A small storm of what `make fuzz` sends."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from chaos.fuzz import fuzz

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

MESSAGES, RECORDINGS = 400, 30


async def test_nothing_breaks_and_no_turn_is_lost(tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED", "1"))
    found = await fuzz(MESSAGES, RECORDINGS, seed, tmp_path / "stack")
    bad = ("crashes", "server_errors", "lost_turns", "unfinished")
    if any(found[key] for key in bad):
        pytest.fail(json.dumps(found))
    assert (found["messages"], found["recordings"]) == (MESSAGES, RECORDINGS)
