"""Every metric of ours, by name. Declared here, and served by `interview.telemetry.exposition`.

Labels hold words of ours and names from the settings, never what a client sends: the number of
series does not grow with interviews, organizations or people.
"""

from __future__ import annotations

import re
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)

__all__ = [
    "ACTIVITY_FAILURES",
    "ANSWERS",
    "BUILD",
    "FIRST_SOUND_S",
    "LOOP_LAG_S",
    "PROVIDER_CALLS",
    "PROVIDER_FALLBACKS",
    "PROVIDER_FIRST_S",
    "PROVIDER_GIVEN_UP",
    "RECOVERIES",
    "REGISTRY",
    "SOCKETS",
    "SOCKETS_CLOSED",
    "SOCKETS_REFUSED",
    "STAGES_RERUN",
    "STAGES_RUNNING",
    "STAGE_FIRST_S",
    "STREAM_APPENDS",
    "STREAM_BYTES",
    "STREAM_ERRORS",
    "TEMPORAL_CALL_S",
    "TEMPORAL_DELAYS",
    "WORKERS_LOST",
    "code_label",
]

# When a series began would be another series, beside each of them.
disable_created_metrics()

REGISTRY: Final = CollectorRegistry()

_HEARD = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0)
"""From what a turn costs us to what makes people hang up, in seconds."""

# Told by the API

SOCKETS = Gauge("intervue_sockets", "Open rooms.", ["version"], registry=REGISTRY)
SOCKETS_CLOSED = Counter(
    "intervue_sockets_closed",
    "Rooms that were closed; by the code we closed them with, or `left`.",
    ["code"],
    registry=REGISTRY,
)
SOCKETS_REFUSED = Counter(
    "intervue_sockets_refused", "Who was not let into a room.", ["code"], registry=REGISTRY
)
FIRST_SOUND_S = Histogram(
    "intervue_first_sound_seconds",
    "From the end of an answer to the first sound of its reply, as the API sees both; an opener, "
    "which is said while the reply is being made, does not count.",
    ["mode"],
    buckets=_HEARD,
    registry=REGISTRY,
)
TEMPORAL_CALL_S = Histogram(
    "intervue_temporal_call_seconds",
    "Calls of the interview's workflow, waits while Temporal is away included.",
    ["outcome"],
    buckets=_HEARD,
    registry=REGISTRY,
)
TEMPORAL_DELAYS = Counter(
    "intervue_temporal_delays",
    "Calls of the workflow that took so long that a room was told.",
    registry=REGISTRY,
)
WORKERS_LOST = Counter(
    "intervue_workers_lost",
    "Workers whose signs of life ended without a goodbye. Every API process counts each.",
    registry=REGISTRY,
)
RECOVERIES = Counter(
    "intervue_recoveries",
    "Turns of lost workers: `asked` that another one takes them up, or `failed`.",
    ["outcome"],
    registry=REGISTRY,
)

# Told by the workers

STAGE_FIRST_S = Histogram(
    "intervue_stage_first_seconds",
    "What each stage adds between the end of an answer and the first sound of its reply: "
    "`transcribe` to the text, `converse` to the first sentence, `speak` to its first sound.",
    ["stage"],
    buckets=_HEARD,
    registry=REGISTRY,
)
STAGES_RUNNING = Gauge(
    "intervue_stages_running", "Activities under way.", ["activity"], registry=REGISTRY
)
STAGES_RERUN = Counter(
    "intervue_stages_rerun",
    "Activities that were run again: a `retry` of Temporal's, or `rescheduled` by the workflow.",
    ["activity", "cause"],
    registry=REGISTRY,
)
ACTIVITY_FAILURES = Counter(
    "intervue_activity_failures",
    "Activities that failed, by the error's code.",
    ["activity", "code"],
    registry=REGISTRY,
)
ANSWERS = Counter(
    "intervue_answers", "What became of answers.", ["kind", "outcome"], registry=REGISTRY
)
PROVIDER_CALLS = Counter(
    "intervue_provider_calls",
    "Calls of speech and language providers: `ok`, or the error's code.",
    ["kind", "provider", "outcome"],
    registry=REGISTRY,
)
PROVIDER_FIRST_S = Histogram(
    "intervue_provider_first_seconds",
    "From a call to the first part of its answer.",
    ["kind", "provider"],
    buckets=_HEARD,
    registry=REGISTRY,
)
PROVIDER_FALLBACKS = Counter(
    "intervue_provider_fallbacks",
    "Calls that went on with the next provider.",
    ["kind", "provider", "next"],
    registry=REGISTRY,
)
PROVIDER_GIVEN_UP = Counter(
    "intervue_provider_given_up",
    "Turns that went on without a provider: typed answers, planned words, or a silent interviewer.",
    ["kind"],
    registry=REGISTRY,
)

# One that begins at 1 has not increased: what alarms look at begins at 0.
for _outcome in ("asked", "failed"):
    RECOVERIES.labels(_outcome)
for _kind in ("stt", "llm", "tts"):
    PROVIDER_GIVEN_UP.labels(_kind)

# Told by both

STREAM_APPENDS = Counter("intervue_stream_appends", "Entries appended.", registry=REGISTRY)
STREAM_BYTES = Counter("intervue_stream_bytes", "Bytes appended.", registry=REGISTRY)
STREAM_ERRORS = Counter(
    "intervue_stream_errors", "Calls that Redis did not answer.", registry=REGISTRY
)
LOOP_LAG_S = Gauge(
    "intervue_loop_lag_seconds",
    "How late the event loop was at worst in the last ten seconds.",
    registry=REGISTRY,
)
BUILD = Gauge("intervue_build", "1, for the build that runs.", ["build"], registry=REGISTRY)

_CODE = re.compile(r"[a-z0-9_]{1,32}(\.[a-z0-9_]{1,32}){0,3}")
_MAX_CODES = 200
_codes: set[str] = set()


def code_label(code: str) -> str:
    """An error's code as a label. What does not look like one is `other`, and so is whatever
    comes when there are already more than there can be."""
    if code not in _codes:
        if len(_codes) >= _MAX_CODES or not _CODE.fullmatch(code):
            return "other"
        _codes.add(code)
    return code
