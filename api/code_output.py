"""What of the output of runs a connection was told: what tells it again says nothing new."""

from __future__ import annotations

from interview.protocol.server import CodeOutput

__all__ = ["CODE_OUTPUT", "OutputTold"]

CODE_OUTPUT = b'{"type":"code_output"'
"""How it begins on the stream."""
_MOST_RUNS = 8


class OutputTold:
    def __init__(self) -> None:
        self._runs: dict[str, tuple[int, int]] = {}
        """By run: its newest attempt, and how many characters of that are known."""

    def is_known(self, data: bytes) -> bool:
        """All of it; what is known in part is for the client to cut."""
        message = CodeOutput.model_validate_json(data)
        attempt, known = self._runs.pop(message.run_id, (0, 0))
        end = message.start + len(message.text)
        is_known = message.attempt < attempt or (message.attempt == attempt and end <= known)
        self._runs[message.run_id] = (attempt, known) if is_known else (message.attempt, end)
        if len(self._runs) > _MOST_RUNS:
            del self._runs[next(iter(self._runs))]
        return is_known
