"""Fixtures of every test."""

from tests.services import services, stack

__all__ = ["services", "stack"]
