"""Faults against the real stack, and a checker that reads the client's own record."""
