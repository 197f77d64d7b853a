"""What the records accept."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from interview.contracts import records as contracts
from interview.domain.phases import Phase
from interview.persistence import vocabulary
from interview.persistence.rows import AnswerRecord, canonical_uuid, storable
from interview.protocol.server import Snapshot


def answer(**changes: object) -> AnswerRecord:
    values: dict[str, object] = {
        "interview_id": "0b6f5a52-6f0a-4d3e-9f5e-0b8f6f0f6f01",
        "turn_id": "turn-0001",
        "turn_number": 1,
        "utterance_id": "0b6f5a52-6f0a-4d3e-9f5e-0b8f6f0f6f02",
        "sequence": 2,
        "modality": "audio",
        "text": "yes",
        "phase": Phase.WARMUP,
        "question_id": None,
    }
    return AnswerRecord.model_validate(values | changes)


def test_the_vocabularies_are_those_of_contracts_and_protocol() -> None:
    assert get_args(vocabulary.Outcome) == get_args(contracts.Outcome)
    status = Snapshot.model_fields["status"].annotation
    assert get_args(vocabulary.InterviewStatus) == get_args(status)


@pytest.mark.parametrize(
    "changes",
    [{"text": ""}, {"turn_id": ""}, {"sequence": 0}, {"duration_ms": -1}, {"modality": "shown"}],
)
def test_an_impossible_record_is_refused_before_the_database(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        answer(**changes)


@pytest.mark.parametrize(("given_", "kept"), [(1.0000001, 1.0), (-0.1, 0.0), (0.5, 0.5)])
def test_a_providers_rounding_does_not_cost_an_answer(given_: float, kept: float) -> None:
    assert answer(confidence=given_).confidence == kept


@given(st.recursive(st.text(st.characters(exclude_categories=())), st.lists, max_leaves=5))
def test_whatever_is_said_can_be_stored(value: object) -> None:
    kept = storable({"key\0": value})
    text = repr(kept)
    assert "\\x00" not in text
    assert "\\ud8" not in text
    assert storable(kept) == kept
    str(kept).encode()


@pytest.mark.parametrize("value", ["Grüße, 你好 🎤", "a\tb\nc", "\\u0000"])
def test_ordinary_text_is_kept_as_it_is(value: str) -> None:
    assert storable(value) == value


def test_only_one_spelling_of_a_uuid_is_canonical() -> None:
    known = "0b6f5a52-6f0a-4d3e-9f5e-0b8f6f0f6f01"
    assert canonical_uuid(known) == known
    for other in (known.upper(), known.replace("-", ""), f"{{{known}}}", f"urn:uuid:{known}", ""):
        assert canonical_uuid(other) is None
