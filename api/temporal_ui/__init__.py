"""Temporal's web UI under `/temporal`: for those who may read an interview, and read only.

The UI has no idea of organizations. It is served from here alone: what it asks of its server is
let through by a list, lists are narrowed to the organization, and payloads are decoded only for
those who may read the interview they belong to.
"""
