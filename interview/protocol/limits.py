"""What a client may send. Each violation is answered with the code beside it."""

from __future__ import annotations

MAX_JSON_BYTES = 64 * 1024
"""Of one version 2 text frame (`message.too_large`)."""
MAX_V1_AUDIO_BYTES = 8 * 1024 * 1024
"""Of one decoded version 1 answer (`audio.too_large`)."""
MAX_CHUNK_BYTES = 256 * 1024
"""Of one binary frame (`message.too_large`)."""
MAX_ANSWER_BYTES = 32 * 1024 * 1024
"""Of all chunks of one answer (`audio.too_large`)."""
MAX_FRAME_BYTES = 12 * 1024 * 1024
"""Of any frame at all: the socket is closed with 1009 above it."""
MAX_MESSAGES_PER_S = 200
"""Of text and binary frames together, averaged over `RATE_WINDOW_S` (`rate.exceeded`)."""
RATE_WINDOW_S = 5.0
MAX_PAUSES_PER_S = 1.0
"""Of hands-free answers, averaged over `PAUSES_WINDOW_S` (`rate.exceeded`)."""
PAUSES_WINDOW_S = 10.0
MAX_SPECULATIONS = 40
"""Pauses of one answer at which a reply is made ahead; later ones are passed over."""
MAX_CODE_BYTES = 30_000
"""Of a pad in UTF-8 (`code.too_large`)."""
MAX_VIOLATIONS = 50
"""After so many errors on one connection it is closed with 4400."""
HELLO_TIMEOUT_S = 10.0
CLIENT_SILENCE_TIMEOUT_S = 45.0
"""A version 2 client sends a `ping` at least every 15 s."""

TICKET_S = 30
"""How long a ticket to a room is good for."""

CLOSE_VIOLATION = 4400
CLOSE_UNAUTHENTICATED = 4401
"""Who somebody is was not proved (`auth.missing`, `auth.invalid`, `auth.expired`), or holds no
longer: the session or the consent was revoked meanwhile (`auth.revoked`)."""
CLOSE_FORBIDDEN = 4403
"""Somebody who may know of the interview, and not enter it (`auth.forbidden`), or its candidate
who has not consented yet (`consent.missing`)."""
CLOSE_NOT_FOUND = 4404
"""There is no such interview, or it is somebody else's (`interview.not_found`)."""
CLOSE_SUPERSEDED = 4409
CLOSE_TRY_AGAIN = 1013
CLOSE_GOING_AWAY = 1012
