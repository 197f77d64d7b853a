"""Sending an event to an integration. Ids travel; what is sent, and where, stays in the
database."""

from __future__ import annotations

from abc import ABC, abstractmethod

from pydantic import BaseModel, ConfigDict
from temporalio import activity

__all__ = ["WEBHOOK", "Again", "WebhookActivities", "WebhookInput"]

WEBHOOK = "Webhook"
"""Type of the workflow."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class WebhookInput(_Model):
    delivery_id: str
    webhook_id: str


class Again(_Model):
    """`after_s`: when to try it next; None: there is nothing left to do."""

    after_s: float | None = None


class WebhookActivities(ABC):
    @activity.defn(name="webhook.attempt")
    @abstractmethod
    async def attempt(self, request: WebhookInput) -> Again:
        """May be repeated: the receiver knows by its id what it has seen."""
