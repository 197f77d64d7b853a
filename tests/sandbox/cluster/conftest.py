"""One cluster for the tests of a file; each test gets it as it should be."""

from __future__ import annotations

import shutil
import threading
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from interview.domain.code_runs import Limits, OutputPiece, Run, RunResult
from interview.sandbox.kubernetes.backend import Kubernetes
from interview.sandbox.kubernetes.manifest import Place
from launcher.paths import REPOSITORY
from tests.fakes.cluster.credentials import write_credentials
from tests.fakes.cluster.kubelet import Whims
from tests.fakes.cluster.server import ApiServer, Faults

_COMPILED = shutil.ignore_patterns("__pycache__")
PLACE = Place(namespace="programs", image="intervue-code:1", runtime_class="gvisor")


class Cluster:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        image = folder / "image"
        # Where anybody may read it, which they may not wherever the project lies.
        shutil.copytree(REPOSITORY / "interview", image / "interview", ignore=_COMPILED)
        self.api = ApiServer(PLACE.namespace, write_credentials(folder), image)
        self._serving = threading.Thread(target=self.api.serve_forever, args=(0.05,), daemon=True)
        self._serving.start()

    @property
    def whims(self) -> Whims:
        return self.api.kubelet.whims

    @property
    def faults(self) -> Faults:
        return self.api.faults

    def sandbox(self, url: str = "") -> Kubernetes:
        return Kubernetes(url or self.api.url, PLACE, self.folder)

    def left(self) -> list[str]:
        names = [
            name for kind in ("jobs", "pods", "secrets") for name in self.api.store.names(kind)
        ]
        return names + [str(pid) for pid in self.api.kubelet.processes]

    def mend(self) -> None:
        self.api.kubelet.whims, self.api.faults = Whims(), Faults()
        self.api.tokens = {"the-token"}
        (self.folder / "token").write_text("the-token")
        self.api.asked.clear()
        for name in self.api.store.names("jobs"):
            self.api.controller.forget(self.api.store.remove("jobs", name))

    def stop(self) -> None:
        self.api.stop()
        self._serving.join()


@pytest.fixture(scope="module")
def a_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.stop()


@pytest.fixture
def cluster(a_cluster: Cluster) -> Cluster:
    a_cluster.mend()
    return a_cluster


@pytest.fixture
async def sandbox(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Kubernetes]:
    """Its walls hold (`test_walls`), and are not tried for each test."""
    sandbox = cluster.sandbox()
    monkeypatch.setattr(sandbox, "_refusal", "")
    yield sandbox
    await sandbox.close()


def python(source: str, *inputs: str, **limits: float) -> Run:
    return Run(
        language="python",
        source=source,
        inputs=inputs or ("",),
        limits=Limits.model_validate(limits),
    )


async def ran(sandbox: Kubernetes, run: Run, name: str = "") -> tuple[RunResult, str]:
    """And what was told while it ran."""
    pieces: list[OutputPiece] = []
    result = await sandbox.run(run, pieces.append, name)
    return result, "".join(piece.text for piece in pieces)
