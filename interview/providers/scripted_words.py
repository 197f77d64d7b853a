"""What the scripted interviewer understands and what it says. English; the plan's own words
are used in any language."""

from __future__ import annotations

import re
from enum import Enum, auto

__all__ = [
    "ACKNOWLEDGEMENTS",
    "NOTED",
    "PASSED",
    "SAYINGS",
    "THANKED",
    "Heard",
    "Kind",
    "asks_for_help",
    "hear",
    "kind_of",
    "says_done",
    "shortened",
    "word_count",
]

_SHORT = 25
"""Words: a request is short; the same words within a long answer are part of its story."""


class Heard(Enum):
    """What a candidate's words are, seen from the interview."""

    NOTHING = auto()
    REPEAT = auto()
    REPHRASE = auto()
    PASS = auto()
    STEERING = auto()
    THANKS = auto()
    QUESTION = auto()
    ANSWER = auto()


class Kind(Enum):
    """What sort of answer it was, without saying how good."""

    BRIEF = auto()
    FIGURES = auto()
    REASONS = auto()
    EXAMPLE = auto()
    TOGETHER = auto()
    WOULD = auto()
    STORY = auto()
    PLAIN = auto()


SAYINGS = {
    Heard.NOTHING: ("Sorry, I could not hear that.", "Let's go on."),
    Heard.REPEAT: ("Of course.", "Let's go on."),
    Heard.REPHRASE: ("Take it in whatever way fits your own experience.", "Let's go on."),
    Heard.STEERING: ("Let's stay with the question.", "Let's go on."),
}
"""(when the question is asked again, when that is not allowed any more)."""

PASSED = (
    "That's fine, we can leave it there.",
    "No problem, we move on.",
    "Okay, let's leave that one.",
)
THANKED = ("You're welcome.", "Sure.")
NOTED = ("I note that for the recruiter.", "I pass that question on to the recruiter.")

ACKNOWLEDGEMENTS: dict[Kind, tuple[str, ...]] = {
    Kind.BRIEF: ("Thanks.", "Okay, thank you.", "Thanks for that."),
    Kind.FIGURES: (
        "Thanks for putting figures to it.",
        "Thank you, I have the numbers down.",
        "Okay, noted with the figures.",
    ),
    Kind.REASONS: (
        "Thanks for giving your reasons.",
        "Okay, I see what led to that.",
        "Thank you for explaining why.",
    ),
    Kind.EXAMPLE: (
        "Thanks for the example.",
        "Okay, I have that example down.",
        "Thank you for describing that case.",
    ),
    Kind.TOGETHER: (
        "Thanks for describing how the team went about it.",
        "Okay, I see who was involved.",
        "Thank you for telling me how you worked together.",
    ),
    Kind.WOULD: (
        "Thanks for describing what you would do.",
        "Okay, I have your approach down.",
        "Thank you for thinking that through aloud.",
    ),
    Kind.STORY: (
        "Thanks for walking me through it.",
        "Okay, I could follow that.",
        "Thank you for telling me how that went.",
    ),
    Kind.PLAIN: ("Thanks, that's clear.", "Thank you, noted.", "Okay, I have that down."),
}

