"""What scoring a role's interviews once more has changed, as CSV (RFC 4180): a line for each
competency, and one for all of them."""

from __future__ import annotations

import csv
import io

from interview.evaluation.role_drift import Figures, RoleDrift
from interview.reports.table import plain

__all__ = ["drift_as_csv"]

_FIGURES = (
    *("count", "mean_change", "mean_absolute_change", "largest_change", "crossed_band", "kappa"),
    *("now_scored", "no_longer_scored", "now_needs_human"),
)
_HEAD = (
    *("reevaluation_id", "role", "old_models", "new_models", "old_prompts", "new_prompts"),
    *("rubric_hash", "competency_id", "competency", *_FIGURES),
)


def drift_as_csv(drift: RoleDrift) -> bytes:
    """UTF-8 with a byte order mark, as of reports. The line of all has no competency id."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow(_HEAD)
    what = (
        drift.reevaluation.reevaluation_id,
        plain(drift.reevaluation.role),
        *(plain(" ".join(names)) for names in (drift.old_models, drift.new_models)),
        *(plain(" ".join(names)) for names in (drift.old_prompts, drift.new_prompts)),
        drift.reevaluation.rubric_hash or "",
    )
    for one in drift.competencies:
        writer.writerow([*what, one.competency_id, plain(one.name), *_cells(one)])
    writer.writerow([*what, "", "all", *_cells(drift.overall)])
    return b"\xef\xbb\xbf" + sink.getvalue().encode()


def _cells(figures: Figures) -> list[str]:
    found = figures.model_dump()
    return ["" if found[name] is None else f"{found[name]:g}" for name in _FIGURES]
