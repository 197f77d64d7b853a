"""Bytes in flight: one Redis stream a stage and turn, one outbound stream an interview.

Streams may vanish at any time without losing an answer that was acknowledged. Every frame
of a stage carries the epoch of the run that wrote it, and readers drop frames of an
earlier run once a later one has begun.
"""

import interview.streams.client as _first  # pyright: ignore[reportUnusedImport] # noqa: F401
