"""A whole evaluation in one process, of the pieces that the durable one is made of."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from interview.domain.evaluation.answers import Relevant, Said, relevant
from interview.domain.evaluation.scores import CompetencyResult, Sample, Total, combined, total
from interview.domain.evaluation.suspicion import suspicious
from interview.domain.plan import Plan
from interview.domain.rubric import Competency, Rubric
from interview.evaluation.scorer import Scored, names_of, score
from interview.ports import StructuredModel

__all__ = ["SAMPLES", "Evaluated", "evaluate", "is_suspicious", "unscored"]

SAMPLES = 3
"""Of each competency, each with the levels in another order."""
AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Evaluated:
    """`samples` holds, by competency, each sample's scorer's verdict and cost."""

    results: tuple[CompetencyResult, ...]
    total: Total
    samples: dict[str, tuple[Scored, ...]]

    @property
    def input_tokens(self) -> int:
        return sum(one.input_tokens for scored in self.samples.values() for one in scored)

    @property
    def output_tokens(self) -> int:
        return sum(one.output_tokens for scored in self.samples.values() for one in scored)


def is_suspicious(found: Relevant) -> bool:
    return any(suspicious(one.text, language=one.language) for one in found.answers)


def unscored(competency_id: str, found: Relevant) -> CompetencyResult:
    """What no model is asked about."""
    assert found.unscored is not None, "there is something to judge"
    human = ("suspicious",) if is_suspicious(found) else ()
    return CompetencyResult(competency_id, None, found.unscored, 0, 0, human, (), "")


async def evaluate(
    said: Sequence[Said],
    plan: Plan,
    rubric: Rubric,
    model: StructuredModel,
    *,
    candidate_name: str = "",
    seed: str = "",
    samples: int = SAMPLES,
    at_once: int = AT_ONCE,
) -> Evaluated:
    """`said`: the transcript, by sequence. Raises `ProviderError`, and `ValueError` where the plan
    was not made for this rubric."""
    if not rubric.measures(plan):
        raise ValueError("the plan names another rubric")
    names, slots = names_of(candidate_name), asyncio.Semaphore(at_once)

    async def sampled(
        competency: Competency, found: Relevant, number: int, *, show: bool = False
    ) -> Scored:
        async with slots:
            return await score(
                model,
                competency,
                found.said,
                seed=f"{seed}/{number}",
                names=names,
                show_suspicious=show,
            )

    async def judged(competency: Competency) -> tuple[CompetencyResult, tuple[Scored, ...]]:
        found = relevant(plan, competency.competency_id, said)
        if found.unscored is not None:
            return unscored(competency.competency_id, found), ()
        suspect = is_suspicious(found)
        asked = [sampled(competency, found, number) for number in range(samples)]
        if suspect:
            asked.append(sampled(competency, found, 0, show=True))
        scored = await asyncio.gather(*asked)
        with_suspicious: Sample | None = scored[-1].sample if suspect else None
        result = combined(
            competency.competency_id,
            [one.sample for one in scored[:samples]],
            with_suspicious=with_suspicious,
            is_suspicious=suspect,
        )
        return result, tuple(scored)

    found = await asyncio.gather(*(judged(c) for c in rubric.competencies))
    results = tuple(result for result, _ in found)
    return Evaluated(
        results,
        total(rubric, {result.competency_id: result.score for result in results}),
        {result.competency_id: scored for result, scored in found},
    )
