"""Plans of every size, for interviews that nobody hears."""

from __future__ import annotations

from interview.domain.coding import CodeTest, CodingTask, Starter
from interview.domain.phases import SPOKEN_PHASES, Phase
from interview.domain.plan import PhasePlan, Plan, Question

__all__ = ["make_coding_plan", "make_plan"]


def make_plan(
    *,
    introduction: int = 1,
    warmup: int = 1,
    main: int = 1,
    wrap_up: int = 1,
    follow_ups: int = 0,
    budget_s: float = 600.0,
    time_limit_s: float | None = None,
    optional: tuple[int, ...] = (),
) -> Plan:
    """Question ids are `introduction-1`, `main-questions-2` and so on; main questions may be
    followed up `follow_ups` times within `time_limit_s`, and those numbered in `optional` left
    out. Every phase gets `budget_s`."""
    counts = dict(zip(SPOKEN_PHASES, (introduction, warmup, main, wrap_up), strict=True))
    return Plan(
        role="tester",
        title="Tester",
        greeting="Hello{name}.",
        closing="Goodbye{name}.",
        phases=tuple(
            PhasePlan(
                phase=phase,
                budget_s=budget_s,
                opening="" if phase is Phase.INTRODUCTION else f"Now {phase.label}.",
                questions=tuple(
                    _question(phase, n, follow_ups, time_limit_s, n in optional)
                    for n in range(1, count + 1)
                ),
            )
            for phase, count in counts.items()
        ),
    )


def make_coding_plan() -> Plan:
    """Its first question is a task."""
    task = CodingTask(
        title="Echo",
        statement="Write what you read.",
        starters=(Starter(language="python", code="print(input())"),),
        visible_tests=(CodeTest(name="shown", stdin="a", expected="a"),),
    )
    plan = make_plan()
    first, *phases = plan.phases
    question = first.questions[0].model_copy(update={"coding": task})
    coding = first.model_copy(update={"questions": (question,)})
    return plan.model_copy(update={"phases": (coding, *phases)})


def _question(
    phase: Phase, number: int, follow_ups: int, time_limit_s: float | None, optional: bool
) -> Question:
    is_main = phase is Phase.MAIN_QUESTIONS
    probed = follow_ups if is_main else 0
    return Question(
        question_id=f"{phase.value.replace('_', '-')}-{number}",
        text=f"{phase.label} {number}?",
        probes=tuple(f"probe {n}?" for n in range(1, probed + 1)),
        max_follow_ups=probed,
        time_limit_s=time_limit_s if is_main else None,
        optional=is_main and optional,
    )
