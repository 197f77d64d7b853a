"""Résumés and job descriptions as files: what they are, what they say, and what they hide.

A file is hostile. `extractor` has it read by `extract` in a process of its own, with little memory
and little time; nothing else here is called on a file outside that process.
"""
