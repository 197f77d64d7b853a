from __future__ import annotations

import random
import string

import pytest

from interview.telemetry import metrics
from interview.telemetry.metrics import REGISTRY, code_label

_ALLOWED = frozenset(
    "activity build cause code kind mode next outcome provider stage version le".split()
)
"""Labels whose values are ours, or stand in the settings."""


def test_no_metric_has_a_label_whose_values_come_from_clients() -> None:
    for name in metrics.__all__:
        metric = getattr(metrics, name)
        labels: tuple[str, ...] = getattr(metric, "_labelnames", ())
        assert set(labels) <= _ALLOWED, name


def test_every_metric_is_documented_and_is_ours() -> None:
    for family in REGISTRY.collect():
        if not family.name.startswith(("process_", "python_")):
            assert family.name.startswith("intervue_")
            assert family.documentation.endswith(".") or "," in family.documentation


@pytest.mark.parametrize("code", ["stream.lost", "provider.rate_limited", "internal"])
def test_a_code_stays_as_it_is(code: str) -> None:
    assert code_label(code) == code


@pytest.mark.parametrize(
    "text", ["Ada Lovelace", "ada@example.com", "Bearer sk-123", "", "a" * 200, "a.b.c.d.e", "é.x"]
)
def test_what_is_no_code_is_not_shown(text: str) -> None:
    assert code_label(text) == "other"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_there_are_never_more_codes_than_can_be(seed: int) -> None:
    letters = random.Random(seed)
    codes = {"".join(letters.choices(string.ascii_lowercase, k=12)) for _ in range(1_000)}
    labels = {code_label(code) for code in codes}
    assert len(labels) <= metrics._MAX_CODES + 1  # pyright: ignore[reportPrivateUsage] the bound under test
