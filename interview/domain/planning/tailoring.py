"""Questions for one candidate among those for everybody: beside the score, and only with time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, ValidationError

from interview.domain.content import Content, Identifier, Words
from interview.domain.phases import Phase
from interview.domain.plan import PhasePlan, Plan, Question
from interview.domain.planning.draft import PROBE_PREFIX, invalid_plan
from interview.errors import InvalidInputError

__all__ = ["MAX_PROBES", "PROBE_S", "Probe", "tailored"]

MAX_PROBES = 5
PROBE_S = 90.0
"""One answer, which is not followed up."""


class Probe(Content):
    """Asked after a main question, about something the candidate's own résumé says."""

    after: Identifier
    """Id of that question."""
    text: Annotated[Words, Field(min_length=1, max_length=300)]
    because: Annotated[Words, Field(max_length=300)] = ""
    """What in the résumé it is about: for the recruiter, never said."""


def tailored(plan: Plan, probes: Sequence[Probe]) -> Plan:
    """`plan` with these probes and no others: whatever was fitted in before is taken out. What
    everybody is asked stays, in its order. Raises `InvalidInputError` (`tailoring.invalid`)."""
    if len(probes) > MAX_PROBES:
        raise InvalidInputError("tailoring.invalid", f"at most {MAX_PROBES} probes are added")
    main = plan.phase(Phase.MAIN_QUESTIONS)
    core = [q for q in main.questions if not _is_probe(q)]
    if not {probe.after for probe in probes} <= {question.question_id for question in core}:
        raise InvalidInputError("tailoring.invalid", "a probe follows a main question of the plan")
    added = list(enumerate(probes, 1))
    questions: list[Question] = []
    for question in core:
        questions.append(question)
        questions += [_question(n, p) for n, p in added if p.after == question.question_id]
    try:
        changed = PhasePlan.model_validate({**dict(main), "questions": tuple(questions)})
        phases = tuple(changed if p.phase is main.phase else p for p in plan.phases)
        return Plan.model_validate({**dict(plan), "phases": phases})
    except ValidationError as error:
        raise InvalidInputError("tailoring.invalid", invalid_plan(error).message) from None


def _question(number: int, probe: Probe) -> Question:
    return Question(
        question_id=f"{PROBE_PREFIX}{number}",
        text=probe.text,
        optional=True,
        time_limit_s=PROBE_S,
    )


def _is_probe(question: Question) -> bool:
    return question.optional and question.question_id.startswith(PROBE_PREFIX)
