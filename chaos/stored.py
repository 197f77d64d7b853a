"""What is stored of an interview, read from PostgreSQL itself and over REST."""

from __future__ import annotations

from typing import Any

import asyncpg
import httpx

from chaos.record import Stored, StoredLine
from interview.domain.phases import Phase
from interview.domain.plan import Plan

__all__ = ["read_stored"]

_LINES = """
    SELECT sequence, speaker, turn_id, text, question_id, directive
    FROM utterances WHERE interview_id = $1::uuid ORDER BY sequence
"""


async def read_stored(database_url: str, api: httpx.AsyncClient, interview_id: str) -> Stored:
    connection: Any = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        row = await connection.fetchrow(
            "SELECT * FROM interviews WHERE interview_id = $1::uuid", interview_id
        )
        lines = tuple(
            StoredLine(*line.values()) for line in await connection.fetch(_LINES, interview_id)
        )
        evaluations = 0
        if await connection.fetchval("SELECT to_regclass('evaluations') IS NOT NULL"):
            evaluations = await connection.fetchval(
                "SELECT count(*) FROM evaluations WHERE interview_id = $1::uuid", interview_id
            )
    finally:
        await connection.close()
    response = await api.get(f"/api/v1/interviews/{interview_id}/transcript")
    items = response.raise_for_status().json()["items"]
    over_rest = [(i["sequence"], i["speaker"], i["turn_id"], i["text"]) for i in items]
    plan = Plan.model_validate_json(row["plan"])
    return Stored(
        interview_id=interview_id,
        status=row["status"],
        outcome=row["outcome"],
        phase=Phase(row["phase"]),
        total_turns=row["total_turns"],
        lines=lines,
        questions=tuple((q.question_id, q.text) for p in plan.phases for q in p.questions),
        evaluations=evaluations,
        rest_differs=over_rest != [(x.sequence, x.speaker, x.turn_id, x.text) for x in lines],
    )
