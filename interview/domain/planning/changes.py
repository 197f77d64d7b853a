"""What differs between two versions of a plan."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from interview.domain.content import Content
from interview.domain.plan import Plan
from interview.domain.planning.draft import Draft

__all__ = ["Change", "PlanChanges", "changes"]

_TEXTS = ("title", "language", "greeting", "closing")


class Change(BaseModel):
    """`moved`: its words are the same, and its place among its fellows, or its phase, is not.
    `fields` are those that differ, of one that was changed."""

    model_config = ConfigDict(frozen=True)

    item_id: str
    kind: Literal["added", "removed", "changed", "moved"]
    fields: tuple[str, ...] = ()


class PlanChanges(BaseModel):
    """`texts`: which of the plan's own fields, and `phase.field` of a phase's."""

    model_config = ConfigDict(frozen=True)

    texts: tuple[str, ...]
    questions: tuple[Change, ...]
    competencies: tuple[Change, ...]


def changes(before: Draft, after: Draft) -> PlanChanges:
    phases = zip(before.plan.phases, after.plan.phases, strict=True)
    return PlanChanges(
        texts=(
            *(name for name in _TEXTS if getattr(before.plan, name) != getattr(after.plan, name)),
            *(
                f"{old.phase.value}.{name}"
                for old, new in phases
                for name in ("budget_s", "opening")
                if getattr(old, name) != getattr(new, name)
            ),
        ),
        questions=_between(_questions(before.plan), _questions(after.plan)),
        competencies=_between(_competencies(before), _competencies(after)),
    )


Items = dict[str, tuple[str, Content]]
"""By id, in their order: the group that each stands in, and itself."""


def _questions(plan: Plan) -> Items:
    return {q.question_id: (p.phase.value, q) for p in plan.phases for q in p.questions}


def _competencies(draft: Draft) -> Items:
    found = draft.rubric.competencies if draft.rubric else ()
    return {competency.competency_id: ("", competency) for competency in found}


def _between(before: Items, after: Items) -> tuple[Change, ...]:
    # Only among those that stayed: what comes between two others has not moved them.
    old = [item_id for item_id in before if item_id in after]
    new = [item_id for item_id in after if item_id in before]
    moved = {item_id for item_id, was in zip(new, old, strict=True) if item_id != was}
    found: list[Change] = []
    for item_id, (group, item) in after.items():
        if item_id not in before:
            found.append(Change(item_id=item_id, kind="added"))
            continue
        was_in, was = before[item_id]
        if fields := tuple(n for n in type(item).model_fields if _field(was, n) != _field(item, n)):
            found.append(Change(item_id=item_id, kind="changed", fields=fields))
        elif group != was_in or item_id in moved:
            found.append(Change(item_id=item_id, kind="moved"))
    found += [Change(item_id=one, kind="removed") for one in before if one not in after]
    return tuple(found)


def _field(item: Content, name: str) -> object:
    return getattr(item, name)
