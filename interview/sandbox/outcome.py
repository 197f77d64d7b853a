"""What a supervisor tells of a run, step by step, and what it comes to."""

from __future__ import annotations

import codecs
from collections import defaultdict

from interview.domain.code_runs import CaseResult, Ending, OutputPiece, Run, RunResult, clean
from interview.sandbox.bubblewrap.job import COMPILING, STDERR, STDOUT, StepEnd
from interview.sandbox.bubblewrap.languages import Toolchain
from interview.sandbox.port import OutputSink

__all__ = ["Outcome"]


class Outcome:
    """Of one run. Output goes to `output` as it comes, and is kept whole."""

    def __init__(self, run: Run, toolchain: Toolchain, backend: str, output: OutputSink) -> None:
        self._run = run
        self._toolchain = toolchain
        self._backend = backend
        self._output = output
        self._ends: dict[int, StepEnd] = {}
        self._whole: defaultdict[tuple[int, bytes], bytearray] = defaultdict(bytearray)
        self._decoders: defaultdict[tuple[int, bytes], codecs.IncrementalDecoder] = defaultdict(
            lambda: codecs.getincrementaldecoder("utf-8")("replace")
        )

    def wrote(self, case: int, stream: bytes, body: bytes) -> None:
        self._whole[case, stream] += body
        if text := clean(self._decoders[case, stream].decode(body)):
            self._output(
                OutputPiece(
                    case=None if case == COMPILING else case,
                    stream="stdout" if stream == STDOUT else "stderr",
                    text=text,
                )
            )

    def ended(self, case: int, end: StepEnd) -> None:
        self._ends[case] = end

    def cut_short(self, end: StepEnd) -> None:
        """Something ended the step that ran, and with it all that were to follow."""
        if self._toolchain.compile and COMPILING not in self._ends:
            self._ends[COMPILING] = end
        for case in range(len(self._run.inputs)):
            self._ends.setdefault(case, end)

    def result(self) -> RunResult:
        """Every step has ended."""
        compiled = self._ends.get(COMPILING)
        compiler = self._text(COMPILING, STDERR) + self._text(COMPILING, STDOUT)
        if compiled is not None and (compiled.limit or compiled.status != 0):
            if compiled.limit:
                compiler += f"\nstopped: {compiled.limit.replace('_', ' ')} while compiling\n"
            return RunResult(
                ending="compile_error",
                compiler=compiler,
                compile_ms=compiled.wall_ms,
                backend=self._backend,
            )
        return RunResult(
            ending="finished",
            cases=tuple(self._case(at) for at in range(len(self._run.inputs))),
            compiler=compiler,
            compile_ms=compiled.wall_ms if compiled else 0,
            backend=self._backend,
        )

    def _case(self, at: int) -> CaseResult:
        end = self._ends[at]
        return CaseResult(
            ending=self._ending(end, self._text(at, STDERR)),
            exit_status=end.status,
            stdout=self._text(at, STDOUT),
            stderr=self._text(at, STDERR),
            wall_ms=end.wall_ms,
            cpu_ms=end.cpu_ms,
            memory_bytes=end.memory_bytes,
        )

    def _text(self, case: int, stream: bytes) -> str:
        return clean(bytes(self._whole[case, stream]))

    def _ending(self, end: StepEnd, stderr: str) -> Ending:
        match end.limit:
            case "time_limit" | "memory_limit" | "output_limit":
                return end.limit
            case _ if end.status == 0:
                return "finished"
            case _ if self._toolchain.out_of_memory in stderr:
                return "memory_limit"
            case _ if end.memory_bytes >= self._run.limits.memory_bytes * 0.95:
                return "memory_limit"
            case _:
                return "runtime_error"
