"""Probes from one candidate's résumé."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from temporalio import activity

from activities.planning import giving_up, not_yet, structured
from interview.contracts.planning import (
    Begun,
    TailoringActivities,
    TailoringFailure,
    TailoringInput,
)
from interview.documents.keeping import Documents
from interview.domain.phases import Phase
from interview.domain.planning.tailoring import MAX_PROBES, tailored
from interview.errors import ConflictError, InvalidInputError, ProviderOutputInvalid
from interview.persistence.planning.tailorings import TailoringRecords
from interview.planning.answers import TailoringAnswer
from interview.planning.prompts import planning_prompt, tailoring_content
from interview.ports import StructuredModel

__all__ = ["Tailor"]

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class Tailor(TailoringActivities):
    records: TailoringRecords
    documents: Documents
    model: StructuredModel | None

    @activity.defn(name="tailoring.begin")
    async def begin(self, request: TailoringInput) -> Begun:
        row, plan = await self.records.work(request.interview_id, request.run)
        if row is None or row.run < request.run:
            return not_yet()
        return Begun(is_due=plan is not None, uses_model=self.model is not None)

    @activity.defn(name="tailoring.probes")
    async def probes(self, request: TailoringInput) -> None:
        row, plan = await self.records.work(request.interview_id, request.run)
        if row is None or plan is None:
            return
        if self.model is None:
            raise ConflictError("planning.no_model", "no language model is configured")
        document = await self.documents.get(request.interview_id, row.document_id)
        resume = (await self.documents.text(document)).text
        core = tailored(plan, ()).phase(Phase.MAIN_QUESTIONS).questions
        room = min(MAX_PROBES, len(core))
        prompt = planning_prompt("tailoring")
        content = tailoring_content(plan.title, core, resume, room)
        with giving_up():
            answer = await self.model.complete(
                structured("plan.tailoring", prompt, content, TailoringAnswer)
            )
            probes = answer.value.known_as()
            try:
                tailored(plan, probes)
            except InvalidInputError as error:
                raise ProviderOutputInvalid(
                    "provider.output_invalid",
                    error.message,
                    provider=answer.provider,
                    category="llm",
                ) from None
        await self.records.finish(
            request.interview_id,
            request.run,
            probes,
            provider=answer.provider,
            prompt=prompt.name,
            input_tokens=answer.input_tokens,
            output_tokens=answer.output_tokens,
        )

    @activity.defn(name="tailoring.fail")
    async def fail(self, request: TailoringFailure) -> None:
        log.warning("tailoring.failed", reason=request.reason)
        await self.records.fail(request.interview_id, request.run, request.reason)
