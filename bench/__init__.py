"""Benchmarks. Each prints one JSON line last."""
