"""Changed workflow code is deployed under running interviews: each ends on the code it had."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaos.deploy import deploy_under

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]


async def test_a_rolling_deploy_is_noticed_by_nobody(tmp_path: Path) -> None:
    report = await deploy_under(3, tmp_path)

    assert not report.checks
    assert (report.moved, report.failed_tasks) == (0, 0)
    assert not report.old_fits_new_code, "the change would have broken them"
    assert len(report.versions) == 2
    assert report.gaps_s, "both API processes were replaced under them"
    assert max(report.gaps_s) < 2.0
