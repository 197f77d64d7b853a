"""What routes and connections work with, built once a process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Self

from fastapi import Depends
from starlette.requests import HTTPConnection
from temporalio.client import Client
from temporalio.runtime import Runtime

from api.attendance import Attendance
from api.background import Background
from api.clients import Networks, parse_networks
from api.received import Uploads
from api.temporal_ui.page_tokens import PageTokens
from api.temporal_ui.upstream import UiServer
from api.throttle import Throttle
from api.tickets import Tickets
from interview.accounts.accommodations import Accommodations
from interview.accounts.consents import Consents
from interview.accounts.services import Accounts
from interview.coding.pads import Pads
from interview.config import Settings
from interview.documents.extractor import Extractor
from interview.documents.keeping import Documents
from interview.erasing import Erasing
from interview.evaluation.asking import Evaluating
from interview.evaluation.reevaluating import Reevaluating
from interview.persistence.access import AccessRecords
from interview.persistence.agreements import AgreementRecords
from interview.persistence.audit import AuditTrail
from interview.persistence.blobs import build_blob_store
from interview.persistence.comparisons import ComparisonRecords
from interview.persistence.corrections import CorrectionRecords
from interview.persistence.database import Database
from interview.persistence.decisions import DecisionRecords
from interview.persistence.documents import DocumentRecords
from interview.persistence.drifts import DriftRecords
from interview.persistence.erasures import ErasureRecords
from interview.persistence.evaluations import EvaluationRecords
from interview.persistence.held_plans import HeldPlans
from interview.persistence.overrides import OverrideRecords
from interview.persistence.planning.proposals import ProposalRecords
from interview.persistence.planning.roles import RoleRecords
from interview.persistence.planning.tailorings import TailoringRecords
from interview.persistence.planning.versions import PlanRecords
from interview.persistence.records import Records
from interview.persistence.reevaluations import ReevaluationRecords
from interview.persistence.returns import Returns
from interview.persistence.reviews import ReviewRecords
from interview.planning.asking import Planning
from interview.ports import BlobStore
from interview.sandbox.exchange import CodeExchange
from interview.security.data_keys import DataKeys, build_data_keys
from interview.security.keys import parse_keys
from interview.security.seal import derived
from interview.security.sealed_blobs import sealed
from interview.security.tokens import AccessTokens
from interview.streams.client import Redis
from interview.streams.log import StreamLog, connect_redis
from interview.streams.presence import Presence
from interview.temporal_client import connect_temporal
from interview.timeline.reading import Timelines
from interview.webhooks.guard import Guard
from interview.webhooks.managing import Webhooks
from interview.webhooks.secrets import WebhookSecrets

__all__ = ["Services", "ServicesDep"]

_CLOSE_GRACE_S = 3.0


@dataclass(frozen=True, slots=True)
class Services:
    """Nothing is connected until it is used: the API starts while the others are away."""

    settings: Settings
    database: Database
    records: Records
    redis: Redis
    streams: StreamLog
    blobs: BlobStore
    temporal: Client
    tokens: AccessTokens
    tickets: Tickets
    access: AccessRecords
    attendance: Attendance
    accounts: Accounts
    throttle: Throttle
    trusted_proxies: Networks
    temporal_ui: UiServer
    page_tokens: PageTokens
    webhook_guard: Guard
    keys: DataKeys | None = None
    """None when `ENCRYPTION` is off."""
    decoding: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    """Of payloads, for people: each one may keep a core busy for a while."""
    extractor: Extractor = field(default_factory=Extractor)
    uploads: Uploads = field(default_factory=Uploads)
    background: Background = field(default_factory=Background)
    code: CodeExchange | None = None
    """None: code is not run here."""

    @classmethod
    async def open(cls, settings: Settings, runtime: Runtime | None = None) -> Self:
        """`runtime` is the Temporal client's. Raises `ConfigError`."""
        database = Database.from_settings(settings)
        keys = build_data_keys(settings, database)
        auth_keys = parse_keys("AUTH_KEYS", settings.auth_keys)
        tokens = AccessTokens(auth_keys, settings.public_url)
        redis = connect_redis(settings.redis_url)
        access = AccessRecords(database)
        return cls(
            settings=settings,
            database=database,
            records=Records(database),
            redis=redis,
            streams=StreamLog(redis, ttl_s=settings.stream_ttl_s, keys=keys),
            blobs=sealed(await asyncio.to_thread(build_blob_store, settings), keys),
            temporal=await connect_temporal(settings, keys, lazy=True, runtime=runtime),
            temporal_ui=UiServer(settings.temporal_ui_url),
            keys=keys,
            tokens=tokens,
            tickets=Tickets(redis),
            access=access,
            attendance=Attendance(access),
            accounts=Accounts.build(settings, database, access, tokens, auth_keys),
            throttle=Throttle(
                settings.redis_url, derived(auth_keys.current.secret, "intervue limits")
            ),
            trusted_proxies=parse_networks(settings.trusted_proxies),
            page_tokens=PageTokens(auth_keys),
            webhook_guard=Guard.from_settings(settings),
            code=CodeExchange(redis),
        )

    @property
    def trail(self) -> AuditTrail:
        return AuditTrail(self.database)

    @property
    def erasures(self) -> ErasureRecords:
        return ErasureRecords(self.database)

    @property
    def erasing(self) -> Erasing:
        return Erasing(self.database, self.temporal, self.settings.erasure_stop_grace_s)

    @property
    def pads(self) -> Pads:
        return Pads(self.database, self.keys)

    @property
    def accommodations(self) -> Accommodations:
        return Accommodations(self.database)

    @property
    def consents(self) -> Consents:
        return Consents(self.database, self.erasing)

    @property
    def documents(self) -> Documents:
        return Documents(DocumentRecords(self.database), self.blobs, self.extractor)

    @property
    def roles(self) -> RoleRecords:
        return RoleRecords(self.database)

    @property
    def plans(self) -> PlanRecords:
        return PlanRecords(self.database)

    @property
    def proposals(self) -> ProposalRecords:
        return ProposalRecords(self.database)

    @property
    def tailorings(self) -> TailoringRecords:
        return TailoringRecords(self.database)

    @property
    def evaluations(self) -> EvaluationRecords:
        return EvaluationRecords(self.database)

    @property
    def corrections(self) -> CorrectionRecords:
        return CorrectionRecords(self.database)

    @property
    def evaluating(self) -> Evaluating:
        return Evaluating(self.database, self.temporal)

    @property
    def reevaluations(self) -> ReevaluationRecords:
        return ReevaluationRecords(self.database)

    @property
    def reevaluating(self) -> Reevaluating:
        return Reevaluating(self.database, self.temporal)

    @property
    def drifts(self) -> DriftRecords:
        return DriftRecords(self.database)

    @property
    def reviews(self) -> ReviewRecords:
        return ReviewRecords(self.database)

    @property
    def overrides(self) -> OverrideRecords:
        return OverrideRecords(self.database)

    @property
    def decisions(self) -> DecisionRecords:
        return DecisionRecords(self.database)

    @property
    def agreements(self) -> AgreementRecords:
        return AgreementRecords(self.database)

    @property
    def comparisons(self) -> ComparisonRecords:
        return ComparisonRecords(self.database)

    @property
    def planning(self) -> Planning:
        return Planning(self.database, self.temporal)

    @property
    def timelines(self) -> Timelines:
        return Timelines(self.database, self.temporal, self.keys)

    @property
    def held_plans(self) -> HeldPlans:
        return HeldPlans(self.database)

    @property
    def presence(self) -> Presence:
        return Presence(self.redis)

    @property
    def returns(self) -> Returns:
        return Returns(self.database)

    @property
    def webhooks(self) -> Webhooks:
        return Webhooks(self.database, WebhookSecrets(self.keys), self.webhook_guard)

    async def aclose(self) -> None:
        await self.background.aclose(_CLOSE_GRACE_S)
        self.accounts.close()
        await self.throttle.aclose()
        await self.temporal_ui.aclose()
        await self.redis.aclose()
        await self.database.close()


def _services(connection: HTTPConnection) -> Services:
    return connection.app.state.services


ServicesDep = Annotated[Services, Depends(_services)]
