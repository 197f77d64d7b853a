"""What a process tells of itself while it works: metrics, and traces of turns."""
