"""What Intervue needs of a Temporal namespace, asked for at boot. Idempotent."""

from __future__ import annotations

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

__all__ = ["prepare_namespace"]

_KEYWORDS = ("IntervuePhase", "IntervueRole", "IntervueOutcome", "IntervueOrganization")


async def prepare_namespace(client: Client) -> None:
    """Registers the search attributes. Raises `RPCError` when the server refuses."""
    keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    request = AddSearchAttributesRequest(
        namespace=client.namespace, search_attributes=dict.fromkeys(_KEYWORDS, keyword)
    )
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise
