"""`make eval-dialogues`: holds scripted dialogues, judges what the interviewer says; JSON last.

A language model that is configured is asked; without one, what is on record is played back by a
server that speaks the providers' wire.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.testing import WorkflowEnvironment

from interview.config import load_settings
from interview.ports import LanguageModel
from interview.providers import chosen
from interview.providers.anthropic_llm import AnthropicLanguageModel
from interview.providers.endpoint import Endpoint
from interview.providers.factory import build_language_model
from interview.providers.openai_llm import OpenAiLanguageModel
from interview.providers.prompt import load_prompt
from quality.dialogue import Dialogue, RecordedReply, dialogues
from quality.judge import Fault, judge
from quality.rehearsal import Play, rehearse
from quality.rehearsed import Rehearsed
from tests.fakes.provider_server import FakeProviders, serving
from tests.fakes.wire import allowed_in
from tests.workflow.server import skipping_server

__all__ = ["Recorded", "Wire", "hold", "main", "recorded_model"]

Wire = Literal["openai", "anthropic"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """`model` answers what `play` was last called with; `fake` remembers what it was asked."""

    model: LanguageModel
    play: Play
    fake: FakeProviders


@asynccontextmanager
async def recorded_model(wire: Wire) -> AsyncGenerator[Recorded]:
    """Over the provider's own wire."""
    playing = RecordedReply()

    def play(recorded: RecordedReply) -> None:
        nonlocal playing
        playing = recorded

    def reply(request: dict[str, Any]) -> tuple[str, str]:
        directive, allowed = playing.directive, allowed_in(request)
        if directive == "onward" or (playing.else_onward and directive not in allowed):
            directive = allowed[0]
        return directive, playing.reply

    with serving() as mount:
        fake = mount.put(FakeProviders(reply=reply))
        model: OpenAiLanguageModel | AnthropicLanguageModel
        if wire == "openai":
            endpoint = Endpoint(api_key="none", model="recorded", base_url=f"{fake.base_url}/v1")
            model = OpenAiLanguageModel(endpoint, prompt=load_prompt())
        else:
            endpoint = Endpoint(api_key="none", model="recorded", base_url=fake.base_url)
            model = AnthropicLanguageModel(endpoint, prompt=load_prompt())
        try:
            yield Recorded(model, play, fake)
        finally:
            await model.aclose()


async def hold(
    wanted: Sequence[Dialogue], env: WorkflowEnvironment, model: LanguageModel, play: Play
) -> list[tuple[Rehearsed, list[Fault]]]:
    found: list[tuple[Rehearsed, list[Fault]]] = []
    for dialogue in wanted:
        rehearsed = await rehearse(dialogue, env, model, play)
        faults = judge(rehearsed)
        found.append((rehearsed, faults))
        _print(rehearsed, faults)
    return found


def _print(rehearsed: Rehearsed, faults: Sequence[Fault]) -> None:
    print(f"{'FAILED' if faults else 'ok    '}  {rehearsed.dialogue.id}")
    for fault in faults:
        print(f"        step {fault.step}, {fault.rule}: {fault.detail}")


def _line(
    mode: str, name: str, found: Sequence[tuple[Rehearsed, list[Fault]]], prompt: str
) -> dict[str, Any]:
    """`last_resorts`: replies without the model, because it failed; `mended`: sentences that it
    wrote and that were not said."""
    seconds = sum(one.seconds for one, _ in found)
    replies = sum(bool(said.own) for one, _ in found for said in one.utterances)
    return {
        "quality": "dialogues",
        "mode": mode,
        "model": name,
        "prompt": prompt,
        "dialogues": len(found),
        "failed": [one.dialogue.id for one, faults in found if faults],
        "faults": Counter(fault.rule for _, faults in found for fault in faults),
        "replies": replies,
        "mended": sum(one.mended for one, _ in found),
        "last_resorts": sum(one.last_resorts for one, _ in found),
        "mean_reply_s": round(seconds / max(1, replies), 3),
    }


async def _run(args: argparse.Namespace) -> int:
    settings = load_settings()
    live = not args.recorded and any(n != "scripted" for n in chosen.llm_names(settings))
    wanted = [one for one in dialogues() if args.only in one.id and not (live and one.mended)]
    async with skipping_server() as env:
        if live:
            model = build_language_model(settings)
            name = model.name
            found = await hold(wanted, env, model, lambda _: None)
            await model.aclose()
        else:
            name = "recorded"
            async with recorded_model(args.wire) as recorded:
                found = await hold(wanted, env, recorded.model, recorded.play)
    line = _line("live" if live else "recorded", name, found, load_prompt().name)
    print(json.dumps(line))
    return int(bool(line["failed"]) or (live and line["last_resorts"] > 0))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m quality.rehearse", description=__doc__)
    parser.add_argument("--recorded", action="store_true", help="even where a model is configured")
    parser.add_argument("--wire", choices=("openai", "anthropic"), default="openai")
    parser.add_argument("--only", default="", help="dialogues with this in their id")
    # The server does not have all that the SDK warns of.
    errors = LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=errors)))
    return asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
