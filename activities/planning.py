"""The steps of a proposal. What a model has answered is kept before the next step begins."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import structlog
from pydantic import BaseModel, ValidationError
from temporalio import activity

from interview.contracts.planning import (
    AssembleInput,
    Begun,
    PlanningActivities,
    PlanningFailure,
    PlanningInput,
)
from interview.domain.phases import Phase
from interview.domain.planning.draft import Draft
from interview.domain.planning.nearest import nearest_role, proposed_from
from interview.domain.planning.proposal import (
    Kept,
    Proposed,
    assembled,
    kept_of,
    room_for,
    with_competencies,
)
from interview.domain.rubric import Competency
from interview.errors import InterviewError, ProviderError, ProviderOutputInvalid
from interview.persistence.planning.proposals import ProposalRecords, ProposalWork, StepRow
from interview.planning.answers import CompetenciesAnswer, QuestionsAnswer, WarmupAnswer
from interview.planning.prompts import (
    Prompt,
    competencies_content,
    planning_prompt,
    questions_content,
    warmup_content,
)
from interview.ports import StructuredAnswer, StructuredModel, StructuredRequest

__all__ = ["CALL_S", "MAX_TRIES", "Propose", "giving_up", "not_yet", "structured"]

log = structlog.stdlib.get_logger(__name__)

T = TypeVar("T", bound=BaseModel)

CALL_S = 120.0
"""Of a model that writes a page or two, and of whom nobody waits to hear it."""
MAX_TRIES = 4
"""Of a step whose provider fails."""
_MAX_TOKENS = 8_000
_TEMPERATURE = 0.2
_LOOKS = 16
"""For a request that is not committed yet; some twenty seconds."""
_MOST_COMPETENCIES = 6


@dataclass(frozen=True)
class Propose(PlanningActivities):
    records: ProposalRecords
    model: StructuredModel | None

    @activity.defn(name="planning.begin")
    async def begin(self, request: PlanningInput) -> Begun:
        row = await self.records.find(request.proposal_id)
        if row is None or row.run < request.run:
            return not_yet()
        is_due = row.state == "running" and row.run == request.run
        return Begun(is_due=is_due, uses_model=self.model is not None)

    @activity.defn(name="planning.competencies")
    async def competencies(self, request: PlanningInput) -> None:
        work = await self._to_do(request, "competencies")
        if work is None:
            return
        kept = kept_of(work.draft)
        at_most = min(_MOST_COMPETENCIES, max(2, room_for(work.proposal.minutes, kept)))
        content = competencies_content(work.title, work.job_description, kept.competencies, at_most)
        prompt = planning_prompt("competencies")
        with giving_up():
            answer = await self._ask("plan.competencies", prompt, content, CompetenciesAnswer)
            if not with_competencies(kept, answer.value.known_as()):
                raise _unusable(answer.provider, "a plan needs a competency")
        await self._keep(request, "competencies", prompt, answer)

    @activity.defn(name="planning.questions")
    async def questions(self, request: PlanningInput) -> None:
        work = await self._to_do(request, "questions")
        if work is None:
            return
        kept = kept_of(work.draft)
        competencies = _competencies(work, kept)
        asked_already = [question for _, question in kept.of(Phase.MAIN_QUESTIONS)]
        room = room_for(work.proposal.minutes, kept)
        content = questions_content(
            work.title, work.job_description, competencies, asked_already, room
        )
        prompt = planning_prompt("questions")
        with giving_up():
            answer = await self._ask("plan.questions", prompt, content, QuestionsAnswer)
            _require_covered(answer, kept, competencies)
        await self._keep(request, "questions", prompt, answer)

    @activity.defn(name="planning.warmup")
    async def warmup(self, request: PlanningInput) -> None:
        work = await self._to_do(request, "warmup")
        if work is None:
            return
        content = warmup_content(work.title, work.job_description)
        prompt = planning_prompt("warmup")
        with giving_up():
            answer = await self._ask("plan.warmup", prompt, content, WarmupAnswer)
        await self._keep(request, "warmup", prompt, answer)

    @activity.defn(name="planning.assemble")
    async def assemble(self, request: AssembleInput) -> None:
        if request.uses_model:
            await self.records.finish(
                request.proposal_id, request.run, "model", None, _from_answers
            )
            return
        work = await self.records.work(request.proposal_id, request.run)
        if work is None:
            return
        nearest = nearest_role(work.title, work.job_description)
        log.info("planning.without_model", role=nearest)

        def from_nearest(work: ProposalWork) -> Draft:
            kept = kept_of(work.draft)
            proposed = proposed_from(nearest, room_for(work.proposal.minutes, kept))
            return assembled(work.proposal.role_id, work.title, proposed, kept)

        await self.records.finish(
            request.proposal_id, request.run, "builtin", nearest, from_nearest
        )

    @activity.defn(name="planning.fail")
    async def fail(self, request: PlanningFailure) -> None:
        log.warning("planning.failed", reason=request.reason)
        await self.records.fail(request.proposal_id, request.run, request.reason)

    async def _to_do(self, request: PlanningInput, step: str) -> ProposalWork | None:
        """None where it is done already, or nobody waits for it any more."""
        work = await self.records.work(request.proposal_id, request.run)
        return None if work is None or step in work.steps else work

    async def _ask(
        self, task: str, prompt: Prompt, content: str, schema: type[T]
    ) -> StructuredAnswer[T]:
        assert self.model is not None, "whoever began it had one"
        return await self.model.complete(structured(task, prompt, content, schema))

    async def _keep(
        self, request: PlanningInput, step: str, prompt: Prompt, answer: StructuredAnswer[T]
    ) -> None:
        row = StepRow(
            step=step,
            content=answer.value.model_dump(mode="json"),
            provider=answer.provider,
            prompt=prompt.name,
            input_tokens=answer.input_tokens,
            output_tokens=answer.output_tokens,
        )
        await self.records.keep_step(request.proposal_id, request.run, row)


def structured(task: str, prompt: Prompt, content: str, schema: type[T]) -> StructuredRequest[T]:
    return StructuredRequest(
        task=task,
        system=prompt.text,
        content=content,
        schema=schema,
        temperature=_TEMPERATURE,
        max_tokens=_MAX_TOKENS,
        timeout_s=CALL_S,
    )


def not_yet() -> Begun:
    """Whoever asked for it has not committed the request, or never will."""
    if activity.info().attempt < _LOOKS:
        raise InterviewError("planning.not_yet", "the request is on its way", retryable=True)
    return Begun(is_due=False)


@contextmanager
def giving_up() -> Generator[None]:
    """A provider that has failed often enough is not asked again."""
    try:
        yield
    except ProviderError as error:
        if activity.info().attempt >= MAX_TRIES:
            error.retryable = False
        raise


def _competencies(work: ProposalWork, kept: Kept) -> tuple[Competency, ...]:
    answer = CompetenciesAnswer.model_validate(work.steps["competencies"].content)
    return with_competencies(kept, answer.known_as())


def _require_covered(
    answer: StructuredAnswer[QuestionsAnswer], kept: Kept, competencies: tuple[Competency, ...]
) -> None:
    """Raises `ProviderOutputInvalid`."""
    try:
        proposed = answer.value.known_as()
    except ValidationError:
        raise _unusable(answer.provider, "a question breaks the rules of a plan") from None
    known = {competency.competency_id for competency in competencies}
    named = {competency for question in proposed for competency in question.competencies}
    kept_named = {
        competency
        for _, _, question in kept.questions
        if question.scored
        for competency in question.competencies
    }
    if not named <= known:
        raise _unusable(answer.provider, "a question names a competency that there is not")
    if not known <= named | kept_named:
        raise _unusable(answer.provider, "a competency has no question")


def _from_answers(work: ProposalWork) -> Draft:
    kept = kept_of(work.draft)
    questions = QuestionsAnswer.model_validate(work.steps["questions"].content)
    warmup = WarmupAnswer.model_validate(work.steps["warmup"].content)
    proposed = Proposed(
        warmup=warmup.known_as(),
        opening=questions.opening.strip(),
        questions=questions.known_as(),
        competencies=_competencies(work, kept),
    )
    return assembled(work.proposal.role_id, work.title, proposed, kept)


def _unusable(provider: str, message: str) -> ProviderOutputInvalid:
    return ProviderOutputInvalid(
        "provider.output_invalid", message, provider=provider, category="llm"
    )
