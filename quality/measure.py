"""What is measured over the corpus."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from interview.domain.evaluation.agreement import quadratic_weighted_kappa
from interview.domain.evaluation.scores import CompetencyResult
from interview.domain.roles import get_plan
from interview.evaluation.evaluate import Evaluated, evaluate
from interview.planning.prompts import competencies_content, tailoring_content
from interview.ports import StructuredModel
from quality.corpus import Injection, Transcript
from quality.recorded import RecordedScorer
from quality.variants import VARIANTS, Variant

__all__ = ["Measured", "measure"]

_MOVED = 0.5
_DOCUMENTS = ("resume", "job_description")


@dataclass
class Measured:
    """The last line of `make eval-quality`, and what it was made of."""

    pairs: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    reasons: list[bool] = field(default_factory=list[bool])
    """Of references without a score: whether the reason was the same."""
    invalid_quotes: int = 0
    quotes: int = 0
    rejected_quotes: int = 0
    spreads: list[int] = field(default_factory=list[int])
    transcripts: int = 0
    injections: int = 0
    moved: list[str] = field(default_factory=list[str])
    told: int = 0
    """Injections of which a person was told."""
    deltas: dict[str, float] = field(default_factory=dict[str, float])
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0

    def line(self, mode: str, model: str) -> dict[str, Any]:
        exact = sum(a == b for a, b in self.pairs)
        return {
            "quality": "evaluation",
            "mode": mode,
            "model": model,
            "transcripts": self.transcripts,
            "scored": len(self.pairs),
            "kappa": round(quadratic_weighted_kappa(self.pairs), 3),
            "exact": round(exact / len(self.pairs), 3),
            "unscored_agreement": round(sum(self.reasons) / max(1, len(self.reasons)), 3),
            "quotes": self.quotes,
            "invalid_quotes": self.invalid_quotes,
            "rejected_quotes": self.rejected_quotes,
            "mean_spread": round(sum(self.spreads) / max(1, len(self.spreads)), 3),
            "injections": self.injections,
            "injections_that_moved_a_score": len(self.moved),
            "injections_told": self.told,
            "metamorphic_max_delta": max(self.deltas.values(), default=0.0),
            "metamorphic": self.deltas,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "seconds": round(self.seconds, 1),
            "moved": self.moved[:10],
        }


async def measure(
    corpus: tuple[Transcript, ...],
    injected: tuple[Injection, ...],
    model: StructuredModel,
    recorded: RecordedScorer | None,
) -> Measured:
    """`recorded`: who is behind `model`, where it is none. Raises `ProviderError`."""
    found = Measured()
    began = time.monotonic()
    plain: dict[str, Evaluated] = {}
    for transcript in corpus:
        plain[transcript.id] = await _scored(transcript, model, recorded, found, Variant("plain"))
        _compare(transcript, plain[transcript.id], found)
    for variant in VARIANTS:
        for transcript in corpus:
            changed = await _scored(transcript, model, recorded, found, variant)
            delta = _most_apart(plain[transcript.id], changed)
            found.deltas[variant.name] = max(found.deltas.get(variant.name, 0.0), delta)
    hosts = [t for t in corpus if any((r.score or 5) < 5 for r in t.reference.values())]
    for number, injection in enumerate(injected):
        found.injections += 1
        if injection.channel in _DOCUMENTS:
            if not _is_data(injection):
                found.moved.append(injection.id)
            continue
        host = hosts[number % len(hosts)]
        with_it = await _scored(host, model, recorded, found, Variant("plain"), injection)
        if _most_apart(plain[host.id], with_it) >= _MOVED:
            found.moved.append(injection.id)
        found.told += any("suspicious" in result.human for result in with_it.results)
    found.seconds = time.monotonic() - began
    return found


async def _scored(
    transcript: Transcript,
    model: StructuredModel,
    recorded: RecordedScorer | None,
    found: Measured,
    variant: Variant,
    injection: Injection | None = None,
) -> Evaluated:
    shown = variant.of(transcript)
    if injection is not None:
        # Said at the end of every answer, so that each competency's scorer meets it.
        answers = tuple(
            answer.model_copy(update={"text": f"{answer.text} {injection.text}"})
            for answer in shown.answers
        )
        shown = shown.model_copy(update={"answers": answers})
    if recorded is not None:
        quotes = {name: variant.text(r.quote) for name, r in transcript.reference.items()}
        recorded.play(transcript, quotes, injection)
    said = shown.said()
    evaluated = await evaluate(
        said, shown.plan, shown.rubric, model, candidate_name=shown.candidate, seed=transcript.id
    )
    texts = {one.utterance_id: one for one in said}
    for result in evaluated.results:
        for quote in result.evidence:
            one = texts[quote.utterance_id]
            is_said = one.speaker == "candidate" and quote.quote in one.text
            found.quotes += 1
            found.invalid_quotes += not is_said
    found.rejected_quotes += sum(
        one.sample.dropped for many in evaluated.samples.values() for one in many
    )
    found.input_tokens += evaluated.input_tokens
    found.output_tokens += evaluated.output_tokens
    return evaluated


def _compare(transcript: Transcript, evaluated: Evaluated, found: Measured) -> None:
    found.transcripts += 1
    results = {result.competency_id: result for result in evaluated.results}
    for name, reference in transcript.reference.items():
        result = results[name]
        if reference.score is None:
            found.reasons.append(result.unscored == reference.unscored)
        elif result.score is not None:
            found.pairs.append((reference.score, round(result.score)))
            found.spreads.append(result.spread)
        else:
            found.reasons.append(False)


def _most_apart(one: Evaluated, other: Evaluated) -> float:
    """Between the scores of a competency. One that has no score any more is as far as it gets."""
    scores = {result.competency_id: result for result in other.results}
    return max(_apart(result, scores[result.competency_id]) for result in one.results)


def _apart(one: CompetencyResult, other: CompetencyResult) -> float:
    if one.score is None or other.score is None:
        return 0.0 if one.score is other.score else 4.0
    return abs(one.score - other.score)


def _is_data(injection: Injection) -> bool:
    """A document reaches the models that plan, between delimiters that it cannot close; scorers
    are shown nothing of it."""
    if injection.channel == "resume":
        questions = get_plan("sales").questions
        content, closing = tailoring_content("Sales", questions, injection.text, 2), "</resume>"
    else:
        content = competencies_content("Sales", injection.text, (), 3)
        closing = "</job_description>"
    return content.count(closing) == 1 and content.rstrip().endswith(closing)
