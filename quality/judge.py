"""Judging what was said in a dialogue, as far as code can: how it was worded, what each step
expects, the plan's limits and wording, and whether the end was reached."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from interview.domain.directives import Directive
from interview.domain.phases import Phase
from quality.dialogue import Expected
from quality.rehearsed import Rehearsed, StepRun, Utterance
from quality.words import judge_utterance

__all__ = ["Fault", "judge"]


@dataclass(frozen=True, slots=True)
class Fault:
    rule: str
    detail: str
    step: int = 0
    """0 is the greeting."""


def judge(found: Rehearsed) -> list[Fault]:
    """What was not as it should be, in order."""
    faults: list[Fault] = []
    offset = 0 if found.runs and found.runs[0].step is None else 1
    role, language = found.dialogue.held_by.role, found.dialogue.held_by.language
    for number, run in enumerate(found.runs, offset):
        for utterance in run.said:
            faults += [
                Fault(rule, detail, number)
                for rule, detail in judge_utterance(utterance, role, language)
            ]
        expected = run.step.expect if run.step else found.dialogue.greeting
        faults += [Fault(rule, detail, number) for rule, detail in _as_expected(run, expected)]
    faults += [Fault(rule, detail, len(found.runs)) for rule, detail in _whole(found)]
    return faults


def _as_expected(run: StepRun, expected: Expected) -> Iterator[tuple[str, str]]:
    text = " ".join(utterance.text for utterance in run.said)
    for pattern in expected.says:
        if not re.search(pattern, text, re.IGNORECASE):
            yield "says", f"no {pattern!r} in: {text}"
    for pattern in expected.says_not:
        if found := re.search(pattern, text, re.IGNORECASE):
            yield "says_not", found.group()
    if expected.asks_again and run.asked_before not in text:
        yield "asks_again", f"not {run.asked_before!r} but: {text}"
    if expected.silent and text:
        yield "silent", text
    yield from _went(run, expected)


def _went(run: StepRun, expected: Expected) -> Iterator[tuple[str, str]]:
    if expected.directive:
        chosen = [_chosen(utterance) for utterance in run.said if utterance.directive]
        if not chosen or not chosen[-1] & set(expected.directive):
            yield "directive", f"{chosen} and not one of {list(expected.directive)}"
    if expected.at and run.question_after != expected.at:
        yield "at", f"{run.question_after} and not {expected.at}"
    if expected.status and run.status_after != expected.status:
        yield "status", f"{run.status_after} and not {expected.status}"


def _chosen(utterance: Utterance) -> set[str]:
    assert utterance.directive is not None
    is_onward = utterance.directive is utterance.onward
    return {utterance.directive.value, *(["onward"] if is_onward else [])}


def _whole(found: Rehearsed) -> Iterator[tuple[str, str]]:
    """Limits and coverage, over the whole dialogue."""
    plan = found.dialogue.held_by
    probes = Counter(
        u.question.question_id
        for u in found.utterances
        if u.question and u.directive is Directive.FOLLOW_UP
    )
    once = Counter(
        (u.question.question_id, u.directive)
        for u in found.utterances
        if u.question and u.directive in (Directive.CONFIRM, Directive.RETURN)
    )
    for question in plan.questions:
        used = found.dialogue.follow_ups_used if question.question_id == found.dialogue.at else 0
        if probes[question.question_id] + used > question.max_follow_ups:
            yield "limits", f"{question.question_id}: {probes[question.question_id]} follow-ups"
    for (question_id, directive), count in once.items():
        if count > 1:
            yield "limits", f"{question_id}: {directive} {count} times"
    yield from _repeated_probes(found)
    if found.outcome == "completed" and not found.dialogue.at:
        yield from _coverage(found)


def _repeated_probes(found: Rehearsed) -> Iterator[tuple[str, str]]:
    """A probe in the same words as one before."""
    asked = Counter(
        sentence.text
        for utterance in found.utterances
        if utterance.directive is Directive.FOLLOW_UP
        for sentence in utterance.sentences
        if sentence.text.endswith("?")
    )
    for text, count in asked.items():
        if count > 1:
            yield "asked_before", text


def _coverage(found: Rehearsed) -> Iterator[tuple[str, str]]:
    """Every question that is always asked, word for word, once, in the plan's order; then the
    candidate's own, and goodbye."""
    plan = found.dialogue.held_by
    planned = [s.text for u in found.utterances for s in u.sentences if s.planned]
    wanted = [question.text for question in plan.questions if not question.optional]
    asked = [text for text in planned if text in wanted]
    if list(dict.fromkeys(asked)) != wanted:
        yield "coverage", f"{len(set(asked))} of {len(wanted)} planned questions in order"
    closing = plan.closing.split("{name}", 1)[-1][-40:]
    if not planned or closing not in planned[-1]:
        yield "goodbye", planned[-1] if planned else ""
    if plan.phase(Phase.WRAP_UP).questions[0].text not in asked:
        yield "coverage", "no room for the candidate's own questions"
