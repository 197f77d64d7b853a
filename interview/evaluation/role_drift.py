"""What scoring a role's interviews once more has changed: competency by competency, and where."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pydantic import BaseModel

from interview.domain.evaluation.moves import moves
from interview.domain.evaluation.scores import total
from interview.domain.rubric import Competency
from interview.persistence.drifts import Scored, Side, Sides, Twice
from interview.persistence.reevaluations import ReevaluationRow
from interview.persistence.vocabulary import EvaluationState, Skipped

__all__ = ["CompetencyFigures", "Figures", "InterviewDrift", "RoleDrift", "role_drift"]

METHOD = (
    "Scores are the models' own; what people said instead is left out of both sides. A change is "
    "the new score less the old one, of interviews where both sides score the competency. Bands: "
    "below 3, 3, above 3; a median between two levels counts as the upper one. Kappa is Cohen's "
    "with quadratic weights, over the levels; null where one score alone was given. An interview "
    "now needs a human where the new side leaves something to a person that the old one did not."
)


class Figures(BaseModel):
    """See `moves`: `mean_change` and so on of `count` pairs. `now_scored` and `no_longer_scored`
    have a score on one side alone. `now_needs_human`: of interviews."""

    count: int
    mean_change: float | None
    mean_absolute_change: float | None
    largest_change: float | None
    crossed_band: float | None
    kappa: float | None
    now_scored: int
    no_longer_scored: int
    now_needs_human: int


class CompetencyFigures(Figures):
    competency_id: str
    name: str


class InterviewDrift(BaseModel):
    """`state` is null while its new evaluation is not begun. Totals are weighted by each side's
    own rubric. `largest_change` is of one competency, that of `largest_in`."""

    interview_id: str
    based_on: int
    number: int | None
    state: EvaluationState | None
    skipped: Skipped | None
    old_total: float | None
    new_total: float | None
    largest_change: float | None
    largest_in: str | None
    crossed_band: bool
    now_needs_human: bool


class RoleDrift(BaseModel):
    """`compared` interviews have both sides; `hidden` ones are left out of everything: whoever
    asks has not rated them yet. `models` and `prompts`: who answered, and by what words."""

    reevaluation: ReevaluationRow
    old_models: tuple[str, ...]
    new_models: tuple[str, ...]
    old_prompts: tuple[str, ...]
    new_prompts: tuple[str, ...]
    compared: int
    hidden: int
    overall: Figures
    competencies: tuple[CompetencyFigures, ...]
    interviews: tuple[InterviewDrift, ...]
    method: str = METHOD


def role_drift(row: ReevaluationRow, sides: Sides, open_ids: Collection[str]) -> RoleDrift:
    """Of the interviews among `open_ids`; those furthest from what they were come first."""
    shown = [one for one in sides.interviews if one.interview_id in open_ids]
    compared = [one for one in shown if one.new is not None and _is_over(one.new)]
    names = _names(shown, sides)
    interviews = [_interview(one, sides) for one in shown]
    interviews.sort(key=lambda one: (-abs(one.largest_change or 0.0), one.interview_id))
    return RoleDrift(
        reevaluation=row,
        old_models=sides.models[0],
        new_models=sides.models[1],
        old_prompts=_prompts([one.old for one in shown]),
        new_prompts=_prompts([one.new for one in shown if one.new is not None]),
        compared=len(compared),
        hidden=len(sides.interviews) - len(shown),
        overall=_figures(compared, names),
        competencies=tuple(
            CompetencyFigures(
                competency_id=competency_id,
                name=name,
                **_figures(compared, [competency_id]).model_dump(),
            )
            for competency_id, name in names.items()
        ),
        interviews=tuple(interviews),
    )


def _is_over(side: Side) -> bool:
    return side.state in ("done", "pending")


def _names(shown: Sequence[Twice], sides: Sides) -> dict[str, str]:
    """By competency, as the rubrics order and name them: the new ones first."""
    names: dict[str, str] = {}
    for one in (*(one.new for one in shown), *(one.old for one in shown)):
        if one is None:
            continue
        for competency in _competencies(one, sides):
            if competency.competency_id in one.scores:
                names.setdefault(competency.competency_id, competency.name)
    return names


def _competencies(side: Side, sides: Sides) -> tuple[Competency, ...]:
    rubric = sides.rubrics.get(side.rubric_hash or "")
    return () if rubric is None else rubric.competencies


def _prompts(found: Sequence[Side]) -> tuple[str, ...]:
    return tuple(sorted({side.prompt for side in found if side.prompt is not None}))


def _figures(compared: Sequence[Twice], names: Collection[str]) -> Figures:
    found = [(_of(one.old, name), _of(one.new, name)) for one in compared for name in names]
    moved = moves([(old, new) for old, new in found if old is not None and new is not None])
    return Figures(
        count=moved.count,
        mean_change=moved.mean,
        mean_absolute_change=moved.mean_absolute,
        largest_change=moved.largest,
        crossed_band=moved.crossed,
        kappa=moved.kappa,
        now_scored=sum(old is None and new is not None for old, new in found),
        no_longer_scored=sum(old is not None and new is None for old, new in found),
        now_needs_human=sum(_now_needs_human(one, names) for one in compared),
    )


def _of(side: Side | None, name: str) -> float | None:
    scored = None if side is None else side.scores.get(name)
    return None if scored is None else scored.score


def _now_needs_human(one: Twice, names: Collection[str]) -> bool:
    new = {} if one.new is None else one.new.scores
    return any(
        _needs_human(new.get(name)) and not _needs_human(one.old.scores.get(name)) for name in names
    )


def _needs_human(scored: Scored | None) -> bool:
    return scored is not None and (scored.human or scored.unscored == "pending")


def _interview(one: Twice, sides: Sides) -> InterviewDrift:
    new = one.new if one.new is not None and _is_over(one.new) else None
    pairs = {
        name: (old.score, after)
        for name, old in one.old.scores.items()
        if old.score is not None and (after := _of(new, name)) is not None
    }
    largest_in = max(pairs, key=lambda name: abs(pairs[name][1] - pairs[name][0]), default=None)
    return InterviewDrift(
        interview_id=one.interview_id,
        based_on=one.old.number,
        number=None if one.new is None else one.new.number,
        state=None if one.new is None else one.new.state,
        skipped=one.skipped,
        old_total=_total(one.old, sides),
        new_total=None if new is None else _total(new, sides),
        largest_change=None if largest_in is None else pairs[largest_in][1] - pairs[largest_in][0],
        largest_in=largest_in,
        crossed_band=bool(moves(list(pairs.values())).crossed),
        now_needs_human=new is not None and _now_needs_human(one, new.scores),
    )


def _total(side: Side, sides: Sides) -> float | None:
    rubric = sides.rubrics.get(side.rubric_hash or "")
    if rubric is None:
        return None
    return total(rubric, {name: one.score for name, one in side.scores.items()}).score
