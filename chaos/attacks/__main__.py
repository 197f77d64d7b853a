"""`make test-sandbox`: every attack on the real sandbox, and without it where that is safe. The
last line is JSON: `attempted`, `held`, and how many were `shown` to get their way without it."""

from __future__ import annotations

import asyncio
import json
import sys

from chaos.attacks.bare import escapes_bare
from chaos.attacks.catalog import ATTACKS, LANGUAGES
from chaos.attacks.stage import Outcome, Stage
from interview.logging import configure_logging


async def main() -> int:
    configure_logging("console", "warning")
    outcomes: list[Outcome] = []
    shown: list[str] = []
    not_shown: list[str] = []
    async with Stage() as stage:
        if missing := set(LANGUAGES) - set(stage.status.available):
            print(f"the sandbox cannot be tried in {', '.join(sorted(missing))}:")
            print(stage.status.model_dump_json(indent=2))
            print(json.dumps({"attempted": 0, "held": 0, "reason": stage.status.reason}))
            return 1
        for attack in ATTACKS:
            for language in LANGUAGES:
                outcome = await stage.play(attack, language)
                source = stage.program(attack, language)
                bare = await asyncio.to_thread(escapes_bare, attack, language, source)
                name = f"{attack.name}/{language}"
                if bare is not None:
                    (shown if bare else not_shown).append(name)
                without = {None: "not tried", True: "works", False: "FAILS TOO"}[bare]
                print(f"{name:38} {outcome.why or 'held':20} without: {without}", flush=True)
                outcomes.append(outcome)
        for language in LANGUAGES:
            for outcome in (await stage.starve(ATTACKS, language), await stage.as_root(language)):
                print(f"{outcome.attack}/{language}: {outcome.why or 'held'}", flush=True)
                outcomes.append(outcome)
    held = [one for one in outcomes if one.held]
    result = {
        "attempted": len(outcomes),
        "held": len(held),
        "broken": [f"{one.attack}/{one.language}" for one in outcomes if not one.held],
        "shown_without": len(shown),
        "harmless_without": not_shown,
    }
    print(json.dumps(result))
    return 0 if len(held) == len(outcomes) and not not_shown else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
