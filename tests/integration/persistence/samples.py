"""Records to store. Everything not named has a plain value."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from interview.contracts.ids import utterance_id
from interview.domain.conversation import SpokenSentence
from interview.domain.phases import SPOKEN_PHASES, Phase
from interview.domain.plan import PhasePlan, Plan, Question
from interview.persistence.rows import (
    AnswerRecord,
    NewInterview,
    RecordingRecord,
    SpeechRecord,
    UnheardTurnRecord,
)

PLAN = Plan(
    role="engineer",
    title="Engineer",
    greeting="Hello{name}.",
    closing="Goodbye{name}.",
    phases=tuple(
        PhasePlan(
            phase=phase,
            budget_s=300,
            questions=(Question(question_id=f"q-{phase.value.replace('_', '-')}", text="Why?"),),
        )
        for phase in SPOKEN_PHASES
    ),
)


def new_interview(**changes: Any) -> NewInterview:
    values: dict[str, Any] = {"interview_id": str(uuid.uuid4()), "plan": PLAN}
    return NewInterview(**values | changes)


def recording(key: str, **changes: Any) -> RecordingRecord:
    values: dict[str, Any] = {
        "key": key,
        "sha256": hashlib.sha256(key.encode()).hexdigest(),
        "size_bytes": 1234,
        "content_type": "audio/webm",
        "duration_ms": 2000,
    }
    return RecordingRecord(**values | changes)


def answer(interview_id: str, number: int = 1, **changes: Any) -> AnswerRecord:
    """The answer of turn `number`: turn ids are `turn-0001`, sequences 2, 4, 6…"""
    turn_id = str(changes.get("turn_id", f"turn-{number:04}"))
    values: dict[str, Any] = {
        "interview_id": interview_id,
        "turn_id": turn_id,
        "turn_number": number,
        "utterance_id": utterance_id(interview_id, turn_id, "candidate"),
        "sequence": 2 * number,
        "modality": "audio",
        "text": f"answer {number}",
        "confidence": 0.9,
        "duration_ms": 2000,
        "phase": Phase.WARMUP,
        "question_id": "q-warmup",
        "provider": "local/test",
    }
    return AnswerRecord(**values | changes)


def speech(interview_id: str, number: int = 1, **changes: Any) -> SpeechRecord:
    """The reply of turn `number`: two sentences of a second each, sequences 3, 5, 7…"""
    turn_id = str(changes.get("turn_id", f"turn-{number:04}"))
    values: dict[str, Any] = {
        "interview_id": interview_id,
        "turn_id": turn_id,
        "turn_number": number,
        "utterance_id": utterance_id(interview_id, turn_id, "interviewer"),
        "kind": "audio",
        "sequence": 2 * number + 1,
        "text": f"Thank you, {number}. And then?",
        "sentences": (
            SpokenSentence(text=f"Thank you, {number}.", start_ms=0, end_ms=1000),
            SpokenSentence(text="And then?", start_ms=1000, end_ms=2000),
        ),
        "directive": "next_question",
        "duration_ms": 2000,
        "phase": Phase.MAIN_QUESTIONS,
        "question_id": "q-main-questions",
        "provider": "local/voice",
    }
    return SpeechRecord(**values | changes)


def greeting(interview_id: str, **changes: Any) -> SpeechRecord:
    """The interviewer's first words: turn 0, sequence 1."""
    return speech(
        interview_id,
        0,
        **{
            "turn_id": "greeting",
            "kind": "proactive",
            "directive": None,
            "phase": Phase.INTRODUCTION,
            "question_id": "q-introduction",
            **changes,
        },
    )


def unheard(interview_id: str, number: int = 1, **changes: Any) -> UnheardTurnRecord:
    values: dict[str, Any] = {
        "interview_id": interview_id,
        "turn_id": f"turn-{number:04}",
        "turn_number": number,
        "status": "empty",
        "phase": Phase.WARMUP,
        "question_id": "q-warmup",
    }
    return UnheardTurnRecord(**values | changes)
