"""What codes are called on paper."""

from __future__ import annotations

from interview.domain.evaluation.scores import HumanReason
from interview.persistence.vocabulary import (
    DecisionKind,
    EvaluationReason,
    EvaluationState,
    ScoreReason,
)

__all__ = ["DECISION", "HUMAN", "OTHER_WORDS", "STATE", "UNSCORED", "WHOLE"]

OTHER_WORDS = "The score goes by words of before."

UNSCORED: dict[ScoreReason, str] = {
    "not_asked": "Not scored: none of its questions was reached.",
    "no_answer": "Not scored: hardly anything was answered.",
    "weak_transcript": "Not scored: what was said could not be recognized well enough.",
    "no_evidence": "Not scored: the answers hold no evidence for or against it.",
    "pending": "Not scored yet: the scoring model could not be reached.",
}
HUMAN: dict[HumanReason, str] = {
    "spread": "The samples are far apart.",
    "unsure": "Some samples found nothing to go by.",
    "suspicious": "Words in an answer speak to the scorer; they were left out.",
    "moved": "With those words the score would have been another one.",
}
WHOLE: dict[EvaluationReason, str] = {
    "no_model": "Not scored: no language model is configured.",
    "no_rubric": "Not scored: the plan has no rubric.",
}
STATE: dict[EvaluationState, str] = {
    "running": "The interview is being scored.",
    "pending": "Some scores are still missing.",
    "done": "",
    "unscored": "",
}
DECISION: dict[DecisionKind, str] = {
    "advance": "Goes on",
    "hold": "On hold",
    "reject": "Does not go on",
}
