"""The candidate's consent, without which their room stays closed."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from api.authentication import PrincipalDep
from api.authorization import requires
from api.dependencies import ServicesDep
from api.errors import responses
from api.rate_limits import ERASING, READING, limited
from api.routes.auth import Body
from interview.accounts.consents import ConsentRow
from interview.notices import Notice, current_notices
from interview.persistence.erasures import Receipt

__all__ = ["NoticeText", "router"]

router = APIRouter(
    prefix="/api/v1/interviews/{interview_id}/consent",
    tags=["consent"],
    dependencies=[limited(READING)],
    responses=responses(429),
)


class GiveConsent(Body):
    notice_version: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class NoticeText(BaseModel):
    """`text` is Markdown; `sha256` is over it. A consent to it names its `version`, which is of its
    `language` too."""

    version: str
    language: str
    sha256: str
    text: str

    @classmethod
    def of(cls, notice: Notice) -> Self:
        return cls(
            version=notice.version,
            language=notice.language,
            sha256=notice.sha256,
            text=notice.text,
        )


class ConsentState(BaseModel):
    """`consent`: the newest one; null where none was given, and to whoever came by a link, where
    none was given since. The notice is today's: in English, and in `notices` in every language."""

    consent: ConsentRow | None
    notice_version: str
    notice_sha256: str
    notice_text: str
    notices: list[NoticeText]


@router.get("", dependencies=[requires("consent.read")])
async def read_consent(
    interview_id: str, services: ServicesDep, principal: PrincipalDep
) -> ConsentState:
    notices = current_notices()
    return ConsentState(
        consent=await services.consents.newest(interview_id, principal),
        notice_version=notices[0].version,
        notice_sha256=notices[0].sha256,
        notice_text=notices[0].text,
        notices=[NoticeText.of(notice) for notice in notices],
    )


@router.post("", dependencies=[requires("consent.give")], responses=responses(409))
async def give_consent(
    interview_id: str, body: GiveConsent, services: ServicesDep, principal: PrincipalDep
) -> ConsentRow:
    """Errors: `consent.outdated`, `consent.withdrawn`."""
    return await services.consents.give(interview_id, body.notice_version, principal)


@router.post(
    "/withdraw",
    status_code=202,
    dependencies=[requires("consent.give"), limited(ERASING)],
)
async def withdraw_consent(
    interview_id: str, services: ServicesDep, principal: PrincipalDep
) -> Receipt:
    """Ends the interview and erases all of it, also where no consent was given. Once it is answered
    it need not be asked for again, even while Temporal is away."""
    return await services.consents.withdraw(interview_id, principal)
