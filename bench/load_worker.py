"""The real worker process with modelled providers, for `bench.history` and `bench.load`."""

from __future__ import annotations

import argparse
import sys

import uvloop
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from bench.load_providers import LingeringModel, SpokenVoice
from bench.stubs import INSTANT, MODELLED, StubLanguageModel, StubSpeechToText, StubTextToSpeech
from interview.config import load_settings
from interview.errors import ConfigError
from worker import serve
from workers.providers import Providers


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load_worker", description=__doc__)
    parser.add_argument("--modelled", action="store_true", help="providers take realistic times")
    parser.add_argument("--linger", action="store_true", help="stay with a question for long")
    parser.add_argument("--spoken", action="store_true", help="replies are real speech")
    parser.add_argument("--metrics", default="", help="HOST:PORT for the SDK's own counters")
    args = parser.parse_args()
    if args.metrics:
        telemetry = TelemetryConfig(metrics=PrometheusConfig(bind_address=args.metrics))
        Runtime.set_default(Runtime(telemetry=telemetry))
    times = MODELLED if args.modelled else INSTANT
    model = LingeringModel(times) if args.linger else StubLanguageModel(times)
    voice = SpokenVoice(times) if args.spoken else StubTextToSpeech(times)
    providers = Providers(StubSpeechToText(times), model, model, voice)
    try:
        uvloop.run(serve(load_settings(), providers))
    except ConfigError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
