"""What the candidate in a box writes: first what fails, then what passes."""

from __future__ import annotations

import uuid

from demo.room import Room
from interview.coding.library import library
from interview.protocol.client import CodeRun

__all__ = ["is_coding", "write_and_run"]

_BODIES = {
    "two-readings": """    target, seen = int(lines[0]), {}
    for index, word in enumerate(lines[1].split()):
        if target - int(word) in seen:
            return [f"{seen[target - int(word)]} {index}"]
        seen.setdefault(int(word), index)
    return ["none"]""",
    "free-slots": """    begin, end, least = map(int, lines[0].split())
    free, at = [], begin
    for start, stop in [*sorted(tuple(map(int, x.split())) for x in lines[1:]), (end, end)]:
        if min(start, end) - at >= least:
            free.append(f"{at} {min(start, end)}")
        at = max(at, stop)
    return free or ["none"]""",
}
_UNWRITTEN = "    return []"


def is_coding(question_id: str) -> bool:
    return question_id in {one.task_id for one in library()}


async def write_and_run(room: Room, question_id: str, patience_s: float) -> list[str]:
    """The verdicts of the starter, and of what is written then."""
    await room.wait(lambda: room.pad and room.pad.question_id == question_id, patience_s)
    assert room.pad is not None
    starter = next(one.starter for one in room.pad.languages if one.language == "python")
    written = starter.replace(_UNWRITTEN, _BODIES.get(question_id, _UNWRITTEN))
    verdicts: list[str] = []
    for edit, text in enumerate((starter, written), start=1):
        run_id = uuid.uuid4().hex
        message = CodeRun(
            type="code_run",
            run_id=run_id,
            question_id=question_id,
            edit=edit,
            language="python",
            text=text,
            tests=True,
        )
        await room.send_raw(message.model_dump_json())
        await room.wait(lambda run_id=run_id: run_id in room.code_results, patience_s)
        verdicts.append(room.code_results[run_id].report.verdict)
    return verdicts
