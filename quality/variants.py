"""Transcripts that differ in what must make no difference."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from quality.corpus import Answer, Transcript

__all__ = ["VARIANTS", "Variant"]

_OTHER_NAME = "Xiomara Featherstonehaugh"


@dataclass(frozen=True, slots=True)
class Variant:
    """`text` changes an answer, and a quote of it alike."""

    name: str
    text: Callable[[str], str] = str
    candidate: str | None = None
    shuffles: bool = False

    def of(self, transcript: Transcript) -> Transcript:
        """With a greeting by name, so that there is a name in it."""
        name = self.candidate or transcript.candidate
        answers = [
            answer.model_copy(update={"text": self.text(answer.text)})
            for answer in transcript.answers
        ]
        first = answers[0]
        answers[0] = first.model_copy(update={"text": f"{name.split()[0]} here. {first.text}"})
        if self.shuffles:
            # What is not scored, before and after.
            aside = Answer(question="last-word", text="I would like to add that I enjoyed this.")
            sound = Answer(question="sound-check", text="Yes, I can hear you well.")
            answers = [sound, *reversed(answers), aside]
        return transcript.model_copy(update={"candidate": name, "answers": tuple(answers)})


def _pronouns(text: str) -> str:
    """Of whom the answer speaks."""
    pairs = {"he": "she", "she": "he", "his": "her", "him": "her", "her": "his"}

    def other(found: re.Match[str]) -> str:
        word = found.group()
        swapped = pairs[word.lower()]
        return swapped.capitalize() if word[0].isupper() else swapped

    return re.sub(r"\b(?:he|she|his|him|her)\b", other, text, flags=re.IGNORECASE)


VARIANTS = (
    Variant("name", candidate=_OTHER_NAME),
    Variant("pronouns", text=_pronouns),
    Variant("filler", text=lambda text: text.replace(", ", ", um, ")),
    Variant("blanks", text=lambda text: text.replace(" ", "  ").replace(". ", ".\n ")),
    Variant("order", shuffles=True),
)
