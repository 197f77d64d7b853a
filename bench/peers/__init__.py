"""Voice frameworks to be compared with, in an environment of their own.

Each peer is a server process of the same toy protocol: the client sends `start`, PCM16 of 16 kHz in
frames of 20 ms, and `stop`; the server sends PCM16 of 24 kHz. Hands-free there is only sound. The
providers are the same stubs everywhere (`bench/peers/stubs.py` has the times of `bench/stubs.py`).
"""
