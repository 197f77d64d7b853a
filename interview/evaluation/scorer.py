"""One sample: what a scorer is shown, what they answer, and what of it holds."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from xml.sax.saxutils import escape, quoteattr

from pydantic import BaseModel, ConfigDict, Field

from interview.domain.evaluation.answers import Said
from interview.domain.evaluation.scores import Evidence, Sample
from interview.domain.evaluation.shown import Shown, find_quote, shown
from interview.domain.evaluation.suspicion import suspicious
from interview.domain.rubric import Competency
from interview.ports import StructuredAnswer, StructuredModel, StructuredRequest

__all__ = ["CALL_S", "Scored", "ScoreAnswer", "names_of", "prompt_name", "score"]

CALL_S = 60.0
"""Of a model that writes half a page, and of whom nobody waits to hear it."""
_MAX_TOKENS = 2_000
_TEMPERATURE = 0.3
_TASK = "evaluation.score"
_LETTERS = ("A", "B", "C", "D", "E")
_MOST_QUOTES = 8
_SHORTEST_NAME = 3


class QuoteAnswer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: int
    quote: Annotated[str, Field(max_length=2_000)]


class ScoreAnswer(BaseModel):
    """Models write fields in this order: evidence before the judgement."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    evidence: Annotated[list[QuoteAnswer], Field(max_length=_MOST_QUOTES)]
    reason: Annotated[str, Field(max_length=1_500)]
    level: Literal["A", "B", "C", "D", "E", "none"]


@dataclass(frozen=True, slots=True)
class Scored:
    """A sample and what it took. `provider` is provider and model."""

    sample: Sample
    provider: str
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class _Prompt:
    text: str
    name: str


@cache
def _prompt() -> _Prompt:
    data = (Path(__file__).parent / "prompts" / "score.md").read_bytes()
    head, _, text = data.decode().partition("\n\n")
    version = int(head.removeprefix("version:"))
    return _Prompt(text.strip(), f"{version}-{hashlib.sha256(data).hexdigest()[:12]}")


def prompt_name() -> str:
    """On record with every evaluation: the version, and what tells two of one apart."""
    return _prompt().name


def names_of(candidate_name: str) -> tuple[str, ...]:
    """What is not shown to a scorer: the name, and its parts that are no words by themselves."""
    parts = [part for part in re.split(r"[\s,]+", candidate_name) if len(part) >= _SHORTEST_NAME]
    return tuple(dict.fromkeys(name for name in (candidate_name.strip(), *parts) if name))


async def score(
    model: StructuredModel,
    competency: Competency,
    said: Sequence[Said],
    *,
    seed: str,
    names: Sequence[str] = (),
    show_suspicious: bool = False,
) -> Scored:
    """`said`: what is relevant, in order. `seed` shuffles the levels, and nothing else. Quotes that
    nobody said are asked for once more, and then dropped. Raises `ProviderError`."""
    answers = {
        number: (one, _as_shown(one, names, show_suspicious))
        for number, one in enumerate((s for s in said if s.speaker == "candidate"), start=1)
    }
    levels = list(range(len(_LETTERS)))
    random.Random(f"{seed}/{competency.competency_id}").shuffle(levels)
    content = _content(competency, levels, said, answers, names, show_suspicious)
    answer = await _ask(model, content)
    sample = _verified(answer.value, answers, levels)
    if not sample.dropped:
        return Scored(sample, answer.provider, answer.input_tokens, answer.output_tokens)
    again = await _ask(model, content + _rejected(answer.value, answers))
    repaired = _verified(again.value, answers, levels)
    return Scored(
        repaired,
        again.provider,
        answer.input_tokens + again.input_tokens,
        answer.output_tokens + again.output_tokens,
    )


async def _ask(model: StructuredModel, content: str) -> StructuredAnswer[ScoreAnswer]:
    return await model.complete(
        StructuredRequest(
            task=_TASK,
            system=_prompt().text,
            content=content,
            schema=ScoreAnswer,
            temperature=_TEMPERATURE,
            max_tokens=_MAX_TOKENS,
            timeout_s=CALL_S,
        )
    )


_Answers = dict[int, tuple[Said, Shown]]


def _as_shown(one: Said, names: Sequence[str], show_suspicious: bool) -> Shown:
    hide = () if show_suspicious else suspicious(one.text, language=one.language)
    return shown(one.text, names=names, hide=hide)


def _content(
    competency: Competency,
    levels: Sequence[int],
    said: Sequence[Said],
    answers: _Answers,
    names: Sequence[str],
    show_suspicious: bool,
) -> str:
    numbers = {one.utterance_id: number for number, (one, _) in answers.items()}
    looks_for = "".join(f"<looks_for>{escape(e)}</looks_for>\n" for e in competency.evidence)
    shown_levels = "\n".join(
        f"<level letter='{letter}'>{escape(competency.anchors[level])}</level>"
        for letter, level in zip(_LETTERS, levels, strict=True)
    )
    lines = [
        _line(one, numbers, answers)
        if one.speaker == "candidate"
        else _question(_as_shown(one, names, show_suspicious))
        for one in said
    ]
    return "\n".join(
        (
            f"<competency name={quoteattr(competency.name)}>{escape(competency.definition)}",
            f"{looks_for}</competency>",
            f"<levels>\n{shown_levels}\n</levels>",
            "<interview>",
            *lines,
            "</interview>",
        )
    )


def _line(one: Said, numbers: dict[str, int], answers: _Answers) -> str:
    number = numbers[one.utterance_id]
    text = escape(answers[number][1].text)
    if one.language:
        return f"<answer number='{number}' code={quoteattr(one.language)}>\n{text}\n</answer>"
    return f"<answer number='{number}'>{text}</answer>"


def _question(one: Shown) -> str:
    """Interviewers say names, and repeat what they were told."""
    return f"<question>{escape(one.text)}</question>"


def _verified(answer: ScoreAnswer, answers: _Answers, levels: Sequence[int]) -> Sample:
    evidence: list[Evidence] = []
    dropped = 0
    for quote in answer.evidence:
        found = _found(quote, answers)
        if found is None:
            dropped += 1
        elif found not in evidence:
            evidence.append(found)
    is_scored = answer.level != "none" and evidence
    return Sample(
        score=levels[_LETTERS.index(answer.level)] + 1 if is_scored else None,
        evidence=tuple(evidence) if is_scored else (),
        reason=answer.reason.strip() if is_scored else "",
        dropped=dropped,
    )


def _found(quote: QuoteAnswer, answers: _Answers) -> Evidence | None:
    """In the answer that was named, or else in another one: a number is easily mistaken."""
    named = [number for number in answers if number == quote.answer]
    for number in (*named, *(n for n in answers if n != quote.answer)):
        one, as_shown = answers[number]
        if (place := find_quote(as_shown, quote.quote)) is not None:
            start, end = place
            return Evidence(
                utterance_id=one.utterance_id,
                turn_id=one.turn_id,
                start=start,
                end=end,
                quote=one.text[start:end],
                source="code" if one.language else "speech",
            )
    return None


def _rejected(answer: ScoreAnswer, answers: _Answers) -> str:
    wrong = (q for q in answer.evidence if _found(q, answers) is None)
    quotes = "\n".join(f"<quote>{escape(quote.quote)}</quote>" for quote in wrong)
    return (
        "\n<rejected_quotes>\n"
        f"{quotes}\n"
        "</rejected_quotes>\n"
        "These quotes of your last answer are not, word for word, in any answer of the candidate. "
        "Answer again in full, with quotes copied exactly."
    )
