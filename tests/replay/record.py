"""Stores histories of interviews that a running stack has held.

ENCRYPTION=off make start       # what is stored is read without a key
make demo ROLE=demo            # and whatever else is to be stored
python -m tests.replay.record NAME INTERVIEW_ID
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from temporalio.client import Client

from interview.contracts.ids import workflow_id
from launcher.paths import Home

HISTORIES = Path(__file__).parent / "histories"


async def record(name: str, interview_id: str) -> Path:
    """Writes `histories/NAME.json`."""
    state = json.loads((Home.default().run / "stack.json").read_text())
    client = await Client.connect(state["urls"]["TEMPORAL_ADDRESS"])
    history = await client.get_workflow_handle(workflow_id(interview_id)).fetch_history()
    path = HISTORIES / f"{name}.json"
    await asyncio.to_thread(path.write_text, history.to_json())
    return path


if __name__ == "__main__":
    print(asyncio.run(record(sys.argv[1], sys.argv[2])))  # noqa: T201 a command
