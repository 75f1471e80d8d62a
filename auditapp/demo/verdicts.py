"""What three ways of naming poor stores would have said of the demo, counted against the truth it was drawn from."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from checklists.model import Channel, LocationFormat
from checklists.rounding import TOLERANCE
from reports.compare import Comparison, ComparisonRow
from reports.periods import Quarter

WORST = 10
NAMES = ("ten lowest scores", "95 % interval below the mean", "clearly below")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One way's list: how many stores, how many of them truly not below the mean, how many of the truly ten worst."""

    listed: int
    not_below: int
    of_worst: int

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict(self.listed + other.listed, self.not_below + other.not_below, self.of_worst + other.of_worst)


def read_truth(path: Path) -> dict[Quarter, dict[str, float]]:
    """Return the true level of each location by quarter from the file the demo keeps; OSError when there is none."""
    found: dict[Quarter, dict[str, float]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(Quarter.parse(row["quarter"]), {})[row["location"]] = float(row["true_level"])
    return found


def judge(comparison: Comparison, truth: Mapping[str, float]) -> dict[str, Verdict]:
    """Return the verdict on each way of `NAMES` over the stores that have a score, visited in the store.

    A ranking takes the lowest observed scores; a list of significant stores those whose own interval lies below the
    mean, each at 5 %, however many are tried; ours is the list of scoring.md section 3.
    """
    store, visit = LocationFormat.STORE.value, Channel.STORE_VISIT.value
    scored = {
        row: row.score
        for row in comparison.rows
        if (row.format, row.channel) == (store, visit) and row.score is not None and row.location in truth
    }
    if not scored:
        return dict.fromkeys(NAMES, Verdict(0, 0, 0))
    mu = comparison.get_population(store, visit).mu
    ranking = sorted(scored, key=lambda row: (scored[row], row.location))
    lists = (
        ranking[:WORST],
        [row for row in ranking if mu is not None and row.high is not None and row.high < mu - TOLERANCE],
        [row for row in ranking if row.level == "below"],
    )
    mean = sum(truth[row.location] for row in scored) / len(scored)
    worst = set(sorted(scored, key=lambda row: (truth[row.location], row.location))[:WORST])
    return {name: _verdict(rows, truth, mean, worst) for name, rows in zip(NAMES, lists, strict=True)}


def _verdict(rows: list[ComparisonRow], truth: Mapping[str, float], mean: float, worst: set[ComparisonRow]) -> Verdict:
    return Verdict(len(rows), sum(truth[row.location] >= mean for row in rows), sum(row in worst for row in rows))
