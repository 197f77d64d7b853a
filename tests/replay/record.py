"""Records histories: ``python -m tests.replay.record``, with Java or a network for the test server.

Without more, those of paths that have none yet. ``--again NAME…`` walks paths of that name once
more: where what is told and decided has not changed, the file stays as it is. Once a history is of
released code it is kept: what runs may have gone that way. A change behind `workflow.patched` gets
a path of its own.

``--running NAME INTERVIEW`` stores an interview that a running stack has held, as `NAME.json`:

ENCRYPTION=off make start       # what is stored is read without a key
make demo ROLE=demo            # and whatever else is to be stored
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any, cast
from unittest.mock import patch

from temporalio import workflow
from temporalio.client import Client, WorkflowHistory

from interview.contracts.ids import workflow_id
from launcher.paths import Home
from tests.replay.paths import PATHS, Path
from tests.replay.paths.ground import Ground
from tests.replay.stored import HISTORIES, contains, marks
from tests.workflow.server import skipping_server

__all__ = ["HISTORIES", "record"]

_PATIENCE_S = 60.0


async def record(path: Path) -> bool:
    """Whether what is stored has changed. Raises `RuntimeError` when the history does not show
    what the path is kept for."""
    async with skipping_server() as env, Ground(env, str(path)) as ground:
        with _code_of(path):
            async with asyncio.timeout(_PATIENCE_S):
                handle = await path.walk(ground)
                history = await handle.fetch_history()
    found = marks(history)
    if not contains(found, path.shows) or set(found) & set(path.lacks):
        raise RuntimeError(f"{path}: it shows {found}")
    if path.stored.path.exists() and _decided(marks(path.stored.history())) == _decided(found):
        return False
    path.stored.write(_tidy(history, suggested=path.long))
    return True


def _decided(found: list[str]) -> list[str]:
    """Without what comes a little earlier or later each time."""
    return [mark for mark in found if not mark.startswith("done ")]


@contextmanager
def _code_of(path: Path) -> Generator[None]:
    """As it was before the path's patches; and as on a server that finds the run long."""
    patched = workflow.patched

    def unless_before(id: str) -> bool:
        return id not in path.before and patched(id)

    suggests = workflow.Info.is_continue_as_new_suggested

    def suggested(info: workflow.Info) -> bool:
        return path.long or suggests(info)

    with (
        patch.object(workflow, "patched", unless_before),
        patch.object(workflow.Info, "is_continue_as_new_suggested", suggested),
    ):
        yield


def _tidy(history: WorkflowHistory, *, suggested: bool) -> dict[str, Any]:
    """Without the machine's name. `suggested`: the last task says what a real server would have."""
    content = _anonymous(json.loads(history.to_json()))
    if suggested:
        started = [
            event["workflowTaskStartedEventAttributes"]
            for event in content["events"]
            if "workflowTaskStartedEventAttributes" in event
        ]
        started[-1]["suggestContinueAsNew"] = True
    return content


def _anonymous(value: Any) -> Any:
    if isinstance(value, list):
        return [_anonymous(one) for one in cast(list[Any], value)]
    if not isinstance(value, dict):
        return value
    given = cast(dict[str, Any], value)
    if given.get("kind") == "TASK_QUEUE_KIND_STICKY":
        given = given | {"name": "sticky"}
    return {
        name: "recorder" if name == "identity" else _anonymous(one) for name, one in given.items()
    }


async def record_running(name: str, interview_id: str) -> None:
    """Writes `histories/NAME.json`."""
    state = json.loads((Home.default().run / "stack.json").read_text())
    client = await Client.connect(state["urls"]["TEMPORAL_ADDRESS"])
    history = await client.get_workflow_handle(workflow_id(interview_id)).fetch_history()
    await asyncio.to_thread((HISTORIES / f"{name}.json").write_text, history.to_json())


async def _record_all(paths: Iterable[Path]) -> None:
    for path in paths:
        changed = await record(path)
        print(f"{path}: {'written' if changed else 'unchanged'}")  # noqa: T201 a command


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.replay.record")
    parser.add_argument("--again", nargs="+", metavar="NAME", default=[])
    parser.add_argument("--running", nargs=2, metavar=("NAME", "INTERVIEW"))
    given = parser.parse_args()
    # Activities that fail are part of some paths.
    logging.getLogger("temporalio").setLevel(logging.CRITICAL)
    if given.running:
        asyncio.run(record_running(*given.running))
        return
    missing = [path for path in PATHS if not path.stored.path.exists()]
    again = [path for path in PATHS if {path.name, str(path)} & set(given.again)]
    asyncio.run(_record_all(again if given.again else missing))


if __name__ == "__main__":
    _main()
