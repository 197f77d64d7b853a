"""The worker process: wiring only. Settings, providers, registration, drain."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
import uvloop
from temporalio import workflow
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import UnsandboxedWorkflowRunner, Worker, WorkerDeploymentConfig

from activities.converse import Converse
from activities.erasure import Erase, Retime
from activities.evaluation import Evaluate
from activities.histories import Histories
from activities.interceptors import ActivityInterceptor
from activities.pads import RunPads
from activities.planning import Propose
from activities.records import RecordKeeping
from activities.reevaluation import Reevaluate
from activities.speak import Speak
from activities.speech_cache import SpeechCache
from activities.stages import TurnStages
from activities.tailoring import Tailor
from activities.transcribe import Transcribe
from activities.voice import Voice
from activities.webhooks import SendWebhooks
from interview.audio.decode import warm_decoder
from interview.audio.ear import AnswerEar
from interview.audio.vad import SileroVad
from interview.build import build_id
from interview.coding.pads import Pads
from interview.config import Settings, load_settings
from interview.contracts.ids import (
    CONVERSE_QUEUE,
    ERASURE_QUEUE,
    EVALUATION_QUEUE,
    INTERVIEW_QUEUE,
    PAD_QUEUE,
    PLANNING_QUEUE,
    SPEAK_QUEUE,
    TRANSCRIBE_QUEUE,
    WEBHOOK_QUEUE,
)
from interview.documents.extractor import Extractor
from interview.documents.keeping import Documents
from interview.erasing import Erasing
from interview.errors import ConfigError
from interview.logging import configure_logging
from interview.mail import build_mailer
from interview.persistence.blobs import build_blob_store
from interview.persistence.database import Database
from interview.persistence.deliveries import DeliveryRecords
from interview.persistence.documents import DocumentRecords
from interview.persistence.erasures import ErasureRecords
from interview.persistence.evaluations import EvaluationRecords
from interview.persistence.planning.proposals import ProposalRecords
from interview.persistence.planning.tailorings import TailoringRecords
from interview.persistence.records import Records
from interview.persistence.reevaluations import ReevaluationRecords
from interview.ports import LanguageModel, SpeechToText, StructuredModel, TextToSpeech
from interview.providers.factory import (
    build_language_model,
    build_scorers,
    build_speech_to_text,
    build_structured_model,
    build_text_to_speech,
)
from interview.providers.prompt import load_prompt
from interview.providers.scripted_llm import ScriptedLanguageModel
from interview.ready_file import show_ready
from interview.resuming import Resuming
from interview.sandbox.exchange import CodeExchange
from interview.security.data_keys import DataKeys, build_data_keys
from interview.security.living import require_master_keys
from interview.security.production import check_production
from interview.security.sealed_blobs import sealed
from interview.streams.log import StreamLog, connect_redis
from interview.streams.pulse import STUCK_AFTER_S, Pulse
from interview.sweeping import Sweeping
from interview.telemetry.exposition import exposed
from interview.telemetry.lag import watch_lag
from interview.telemetry.tracing import start_tracing, stop_tracing
from interview.telemetry.workflow_tracing import WorkflowTracing
from interview.temporal_client import connect_temporal
from interview.temporal_setup import prepare_namespace
from interview.webhooks.guard import Guard
from interview.webhooks.secrets import WebhookSecrets
from interview.webhooks.sending import Sender
from interview.webhooks.sweeping import WebhookSweeping
from workflows.erasure import ErasureWorkflow, RetentionWorkflow
from workflows.evaluation import EvaluationWorkflow
from workflows.interview import InterviewWorkflow
from workflows.planning import PlanningWorkflow, TailoringWorkflow
from workflows.reevaluation import ReevaluationWorkflow
from workflows.webhooks import WebhookWorkflow

log = structlog.stdlib.get_logger("worker")

DRAIN = timedelta(seconds=20)
DATABASE_PATIENCE_S = 600.0
"""A task that waits for a key goes on at once when the database is back."""
ERASURES_AT_ONCE = 10
"""Steps a worker takes at a time: interviews go before."""
PLANNING_AT_ONCE = 10
WEBHOOKS_AT_ONCE = 20
RESUMING_EVERY_S = 60.0
"""Plans, probes and evaluations that were asked for and whose workflow was not started."""
ERASURES_CACHED = 50
"""They sleep for months."""
STICKY_TIMEOUT = timedelta(milliseconds=500)
"""After a worker's death its workflows are picked up by another one within this time."""


