"""What comes after an interview: its evaluation is waited for, its report fetched and kept."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

__all__ = ["Result", "fetch_result"]

_EVERY_S = 0.5
_BEGINS_WITHIN_S = 20.0
"""An interview whose plan has no rubric is never evaluated."""


@dataclass(frozen=True, slots=True)
class Result:
    """`evaluation` and `report` are as the API gives them; `json_path` and `pdf_path` are where the
    report was written. `seconds`: from its beginning to the last score."""

    evaluation: dict[str, Any] | None
    """None: the plan has no rubric."""
    report: dict[str, Any]
    json_path: Path
    pdf_path: Path
    seconds: float

    @property
    def scorecard(self) -> dict[str, Any] | None:
        return self.report["scorecard"]

    def lines(self) -> list[str]:
        """For a terminal."""
        card, made = self.scorecard, self.evaluation
        if made is None:
            return ["unscored: this plan has no rubric"]
        if card is None or made["state"] != "done":
            reason = str(made["reason"] or made["state"]).replace("_", " ")
            return [f"unscored: {reason}"]
        rows = [_row(competency) for competency in card["competencies"]]
        cost = card["cost"]
        total = "none" if card["total"] is None else f"{card['total']:.2f}"
        return [
            *rows,
            f"Total {total} of 5, coverage {card['coverage']:.0%}; a person decides.",
            f"Evaluated in {self.seconds:.1f} s: {cost['calls']} calls, "
            f"{cost['input_tokens']} tokens in, {cost['output_tokens']} out, "
            f"{', '.join(cost['models'])}",
        ]

    def line(self) -> dict[str, Any]:
        """For the JSON line at the end."""
        card, made = self.scorecard, self.evaluation
        if made is None:
            return {"evaluation": "no_rubric"}
        if card is None:
            return {"evaluation": made["reason"] or made["state"]}
        return {
            "evaluation": made["reason"] or made["state"],
            "total": card["total"],
            "evaluation_s": round(self.seconds, 1),
            "input_tokens": card["cost"]["input_tokens"],
            "output_tokens": card["cost"]["output_tokens"],
        }


def _row(competency: dict[str, Any]) -> str:
    score = competency["score"]
    if score is None:
        shown = f"unscored: {str(competency['unscored']).replace('_', ' ')}"
    else:
        shown = f"{score:g} of 5, {len(competency['evidence'])} quotes"
    human = ", ".join(competency["human"]).replace("_", " ")
    look = f"; a person has to look: {human}" if human else ""
    return f"  {competency['name']:<34} {shown}{look}"


async def fetch_result(
    api: httpx.AsyncClient, interview_id: str, folder: Path, *, patience_s: float = 600.0
) -> Result:
    """Raises `TimeoutError` where an evaluation does not come to its end."""
    began = time.perf_counter()
    base = f"/api/v1/interviews/{interview_id}"

    async with asyncio.timeout(patience_s):
        while (made := await _last(api, base)) is None or made["state"] == "running":
            if made is None and time.perf_counter() - began > _BEGINS_WITHIN_S:
                break
            await asyncio.sleep(_EVERY_S)
    report = (await _get(api, f"{base}/report")).json()
    pdf = await _get(api, f"{base}/report.pdf")
    paths = await asyncio.to_thread(_keep, folder, report, pdf.content)
    return Result(made, report, *paths, _seconds(made))


def _seconds(made: dict[str, Any] | None) -> float:
    if made is None or made["finished_at"] is None:
        return 0.0
    begun, done = (datetime.fromisoformat(made[name]) for name in ("created_at", "finished_at"))
    return (done - begun).total_seconds()


def _keep(folder: Path, report: dict[str, Any], pdf: bytes) -> tuple[Path, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    json_path, pdf_path = folder / "report.json", folder / "report.pdf"
    json_path.write_text(json.dumps(report, indent=2, ensure_ascii=False), encoding="utf-8")
    pdf_path.write_bytes(pdf)
    return json_path, pdf_path


async def _last(api: httpx.AsyncClient, base: str) -> dict[str, Any] | None:
    items: list[dict[str, Any]] = (await _get(api, f"{base}/evaluations")).json()["items"]
    return items[-1] if items else None


async def _get(api: httpx.AsyncClient, path: str) -> httpx.Response:
    response = await api.get(path)
    return response.raise_for_status()
