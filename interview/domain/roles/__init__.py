"""The built-in interviews."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from interview.domain.plan import Plan
from interview.domain.roles.demo import DEMO
from interview.domain.roles.general_behavioural import GENERAL_BEHAVIOURAL
from interview.domain.roles.software_engineer import SOFTWARE_ENGINEER
from interview.errors import NotFoundError

__all__ = ["DEFAULT_ROLE", "RoleSummary", "get_plan", "list_roles"]

DEFAULT_ROLE = SOFTWARE_ENGINEER.plan.role
"""Of an interview that is entered without having been created, as version 1 allows."""

_ROLES = {role.plan.role: role for role in (SOFTWARE_ENGINEER, GENERAL_BEHAVIOURAL, DEMO)}


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
    try:
        return _ROLES[role].plan
    except KeyError:
        raise NotFoundError("role.not_found", "there is no such role") from None


def list_roles() -> tuple[RoleSummary, ...]:
    return tuple(
        RoleSummary(
            role=role.plan.role,
            title=role.plan.title,
            description=role.description,
            minutes=role.minutes,
            questions=sum(len(phase.questions) for phase in role.plan.phases),
        )
        for role in _ROLES.values()
        if role.listed
    )
