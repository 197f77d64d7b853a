"""What is wrong with one utterance, by rule. The words looked for are the judge's own: it shares
none with what it judges, but for the topics that are not asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from interview.domain.directives import STAYING, Directive
from interview.domain.roles import get_rubric, list_roles
from interview.domain.wording import topics_not_asked
from interview.providers.prompt import load_prompt
from quality.language import is_another_language
from quality.rehearsed import Utterance

__all__ = ["judge_utterance"]

MOST_WORDS = 40
MOST_ACKNOWLEDGING_WORDS = 22
_LEAKED_WORDS = 7
"""So many in a row of a rubric or a prompt are no accident."""

_JUDGEMENT = re.compile(
    r"\b(great|excellent\w*|perfect\w*|impress\w+|fantastic|amazing|awesome|brilliant|outstanding|"
    r"wonderful|superb|well done|well said|smart|clever|unfortunately|disappoint\w*|sehr gut|toll|"
    r"ausgezeichnet|hervorragend)\b"
    r"|\b(good|nice|strong|weak|poor|solid|interesting|thoughtful|detailed|vague) "
    r"(answer|point|example|job|work|response|approach|thinking|choice)\b"
    r"|\b(that's|that is|that was|sounds|this is) (a |an |very |really |quite |not )*"
    r"(good|nice|strong|weak|poor|solid|right|correct|wrong|interesting)\b",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"\b(rubric|competenc(y|ies)|anchors?|system prompt|my (instructions|prompt|brief)|"
    r"(your|any|no|a (high|low|good|full)) (scores?|ratings?|grades?|marks)|"
    r"(be|being|are|is) (scored|rated|graded|evaluated)|(score|rate) you|directive)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[*_#`{}<>|\[\]]|^\s*[-•\d]+[.)]? |\n")
_SECOND_ASKED = re.compile(
    r"\b(what|how|why|who|when|where|which)\b[^?]*,? (and|or) (also )?"
    r"(what|how|why|who|when|where|which)\b[^?]*\?",
    re.IGNORECASE,
)


_ACKNOWLEDGING = (Directive.REPROMPT, Directive.CONFIRM, Directive.RETURN)
"""With these there is nothing to acknowledge, and more to say."""


def judge_utterance(utterance: Utterance, role: str, language: str) -> Iterator[tuple[str, str]]:
    """(rule, detail) of each fault. Planned words are judged for their number alone: what they are
    is the plan's business. `role` has the rubric of which nothing may be heard."""
    for rule, fault in _RULES:
        if detail := fault(utterance):
            yield rule, detail
    own = utterance.own
    if leaked := _leaked(own, role):
        yield "no_rubric_words", leaked
    if is_another_language(own, language):
        yield "language", own


def _asks_more_than_once(said: Utterance) -> str:
    own = said.own
    leads_on = said.directive is not None and said.directive not in STAYING
    if said.text.count("?") > 1 or _SECOND_ASKED.search(own) or (leads_on and "?" in own):
        return said.text
    return ""


def _is_long(said: Utterance) -> str:
    # It may be long because the question is, which is said again.
    again = said.question is not None and said.question.text in said.own
    count = len(said.own.split())
    return f"{count} words: {said.own}" if count >= MOST_WORDS and not again else ""


def _acknowledges_at_length(said: Utterance) -> str:
    if said.directive in _ACKNOWLEDGING:
        return ""
    own = (s.text for s in said.sentences if not s.planned and not s.text.endswith("?"))
    text = " ".join(own)
    return text if len(text.split()) > MOST_ACKNOWLEDGING_WORDS else ""


def _judges(said: Utterance) -> str:
    found = _JUDGEMENT.search(_own_alone(said))
    return found.group() if found else ""


def _asks_what_is_not_asked(said: Utterance) -> str:
    return ", ".join(topics_not_asked(_own_alone(said)))


def _tells_how_it_is_measured(said: Utterance) -> str:
    found = _MEASURE.search(said.own)
    return found.group() if found else ""


def _cannot_be_read_aloud(said: Utterance) -> str:
    found = _MARKUP.search(said.own)
    return found.group() if found else ""


_RULES: tuple[tuple[str, Callable[[Utterance], str]], ...] = (
    ("one_question", _asks_more_than_once),
    ("short", _is_long),
    ("half_a_sentence", _acknowledges_at_length),
    ("neutral", _judges),
    ("not_asked", _asks_what_is_not_asked),
    ("no_rubric_words", _tells_how_it_is_measured),
    ("spoken", _cannot_be_read_aloud),
)


def _own_alone(said: Utterance) -> str:
    """Without a plan's words, which are said again, and without what was understood."""
    if said.directive is Directive.CONFIRM:
        return ""
    own, question = said.own, said.question
    for text in (question.text, *question.probes) if question else ():
        own = own.replace(text, "")
    return own


def _leaked(own: str, role: str) -> str:
    """A run of words that stands in the rubric or in the instructions."""
    words = _plain(own)
    runs = {tuple(words[i : i + _LEAKED_WORDS]) for i in range(len(words) - _LEAKED_WORDS + 1)}
    return " ".join(min(runs & _secrets(role), default=()))


@cache
def _secrets(role: str) -> frozenset[tuple[str, ...]]:
    is_builtin = role in {one.role for one in list_roles()}
    rubric = get_rubric(role) if is_builtin else None
    texts = [load_prompt().text]
    for competency in rubric.competencies if rubric else ():
        texts += [competency.definition, *competency.evidence, *competency.anchors]
    runs: set[tuple[str, ...]] = set()
    for text in texts:
        words = _plain(text)
        runs |= {tuple(words[i : i + _LEAKED_WORDS]) for i in range(len(words) - _LEAKED_WORDS + 1)}
    # The prompt shows how one acknowledges.
    example = _plain("You moved the billing service yourself, thanks.")
    return frozenset(run for run in runs if not set(run) <= set(example))


def _plain(text: str) -> list[str]:
    return re.sub(r"[^\w' ]+", " ", text.lower().replace("’", "'")).split()