_REQUESTS = (
    (
        Heard.STEERING,
        r"\b(ignore|disregard|forget)\b.{0,40}\b(instructions?|prompt|rules)\b"
        r"|\b(system prompt|your (instructions|prompt|rubric)|rubric)\b"
        r"|\bhow (am i|are you) (being )?(rat|scor|grad)"
        r"|\b(give|award) me\b.{0,20}\b(score|points|rating)\b",
    ),
    (
        Heard.REPEAT,
        r"\b(repeat|say) (that|it|the question|this)?\b.{0,20}(again|once more|please|question)"
        r"|\brepeat (that|it|this|the question)\b|\bsay (that|it) again\b|\bcome again\b"
        r"|\bone more time\b|^(pardon|sorry|excuse me)( me)?$"
        r"|\b(didn't|did not|couldn't|could not) (quite )?(catch|hear|get) (that|you|it|the)\b"
        r"|\bwhat was the question\b",
    ),
    (
        Heard.REPHRASE,
        r"\bwhat (exactly )?do you mean\b|\brephrase\b|\bput (that|it) (differently|another way)\b"
        r"|\b(don't|do not|didn't|did not) (quite |really )?understand (the|that|your|what)\b"
        r"|\bclarify\b|\bexplain (the|that|your) question\b|\bnot sure what you(('re)| are| mean)",
    ),
    (
        Heard.PASS,
        r"^(well |um |uh |hm+ |honestly |sorry |i'm afraid )*"
        r"(i don't know|i do not know|no idea|i have no idea|not sure|i'm not sure)"
        r"( (really|at all|about that|honestly|sorry|to be honest))*$"
        r"|\b(skip|pass)( on)?( (this|that|it|the))?( one| question)?( please)?$|^pass\b"
        r"|\bnext question\b|\b(nothing|no example|nobody) comes to mind\b"
        r"|\b(can't|cannot|can not) (really )?think of\b|\b(i'd|i would) rather not\b"
        r"|^i don't know\b|\bi have no (answer|experience)\b",
    ),
    (Heard.THANKS, r"^(ok |okay |great |alright |all right |well )*(thank you|thanks)( .{0,24})?$"),
)
_WANTS_TO_KNOW = re.compile(r"\bi('d| would) (like|love) to (know|ask)\b|\b(may|can) i ask\b")
_PATTERNS = [(heard, re.compile(pattern)) for heard, pattern in _REQUESTS]

_DONE = re.compile(
    r"\b(i'm|i am|we're|we are) (all )?(done|finished|through|ready)\b"
    r"|\b(that's|that is|this is) (it|all|my solution|everything)\b"
    r"|\b(it|everything|the code) is (done|finished)\b|\blet's (move|go) on\b"
)
_NOT_DONE = re.compile(r"\b(not|nearly|almost|until|when|once|before|if) \b")
_HELP = re.compile(r"\b(hint|stuck|help me|any tip|no idea how)\b")

_NUMBER = re.compile(
    r"\d|\b(two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|forty|fifty|"
    r"hundred|thousand|million|percent|half|double[ds]?|twice)\b"
)
_KINDS = (
    (Kind.FIGURES, _NUMBER),
    (Kind.EXAMPLE, re.compile(r"\bfor (example|instance)\b|\bone time\b|\bonce\b")),
    (Kind.REASONS, re.compile(r"\bbecause\b|\bthe reason\b|\bso that\b|\bdecided\b|\bchose\b")),
    (Kind.WOULD, re.compile(r"\b(i'd|i would|we would|i will)\b")),
    (Kind.TOGETHER, re.compile(r"\b(team|together|colleagues?|we)\b")),
    (Kind.STORY, re.compile(r"\bi [a-z]+ed\b|\bi (was|had|led|built|wrote|made|took|did)\b")),
)


def hear(text: str) -> Heard:
    words = _plain(text)
    if not words:
        return Heard.NOTHING
    if len(words.split()) <= _SHORT:
        for heard, pattern in _PATTERNS:
            if pattern.search(words):
                return heard
    is_short = len(words.split()) <= _SHORT
    if is_short and (text.rstrip().endswith("?") or _WANTS_TO_KNOW.search(words)):
        return Heard.QUESTION
    return Heard.ANSWER


def says_done(text: str) -> bool:
    """With what they are writing."""
    words = _plain(text)
    found = _DONE.search(words)
    return found is not None and not _NOT_DONE.search(
        words[max(0, found.start() - 20) : found.end()]
    )


def asks_for_help(text: str) -> bool:
    return _HELP.search(_plain(text)) is not None


def kind_of(text: str) -> Kind:
    words = _plain(text)
    if len(words.split()) < 6:
        return Kind.BRIEF
    return next((kind for kind, pattern in _KINDS if pattern.search(words)), Kind.PLAIN)


def shortened(text: str, most: int) -> str:
    """The first `most` words of `text`, as one stretch without an end of a sentence."""
    said = re.sub(r"[.!?…]+(?=\s|$)", ",", text).split()
    return " ".join(said[:most]).rstrip(",;:")


def word_count(text: str) -> int:
    return len(_plain(text).split())


def _plain(text: str) -> str:
    lowered = text.lower().replace("’", "'")
    return " ".join(re.sub(r"[^\w' ]+", " ", lowered).split())
