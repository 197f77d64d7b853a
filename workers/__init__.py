"""What the worker process consists of: `worker.py` starts it."""
