"""Temporal's time-skipping test server, for `WorkflowEnvironment.start_time_skipping`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from launcher.temporal import shared_tools

__all__ = ["test_server_path"]

_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>intervue</groupId><artifactId>test-server</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId>
    <version>1.30.1</version>
  </dependency></dependencies>
</project>
"""


def test_server_path() -> str | None:
    """A wrapper around the Java server where Java and Maven are; None leaves it to the SDK,
    which downloads one."""
    java, maven = shutil.which("java"), shutil.which("mvn")
    if java is None or maven is None:
        return None
    folder = shared_tools() / "temporal-test-server-1.30.1"
    wrapper = folder / "run"
    if not wrapper.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pom.xml").write_text(_POM)
        subprocess.run(
            [maven, "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        _write_wrapper(wrapper, java, folder / "lib")
    return str(wrapper)


def _write_wrapper(wrapper: Path, java: str, libraries: Path) -> None:
    # The SDK passes PORT first and options of its own after it.
    wrapper.write_text(
        "#!/bin/sh\n"
        f'exec {java} -cp "{libraries}/*" io.temporal.testserver.TestServer '
        '"$1" --enable-time-skipping\n'
    )
    wrapper.chmod(0o755)
