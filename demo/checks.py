"""What a held interview must show; each check says what it compared."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import httpx
import jiwer

from demo.coding import is_coding
from demo.interview import HeldInterview
from demo.playing import played
from interview.domain.phases import SPOKEN_PHASES

__all__ = ["check_interview", "questions_asked", "word_error_rate"]

_NORMAL = jiwer.Compose(
    [
        jiwer.ToLowerCase(),
        jiwer.RemovePunctuation(),
        jiwer.RemoveMultipleSpaces(),
        jiwer.Strip(),
        jiwer.ReduceToListOfListOfWords(),
    ]
)


def word_error_rate(held: HeldInterview) -> float:
    """Over all spoken answers, without case and punctuation."""
    return jiwer.wer(
        [turn.said for turn in held.turns],
        [turn.heard for turn in held.turns],
        reference_transform=_NORMAL,
        hypothesis_transform=_NORMAL,
    )


async def check_interview(
    api: httpx.AsyncClient, interview_id: str, held: HeldInterview
) -> dict[str, bool]:
    """`True` for each thing that holds."""
    room = held.room
    stored = await _json(api, f"/api/v1/interviews/{interview_id}/transcript")
    lines: list[dict[str, Any]] = stored["items"]
    from_socket = [(t.sequence, t.role, t.text) for _, t in sorted(room.transcript.items())]
    from_database = [(line["sequence"], line["speaker"], line["text"]) for line in lines]
    asked = questions_asked(lines)
    answers = Counter(line["turn_id"] for line in lines if line["speaker"] == "candidate")
    return {
        "all four phases passed": tuple(held.phases) == SPOKEN_PHASES,
        "transcript in the database equals transcript over the socket": (
            from_database == from_socket and len(from_socket) > 0
        ),
        "every answer committed once": (
            all(n == 1 for n in answers.values())
            and {t.turn_id for t in held.turns} == set(answers)
        ),
        "no question asked twice": all(n == 1 for n in asked.values()) and len(asked) > 0,
        **_code_checks(held),
        "recordings play": await _recordings_play(
            api, interview_id, len(lines) - sum(turn.is_typed for turn in held.turns)
        ),
    }


def questions_asked(lines: list[dict[str, Any]]) -> Counter[str]:
    """How often each was, by a transcript as REST gives it."""
    return Counter(
        line["question_id"]
        for line in lines
        if line["speaker"] == "interviewer"
        and line["question_id"]
        and line["directive"] in (None, "next_question", "advance_phase")
    )


def _code_checks(held: HeldInterview) -> dict[str, bool]:
    coded = {turn.question_id for turn in held.turns if is_coding(turn.question_id)}
    if not coded:
        return {}
    unavailable = ["sandbox_unavailable"] * 2
    return {
        "code failed, was mended and passed, or was said not to be run": (
            len(held.verdicts) == len(coded)
            and all(one in (["wrong_answer", "accepted"], unavailable) for one in held.verdicts)
        )
    }


async def _recordings_play(api: httpx.AsyncClient, interview_id: str, spoken: int) -> bool:
    base = f"/api/v1/interviews/{interview_id}/recordings"
    recordings = (await _json(api, base))["items"]
    for recording in recordings:
        response = await api.get(f"{base}/{recording['recording_id']}")
        data = response.raise_for_status().content
        if hashlib.sha256(data).hexdigest() != recording["sha256"]:
            return False
        if len(played(data)) < 16_000:
            return False
    return len(recordings) == spoken


async def _json(api: httpx.AsyncClient, path: str) -> dict[str, Any]:
    response = await api.get(path)
    return response.raise_for_status().json()
