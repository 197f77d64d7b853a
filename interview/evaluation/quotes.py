"""The words that a score rests on, as they were scored and as they should read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from interview.domain.evaluation.rewording import counterpart
from interview.domain.evaluation.scores import Evidence
from interview.persistence.evaluation_rows import Reworded

__all__ = ["Correction", "Quote", "quoted"]


class Correction(BaseModel):
    """Of the answer that a quote is from. `recognized`: what stood at its place at first; `now`:
    what should, characters `start` to `end` of the corrected answer; empty where nothing does.
    `is_scored`: the answer was scored as it reads now. `corrected_by` is null where that account
    is gone."""

    recognized: str = Field(repr=False)
    now: str = Field(repr=False)
    start: int
    end: int
    is_scored: bool
    corrected_by: str | None
    corrected_at: datetime


class Quote(BaseModel):
    """What the candidate said in that utterance, characters `start` to `end` of it as it was
    scored."""

    utterance_id: str
    turn_id: str
    start: int
    end: int
    quote: str
    source: Literal["speech", "code"] = "speech"
    """Of code, `utterance_id` is the snapshot's."""
    correction: Correction | None = None
    """Where the answer was set right, before it was scored or since."""

    @property
    def words(self) -> str:
        """As they should read."""
        return self.quote if self.correction is None else self.correction.now

    @property
    def misheard(self) -> str | None:
        """What was recognized instead, where these very words were set right."""
        if self.correction is None or self.correction.recognized == self.correction.now:
            return None
        return self.correction.recognized


def quoted(evidence: Evidence, reworded: Mapping[str, Reworded]) -> Quote:
    quote = Quote.model_validate(evidence.model_dump())
    answer = reworded.get(evidence.utterance_id)
    if answer is None:
        return quote
    span, newest = (evidence.start, evidence.end), answer.newest
    # A score that was taken from another evaluation may go by words of before.
    versions = (answer.scored, answer.recognized, newest.text)
    said = next((text for text in versions if text[slice(*span)] == evidence.quote), answer.scored)
    begin, end = counterpart(said, *span, answer.recognized)
    start, stop = counterpart(said, *span, newest.text)
    correction = Correction(
        recognized=answer.recognized[begin:end],
        now=newest.text[start:stop],
        start=start,
        end=stop,
        is_scored=said == newest.text,
        corrected_by=newest.corrected_by,
        corrected_at=newest.created_at,
    )
    return quote.model_copy(update={"correction": correction})
