"""Workers of running interviews: their workflow, the stages of their turns, and pads."""

from __future__ import annotations

from temporalio.worker import Worker

from activities.converse import Converse
from activities.judging import Judge
from activities.openers import Openers
from activities.pads import RunPads
from activities.records import RecordKeeping
from activities.speak import Speak
from activities.stages import TurnStages
from activities.transcribe import Transcribe
from interview.audio.ear import AnswerEar
from interview.audio.turn_end import SmartTurn
from interview.audio.vad import SileroVad
from interview.contracts.ids import (
    CONVERSE_QUEUE,
    INTERVIEW_QUEUE,
    PAD_QUEUE,
    SPEAK_QUEUE,
    TRANSCRIBE_QUEUE,
)
from interview.providers.prompt import load_prompt
from interview.sandbox.exchange import CodeExchange
from workers.means import Means
from workers.options import STICKY_TIMEOUT, Common
from workflows.interview import InterviewWorkflow

__all__ = ["turn_workers"]


def turn_workers(means: Means, common: Common) -> list[Worker]:
    """One pool of slots a stage, so that a stage that waits never starves the one before it."""
    stages = _stages(means)
    on_pads = RunPads(means.streams, means.records, means.pads, CodeExchange(means.redis))
    keeping = RecordKeeping(means.streams, means.records, means.erasing)

    def pool(queue: str, *activities: object) -> Worker:
        return Worker(
            common.client,
            task_queue=queue,
            activities=activities,  # type: ignore[arg-type] bound methods of the contracts
            max_concurrent_activities=means.settings.worker_slots,
            **common.pinned,
        )

    return [
        Worker(
            common.client,
            task_queue=INTERVIEW_QUEUE,
            workflows=[InterviewWorkflow],
            activities=[keeping.announce, keeping.close],
            sticky_queue_schedule_to_start_timeout=STICKY_TIMEOUT,
            **common.pinned,
        ),
        pool(TRANSCRIBE_QUEUE, stages.transcribe),
        pool(CONVERSE_QUEUE, stages.converse),
        pool(PAD_QUEUE, on_pads.offer, on_pads.settle, on_pads.give_up),
        pool(SPEAK_QUEUE, stages.speak, stages.prepare_speech),
    ]


def _stages(means: Means) -> TurnStages:
    voice_detection = SileroVad()
    timeout_s = means.settings.provider_timeout_s
    openers = Openers(means.voice) if means.settings.openers == "on" else None
    return TurnStages(
        transcribing=Transcribe(
            means.streams,
            means.records,
            means.blobs,
            means.providers.stt,
            lambda format, rate, limit: AnswerEar(voice_detection, format, rate, limit),
            timeout_s,
            Judge(SmartTurn) if means.settings.turn_end_model == "on" else None,
        ),
        conversing=Converse(
            means.streams,
            means.records,
            means.providers.llm,
            means.providers.last_resort,
            timeout_s,
            load_prompt().name,
            means.pads,
            openers,
        ),
        speaking=Speak(means.streams, means.records, means.blobs, means.voice, openers),
    )
