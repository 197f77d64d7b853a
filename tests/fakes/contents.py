"""Plans and rubrics to change one thing of, and strategies for any of them."""

from __future__ import annotations

from hypothesis import strategies as st

from interview.domain.phases import Phase
from interview.domain.plan import PhasePlan, Plan, Question
from interview.domain.rubric import Competency, Rubric

__all__ = ["a_competency", "a_plan", "a_rubric", "competencies", "plans", "rubrics"]

_ids = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
_words = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn")), min_size=12, max_size=60
).filter(lambda text: len(text.split()) > 0)
_limits = st.none() | st.floats(min_value=1, max_value=3600)


def a_competency(competency_id: str = "care", **changed: object) -> Competency:
    values: dict[str, object] = {
        "competency_id": competency_id,
        "name": competency_id.title(),
        "definition": "Does with care what is to be done.",
        "evidence": ("A thing that was done.",),
        "anchors": tuple(f"Did it in the manner of level {score}." for score in range(1, 6)),
    }
    return Competency.model_validate(values | changed)


def a_rubric(*competency_ids: str) -> Rubric:
    return Rubric(competencies=tuple(a_competency(c) for c in competency_ids or ("care",)))


def a_plan(*main: Question, rubric: Rubric | None = None, budget_s: float = 600.0) -> Plan:
    """One question a phase, and the `main` ones."""

    def phase(phase: Phase, *questions: Question) -> PhasePlan:
        own = Question(question_id=phase.value.replace("_", "-"), text="Well?")
        return PhasePlan(phase=phase, budget_s=budget_s, questions=questions or (own,))

    return Plan(
        role="tester",
        title="Tester",
        greeting="Hello{name}.",
        closing="Goodbye{name}.",
        phases=(
            phase(Phase.INTRODUCTION),
            phase(Phase.WARMUP),
            phase(Phase.MAIN_QUESTIONS, *main),
            phase(Phase.WRAP_UP),
        ),
        rubric=rubric.reference() if rubric else None,
    )


@st.composite
def competencies(draw: st.DrawFn, competency_id: str) -> Competency:
    return Competency(
        competency_id=competency_id,
        name=draw(_words),
        definition=draw(_words),
        evidence=tuple(draw(st.lists(_words, min_size=1, max_size=3))),
        anchors=tuple(f"{score}: {draw(_words)}" for score in range(1, 6)),
        weight=draw(st.floats(min_value=0.1, max_value=10)),
    )


@st.composite
def rubrics(draw: st.DrawFn) -> Rubric:
    ids = draw(st.lists(_ids, min_size=1, max_size=4, unique=True))
    return Rubric(competencies=tuple(draw(competencies(c)) for c in ids))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Each competency of some rubric has a scored question, and others stand between them."""
    rubric = draw(rubrics())
    main: list[Question] = []
    for number, competency in enumerate(rubric.competencies):
        probes = tuple(draw(st.lists(_words, max_size=3)))
        main.append(
            Question(
                question_id=f"scored-{number}",
                text=draw(_words),
                probes=probes,
                max_follow_ups=draw(st.integers(0, 5)),
                competencies=(competency.competency_id,),
                scored=True,
                time_limit_s=draw(_limits),
            )
        )
        if draw(st.booleans()):
            main.append(
                Question(
                    question_id=f"tailored-{number}",
                    text=draw(_words),
                    optional=draw(st.booleans()),
                    time_limit_s=draw(_limits),
                )
            )
    return a_plan(*main, rubric=rubric, budget_s=draw(st.floats(min_value=1, max_value=3600)))
