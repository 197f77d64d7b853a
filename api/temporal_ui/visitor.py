"""Who looks at the UI, and what of it is theirs."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from api.authentication import authenticate
from api.authorization import Action, Target, decide
from api.dependencies import Services, ServicesDep
from api.rate_limits import READING, counted_as
from api.security import origin_allowed
from api.temporal_ui.links import BASE_PATH
from interview.contracts.ids import interview_of
from interview.errors import AccessError, NotFoundError
from interview.security.principal import Principal

__all__ = ["VisitorDep", "decide_on", "may_read", "may_write", "shown_workflows"]


_SHOWN = 100
"""A query that names more is longer than an address may be."""


async def visitor(request: Request, services: ServicesDep) -> Principal:
    """Somebody who may read some interviews. A browser that opens a page is sent to sign in;
    everybody else is refused: raises `AccessError`, `RateLimitedError`."""
    # The cookie is not sent along from other sites; this also holds where nobody signs in.
    if request.method not in ("GET", "HEAD") and not origin_allowed(request.headers, ()):
        raise AccessError("auth.forbidden", "pages of other sites may not do this")
    try:
        principal = await authenticate(request, services)
        decide(principal, "workflow.read", None, open_house=services.settings.debug)
    except AccessError as error:
        if error.http_status == 401 and _opens_a_page(request):
            raise HTTPException(303, "sign in first", {"Location": _sign_in(request)}) from None
        raise
    await services.throttle.hit(READING, counted_as(principal, request, services))
    return principal


# Read by the tests over all routes.
visitor.action = "workflow.read"  # type: ignore[attr-defined]
visitor.limit = READING  # type: ignore[attr-defined]

VisitorDep = Annotated[Principal, Depends(visitor)]


async def decide_on(
    principal: Principal, services: Services, workflow_id: str, action: Action
) -> None:
    """About the interview that the workflow, or its child, belongs to. What belongs to none is
    not shown. Raises `AccessError`, `NotFoundError` and `DatabaseUnavailable`."""
    interview_id = interview_of(workflow_id)
    if interview_id is None:
        raise NotFoundError("interview.not_found", "no such interview")
    owner = await services.records.owner(interview_id)
    target = Target(owner.organization_id, interview_id, owner.candidate_id, owner.unclaimed)
    try:
        decide(principal, action, target, open_house=services.settings.debug)
    except AccessError as error:
        if error.code == "auth.missing":
            # Where anonymous interviews are held, nobody else's exist for the anonymous.
            raise NotFoundError("interview.not_found", "no such interview") from None
        raise


async def may_read(principal: Principal, services: Services, interview_id: str) -> bool:
    """Raises `DatabaseUnavailable`."""
    try:
        await decide_on(principal, services, f"interview-{interview_id}", "workflow.read")
    except (AccessError, NotFoundError):
        return False
    return True


async def shown_workflows(principal: Principal, services: Services) -> list[str] | None:
    """What lists are narrowed to, beside the organization: nothing, but for the anonymous, to the
    newest interviews that are nobody's. Temporal does not know which are. Raises
    `DatabaseUnavailable`."""
    if principal.kind != "anonymous":
        return None
    page = await services.records.list_interviews(
        limit=_SHOWN, unclaimed=True, organization_id=principal.organization_id
    )
    return [item.workflow_id for item in page.items]


def may_write(principal: Principal, services: Services) -> bool:
    """To any workflow at all."""
    try:
        decide(principal, "workflow.write", None, open_house=services.settings.debug)
    except AccessError:
        return False
    return True


def _opens_a_page(request: Request) -> bool:
    return (
        request.method == "GET"
        and "text/html" in request.headers.get("accept", "")
        and not request.url.path.startswith((f"{BASE_PATH}/api/", f"{BASE_PATH}/codec/"))
    )


def _sign_in(request: Request) -> str:
    """The page to come back to is one of ours: it begins with the path that led here."""
    page = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/login/?next={quote(page, safe='/')}"
