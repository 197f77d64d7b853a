"""What comes out of the tables of planning."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from interview.documents.results import DocumentFormat
from interview.domain.plan import Plan
from interview.domain.planning.draft import Draft
from interview.domain.planning.tailoring import Probe
from interview.domain.rubric import Rubric
from interview.persistence.documents import HiddenPlace
from interview.persistence.vocabulary import PlanSource, PlanState, ProposalState

__all__ = [
    "PlanVersionRow",
    "PlanVersionSummary",
    "ProposalRow",
    "RolePage",
    "RoleRow",
    "RoleSummaryRow",
    "TailoringRow",
]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class RoleSummaryRow(_Row):
    """`draft_*` and `approved_*` are None where there is none; the newest approved version counts.
    `proposal_state` is the newest proposal's."""

    role_id: str
    title: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None
    draft_number: int | None
    draft_revision: int | None
    approved_number: int | None
    approved_hash: str | None
    approved_at: datetime | None
    proposal_id: str | None
    proposal_state: ProposalState | None


class RoleRow(RoleSummaryRow):
    organization_id: str
    job_description: str
    job_format: DocumentFormat | None
    job_hidden: tuple[HiddenPlace, ...]
    created_by: str | None


class RolePage(_Row):
    """Newest first. `next_cursor` is None on the last page."""

    items: tuple[RoleSummaryRow, ...]
    next_cursor: str | None


class PlanVersionSummary(_Row):
    """`plan_hash` of a draft is that of what was saved last."""

    plan_version_id: str
    role_id: str
    number: int
    state: PlanState
    revision: int
    plan_hash: str
    source: PlanSource
    based_on: str | None
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    approved_by: str | None
    approved_at: datetime | None


class PlanVersionRow(PlanVersionSummary):
    organization_id: str
    plan: Plan
    rubric: Rubric | None
    locked: tuple[str, ...]

    @property
    def draft(self) -> Draft:
        return Draft(self.plan, self.rubric, frozenset(self.locked))


class ProposalRow(_Row):
    proposal_id: str
    organization_id: str
    role_id: str
    state: ProposalState
    reason: str | None
    minutes: int
    run: int
    draft_revision: int | None
    source: PlanSource | None
    based_on: str | None
    plan_version_id: str | None
    created_by: str | None
    created_at: datetime
    finished_at: datetime | None


class TailoringRow(_Row):
    """`revision` counts what was saved. `fitted_at`: when a person had these probes fitted in."""

    interview_id: str
    state: ProposalState
    reason: str | None
    run: int
    revision: int
    document_id: str
    probes: tuple[Probe, ...] = Field(repr=False)
    fitted_at: datetime | None
    provider: str
    prompt: str
    created_at: datetime
    finished_at: datetime | None
