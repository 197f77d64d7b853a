"""Text that somebody typed or pasted, cleaned as a file's is."""

from __future__ import annotations

from interview.documents.extractor import refused
from interview.documents.flow import Flow
from interview.documents.results import Extraction, RefusedDocument

__all__ = ["written"]


def written(text: str) -> Extraction:
    """For texts of a request's size: it is done here and now. Of nothing, nothing. Raises
    `InvalidInputError` (`document.too_long`)."""
    flow = Flow()
    try:
        flow.show(text)
        return flow.finish("text") if flow.length else Extraction("text", "")
    except RefusedDocument as refusal:
        raise refused(refusal.code) from None
