"""`make dashboards`: every dashboard drawn over a real run, by panels, for somebody to look at.

A stack runs, interviews are held in it, a real Prometheus looks on and answers what the panels ask.
The pictures go to `.intervue/dashboards`. What the run has left stays there too, and
`--again` draws it once more. Exit code 1: a query is refused; panels without data are named.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
from pathlib import Path

from launcher.paths import REPOSITORY
from tests.dashboards.boards import read_boards
from tests.dashboards.drawing import draw
from tests.dashboards.evaluation import Evaluated, evaluate, marks
from tests.dashboards.run import SCRAPE_S, looked_at, watch
from tests.fakes.prometheus import OBSERVABILITY, Prometheus
from tests.tools import find_tool


def _draw_all(binary: Path, out: Path) -> int:
    """How many panels cannot be asked."""
    window = looked_at(out)
    wrong = 0
    with Prometheus(binary, out / "prometheus", {}, SCRAPE_S) as prometheus:
        prometheus.wait_for("vector(1)")
        for name, board in read_boards(OBSERVABILITY / "dashboards").items():
            found: dict[int, Evaluated] = {}
            for panel in board.panels:
                evaluated = found[panel.panel_id] = evaluate(prometheus, panel, window)
                if evaluated.error:
                    print(f"{name}: {panel.title}: {evaluated.error}", file=sys.stderr)
                elif evaluated.is_empty:
                    print(f"{name}: {panel.title}: no data", file=sys.stderr)
                wrong += bool(evaluated.error)
            picture = out / f"{name}.png"
            draw(board, found, marks(prometheus, board, window), window, picture)
            print(f"{picture}: {len(board.panels)} panels")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.dashboards", description=__doc__)
    parser.add_argument("--out", type=Path, default=REPOSITORY / ".intervue" / "dashboards")
    parser.add_argument("--interviews", type=int, default=8)
    parser.add_argument("--again", action="store_true", help="draw what the last run has left")
    args = parser.parse_args()
    binary = find_tool("prometheus")
    if binary is None:
        print("not installed: apt-get install --no-install-recommends prometheus", file=sys.stderr)
        return 2
    if not args.again:
        shutil.rmtree(args.out, ignore_errors=True)
        args.out.mkdir(parents=True)
        asyncio.run(watch(binary, args.out, args.interviews))
    return 1 if _draw_all(binary, args.out) else 0


if __name__ == "__main__":
    sys.exit(main())
