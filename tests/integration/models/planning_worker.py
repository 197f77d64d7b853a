"""The real worker with stub voices, and the language model that its settings name."""

from __future__ import annotations

import uvloop

from bench.stubs import INSTANT, StubLanguageModel, StubSpeechToText, StubTextToSpeech
from interview.config import load_settings
from interview.providers.factory import build_scorers, build_structured_model
from worker import serve
from workers.providers import Providers

if __name__ == "__main__":
    settings = load_settings()
    model = StubLanguageModel(INSTANT)
    stubs = Providers(
        StubSpeechToText(INSTANT),
        model,
        model,
        StubTextToSpeech(INSTANT),
        build_structured_model(settings),
        build_scorers(settings),
    )
    uvloop.run(serve(settings, stubs))
