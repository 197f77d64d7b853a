"""What was seen of an interview, one JSON line an event, to be read when it went wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chaos.hold import Verdict
from chaos.record import Record

__all__ = ["keep"]


def keep(verdict: Verdict, folder: Path) -> Path:
    """The clients' records in the order of time, then what is stored, then what is wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    seen = sorted(
        (event for record in verdict.records for event in _events(record)),
        key=lambda event: event["at"],
    )
    stored = asdict(verdict.stored)
    lines = stored.pop("lines")
    wrong = [{"wrong": asdict(violation)} for violation in verdict.violations]
    path = folder / f"{verdict.interview_id}.jsonl"
    path.write_text(
        "".join(
            json.dumps(line, ensure_ascii=False) + "\n"
            for line in [*seen, *({"line": line} for line in lines), {"stored": stored}, *wrong]
        )
    )
    return path


def _events(record: Record) -> Iterator[dict[str, Any]]:
    for said in record.said:
        yield {"at": said.began, "tab": record.tab, "said": asdict(said)}
    for came in record.arrived:
        message = came.message.model_dump(mode="json", exclude_none=True)
        yield {
            "at": came.at,
            "tab": record.tab,
            "connection": came.connection,
            "seq": came.seq,
            "came": message,
        }
    for heard in record.heard:
        yield {"at": heard.at, "tab": record.tab, "heard": asdict(heard)}
