"""The interviewer's prompt: fixed instructions in a file, everything else as delimited data.

The order is for prompt caches, which work on equal beginnings: instructions (equal for all),
the interview (equal for its turns), the conversation (only grows), the brief (changes).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from interview.domain.directives import Brief, Directive
from interview.ports import Line, ReplyRequest

__all__ = ["InterviewerPrompt", "Rendered", "allowed_directives", "load_prompt"]

_MOST_OUTPUT = 1_000
"""Characters of an output."""
_FILE = Path(__file__).parent / "prompts" / "interviewer.md"

_ONWARD = {
    Directive.NEXT_QUESTION: "the system reads the next question of this part",
    Directive.ADVANCE_PHASE: "the system opens the next part of the interview",
    Directive.CLOSE: "the system says goodbye and what happens next",
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A request's text. `system` and the first of `blocks` never change within an interview;
    `blocks` is the conversation and only grows; `brief` belongs to this reply."""

    system: str
    blocks: tuple[str, ...]
    brief: str

    @property
    def user(self) -> str:
        return "\n".join((*self.blocks, self.brief))


@dataclass(frozen=True, slots=True)
class InterviewerPrompt:
    """`sha256` is over the file."""

    text: str
    version: int
    sha256: str

    @property
    def name(self) -> str:
        """Goes into the audit of every reply: the version, and what tells two of one apart."""
        return f"{self.version}-{self.sha256[:12]}"

    def render(self, request: ReplyRequest) -> Rendered:
        closing = "</conversation>"
        return Rendered(
            system=self.text,
            blocks=self.beginning(request.brief, request.conversation),
            brief=f"{closing}\n{_brief(request)}",
        )

    def beginning(self, brief: Brief, conversation: Sequence[Line]) -> tuple[str, ...]:
        """The part known before the answer is: what `warm` primes a cache with."""
        interview = (
            f"<interview role={quoteattr(brief.role_title)} "
            f"candidate={quoteattr(brief.candidate_name)} language={quoteattr(brief.language)}/>\n"
            f"{_job(brief)}<conversation>"
        )
        return (interview, *(_line(line) for line in conversation))


def load_prompt() -> InterviewerPrompt:
    data = _FILE.read_bytes()
    head, _, text = data.decode().partition("\n\n")
    return InterviewerPrompt(
        text=text.strip(),
        version=int(head.removeprefix("version:")),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def allowed_directives(request: ReplyRequest) -> tuple[Directive, ...]:
    """What may be chosen: after a retry only what was chosen before it."""
    return (request.directive,) if request.directive else request.brief.allowed


def _job(brief: Brief) -> str:
    return f"<job_description>{escape(brief.job)}</job_description>\n" if brief.job else ""


def _line(line: Line) -> str:
    text = escape(line.text.strip()) or "(nothing could be heard)"
    return f"<line speaker={quoteattr(line.speaker)}>{text}</line>"


def _task(brief: Brief) -> list[str]:
    task = brief.question.coding
    return [] if task is None else [f"<task>{escape(task.statement)}</task>"]


def _code(request: ReplyRequest) -> list[str]:
    """Data: the candidate's words, whatever they look like."""
    code = request.code
    if code is None:
        return []
    lines = [f"<code language={quoteattr(code.language)}>\n{escape(code.text)}\n</code>"]
    if (report := code.report) is not None:
        kind = "tests" if code.with_tests else "by itself"
        lines.append(f"<run kind={quoteattr(kind)} verdict={quoteattr(report.verdict)}>")
        lines += [
            f"<test name={quoteattr(test.name)} verdict={quoteattr(test.verdict)}>"
            f"{escape(_cut(test.stdout + test.stderr))}</test>"
            for test in report.tests
        ]
        if report.hidden_total:
            lines.append(f"<hidden passed='{report.hidden_passed}' of='{report.hidden_total}'/>")
        lines += [
            f"<{name}>{escape(_cut(text))}</{name}>"
            for name, text in (
                ("compiler", report.compiler),
                ("stdout", report.stdout),
                ("stderr", report.stderr),
            )
            if text
        ]
        lines.append("</run>")
    return lines


def _cut(output: str) -> str:
    return output if len(output) <= _MOST_OUTPUT else f"{output[:_MOST_OUTPUT]} [...]"


def _brief(request: ReplyRequest) -> str:
    brief = request.brief
    allowed = allowed_directives(request)
    used = brief.question.probes[: brief.follow_ups_used]
    left = brief.question.probes[brief.follow_ups_used :]
    lines = [
        "<brief>",
        f"<question>{escape(brief.question.text)}</question>",
        *_task(brief),
        *_code(request),
        *(f"<probe asked='yes'>{escape(probe)}</probe>" for probe in used),
        *(f"<probe>{escape(probe)}</probe>" for probe in left if Directive.FOLLOW_UP in allowed),
        f"<allowed>{', '.join(allowed)}</allowed>",
    ]
    if Directive.CONFIRM in allowed:
        lines.append("<heard confidence='low'/>")
    if Directive.FOLLOW_UP in allowed:
        lines.append(f"<follow_ups_left>{brief.follow_ups_left}</follow_ups_left>")
    if brief.onward.directive in allowed:
        after = _ONWARD[brief.onward.directive]
        lines.append(f"<after directive='{brief.onward.directive}'>{after}</after>")
    if request.opener:
        lines.append(f"<opener>{escape(request.opener)}</opener>")
    if request.already_said:
        said = escape(" ".join(request.already_said))
        lines.append(f"<already_said>{said}</already_said>")
    return "\n".join((*lines, "</brief>"))
