"""The steps of an evaluation."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import structlog
from temporalio import activity

from activities.planning import giving_up
from interview.coding.pads import Pads
from interview.contracts.evaluation import (
    Due,
    EvaluationActivities,
    EvaluationInput,
    Following,
    SampleInput,
)
from interview.domain.evaluation.answers import Said, relevant
from interview.domain.evaluation.scores import CompetencyResult, combined
from interview.errors import InterviewError
from interview.evaluation.evaluate import is_suspicious, unscored
from interview.evaluation.scorer import names_of, prompt_name, score
from interview.persistence.evaluations import (
    EvaluationRecords,
    EvaluationRow,
    Material,
    SampleRow,
)
from interview.ports import StructuredModel

__all__ = ["Evaluate"]

log = structlog.stdlib.get_logger(__name__)

_LOOKS = 16
"""For a request that is not committed yet; some twenty seconds."""


@dataclass(frozen=True)
class Evaluate(EvaluationActivities):
    """`scorers`: models by name, for evaluations that say by which one they are made."""

    records: EvaluationRecords
    model: StructuredModel | None
    scorers: Mapping[str, StructuredModel] = field(default_factory=dict[str, StructuredModel])
    pads: Pads | None = None

    def _model(self, row: EvaluationRow) -> StructuredModel | None:
        return self.model if row.model is None else self.scorers.get(row.model)

    @activity.defn(name="evaluation.begin")
    async def begin(self, request: EvaluationInput) -> Due:
        row = await self.records.begin(request.interview_id, request.number)
        if row is None:
            if request.number > 1 and activity.info().attempt < _LOOKS:
                raise InterviewError("evaluation.not_yet", "it is on its way", retryable=True)
            return Due()
        material = await self._material(request.interview_id, request.number)
        if material is None:
            return Due()
        if material.rubric is None:
            await self.records.leave_unscored(row, "no_rubric")
            return Due()
        model = self._model(row)
        if model is None and row.kind != "corrected":
            await self.records.leave_unscored(row, "no_model")
            return Due()
        await self.records.freeze(material, prompt_name())
        if model is None:
            # Scores that hold stay to be seen; the others wait.
            return Due()
        return Due(samples=tuple(_due(request, material)))

    @activity.defn(name="evaluation.sample")
    async def sample(self, request: SampleInput) -> None:
        material = await self._material(request.interview_id, request.number)
        if material is None or (model := self._model(material.row)) is None:
            return
        assert material.rubric is not None, "or nothing would be due"
        kept = await self.records.samples(request.interview_id, request.number)
        if any(_place(one) == _place(request) for one in kept):
            return
        competency = material.rubric.competency(request.competency_id)
        found = relevant(material.plan, request.competency_id, material.said)
        began = time.monotonic()
        with giving_up():
            scored = await score(
                model,
                competency,
                found.said,
                seed=f"{request.interview_id}/{request.number}/{request.sample}",
                names=names_of(material.candidate_name),
                show_suspicious=request.shows_suspicious,
            )
        await self.records.keep_sample(
            material.row,
            SampleRow(
                competency_id=request.competency_id,
                sample=request.sample,
                shows_suspicious=request.shows_suspicious,
                content=scored.sample,
                provider=scored.provider,
                prompt=prompt_name(),
                input_tokens=scored.input_tokens,
                output_tokens=scored.output_tokens,
                duration_ms=round((time.monotonic() - began) * 1000),
            ),
        )

    @activity.defn(name="evaluation.finish")
    async def finish(self, request: EvaluationInput) -> None:
        material = await self._material(request.interview_id, request.number)
        if material is None or material.rubric is None:
            return
        kept = await self.records.samples(request.interview_id, request.number)
        have = {_place(one) for one in kept}
        missing = {due.competency_id for due in _due(request, material) if _place(due) not in have}
        results = _results(material, kept, missing)
        if missing:
            log.warning("evaluation.pending", competencies=len(missing))
            taken = material.taken.values()
            await self.records.leave_pending(material.row, results, sorted(missing), taken)
        else:
            await self.records.finish(material.row, results, material.taken.values())

    @activity.defn(name="evaluation.follow")
    async def follow(self, request: EvaluationInput) -> Following:
        row = await self.records.follow(request.interview_id)
        return Following(number=None if row is None else row.number)

    async def _material(self, interview_id: str, number: int) -> Material | None:
        """With the code that was left on pads, and how it ran."""
        material = await self.records.material(interview_id, number)
        if material is None or self.pads is None:
            return material
        questions = [q.question_id for q in material.plan.questions if q.coding is not None]
        if not questions:
            return material
        ran, code = await self.pads.verdicts(interview_id), list[Said]()
        for question_id in questions:
            newest = await self.pads.newest(interview_id, question_id)
            if newest is None:
                continue
            left = partial(Said, turn_id="", sequence=0, question_id=question_id)
            code.append(
                left(
                    utterance_id=newest.snapshot_id,
                    speaker="candidate",
                    text=newest.text,
                    language=newest.language,
                )
            )
            # That nothing could be run is our failure, and says nothing about anybody.
            verdicts = [
                verdict
                for of, verdict in ran
                if of == question_id and verdict != "sandbox_unavailable"
            ]
            if verdicts:
                told = f"(The system: the code was run, in this order: {', '.join(verdicts)}.)"
                code.append(left(utterance_id="", speaker="interviewer", text=told))
        return replace(material, said=(*material.said, *code))


def _due(request: EvaluationInput, material: Material) -> list[SampleInput]:
    assert material.rubric is not None, "there is something to go by"
    due: list[SampleInput] = []
    for competency in material.rubric.competencies:
        found = relevant(material.plan, competency.competency_id, material.said)
        if found.unscored is not None or competency.competency_id in material.taken:
            continue
        asked = partial(
            SampleInput,
            interview_id=request.interview_id,
            number=request.number,
            competency_id=competency.competency_id,
        )
        due += [asked(sample=number) for number in range(material.row.samples)]
        if is_suspicious(found):
            due.append(asked(sample=0, shows_suspicious=True))
    return due


def _results(
    material: Material, kept: list[SampleRow], missing: set[str]
) -> list[CompetencyResult]:
    assert material.rubric is not None, "there is something to go by"
    by_competency: dict[str, list[SampleRow]] = defaultdict(list)
    for one in kept:
        by_competency[one.competency_id].append(one)
    results: list[CompetencyResult] = []
    for competency in material.rubric.competencies:
        name = competency.competency_id
        if name in material.taken:
            continue
        found = relevant(material.plan, name, material.said)
        if found.unscored is not None:
            results.append(unscored(name, found))
        elif name not in missing:
            rows = by_competency[name]
            results.append(
                combined(
                    name,
                    [one.content for one in rows if not one.shows_suspicious],
                    with_suspicious=next((o.content for o in rows if o.shows_suspicious), None),
                    is_suspicious=is_suspicious(found),
                )
            )
    return results


def _place(one: SampleInput | SampleRow) -> tuple[str, int, bool]:
    return one.competency_id, one.sample, one.shows_suspicious
