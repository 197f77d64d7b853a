"""A candidate in a box: holds whole interviews against a running stack, and kills parts of it."""
