"""How much a document may be, and what reading it may take."""

from __future__ import annotations

__all__ = [
    "CPU_S",
    "FORM_OPERATIONS",
    "MAX_DOCUMENT_BYTES",
    "MAX_HIDDEN_CHARS",
    "MAX_HIDDEN_SPANS",
    "MAX_OPEN_FILES",
    "MAX_OUTPUT_BYTES",
    "MAX_PAGES",
    "MAX_PAINT_OPERATIONS",
    "MAX_TEXT_CHARS",
    "MAX_UNZIPPED_BYTES",
    "MAX_ZIP_ENTRIES",
    "MEMORY_BYTES",
    "WALL_S",
]

MAX_DOCUMENT_BYTES = 5 * 1024 * 1024
MAX_PAGES = 100
MAX_TEXT_CHARS = 200_000
MAX_HIDDEN_SPANS = 500
MAX_HIDDEN_CHARS = 50_000

MAX_ZIP_ENTRIES = 1_000
MAX_UNZIPPED_BYTES = 32 * 1024 * 1024
"""Of a DOCX file, all entries together; and of any one stream of a PDF file."""
MAX_PAINT_OPERATIONS = 300_000
"""Of a PDF file, all pages together."""
FORM_OPERATIONS = 100
"""What one use of a form counts for, besides what is in it."""

# The process that reads: address space, CPU, and time on the wall.
MEMORY_BYTES = 400 * 1024 * 1024
CPU_S = 10
WALL_S = 20.0
MAX_OPEN_FILES = 32
MAX_OUTPUT_BYTES = 4 * 1024 * 1024
