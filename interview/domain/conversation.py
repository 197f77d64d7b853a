"""What was said, and what of it was heard."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

__all__ = ["SpokenSentence", "heard_text"]


class SpokenSentence(BaseModel):
    """One sentence of an utterance and the stretch of its sound, in ms from its beginning.

    `start_ms == end_ms` where a sentence was shown and has no sound.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    start_ms: int
    end_ms: int


def heard_text(sentences: Sequence[SpokenSentence], heard_ms: int) -> str:
    """What a candidate heard who interrupted after `heard_ms`: the sentences played to their
    end, and of the one that was cut the words its sound had reached.

    Speech is taken to run evenly over the characters of a sentence; a word counts once all
    of it was played. The result is empty when the sound had hardly begun.
    """
    heard: list[str] = []
    for sentence in sentences:
        if sentence.end_ms <= heard_ms:
            heard.append(sentence.text.strip())
            continue
        if sentence.start_ms < heard_ms:
            played = (heard_ms - sentence.start_ms) / (sentence.end_ms - sentence.start_ms)
            heard.append(_leading_words(sentence.text.strip(), played))
        break
    return " ".join(part for part in heard if part)


def _leading_words(text: str, share: float) -> str:
    """The whole words within the first `share` (0..1) of `text`."""
    reached = share * len(text)
    end = 0
    for word in text.split():
        word_end = text.index(word, end) + len(word)
        if word_end > reached:
            break
        end = word_end
    return text[:end]
