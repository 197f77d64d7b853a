"""The one place that decides who may do what, and to which object.

A route declares its action: `dependencies=[requires("transcript.read")]`. Where its path names an
interview, the decision is about that one; an object of somebody else's does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import Depends, Request

from api.authentication import PrincipalDep
from api.dependencies import ServicesDep
from interview.errors import AccessError, NotFoundError
from interview.persistence.vocabulary import LOCAL_ORGANIZATION, UserRole
from interview.security.principal import Principal

__all__ = ["PUBLIC", "RULES", "SIGNED_IN", "Action", "Rule", "Target", "decide", "requires"]

Action = Literal[
    "public",
    "self",
    "interview.create",
    "interview.list",
    "interview.read",
    "interview.watch",
    "interview.enter",
    "interview.erase",
    "interview.export",
    "transcript.read",
    "timeline.read",
    "transcript.correct",
    "recording.read",
    "code.read",
    "document.read",
    "document.write",
    "plan.read",
    "plan.write",
    "plan.approve",
    "evaluation.read",
    "evaluation.compare",
    "evaluation.run",
    "evaluation.reevaluate",
    "feedback.read",
    "review.read",
    "review.write",
    "invitation.manage",
    "consent.give",
    "consent.read",
    "accommodation.request",
    "accommodation.grant",
    "workflow.read",
    "workflow.write",
    "audit.read",
    "member.manage",
    "api_key.manage",
    "organization.read",
    "organization.manage",
    "webhook.manage",
]


@dataclass(frozen=True, slots=True)
class Rule:
    """`roles` may, within their organization; `own` adds the candidate whose interview it is;
    `scope` adds API keys that have it; `open_house` adds anybody, where DEBUG lets anonymous
    interviews be held, and to those alone."""

    roles: frozenset[UserRole] = frozenset()
    own: bool = False
    scope: str | None = None
    open_house: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The object in question. Without an interview: something of the whole organization."""

    organization_id: str
    interview_id: str | None = None
    candidate_id: str | None = None
    unclaimed: bool = False
    """Made by nobody who is known, and never anybody's."""


_STAFF: frozenset[UserRole] = frozenset({"recruiter", "admin"})
_ADMIN: frozenset[UserRole] = frozenset({"admin"})
_EVERYBODY: frozenset[UserRole] = frozenset({"candidate", "recruiter", "admin"})

_OF_THE_ERASED: frozenset[Action] = frozenset({"interview.erase", "interview.export"})
"""What may still be asked about an interview of which only the receipt is left."""

PUBLIC: Action = "public"
SIGNED_IN: Action = "self"

RULES: Mapping[Action, Rule] = {
    "public": Rule(),
    "self": Rule(_EVERYBODY),
    "interview.create": Rule(_STAFF, scope="interviews:write", open_house=True),
    "interview.list": Rule(_STAFF, scope="interviews:read", open_house=True),
    "interview.read": Rule(_STAFF, own=True, scope="interviews:read", open_house=True),
    "interview.watch": Rule(_STAFF, scope="interviews:read", open_house=True),
    "interview.enter": Rule(own=True, open_house=True),
    "interview.erase": Rule(_ADMIN, scope="interviews:erase"),
    "interview.export": Rule(_STAFF, own=True, scope="interviews:read"),
    "transcript.read": Rule(_STAFF, own=True, scope="interviews:read", open_house=True),
    "timeline.read": Rule(_STAFF, scope="interviews:read", open_house=True),
    "transcript.correct": Rule(_STAFF),
    "recording.read": Rule(_STAFF, own=True, scope="interviews:read", open_house=True),
    "code.read": Rule(_STAFF, own=True, scope="interviews:read", open_house=True),
    "document.read": Rule(_STAFF, own=True, scope="interviews:read", open_house=True),
    "document.write": Rule(_STAFF, own=True, scope="interviews:write", open_house=True),
    "plan.read": Rule(_STAFF, scope="interviews:read"),
    "plan.write": Rule(_STAFF, scope="interviews:write"),
    "plan.approve": Rule(_STAFF),
    "evaluation.read": Rule(_STAFF, scope="interviews:read", open_house=True),
    "evaluation.compare": Rule(_STAFF, scope="interviews:read"),
    "evaluation.run": Rule(_STAFF, scope="interviews:write"),
    # Hundreds of calls of a model.
    "evaluation.reevaluate": Rule(_ADMIN, scope="interviews:write"),
    "feedback.read": Rule(_STAFF, own=True, scope="interviews:read", open_house=True),
    "review.read": Rule(_STAFF),
    "review.write": Rule(_STAFF),
    "invitation.manage": Rule(_STAFF, scope="interviews:write"),
    "consent.give": Rule(own=True, open_house=True),
    "consent.read": Rule(_STAFF, own=True, open_house=True),
    "accommodation.request": Rule(own=True, open_house=True),
    "accommodation.grant": Rule(_STAFF),
    "workflow.read": Rule(_STAFF, open_house=True),
    "workflow.write": Rule(),
    "audit.read": Rule(_STAFF, scope="audit:read"),
    "member.manage": Rule(_ADMIN),
    "api_key.manage": Rule(_ADMIN),
    "organization.read": Rule(_STAFF),
    "organization.manage": Rule(_ADMIN),
    "webhook.manage": Rule(_ADMIN),
}


