"""A reply that goes on after a retry must not say again what was spoken before it."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["Continuation"]


class Continuation:
    """Removes sentences already said from the beginning of a continued reply.

    Models are told to go on after them and mostly do; some begin again, with all of them or
    with the last. Text is held back only as long as it may be such a repetition.
    """

    def __init__(self, already_said: Sequence[str]) -> None:
        self._repetitions = [
            _plain(" ".join(already_said[first:])) for first in range(len(already_said))
        ]
        self._held = ""

    def feed(self, text: str) -> str:
        """What is new in it; may be empty."""
        if not self._repetitions:
            return text
        self._held += text
        plain = _plain(self._held)
        possible = [said for said in self._repetitions if _agree(said, plain)]
        if not possible:
            return self.finish()
        longest = max(map(len, possible))
        if len(plain) > longest:
            self._held = _after(self._held, longest)
            return self.finish()
        return ""

    def finish(self) -> str:
        """What was held back and is no repetition."""
        held, self._held = self._held, ""
        repeated, self._repetitions = _plain(held) in self._repetitions, []
        return "" if repeated else held


def _agree(said: str, plain: str) -> bool:
    return said.startswith(plain) or plain.startswith(said)


def _plain(text: str) -> str:
    return "".join(char.casefold() for char in text if char.isalnum())


def _after(text: str, plain_length: int) -> str:
    """`text` without the sentences that make up its first `plain_length` plain characters; all
    of it when no sentence ends there."""
    seen = 0
    ended = False
    for at, char in enumerate(text):
        if seen >= plain_length:
            ended = ended or char in ".!?…"
            if char.isalnum():
                return text[at:] if ended else text
        seen += len(_plain(char))
    return ""
