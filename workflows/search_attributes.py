"""Typed search attributes of an interview. Nothing personal belongs here."""

from __future__ import annotations

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

__all__ = ["ORGANIZATION", "OUTCOME", "PHASE", "ROLE", "show_in_search"]

PHASE = SearchAttributeKey.for_keyword("IntervuePhase")
ROLE = SearchAttributeKey.for_keyword("IntervueRole")
OUTCOME = SearchAttributeKey.for_keyword("IntervueOutcome")
ORGANIZATION = SearchAttributeKey.for_keyword("IntervueOrganization")
"""Given at the start and never changed; further runs carry it."""


def show_in_search(*updates: SearchAttributeUpdate[str]) -> None:
    workflow.upsert_search_attributes(updates)  # pyright: ignore[reportUnknownMemberType] the SDK leaves its parameter open
