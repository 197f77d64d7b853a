"""Sending one event to one webhook, for as long as it takes.

How often it was tried, and whether it was delivered, stands in the database: this workflow holds
no state but its place.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from interview.contracts.webhooks import WEBHOOK, Again, WebhookActivities, WebhookInput

from workflows.options import BLOCKED_FOR, webhook_options

__all__ = ["WebhookWorkflow"]


@workflow.defn(name=WEBHOOK)
class WebhookWorkflow:
    """Id `webhook-{delivery_id}`. May be started twice, anew, or for nothing."""

    @workflow.run
    async def run(self, request: WebhookInput) -> None:
        while True:
            again = await self._attempt(request)
            if again.after_s is None:
                return
            await workflow.sleep(timedelta(seconds=again.after_s))
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(request)

    async def _attempt(self, request: WebhookInput) -> Again:
        try:
            return await workflow.execute_activity_method(
                WebhookActivities.attempt, request, **webhook_options()
            )
        except ActivityError:
            workflow.logger.error("webhook.blocked")
            return Again(after_s=BLOCKED_FOR.total_seconds())
