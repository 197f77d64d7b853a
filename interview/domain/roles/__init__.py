"""The built-in interviews."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from interview.domain.plan import Plan
from interview.domain.roles.coding import coding
from interview.domain.roles.customer_support import CUSTOMER_SUPPORT
from interview.domain.roles.data_analyst import DATA_ANALYST
from interview.domain.roles.demo import DEMO
from interview.domain.roles.frame import Role
from interview.domain.roles.general_behavioural import GENERAL_BEHAVIOURAL
from interview.domain.roles.nursing import NURSING
from interview.domain.roles.product_manager import PRODUCT_MANAGER
from interview.domain.roles.sales import SALES
from interview.domain.roles.software_engineer import SOFTWARE_ENGINEER
from interview.domain.roles.teaching import TEACHING
from interview.domain.rubric import Rubric, rubric_hash
from interview.errors import NotFoundError

__all__ = ["DEFAULT_ROLE", "RoleSummary", "builtin_rubric", "get_plan", "get_rubric", "list_roles"]

DEFAULT_ROLE = SOFTWARE_ENGINEER.plan.role
"""Of an interview that is entered without having been created, as version 1 allows."""


@cache
def _roles() -> dict[str, Role]:
    roles = (
        SOFTWARE_ENGINEER,
        DATA_ANALYST,
        PRODUCT_MANAGER,
        CUSTOMER_SUPPORT,
        SALES,
        NURSING,
        TEACHING,
        GENERAL_BEHAVIOURAL,
        coding(),
        DEMO,
    )
    return {role.plan.role: role for role in roles}


class RoleSummary(BaseModel):
    """What a candidate sees before choosing."""

    model_config = ConfigDict(frozen=True)

    role: str
    title: str
    description: str
    minutes: int
    questions: int


def get_plan(role: str) -> Plan:
    """Raises `NotFoundError` (`role.not_found`)."""
    return _role(role).plan


def get_rubric(role: str) -> Rubric | None:
    """What `get_plan(role)` is scored by; None where nobody is. Raises as `get_plan` does."""
    return _role(role).rubric


def builtin_rubric(hashed: str) -> Rubric | None:
    """The built-in role's that has this hash."""
    rubrics = (role.rubric for role in _roles().values() if role.rubric is not None)
    return next((rubric for rubric in rubrics if rubric_hash(rubric) == hashed), None)


def list_roles() -> tuple[RoleSummary, ...]:
    return tuple(
        RoleSummary(
            role=role.plan.role,
            title=role.plan.title,
            description=role.description,
            minutes=role.minutes,
            questions=len(role.plan.questions),
        )
        for role in _roles().values()
        if role.listed
    )


def _role(role: str) -> Role:
    try:
        return _roles()[role]
    except KeyError:
        raise NotFoundError("role.not_found", "there is no such role") from None
