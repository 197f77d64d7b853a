"""Sample rate conversion of PCM16 while it streams, without a seam between chunks."""

from __future__ import annotations

import functools
import math

import numpy as np
import numpy.typing as npt

__all__ = ["Resampler"]

_HALF_TAPS = 32
"""Input samples on each side that make up an output sample."""

_KAISER_BETA = 9.0
"""Stop band about 90 dB down: under the noise of 16 bits."""

_PASS_BAND = 0.92
"""Of the lower Nyquist frequency; the filter falls off above it."""


class Resampler:
    """Polyphase windowed sinc for a rational ratio, one matrix product a chunk.

    `from_hz` inputs make `to_hz` outputs; both are reduced, so 22,050 → 24,000 works on
    blocks of 147 samples that become 160.
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        common = math.gcd(from_hz, to_hz)
        self._block_in, self._block_out = from_hz // common, to_hz // common
        self._margin = math.ceil(_HALF_TAPS * max(1.0, from_hz / to_hz))
        self._weights = _weights(self._block_in, self._block_out, self._margin)
        self._input: npt.NDArray[np.float32] = np.zeros(self._margin, dtype=np.float32)
        self._taken = 0
        self._given = 0

    def feed(self, pcm16: bytes) -> bytes:
        """`pcm16`: whole samples."""
        samples = np.frombuffer(pcm16, dtype="<i2").astype(np.float32)
        self._taken += len(samples)
        self._input = np.concatenate([self._input, samples])
        blocks = (len(self._input) - 2 * self._margin) // self._block_in
        return self._convert(blocks) if blocks > 0 else b""

    def finish(self) -> bytes:
        """The rest, so that the lengths match to a sample."""
        expected = round(self._taken * self._block_out / self._block_in)
        missing = expected - self._given
        blocks = -(-missing // self._block_out)
        needed = blocks * self._block_in + 2 * self._margin - len(self._input)
        self._input = np.concatenate([self._input, np.zeros(max(0, needed), dtype=np.float32)])
        return self._convert(blocks)[: missing * 2] if blocks > 0 else b""

    def _convert(self, blocks: int) -> bytes:
        span = self._block_in + 2 * self._margin
        windows = np.lib.stride_tricks.sliding_window_view(self._input, span)
        chosen = windows[: blocks * self._block_in : self._block_in]
        output = (chosen @ self._weights).reshape(-1)
        self._input = self._input[blocks * self._block_in :]
        self._given += len(output)
        return np.clip(np.rint(output), -32768, 32767).astype("<i2").tobytes()


@functools.cache  # 8 ms of work, the same for every utterance
def _weights(block_in: int, block_out: int, margin: int) -> npt.NDArray[np.float32]:
    """[input samples of a block and its margins, output samples of the block]."""
    at_input = np.arange(block_in + 2 * margin)[:, None] - margin
    at_output = np.arange(block_out)[None, :] * (block_in / block_out)
    distance = at_input - at_output
    # Half-way down at the edge of the pass band and the stop band alike.
    cutoff = min(1.0, block_out / block_in) * (1.0 + _PASS_BAND) / 2
    inside = np.clip(1.0 - (distance / margin) ** 2, 0.0, None)
    window = np.i0(_KAISER_BETA * np.sqrt(inside)) / np.i0(_KAISER_BETA)
    weights = cutoff * np.sinc(cutoff * distance) * np.where(inside > 0, window, 0.0)
    return (weights / weights.sum(axis=0, keepdims=True)).astype(np.float32)
