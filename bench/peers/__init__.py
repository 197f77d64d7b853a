"""Voice frameworks to be compared with, in an environment of their own.

Each peer is a server process of the same toy protocol: the client sends `start`, PCM16 of 16 kHz in
frames, and `stop`; the server sends PCM16 of 24 kHz. Hands-free there is only sound, all the time.
How turns end is chosen by `?stop=`. All run under uvicorn with uvloop, without compression, their
logs off. The providers are the same stubs everywhere (`bench/peers/stubs.py` has the times and
words of `bench/stubs.py`); they recognize one whole segment and speak one whole sentence.
"""