def decide(
    principal: Principal, action: Action, target: Target | None, *, open_house: bool
) -> None:
    """Raises `AccessError` (`auth.missing`, `auth.forbidden`), or `NotFoundError`
    (`interview.not_found`) where even that it exists is not for this principal."""
    rule = RULES[action]
    if action == PUBLIC or _may(principal, rule, target, open_house=open_house):
        return
    if not _may_ask(principal, rule, open_house=open_house):
        raise AccessError("auth.missing", "sign in first")
    if target is not None and not _may_know_of(principal, target):
        raise NotFoundError("interview.not_found", "no such interview")
    raise AccessError("auth.forbidden", "this is not for you to do")


def requires(action: Action) -> Any:
    """A route's dependency."""

    async def allowed(request: Request, principal: PrincipalDep, services: ServicesDep) -> None:
        open_house = services.settings.debug
        interview_id = request.path_params.get("interview_id")
        target = None
        # Who may not even ask learns nothing of what there is.
        if interview_id is not None and _may_ask(principal, RULES[action], open_house=open_house):
            target = await _target(services, interview_id, action)
        decide(principal, action, target, open_house=open_house)

    async def open_to_all() -> None:
        """Whoever asks, with whatever they present."""

    dependency = open_to_all if action == PUBLIC else allowed
    dependency.action = action  # type: ignore[attr-defined] read by the test over all routes
    return Depends(dependency)


async def _target(services: ServicesDep, interview_id: str, action: Action) -> Target:
    try:
        owner = await services.records.owner(interview_id)
    except NotFoundError:
        receipt = await services.erasures.find(interview_id) if action in _OF_THE_ERASED else None
        if receipt is None:
            raise
        return Target(receipt.organization_id, interview_id)
    return Target(owner.organization_id, interview_id, owner.candidate_id, owner.unclaimed)


def _may(principal: Principal, rule: Rule, target: Target | None, *, open_house: bool) -> bool:
    if principal.kind == "anonymous":
        return rule.open_house and open_house and _is_nobodys(target)
    if target is not None and target.organization_id != principal.organization_id:
        return False
    if principal.kind == "api_key":
        return rule.scope is not None and rule.scope in principal.scopes
    if principal.role == "candidate" and target is not None:
        return rule.own and _is_own(principal, target)
    return principal.role in rule.roles


def _may_ask(principal: Principal, rule: Rule, *, open_house: bool) -> bool:
    """The anonymous may not, where nothing of this kind is ever for them."""
    return principal.kind != "anonymous" or (rule.open_house and open_house)


def _is_nobodys(target: Target | None) -> bool:
    return target is None or (target.organization_id == LOCAL_ORGANIZATION and target.unclaimed)


def _is_own(principal: Principal, target: Target) -> bool:
    bound = principal.interview_id in (None, target.interview_id)
    return bound and target.candidate_id is not None and target.candidate_id == principal.user_id


def _may_know_of(principal: Principal, target: Target) -> bool:
    if principal.kind == "anonymous":
        return _is_nobodys(target)
    if target.organization_id != principal.organization_id:
        return False
    return principal.role != "candidate" or _is_own(principal, target)
