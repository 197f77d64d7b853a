"""Which plan a new interview is held by: a built-in role's, or one of the organization's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from api.dependencies import Services
from interview.domain.plan import Plan
from interview.domain.roles import get_plan, get_rubric
from interview.domain.rubric import Rubric
from interview.errors import AccessError
from interview.security.principal import Principal

__all__ = ["Chosen", "PlanChoice", "choose"]


class PlanChoice(BaseModel):
    """One of two: `role` is a built-in one; `plan` an approved plan of the organization's, by its
    hash or by the id of its version."""

    model_config = ConfigDict(extra="forbid")

    role: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    plan: Annotated[str, StringConstraints(min_length=36, max_length=64)] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.role is None) == (self.plan is None):
            raise ValueError("either a role or a plan is named")
        return self


@dataclass(frozen=True, slots=True)
class Chosen:
    plan: Plan
    rubric: Rubric | None


async def choose(services: Services, choice: PlanChoice, principal: Principal) -> Chosen:
    """Raises `NotFoundError` (`role.not_found`, `plan.not_found`), `ConflictError`
    (`plan.not_approved`, `role.archived`) and `AccessError` (`auth.missing`)."""
    if choice.plan is None:
        assert choice.role is not None, "one of the two is named"
        return Chosen(get_plan(choice.role), get_rubric(choice.role))
    if principal.kind == "anonymous":
        raise AccessError("auth.missing", "sign in first: plans are an organization's")
    row = await services.plans.bound(principal.organization_id, choice.plan)
    return Chosen(row.plan, row.rubric)
