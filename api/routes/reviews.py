"""What people make of an interview: first each for themselves, then beside the scores."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import READING, limited
from api.routes.evaluations import EvaluationNumber
from interview.domain.content import Identifier
from interview.domain.rubric import HIGHEST_SCORE, LOWEST_SCORE, Competency
from interview.persistence.decisions import DecisionRow
from interview.persistence.overrides import OverrideRow
from interview.persistence.reviews import Rating, ReviewRow, Standing
from interview.persistence.vocabulary import DecisionKind

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/interviews/{interview_id}",
    tags=["reviews"],
    dependencies=[limited(READING)],
    responses=responses(404, 429),
)

Score = Annotated[int, Field(strict=True, ge=LOWEST_SCORE, le=HIGHEST_SCORE)]
Reason = Annotated[str, Field(max_length=2_000)]
GivenReason = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"\S")]


class ReviewView(BaseModel):
    """What to rate, by which scale, and what was rated. While `hidden`, which is until one's own
    rating is handed in where reviews are blind, nothing is told of others, or of a decision."""

    competencies: tuple[Competency, ...]
    rubric_hash: str | None
    has_ended: bool
    hidden: bool
    own: ReviewRow | None
    others: tuple[ReviewRow, ...]
    decision: DecisionRow | None

    @classmethod
    def of(cls, standing: Standing) -> ReviewView:
        competencies = standing.rubric.competencies if standing.rubric is not None else ()
        return cls(competencies=competencies, **standing.model_dump(exclude={"rubric"}))


class GivenRating(BaseModel):
    """`rating` is null where the interview does not show it."""

    model_config = ConfigDict(extra="forbid")

    competency_id: Identifier
    rating: Score | None
    reason: Reason = Field(default="", repr=False)


class HandIn(BaseModel):
    """A rating for every competency."""

    model_config = ConfigDict(extra="forbid")

    ratings: Annotated[tuple[GivenRating, ...], Field(min_length=1, max_length=20)]
    note: Annotated[str, Field(max_length=5_000, repr=False)] = ""

    @model_validator(mode="after")
    def _each_once(self) -> HandIn:
        if len({one.competency_id for one in self.ratings}) != len(self.ratings):
            raise ValueError("a competency is rated once")
        return self


class Override(BaseModel):
    """`score` is null where the model's is to hold again."""

    model_config = ConfigDict(extra="forbid")

    score: Score | None
    reason: GivenReason = Field(repr=False)


class Decide(BaseModel):
    model_config = ConfigDict(extra="forbid")

    decision: DecisionKind
    reason: GivenReason = Field(repr=False)


class OverrideList(BaseModel):
    """Newest first; of each competency the newest one holds."""

    items: list[OverrideRow]


@router.get("/review", dependencies=[requires("review.read")])
async def read_review(
    interview_id: str, services: ServicesDep, principal: PrincipalDep
) -> ReviewView:
    """For whoever asks."""
    return ReviewView.of(await services.reviews.standing(interview_id, principal))


@router.put("/review", dependencies=[requires("review.write")], responses=responses(400, 409))
async def hand_in_review(
    interview_id: str, request: HandIn, services: ServicesDep, principal: PrincipalDep
) -> ReviewRow:
    """One's own rating, once: it stays. The same again changes nothing. Errors:
    `review.incomplete`, `review.handed_in`, `review.no_rubric`, `interview.not_ended`,
    `interview.erased`."""
    ratings = {one.competency_id: Rating(**one.model_dump()) for one in request.ratings}
    return await services.reviews.hand_in(interview_id, principal, ratings, request.note)


@router.put("/decision", dependencies=[requires("review.write")], responses=responses(400, 409))
async def decide_on_interview(
    interview_id: str, request: Decide, services: ServicesDep, principal: PrincipalDep
) -> DecisionRow:
    """A person's, with a reason; the newest one holds. Errors: `interview.not_ended`,
    `interview.erased`."""
    return await services.decisions.put(
        interview_id, principal, decision=request.decision, reason=request.reason
    )


@router.get("/evaluations/{number}/overrides", dependencies=[requires("review.read")])
async def list_overrides(
    interview_id: str, number: EvaluationNumber, services: ServicesDep, principal: PrincipalDep
) -> OverrideList:
    """All that were ever made. Errors: `review.first`."""
    await services.reviews.see_scores(interview_id, principal)
    return OverrideList(items=await services.overrides.all(interview_id, number))


@router.put(
    "/evaluations/{number}/scores/{competency_id}",
    dependencies=[requires("review.write")],
    responses=responses(400, 409),
)
async def override_score(
    interview_id: str,
    number: EvaluationNumber,
    competency_id: Annotated[Identifier, Path()],
    request: Override,
    services: ServicesDep,
    principal: PrincipalDep,
) -> OverrideRow:
    """A person's score in place of the model's, which stays on record. Errors: `review.first`,
    `evaluation.not_found`, `evaluation.no_competency`, `evaluation.running`,
    `interview.erased`."""
    await services.reviews.see_scores(interview_id, principal)
    return await services.overrides.put(
        *(interview_id, number, competency_id, principal),
        score=request.score,
        reason=request.reason,
    )
