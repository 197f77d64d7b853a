"""Codecs and voice detection. Everything here is synchronous and may use the CPU for
milliseconds: call it through a thread from asyncio code."""
