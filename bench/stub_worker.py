"""`python -m bench.stub_worker [instant|modelled|brisk]`: the real worker with stub providers."""

from __future__ import annotations

import sys

import uvloop

from bench.stubs import (
    BRISK,
    INSTANT,
    MODELLED,
    StubLanguageModel,
    StubSpeechToText,
    StubTextToSpeech,
)
from interview.config import load_settings
from interview.errors import ConfigError
from worker import serve
from workers.providers import Providers

if __name__ == "__main__":
    named = {"instant": INSTANT, "modelled": MODELLED, "brisk": BRISK}
    times = named[sys.argv[1] if len(sys.argv) > 1 else "instant"]
    model = StubLanguageModel(times)
    stubs = Providers(StubSpeechToText(times), model, model, StubTextToSpeech(times))
    try:
        uvloop.run(serve(load_settings(), stubs))
    except ConfigError as error:
        sys.exit(str(error))
