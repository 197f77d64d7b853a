"""Coding questions of ours, one file each in `tasks/`."""
