"""Workers of what goes on before, beside and after interviews."""

from __future__ import annotations

from temporalio.worker import Worker

from activities.erasure import Erase, Retime
from activities.evaluation import Evaluate
from activities.histories import Histories
from activities.planning import Propose
from activities.reevaluation import Reevaluate
from activities.tailoring import Tailor
from activities.webhooks import SendWebhooks
from interview.contracts.ids import (
    ERASURE_QUEUE,
    EVALUATION_QUEUE,
    PLANNING_QUEUE,
    WEBHOOK_QUEUE,
)
from interview.documents.extractor import Extractor
from interview.documents.keeping import Documents
from interview.mail import build_mailer
from interview.persistence.deliveries import DeliveryRecords
from interview.persistence.documents import DocumentRecords
from interview.persistence.erasures import ErasureRecords
from interview.persistence.evaluations import EvaluationRecords
from interview.persistence.planning.proposals import ProposalRecords
from interview.persistence.planning.tailorings import TailoringRecords
from interview.persistence.reevaluations import ReevaluationRecords
from interview.webhooks.guard import Guard
from interview.webhooks.secrets import WebhookSecrets
from interview.webhooks.sending import Sender
from workers.means import Means
from workers.options import STICKY_TIMEOUT, Common
from workflows.erasure import ErasureWorkflow, RetentionWorkflow
from workflows.evaluation import EvaluationWorkflow
from workflows.planning import PlanningWorkflow, TailoringWorkflow
from workflows.reevaluation import ReevaluationWorkflow
from workflows.webhooks import WebhookWorkflow

__all__ = ["beside_workers"]

ERASURES_AT_ONCE = 10
"""Steps a worker takes at a time: interviews go before."""
PLANNING_AT_ONCE = 10
WEBHOOKS_AT_ONCE = 20
SLEEPERS_CACHED = 50
"""Erasures and webhooks: they sleep for long."""


def beside_workers(means: Means, common: Common) -> list[Worker]:
    return [
        _erasure(means, common),
        _evaluation(means, common),
        _planning(means, common),
        _webhooks(means, common),
    ]


def _erasure(means: Means, common: Common) -> Worker:
    database, keys = means.database, means.keys
    erase = Erase(
        *(ErasureRecords(database), Histories(means.client), means.blobs, means.redis),
        *(means.voice, keys),
        mailer=build_mailer(means.settings),
    )
    retime = Retime(database, means.erasing)
    return Worker(
        common.client,
        task_queue=ERASURE_QUEUE,
        workflows=[ErasureWorkflow, RetentionWorkflow],
        activities=[
            *(erase.look, erase.stop, erase.delete_rows, erase.delete_objects),
            *(erase.delete_streams, erase.destroy_key, erase.delete_history, erase.finish),
            retime.retime,
        ],
        max_concurrent_activities=ERASURES_AT_ONCE,
        max_cached_workflows=SLEEPERS_CACHED,
        sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
        **common.moving,
    )


def _evaluation(means: Means, common: Common) -> Worker:
    database, providers = means.database, means.providers
    evaluate = Evaluate(
        EvaluationRecords(database), providers.structured, providers.scorers, means.pads
    )
    reevaluate = Reevaluate(ReevaluationRecords(database))
    return Worker(
        common.client,
        task_queue=EVALUATION_QUEUE,
        workflows=[EvaluationWorkflow, ReevaluationWorkflow],
        activities=[
            *(evaluate.begin, evaluate.sample, evaluate.finish, evaluate.follow),
            *(reevaluate.take, reevaluate.finish, reevaluate.stop),
        ],
        max_concurrent_activities=means.settings.evaluation_slots,
        **common.pinned,
    )


def _planning(means: Means, common: Common) -> Worker:
    database, model = means.database, means.providers.structured
    propose = Propose(ProposalRecords(database), model)
    documents = Documents(DocumentRecords(database), means.blobs, Extractor())
    tailor = Tailor(TailoringRecords(database), documents, model)
    return Worker(
        common.client,
        task_queue=PLANNING_QUEUE,
        workflows=[PlanningWorkflow, TailoringWorkflow],
        activities=[
            *(propose.begin, propose.competencies, propose.questions, propose.warmup),
            *(propose.assemble, propose.fail),
            *(tailor.begin, tailor.probes, tailor.fail),
        ],
        max_concurrent_activities=PLANNING_AT_ONCE,
        **common.pinned,
    )


def _webhooks(means: Means, common: Common) -> Worker:
    hooks = SendWebhooks(
        DeliveryRecords(means.database),
        WebhookSecrets(means.keys),
        Sender(Guard.from_settings(means.settings)),
    )
    return Worker(
        common.client,
        task_queue=WEBHOOK_QUEUE,
        workflows=[WebhookWorkflow],
        activities=[hooks.attempt],
        max_concurrent_activities=WEBHOOKS_AT_ONCE,
        max_cached_workflows=SLEEPERS_CACHED,
        **common.moving,
    )
