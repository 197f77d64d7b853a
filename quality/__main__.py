"""`make eval-quality`: agreement with reference scores, quotes, stability, injections; JSON last.

A language model that is configured is asked, some hundreds of times; without one, a scorer that
gives what is on record, behind a server that speaks the same wire.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from interview.config import Settings, load_settings
from interview.errors import ProviderError
from interview.ports import StructuredModel
from interview.providers.endpoint import Endpoint
from interview.providers.factory import build_structured_model
from interview.providers.openai_structured import OpenAiStructuredModel
from quality.corpus import injections, transcripts
from quality.measure import Measured, measure
from quality.recorded import RecordedScorer
from tests.fakes.provider_server import FakeProviders, serving

__all__ = ["by_record", "main"]

_BAD = ("invalid_quotes", "injections_that_moved_a_score")
_MOST_DELTA = 0.25


async def by_record(most: int | None = None) -> Measured:
    """`most`: transcripts and injections, for a short run."""
    scorer = RecordedScorer()
    with serving() as mount:
        fake = mount.put(FakeProviders(structured=scorer))
        model = OpenAiStructuredModel(
            Endpoint(api_key="none", model="recorded", base_url=f"{fake.base_url}/v1")
        )
        try:
            return await measure(transcripts()[:most], injections()[:most], model, scorer)
        finally:
            await model.aclose()


async def by_model(model: StructuredModel) -> Measured:
    return await measure(transcripts(), injections(), model, None)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m quality", description=__doc__)
    parser.add_argument("--recorded", action="store_true", help="even where a model is configured")
    args = parser.parse_args()
    settings: Settings = load_settings()
    model = None if args.recorded else build_structured_model(settings)
    name = "recorded" if model is None else model.name
    print(f"{len(transcripts())} transcripts, {len(injections())} injections, scored by {name}")
    try:
        found = asyncio.run(by_record() if model is None else by_model(model))
    except ProviderError as error:
        print(f"{error.code}: {error.message}", file=sys.stderr)
        return 2
    line = found.line("recorded" if model is None else "live", name)
    print(json.dumps(line))
    return int(any(line[key] for key in _BAD) or line["metamorphic_max_delta"] > _MOST_DELTA)


if __name__ == "__main__":
    sys.exit(main())
