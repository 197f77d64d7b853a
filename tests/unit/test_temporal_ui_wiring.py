"""However it is run, the UI server is reached through the API alone, under one path."""

from __future__ import annotations

import re
from pathlib import Path

from api.temporal_ui.links import BASE_PATH
from launcher.paths import Home
from launcher.temporal import prepare_temporal


def test_in_containers() -> None:
    compose = Path("docker-compose.yml").read_text()
    (ui,) = re.findall(r"^  temporal-ui:\n((?:    .*\n)+)", compose, re.MULTILINE)

    assert "ports:" not in ui
    assert f"TEMPORAL_UI_PUBLIC_PATH: {BASE_PATH}\n" in ui
    assert "  TEMPORAL_UI_URL: http://temporal-ui:8080\n" in compose


def test_on_this_machine(tmp_path: Path) -> None:
    spec, _ = prepare_temporal(Home(tmp_path), Path("temporal"), 7233, 8233)
    argv = list(spec.program.argv)

    assert argv[argv.index("--ui-public-path") + 1] == BASE_PATH
    assert argv[argv.index("--ip") + 1] == "127.0.0.1"
    assert "--ui-ip" not in argv
