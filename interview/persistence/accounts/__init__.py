"""Statements on the rows of accounts, each inside the caller's transaction."""