@dataclass(frozen=True, slots=True)
class Providers:
    """Who listens, thinks and speaks. `last_resort` needs no network; `structured` is None where no
    language model is configured; `scorers` are by name."""

    stt: SpeechToText
    llm: LanguageModel
    last_resort: LanguageModel
    tts: TextToSpeech
    structured: StructuredModel | None = None
    scorers: Mapping[str, StructuredModel] = field(default_factory=dict[str, StructuredModel])


def build_providers(settings: Settings) -> Providers:
    """Raises `ConfigError`."""
    return Providers(
        stt=build_speech_to_text(settings),
        llm=build_language_model(settings),
        last_resort=ScriptedLanguageModel(),
        tts=build_text_to_speech(settings),
        structured=build_structured_model(settings),
        scorers=build_scorers(settings),
    )


def deployment_of(
    settings: Settings, behaviour: VersioningBehavior
) -> WorkerDeploymentConfig | None:
    """None where any worker may take any workflow. Told by worker and not by workflow: the server
    refuses what a worker without versions says of them."""
    if not settings.temporal_deployment_name:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(
            settings.temporal_deployment_name, settings.temporal_worker_build_id or build_id()
        ),
        use_worker_versioning=True,
        default_versioning_behavior=behaviour,
    )


def build_workers(
    settings: Settings,
    client: Client,
    database: Database,
    keys: DataKeys | None,
    providers: Providers,
    pulse: Pulse,
    stack: AsyncExitStack,
) -> list[Worker]:
    """One pool of slots a stage, so that a stage that waits never starves the one before it."""
    redis = connect_redis(settings.redis_url)
    stack.push_async_callback(redis.aclose)
    streams = StreamLog(redis, ttl_s=settings.stream_ttl_s, keys=keys)
    records = Records(database)
    blobs = sealed(build_blob_store(settings), keys)
    voice_detection = SileroVad()
    timeout_s = settings.provider_timeout_s
    # An interview ends with the code that it began with. What sleeps for days or months does not
    # keep a version alive that long: it goes on with the next one, and is patched.
    pinned = deployment_of(settings, VersioningBehavior.PINNED)
    moving = deployment_of(settings, VersioningBehavior.AUTO_UPGRADE)
    build = None if pinned else settings.temporal_worker_build_id or build_id()

    voice = Voice(providers.tts, SpeechCache(blobs), timeout_s)

    pads = Pads(database, keys)
    on_pads = RunPads(streams, records, pads, CodeExchange(redis))
    stages = TurnStages(
        transcribing=Transcribe(
            streams,
            records,
            blobs,
            providers.stt,
            lambda format, rate, limit: AnswerEar(voice_detection, format, rate, limit),
            timeout_s,
        ),
        conversing=Converse(
            streams,
            records,
            providers.llm,
            providers.last_resort,
            timeout_s,
            load_prompt().name,
            pads,
        ),
        speaking=Speak(streams, records, blobs, voice),
    )
    erasing = Erasing(database, client, settings.erasure_stop_grace_s)
    keeping = RecordKeeping(streams, records, erasing)
    erase = Erase(
        *(ErasureRecords(database), Histories(client), blobs, redis, voice, keys),
        mailer=build_mailer(settings),
    )
    retime = Retime(database, erasing)
    propose = Propose(ProposalRecords(database), providers.structured)
    evaluate = Evaluate(EvaluationRecords(database), providers.structured, providers.scorers, pads)
    reevaluate = Reevaluate(ReevaluationRecords(database))
    documents = Documents(DocumentRecords(database), blobs, Extractor())
    tailor = Tailor(TailoringRecords(database), documents, providers.structured)
    hooks = SendWebhooks(
        DeliveryRecords(database), WebhookSecrets(keys), Sender(Guard.from_settings(settings))
    )
    interceptors = [ActivityInterceptor(pulse), WorkflowTracing()]

    def pool(queue: str, *activities: object) -> Worker:
        return Worker(
            client,
            task_queue=queue,
            build_id=build,
            deployment_config=pinned,
            activities=activities,  # type: ignore[arg-type] bound methods of the contracts
            interceptors=interceptors,
            max_concurrent_activities=settings.worker_slots,
            graceful_shutdown_timeout=DRAIN,
        )

    return [
        Worker(
            client,
            task_queue=INTERVIEW_QUEUE,
            build_id=build,
            deployment_config=pinned,
            workflows=[InterviewWorkflow],
            # The sandbox costs a second at the start, and 60 ms each time a workflow is loaded,
            # which is when a candidate waits. The workflow and replay tests run inside it.
            workflow_runner=UnsandboxedWorkflowRunner(),
            activities=[keeping.announce, keeping.close],
            interceptors=interceptors,
            sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
            graceful_shutdown_timeout=DRAIN,
        ),
        pool(TRANSCRIBE_QUEUE, stages.transcribe),
        pool(CONVERSE_QUEUE, stages.converse),
        pool(PAD_QUEUE, on_pads.offer, on_pads.settle, on_pads.give_up),
        pool(SPEAK_QUEUE, stages.speak, stages.prepare_speech),
        Worker(
            client,
            task_queue=ERASURE_QUEUE,
            build_id=build,
            deployment_config=moving,
            workflows=[ErasureWorkflow, RetentionWorkflow],
            workflow_runner=UnsandboxedWorkflowRunner(),
            activities=[
                *(erase.look, erase.stop, erase.delete_rows, erase.delete_objects),
                *(erase.delete_streams, erase.destroy_key, erase.delete_history, erase.finish),
                retime.retime,
            ],
            interceptors=interceptors,
            max_concurrent_activities=ERASURES_AT_ONCE,
            max_cached_workflows=ERASURES_CACHED,
            sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
            graceful_shutdown_timeout=DRAIN,
        ),
        Worker(
            client,
            task_queue=EVALUATION_QUEUE,
            build_id=build,
            deployment_config=pinned,
            workflows=[EvaluationWorkflow, ReevaluationWorkflow],
            workflow_runner=UnsandboxedWorkflowRunner(),
            activities=[
                *(evaluate.begin, evaluate.sample, evaluate.finish, evaluate.follow),
                *(reevaluate.take, reevaluate.finish, reevaluate.stop),
            ],
            interceptors=interceptors,
            max_concurrent_activities=settings.evaluation_slots,
            graceful_shutdown_timeout=DRAIN,
        ),
        Worker(
            client,
            task_queue=PLANNING_QUEUE,
            build_id=build,
            deployment_config=pinned,
            workflows=[PlanningWorkflow, TailoringWorkflow],
            workflow_runner=UnsandboxedWorkflowRunner(),
            activities=[
                *(propose.begin, propose.competencies, propose.questions, propose.warmup),
                *(propose.assemble, propose.fail),
                *(tailor.begin, tailor.probes, tailor.fail),
            ],
            interceptors=interceptors,
            max_concurrent_activities=PLANNING_AT_ONCE,
            graceful_shutdown_timeout=DRAIN,
        ),
        Worker(
            client,
            task_queue=WEBHOOK_QUEUE,
            build_id=build,
            deployment_config=moving,
            workflows=[WebhookWorkflow],
            workflow_runner=UnsandboxedWorkflowRunner(),
            activities=[hooks.attempt],
            interceptors=interceptors,
            max_concurrent_activities=WEBHOOKS_AT_ONCE,
            max_cached_workflows=ERASURES_CACHED,
            graceful_shutdown_timeout=DRAIN,
        ),
    ]


