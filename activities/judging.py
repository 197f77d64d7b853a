"""Whether an answer sounds complete where the candidate has fallen silent."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from interview.audio.turn_end import TurnEndModel
from interview.domain.endpointing import Sound

__all__ = ["COMPLETE_ABOVE", "UNFINISHED_BELOW", "Judge"]

log = structlog.stdlib.get_logger(__name__)

# By what `make bench-turn-end` says of people's recordings: of as many halves as whole sentences
# the model is right four times of five above the one, and twice of three under the other. Between
# them it says nothing.
COMPLETE_ABOVE = 0.9
UNFINISHED_BELOW = 0.1


class Judge:
    """One of each process. Its threads are its own: decoding an answer waits for no judgement, and
    many pauses at once leave half of the processors to others. `load` is called in one of them."""

    def __init__(self, load: Callable[[], TurnEndModel]) -> None:
        threads = max(1, (os.cpu_count() or 1) // 2)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="turn-end")
        self._model = self._threads.submit(load)
        self._failed = False

    async def sound(self, pcm16: bytes) -> Sound | None:
        """None where it cannot tell. A cancelled call that has not begun costs nothing."""
        if self._failed:
            return None
        loop = asyncio.get_running_loop()
        try:
            model = await asyncio.shield(asyncio.wrap_future(self._model))
            probability = await loop.run_in_executor(self._threads, model.judge, pcm16)
        except Exception:  # whatever is wrong with it, answers end by silence alone
            if not self._failed:
                log.exception("turn_end.failed")
            self._failed = not self._model.done() or self._model.exception() is not None
            return None
        if probability > COMPLETE_ABOVE:
            return "complete"
        return "unfinished" if probability < UNFINISHED_BELOW else None
