"""The interviewer without a model: asks the plan's questions and probes, acknowledges what
kind of answer it heard, and judges nothing. The same conversation gives the same reply."""

from __future__ import annotations

import re
import zlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from interview.domain.directives import STAYING, Brief, Directive
from interview.domain.phases import Phase
from interview.domain.phrases import phrases
from interview.ports import DirectiveChosen, Line, ReplyEvent, ReplyRequest, TextDelta
from interview.providers import scripted_words as words
from interview.providers.scripted_words import Heard, Kind

__all__ = ["ScriptedLanguageModel"]

_COMPLETE_WORDS = 70
"""An answer of half a minute says what there is to say."""
_THIN_WORDS = 30
"""A shorter one leaves something open whatever it holds."""
_UNDERSTOOD_WORDS = 20
"""Said again of an answer that was recognized poorly."""
_THANKS = re.compile(r"\bthank", re.IGNORECASE)
"""Not twice in a breath."""
_SPECIFIC = frozenset({Kind.FIGURES, Kind.EXAMPLE, Kind.REASONS})


@dataclass(frozen=True, slots=True)
class _Reply:
    directive: Directive
    acknowledgement: str
    question: str = ""
    """A probe, or the question again."""

    @property
    def text(self) -> str:
        return " ".join(part for part in (self.acknowledgement, self.question) if part)


class ScriptedLanguageModel:
    @property
    def name(self) -> str:
        return "scripted"

    async def warm(self, brief: Brief, conversation: Sequence[Line]) -> None:
        return

    async def reply(self, request: ReplyRequest, *, timeout_s: float) -> AsyncGenerator[ReplyEvent]:
        chosen = _answer_to(request)
        yield DirectiveChosen(chosen.directive)
        text = chosen.text
        if request.already_said:
            # Somebody has begun this reply; only a question may be missing.
            asked = any("?" in sentence for sentence in request.already_said)
            text = "" if asked else chosen.question
        if text:
            yield TextDelta(text)


def _answer_to(request: ReplyRequest) -> _Reply:
    answer = _answer(request.conversation)
    heard = words.hear(answer)
    brief = request.brief
    said = phrases(brief.language)
    directive = request.directive or _directive(brief, heard, answer)
    if directive is Directive.CONFIRM:
        understood = said.understood.format(words=words.shortened(answer, _UNDERSTOOD_WORDS))
        return _Reply(directive, understood, said.is_that_right)
    acknowledgement = ""
    if brief.language.lower().split("-")[0] == "en":
        acknowledgement = _acknowledgement(request, directive, heard, answer)
    question = ""
    if directive in (Directive.REPROMPT, Directive.RETURN):
        question = brief.question.text
    elif directive is Directive.FOLLOW_UP:
        question = _next_probe(brief) or said.elaborate
    elif directive is Directive.CONTINUE:
        acknowledgement = " ".join(part for part in (acknowledgement, said.go_on) if part)
    return _Reply(directive, acknowledgement, question)


def _directive(brief: Brief, heard: Heard, answer: str) -> Directive:
    is_coding = Directive.CONTINUE in brief.allowed
    stays = Directive.RETURN if heard in (Heard.STEERING, Heard.QUESTION) else Directive.REPROMPT
    is_beside = heard is Heard.QUESTION and not is_coding and not _is_asked_for(brief)
    if heard in words.SAYINGS or is_beside:
        otherwise = Directive.CONTINUE if is_coding else brief.onward.directive
        return stays if stays in brief.allowed else otherwise
    if Directive.CONFIRM in brief.allowed:
        return Directive.CONFIRM  # it is open only where little was recognized
    if is_coding:
        return _while_coding(brief, heard, answer)
    open_ended = heard is Heard.ANSWER and _leaves_open(answer)
    if open_ended and Directive.FOLLOW_UP in brief.allowed and _next_probe(brief):
        return Directive.FOLLOW_UP
    return brief.onward.directive


def _while_coding(brief: Brief, heard: Heard, answer: str) -> Directive:
    """On when they say so. A hint is given to whoever asks for one."""
    if heard is Heard.PASS or words.says_done(answer):
        return brief.onward.directive
    wants_hint = words.asks_for_help(answer) and _next_probe(brief)
    if wants_hint and Directive.FOLLOW_UP in brief.allowed:
        return Directive.FOLLOW_UP
    return Directive.CONTINUE


def _is_asked_for(brief: Brief) -> bool:
    """In the end a question is an answer. Before, it leaves one open that is still to be given."""
    return brief.standing.phase is Phase.WRAP_UP


def _leaves_open(answer: str) -> bool:
    count = words.word_count(answer)
    if count < _THIN_WORDS:
        return True
    return count < _COMPLETE_WORDS and words.kind_of(answer) not in _SPECIFIC


def _next_probe(brief: Brief) -> str:
    left = brief.question.probes[brief.follow_ups_used :]
    return left[0] if left else ""


def _acknowledgement(request: ReplyRequest, directive: Directive, heard: Heard, answer: str) -> str:
    if heard in words.SAYINGS:
        stay, go = words.SAYINGS[heard]
        if directive is Directive.CONTINUE:
            return ""  # it was said once, and they are writing
        return stay if directive in STAYING else go
    choices = {
        Heard.PASS: words.PASSED,
        Heard.THANKS: words.THANKED,
        Heard.QUESTION: words.NOTED,
    }.get(heard) or words.ACKNOWLEDGEMENTS[words.kind_of(answer)]
    if _THANKS.search(request.opener):
        choices = tuple(c for c in choices if not _THANKS.search(c)) or choices
    seed = zlib.crc32(f"{request.brief.question.question_id}\n{answer}".encode())
    chosen = choices[seed % len(choices)]
    if chosen in _last_said(request.conversation):
        chosen = choices[(seed + 1) % len(choices)]
    return chosen


def _answer(conversation: Sequence[Line]) -> str:
    last = conversation[-1] if conversation else None
    return last.text if last is not None and last.speaker == "candidate" else ""


def _last_said(conversation: Sequence[Line]) -> str:
    """What the interviewer said before the answer."""
    return " ".join(line.text for line in conversation[-4:] if line.speaker == "interviewer")
