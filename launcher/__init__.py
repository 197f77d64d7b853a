"""The local stack: everything Intervue needs, as processes on this machine."""
