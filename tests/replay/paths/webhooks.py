"""Deliveries."""

from __future__ import annotations

from typing import Any

from temporalio.client import WorkflowHandle

from interview.contracts.ids import WEBHOOK_QUEUE
from interview.contracts.webhooks import Again, WebhookInput
from tests.replay.paths.ground import Answers, Ground, refused
from tests.replay.paths.registry import path
from workflows.webhooks import WebhookWorkflow

Run = WorkflowHandle[Any, Any]

ATTEMPT = "activity webhook.attempt"


@path("Webhook", ATTEMPT, "fired 60 s", ATTEMPT, "fired 3600 s", ATTEMPT, "completed")
async def delivered_in_the_end(ground: Ground) -> Run:
    """After what nobody had thought of, too."""
    run = await _delivery(
        ground, {"webhook.attempt": [Again(after_s=60), refused("internal"), Again()]}
    )
    await run.result()
    return run


@path("Webhook", ATTEMPT, "timer 60 s")
async def to_be_tried_again(ground: Ground) -> Run:
    """Asleep."""
    run = await _delivery(ground, {"webhook.attempt": [Again(after_s=60)]})
    await ground.until(run, "timer 60 s")
    return run


@path("Webhook", ATTEMPT, "fired 60 s", "continued", long=True)
async def many_tries(ground: Ground) -> Run:
    run = await _delivery(ground, {"webhook.attempt": [Again(after_s=60), Again()]})
    await run.result()
    return ground.first_run(run)


async def _delivery(ground: Ground, answers: Answers) -> Run:
    request = WebhookInput(delivery_id=ground.id, webhook_id=ground.id)
    return await ground.start([WebhookWorkflow], WEBHOOK_QUEUE, request, answers)
