"""Who may do what, written down by hand: what `api.authorization` is held to.

Nothing here is computed from its rules, or the two could not differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from api.authorization import Action

__all__ = [
    "ON_AN_INTERVIEW",
    "ON_AN_ORGANIZATION",
    "OPEN_TO_ALL",
    "WHO",
    "Outcome",
    "Who",
    "Whose",
    "expected",
]

Who = Literal[
    "anonymous",
    "candidate",
    "invited elsewhere",
    "other candidate",
    "recruiter",
    "foreign recruiter",
    "admin",
    "foreign admin",
    "revoked",
    "expired",
    "disabled",
    "key with every scope",
    "key that reads",
    "key without scope",
]
WHO: tuple[Who, ...] = get_args(Who)
"""`revoked`, `expired` and `disabled` are admins of the organization in question, or were.
`invited elsewhere` is the candidate, come by the invitation to another interview of theirs."""

Whose = Literal["the candidate", "nobody", "no interview"]
"""The interview in the path."""

Outcome = Literal["allowed", 401, 403, 404]

ON_AN_INTERVIEW: Mapping[Action, tuple[Who, ...]] = {
    "interview.read": (
        *("candidate", "recruiter", "admin"),
        *("key with every scope", "key that reads"),
    ),
    "interview.watch": ("recruiter", "admin", "key with every scope", "key that reads"),
    "interview.enter": ("candidate",),
    "interview.erase": ("admin", "key with every scope"),
    "interview.export": (
        *("candidate", "recruiter", "admin"),
        *("key with every scope", "key that reads"),
    ),
    "transcript.read": (
        *("candidate", "recruiter", "admin"),
        *("key with every scope", "key that reads"),
    ),
    "timeline.read": ("recruiter", "admin", "key with every scope", "key that reads"),
    "transcript.correct": ("recruiter", "admin"),
    "recording.read": (
        *("candidate", "recruiter", "admin"),
        *("key with every scope", "key that reads"),
    ),
    "code.read": (
        *("candidate", "recruiter", "admin"),
        *("key with every scope", "key that reads"),
    ),
    "document.read": (
        *("candidate", "recruiter", "admin"),
        *("key with every scope", "key that reads"),
    ),
    "document.write": ("candidate", "recruiter", "admin", "key with every scope"),
    "plan.read": ("recruiter", "admin", "key with every scope", "key that reads"),
    "plan.write": ("recruiter", "admin", "key with every scope"),
    "evaluation.read": ("recruiter", "admin", "key with every scope", "key that reads"),
    "evaluation.run": ("recruiter", "admin", "key with every scope"),
    "feedback.read": (
        *("candidate", "recruiter", "admin"),
        *("key with every scope", "key that reads"),
    ),
    "review.read": ("recruiter", "admin"),
    "review.write": ("recruiter", "admin"),
    "invitation.manage": ("recruiter", "admin", "key with every scope"),
    "consent.give": ("candidate",),
    "consent.read": ("candidate", "recruiter", "admin"),
    "accommodation.request": ("candidate",),
    "accommodation.grant": ("recruiter", "admin"),
    "workflow.read": ("recruiter", "admin"),
    "workflow.write": (),
    "audit.read": ("recruiter", "admin", "key with every scope"),
}
"""The candidate's interview, named in the path."""

_RECRUITERS: tuple[Who, ...] = ("recruiter", "foreign recruiter", "admin", "foreign admin")
_ADMINS: tuple[Who, ...] = ("admin", "foreign admin")

ON_AN_ORGANIZATION: Mapping[Action, tuple[Who, ...]] = {
    "self": ("candidate", "invited elsewhere", "other candidate", *_RECRUITERS),
    "interview.create": (*_RECRUITERS, "key with every scope"),
    "interview.list": (*_RECRUITERS, "key with every scope", "key that reads"),
    "plan.read": (*_RECRUITERS, "key with every scope", "key that reads"),
    "plan.write": (*_RECRUITERS, "key with every scope"),
    "plan.approve": _RECRUITERS,
    "evaluation.compare": (*_RECRUITERS, "key with every scope", "key that reads"),
    "evaluation.reevaluate": (*_ADMINS, "key with every scope"),
    "review.read": _RECRUITERS,
    "invitation.manage": (*_RECRUITERS, "key with every scope"),
    "accommodation.grant": _RECRUITERS,
    "workflow.read": _RECRUITERS,
    "workflow.write": (),
    "audit.read": (*_RECRUITERS, "key with every scope"),
    "member.manage": _ADMINS,
    "api_key.manage": _ADMINS,
    "organization.read": _RECRUITERS,
    "organization.manage": _ADMINS,
    "webhook.manage": _ADMINS,
}
"""No interview in the path: each one's own organization."""

OPEN_TO_ALL: Mapping[Literal["closed", "open house"], tuple[Action, ...]] = {
    "closed": ("public",),
    "open house": (
        *("public", "interview.create", "interview.list", "interview.read", "interview.enter"),
        "interview.watch",
        *("transcript.read", "recording.read", "timeline.read", "workflow.read"),
        *("document.read", "document.write", "feedback.read", "evaluation.read", "code.read"),
        *("consent.give", "consent.read", "accommodation.request"),
    ),
}
"""What the anonymous may do, with interviews that are nobody's."""

_UNPROVED: tuple[Who, ...] = ("revoked", "expired", "disabled")
_STRANGERS: tuple[Who, ...] = (
    *("invited elsewhere", "other candidate"),
    *("foreign recruiter", "foreign admin"),
)


def expected(
    action: Action,
    who: Who,
    of: Whose,
    *,
    open_house: bool,
) -> Outcome:
    """`KeyError` for an action that nobody has thought about in this place."""
    if action == "public":
        return "allowed"
    table = ON_AN_ORGANIZATION if of == "no interview" else ON_AN_INTERVIEW
    those = table[action]
    if who in _UNPROVED:
        return 401
    if who == "anonymous":
        if action not in OPEN_TO_ALL["open house" if open_house else "closed"]:
            return 401
        return 404 if of == "the candidate" else "allowed"
    if of == "nobody":
        return 404
    if who in those:
        return "allowed"
    return 404 if of == "the candidate" and who in _STRANGERS else 403
