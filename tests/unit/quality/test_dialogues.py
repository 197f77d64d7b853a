"""There is a dialogue for every behaviour, and the judge sees what is wrong with a reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from interview.domain.directives import Directive
from interview.domain.roles import get_plan, get_rubric
from interview.providers.prompt import load_prompt
from quality.dialogue import Dialogue, Expected, RecordedReply, Step, dialogues
from quality.judge import judge
from quality.rehearsed import Rehearsed, Sentence, StepRun, Utterance
from quality.words import judge_utterance

ALL = dialogues()
BEHAVIOURS = (
    "says it is an ai", "sound", "one question", "under 40", "no two questions", "acknowledges",
    "probes what is missing", "already answered", "long silence", "i don't know", "repeats",
    "rephrases", "about the job", "salary", "health, family, age, religion, origin", "off topic",
    "abuse", "steer", "misheard", "clock", "goodbye", "break of ours", "long pause", "language",
)  # fmt: skip
PLANNED = "Tell me about a technical decision of yours where the choice was not clear."


def test_every_behaviour_has_a_dialogue() -> None:
    told = " ".join(one.behaviour for one in ALL).lower()
    assert [behaviour for behaviour in BEHAVIOURS if behaviour not in told] == []
    assert len({one.id for one in ALL}) == len(ALL)


def _said(*own: str, directive: Directive = Directive.FOLLOW_UP, planned: str = "") -> Utterance:
    question = get_plan("software-engineer").questions[3]
    sentences = [Sentence(text, planned=False) for text in own]
    if planned:
        sentences.append(Sentence(planned, planned=True))
    return Utterance(tuple(sentences), directive, Directive.NEXT_QUESTION, question)


def _a_leaked_anchor() -> str:
    rubric = get_rubric("software-engineer")
    assert rubric is not None
    return " ".join(rubric.competencies[0].anchors[3].split()[:9])


ONWARD = Directive.NEXT_QUESTION
BAD: tuple[tuple[str, Utterance], ...] = (
    ("one_question", _said("Thanks.", "What did it cost?", "And when?")),
    ("one_question", _said("What did you do, and why did you choose it?")),
    ("one_question", _said("And what came next?", directive=ONWARD)),
    ("one_question", _said("And what came next?", directive=ONWARD, planned="Why this job?")),
    ("short", _said("Thanks.", "Why did you " + "ever so " * 20 + "do that?")),
    ("half_a_sentence", _said("So " + "then you did that " * 6 + ".", "Why?")),
    ("neutral", _said("Great.", "Why did you turn it down?")),
    ("neutral", _said("That's a very strong example.", "What did it cost?")),
    ("neutral", _said("Unfortunately that is vague.", directive=ONWARD)),
    ("not_asked", _said("Thanks.", "And how old are you?")),
    ("not_asked", _said("Congratulations on being pregnant.", "What did it cost?")),
    ("no_rubric_words", _said("Thanks.", "What would raise your score?")),
    ("no_rubric_words", _said(_a_leaked_anchor() + ".", "Why?")),
    ("no_rubric_words", _said(" ".join(load_prompt().text.split()[10:22]) + ".", "Why?")),
    ("spoken", _said("**Thanks** for that.", "Why?")),
    ("language", _said("Danke, das habe ich mir notiert.", "Was war das Ergebnis von dem?")),
)


@pytest.mark.parametrize(("rule", "utterance"), BAD, ids=lambda one: getattr(one, "text", one))
def test_a_bad_reply_is_judged_bad(rule: str, utterance: Utterance) -> None:
    found = [name for name, _ in judge_utterance(utterance, "software-engineer", "en")]
    assert rule in found


@pytest.mark.parametrize(
    "utterance",
    [
        _said("You kept the smaller queue, thanks.", "What did it cost you later?"),
        _said("You raised the satisfaction score, thanks.", directive=ONWARD, planned="Why us?"),
        _said("Of course.", PLANNED, directive=Directive.REPROMPT),
        _said("I understood: my wife was pregnant.", "Right?", directive=Directive.CONFIRM),
        _said(directive=ONWARD, planned=PLANNED),
    ],
    ids=lambda one: one.text,
)
def test_a_reply_in_order_is_not(utterance: Utterance) -> None:
    assert list(judge_utterance(utterance, "software-engineer", "en")) == []


def _one_step(expect: Expected, run: StepRun, outcome: str = "", at: str = "quality") -> Rehearsed:
    step = Step(say="We test.", expect=expect, recorded=RecordedReply())
    run.step = step
    dialogue = Dialogue(id="one", behaviour="one", at=at, step=(step,))
    return Rehearsed(dialogue, [run], outcome)


ASKED = StepRun(None, (_said("Thanks.", "Why?"),), PLANNED, "quality")
EXPECTED: tuple[tuple[str, Expected], ...] = (
    ("says", Expected(says=("thank you",))),
    ("says_not", Expected(says_not=("thanks",))),
    ("silent", Expected(silent=True)),
    ("asks_again", Expected(asks_again=True)),
    ("directive", Expected(directive=("onward", Directive.RETURN))),
    ("at", Expected(at="end")),
    ("status", Expected(status="paused")),
)


@pytest.mark.parametrize(("rule", "expect"), EXPECTED, ids=lambda one: str(one))
def test_what_was_expected_and_did_not_come_is_a_fault(rule: str, expect: Expected) -> None:
    assert [fault.rule for fault in judge(_one_step(expect, replace(ASKED)))] == [rule]
    assert judge(_one_step(Expected(directive=(Directive.FOLLOW_UP,)), replace(ASKED))) == []


def _times(utterance: Utterance, count: int) -> Sequence[Utterance]:
    return [replace(utterance, sentences=(Sentence(f"Why {n}?", False),)) for n in range(count)]


def test_limits_and_coverage_are_seen_over_the_whole() -> None:
    probed = StepRun(None, tuple(_times(_said("Why?"), 3)), PLANNED, "quality")
    assert "limits" in [fault.rule for fault in judge(_one_step(Expected(), probed))]
    returned = _said("Let's stay with it.", PLANNED, directive=Directive.RETURN)
    twice = StepRun(None, (returned, returned), PLANNED, "quality")
    assert [fault.rule for fault in judge(_one_step(Expected(), twice))] == ["limits"]
    again = StepRun(None, (_said("Why?"), _said("Why?")), PLANNED, "quality")
    assert [fault.rule for fault in judge(_one_step(Expected(), again))] == ["asked_before"]
    ended = StepRun(None, (_said("Bye.", directive=Directive.CLOSE),), PLANNED, "end")
    rules = {fault.rule for fault in judge(_one_step(Expected(), ended, "completed", at=""))}
    assert rules == {"coverage", "goodbye"}