async def serve(settings: Settings, providers: Providers) -> None:
    """Until SIGTERM or SIGINT; then running activities get `DRAIN` to finish."""
    configure_logging(settings.log_format, settings.log_level)
    # Fields of their own say it.
    workflow.logger.workflow_info_on_message = False
    if settings.worker_ready_file is not None:
        settings.worker_ready_file.unlink(missing_ok=True)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    async with AsyncExitStack() as stack:
        database = Database.from_settings(settings)
        stack.push_async_callback(database.close)
        keys = build_data_keys(settings, database)
        await require_master_keys(keys)
        start_tracing(settings, "intervue-worker")
        stack.push_async_callback(asyncio.to_thread, stop_tracing)
        exposition = exposed(settings.metrics_host, settings.worker_metrics_port)
        if exposition is not None:
            stack.callback(exposition.close)
        client = await connect_temporal(
            settings,
            keys,
            patience_s=DATABASE_PATIENCE_S,
            runtime=exposition and exposition.runtime,
        )
        await prepare_namespace(client)
        pulse = Pulse(settings.redis_url)
        workers = build_workers(settings, client, database, keys, providers, pulse, stack)
        await asyncio.to_thread(warm_decoder)
        # Left in the reverse order: the signs of life end after the last stage has.
        pulse.start()
        stack.push_async_callback(asyncio.to_thread, pulse.stop)
        alive = asyncio.create_task(_show_alive(pulse))
        stack.callback(alive.cancel)
        lagging = asyncio.create_task(watch_lag())
        stack.callback(lagging.cancel)
        erasing = Erasing(database, client, settings.erasure_stop_grace_s)
        sweeping = asyncio.create_task(
            Sweeping(database, erasing, settings.erasure_sweep_every_s).run()
        )
        stack.callback(sweeping.cancel)
        resuming = asyncio.create_task(Resuming(database, client, RESUMING_EVERY_S).run())
        stack.callback(resuming.cancel)
        telling = asyncio.create_task(
            WebhookSweeping(DeliveryRecords(database), client, settings.webhook_sweep_every_s).run()
        )
        stack.callback(telling.cancel)
        running = [asyncio.create_task(worker.run()) for worker in workers]
        stack.push_async_callback(_drain, workers, running)
        if settings.worker_ready_file is not None:
            ready = asyncio.create_task(show_ready(settings.worker_ready_file))
            stack.callback(ready.cancel)
        # What is loaded by now stays. To look through it again would hold everything up for a tenth
        # of a second, every few hundred turns.
        gc.freeze()
        log.info("worker.ready", slots=settings.worker_slots)
        stopped = asyncio.create_task(stop.wait())
        # A worker ends by itself only when it cannot go on: then this process ends, and says why.
        await asyncio.wait([stopped, *running], return_when=asyncio.FIRST_COMPLETED)
        log.info("worker.draining")


async def _drain(workers: Sequence[Worker], running: Sequence[asyncio.Task[None]]) -> None:
    """All at once: none takes a new task while another one finishes its last."""
    await asyncio.gather(*(worker.shutdown() for worker in workers))
    await asyncio.gather(*running)


async def _show_alive(pulse: Pulse) -> None:
    while True:
        pulse.loop_is_alive()
        await asyncio.sleep(STUCK_AFTER_S / 3)


if __name__ == "__main__":
    try:
        loaded = load_settings()
        check_production(loaded)
        uvloop.run(serve(loaded, build_providers(loaded)))
    except ConfigError as error:
        sys.exit(str(error))
