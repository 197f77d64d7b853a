"""`make screenshots`: every screen in the light, in the dark and on a phone; and a moving picture.

They go to `.intervue/screenshots/{light,dark,phone}/`, for somebody to look at. `--part
survival` makes the animation of an interview that survives a kill of the API instead.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from launcher.paths import REPOSITORY, Home
from launcher.stack import LocalStack
from tests.browser.room import chromium
from tests.e2e.visits import write_microphone
from tests.screens.camera import Camera
from tests.screens.candidate import candidate_screens
from tests.screens.desk import desk_screens
from tests.screens.survival import film_survival
from tests.services import LOCAL_PROVIDERS


@asynccontextmanager
async def _stack() -> AsyncGenerator[LocalStack]:
    with tempfile.TemporaryDirectory(prefix="intervue-screens-") as folder:
        async with LocalStack(Home(Path(folder)), env=LOCAL_PROVIDERS) as stack:
            yield stack


async def _run(out: Path, part: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        microphone = Path(folder) / "said.wav"
        await write_microphone(microphone)
        async with chromium(microphone=microphone, loop_audio=True) as browser:
            camera = Camera(browser, out)
            if part in ("all", "candidate"):
                await candidate_screens(camera)
            if part in ("all", "desk"):
                async with _stack() as stack:
                    await desk_screens(camera, stack)
            if part == "survival":
                async with _stack() as stack:
                    await film_survival(browser, stack, out / "survival.webp")
    print(f"{out}: {len(camera.taken)} screens")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.screens", description=__doc__)
    parser.add_argument("--out", type=Path, default=REPOSITORY / ".intervue" / "screenshots")
    parser.add_argument("--part", choices=("all", "candidate", "desk", "survival"), default="all")
    args = parser.parse_args()
    asyncio.run(_run(args.out, args.part))


if __name__ == "__main__":
    main()
