"""Résumés of our own making, good and hostile, and what becomes of them."""
