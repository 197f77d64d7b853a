"""What a run's pod says in its log, from its first line to its last, whatever becomes of the
connections it is read by."""

from __future__ import annotations

from contextlib import aclosing

from interview.domain.code_runs import clean
from interview.sandbox.bubblewrap.job import DONE, FAILED, STDERR, STDOUT, STEP, StepEnd
from interview.sandbox.kubernetes.client import ApiServer, ClusterFailure
from interview.sandbox.kubernetes.lines import Line, opened
from interview.sandbox.outcome import Outcome
from interview.security.seal import Cipher

__all__ = ["Journal"]


class Journal:
    """Of one run: each line is heard once, however often the log is read."""

    def __init__(self, api: ApiServer, cipher: Cipher, outcome: Outcome) -> None:
        self._api = api
        self._cipher = cipher
        self._outcome = outcome
        self.heard = 0
        """Lines."""
        self.over = False

    async def read(self, pod: str, *, follow: bool) -> None:
        """Until the log ends, or all has been said. Raises `ClusterFailure`."""
        async with aclosing(self._api.log(pod, follow=follow)) as lines:
            async for text in lines:
                line = opened(self._cipher, text)
                if line is None or line.index < self.heard:
                    continue
                if line.index > self.heard:
                    raise ClusterFailure("a part of its log is lost")
                self.heard += 1
                self._hear(line)
                if self.over:
                    return

    def _hear(self, line: Line) -> None:
        if line.kind in (STDOUT, STDERR):
            self._outcome.wrote(line.case, line.kind, line.body)
        elif line.kind == STEP:
            self._outcome.ended(line.case, StepEnd.decoded(line.body))
        elif line.kind == FAILED:
            raise ClusterFailure(clean(line.body))
        elif line.kind == DONE:
            self.over = True
