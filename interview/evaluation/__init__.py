"""Asking a language model to score answers, one competency at a time."""
