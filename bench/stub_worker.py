"""The real worker process with providers that take no time."""

from __future__ import annotations

import sys

import uvloop

from bench.stubs import StubLanguageModel, StubSpeechToText, StubTextToSpeech
from interview.config import load_settings
from interview.errors import ConfigError
from worker import Providers, serve

if __name__ == "__main__":
    model = StubLanguageModel()
    stubs = Providers(StubSpeechToText(), model, model, StubTextToSpeech())
    try:
        uvloop.run(serve(load_settings(), stubs))
    except ConfigError as error:
        sys.exit(str(error))
