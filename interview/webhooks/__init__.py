"""Telling integrations what happened, signed as Standard Webhooks says."""
