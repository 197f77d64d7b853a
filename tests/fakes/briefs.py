"""Briefs and conversations for tests of language models."""

from __future__ import annotations

from interview.domain.directives import Brief, Destination, Directive, Standing
from interview.domain.phases import Phase
from interview.domain.plan import Question
from interview.ports import Line, ReplyRequest

__all__ = ["QUESTION", "a_brief", "a_request"]

QUESTION = Question(
    question_id="migration",
    text="Tell me about a system you moved from one platform to another.",
    probes=("What did you do yourself?", "How did you measure the result?"),
    max_follow_ups=2,
)


def a_brief(
    *allowed: Directive,
    onward: Directive = Directive.NEXT_QUESTION,
    follow_ups_used: int = 0,
    language: str = "en",
    question: Question = QUESTION,
    phase: Phase = Phase.MAIN_QUESTIONS,
) -> Brief:
    """Everything is allowed unless named."""
    here = Standing(
        phase=phase,
        question_id=question.question_id,
        question_text=question.text,
        question_number=3,
        question_count=8,
        budget_left_s=300.0,
    )
    there = here.model_copy(update={"question_id": "next", "question_text": "What then?"})
    return Brief(
        role_title="Software engineer",
        candidate_name="Ada",
        language=language,
        standing=here,
        question=question,
        onward=Destination(directive=onward, standing=there, lines=("What then?",)),
        allowed=allowed or (onward, Directive.FOLLOW_UP, Directive.REPROMPT, Directive.RETURN),
        follow_ups_used=follow_ups_used,
        follow_ups_left=2 - follow_ups_used,
    )


def a_request(
    answer: str = "I moved the billing service.",
    *,
    brief: Brief | None = None,
    already_said: tuple[str, ...] = (),
    directive: Directive | None = None,
    before: tuple[Line, ...] = (),
) -> ReplyRequest:
    return ReplyRequest(
        brief=brief or a_brief(),
        conversation=(*before, Line("interviewer", QUESTION.text), Line("candidate", answer)),
        already_said=already_said,
        directive=directive,
    )
