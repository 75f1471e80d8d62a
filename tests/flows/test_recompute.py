"""The demo's figures recomputed from its exported files alone: standard library, no code of the product.

The demo is built and exported by the command a person would use; from there on only CSV files are read.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest

from tests.flows.conftest import Demo

pytestmark = pytest.mark.xdist_group("demo")  # one demo for all of them
Row = dict[str, str]
KINDS = ("items", "visits", "answers", "visit_scores", "criterion_scores", "cells")


class Tables:
    """The exported files, read back as text."""

    def __init__(self, folder: Path) -> None:
        self.rows: dict[str, list[Row]] = {}
        for kind in (*KINDS, "comparison"):
            with (folder / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
                self.rows[kind] = list(csv.DictReader(file))


@pytest.fixture(scope="module")
def tables(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("export")
    for kind in KINDS:
        demo.run("export", kind, "--out", str(folder / f"{kind}.csv"), "--programme", "lumo")
    demo.run(
        "export",
        "comparison",
        "--out",
        str(folder / "comparison.csv"),
        "--programme",
        "lumo",
        "--quarter",
        demo.quarter,
    )
    return Tables(folder)


class Scored:
    """One visit by the arithmetic of the published rules: weights, shares, N/A and what was not asked left out."""

    def __init__(self, items: dict[str, Row], answers: list[Row]) -> None:
        self.weight: dict[str, float] = defaultdict(float)
        self.earned: dict[str, float] = defaultdict(float)
        self.answers: dict[str, int] = defaultdict(int)
        self.failed: dict[str, int] = defaultdict(int)
        self.critical: dict[str, int] = defaultdict(int)
        for answer in answers:
            item = items[answer["item"]]
            if not item["weight"] or answer["state"] != "answered":
                continue
            weight, share = float(item["weight"]), float(answer["points"]) / float(item["max"])
            code = item["criterion"]
            self.weight[code] += weight
            self.earned[code] += weight * share
            self.answers[code] += 1
            if item["critical"] == "true":
                self.critical[code] += 1
                self.failed[code] += share < float(item["pass_mark"]) - 1e-9
        self.applicable = sum(self.weight.values())
        self.total = sum(float(item["weight"]) for item in items.values() if item["weight"])
        self.score = sum(self.earned.values()) / self.applicable
        self.scorable = self.applicable >= self.total / 2 - 1e-9

    def criterion(self, code: str) -> float:
        return self.earned[code] / self.weight[code]

    def lost(self, code: str) -> float:
        return self.weight[code] / self.applicable * (1 - self.criterion(code))


@pytest.fixture(scope="module")
def scored(tables: Tables) -> dict[str, Scored]:
    items: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for item in tables.rows["items"]:
        items[item["checklist"], item["version"]][item["item"]] = item
    answers: dict[str, list[Row]] = defaultdict(list)
    for answer in tables.rows["answers"]:
        answers[answer["visit"]].append(answer)
    return {
        visit["visit"]: Scored(items[visit["checklist"], visit["version"]], answers[visit["visit"]])
        for visit in tables.rows["visits"]
        if visit["status"] in {"approved", "submitted"}
    }


def close(text: str, value: float) -> bool:
    return math.isclose(float(text), value, rel_tol=0, abs_tol=1e-9)


def test_there_is_something_to_recompute(tables: Tables, scored: dict[str, Scored]) -> None:
    assert len(scored) > 3500
    assert len(tables.rows["answers"]) > 100_000
    assert len({visit["channel"] for visit in tables.rows["visits"]}) == 5
    assert len({visit["quarter"] for visit in tables.rows["visits"] if visit["status"] == "approved"}) == 12


def test_every_visit_score(tables: Tables, scored: dict[str, Scored]) -> None:
    seen = 0
    for row in tables.rows["visit_scores"]:
        if row["visit"] not in scored:
            continue
        mine = scored[row["visit"]]
        assert close(row["score"], mine.score), row
        assert close(row["score_gated"], mine.score), row  # the demo's policy is "flag"
        assert close(row["applicable_weight"], mine.applicable)
        assert close(row["total_weight"], mine.total)
        assert (row["scorable"] == "true") == mine.scorable
        assert int(row["critical_failed"]) == sum(mine.failed.values())
        assert int(row["critical_applicable"]) == sum(mine.critical.values())
        seen += 1
    assert seen == len(scored)


def test_every_criterion_score(tables: Tables, scored: dict[str, Scored]) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for row in tables.rows["criterion_scores"]:
        if row["visit"] not in scored:
            continue
        mine, code = scored[row["visit"]], row["criterion"]
        assert close(row["score"], mine.criterion(code)), row
        assert close(row["applicable_weight"], mine.weight[code])
        assert int(row["answers"]) == mine.answers[code]
        seen[row["visit"]].add(code)
    for visit, mine in scored.items():
        assert seen[visit] == set(mine.weight)
        assert math.isclose(sum(mine.lost(code) for code in mine.weight), 1 - mine.score, abs_tol=1e-9)


def _counted(tables: Tables, scored: dict[str, Scored]) -> list[tuple[Row, Scored]]:
    return [
        (visit, scored[visit["visit"]])
        for visit in tables.rows["visits"]
        if visit["status"] == "approved" and visit["visit_kind"] == "regular" and scored[visit["visit"]].scorable
    ]


def test_the_quarter_follows_the_local_date(tables: Tables) -> None:
    for visit in tables.rows["visits"]:
        if visit["started_at"] and visit["quarter"]:
            local = datetime.fromisoformat(visit["started_at"])
            assert visit["quarter"] == f"{local.year}Q{(local.month - 1) // 3 + 1}"


def test_every_cell(tables: Tables, scored: dict[str, Scored]) -> None:
    cells: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0] * 7)
    for visit, mine in _counted(tables, scored):
        where = (visit["location"], visit["quarter"], visit["channel"])
        parts = [
            (
                "",
                mine.score,
                1 - mine.score,
                sum(mine.answers.values()),
                sum(mine.failed.values()),
                sum(mine.critical.values()),
            )
        ]
        parts += [
            (code, mine.criterion(code), mine.lost(code), mine.answers[code], mine.failed[code], mine.critical[code])
            for code in mine.weight
        ]
        for code, score, lost, answers, failed, critical in parts:
            sums = cells[*where, code]
            for index, value in enumerate((1, score, score * score, lost, answers, failed, critical)):
                sums[index] += value
    assert len(cells) == len(tables.rows["cells"])
    columns = ("n", "score_sum", "score_sum_sq", "lost_sum", "answers", "critical_failed", "critical_applicable")
    for row in tables.rows["cells"]:
        mine_sums = cells[row["location"], row["quarter"], row["channel"], row["criterion"]]
        for name, value in zip(columns, mine_sums, strict=True):
            assert close(row[name], value), (row, name)


def test_every_printed_score_of_the_quarter(demo: Demo, tables: Tables, scored: dict[str, Scored]) -> None:
    """Location x channel: mean of visits, Wilson at n / phi. Headline: mean of the channels. Change: of the scores."""
    by_place: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for visit, mine in _counted(tables, scored):
        by_place[visit["location"], visit["quarter"], visit["channel"]].append(mine.score)
    checked = 0
    for row in tables.rows["comparison"]:
        channels = {key[2]: values for key, values in by_place.items() if key[:2] == (row["location"], demo.quarter)}
        if not row["channel"]:
            assert int(row["n"]) == sum(map(len, channels.values()))
            if row["score"]:
                assert close(row["score"], sum(sum(v) / len(v) for v in channels.values()) / len(channels))
            continue
        scores = channels.get(row["channel"], [])
        assert int(row["n"]) == len(scores)
        if len(scores) < 2:
            assert not row["score"], row
            continue
        mean = sum(scores) / len(scores)
        assert close(row["score"], mean), row
        if row["low"]:
            low, high = _wilson(mean, len(scores) / float(row["phi"]))
            assert close(row["low"], low), row
            assert close(row["high"], high), row
            checked += 1
        before = by_place.get((row["location"], row["previous"], row["channel"]), [])
        if row["change"] and len(before) >= 2:
            assert close(row["change"], mean - sum(before) / len(before)), row
    assert checked > 50


def _wilson(p: float, n: float) -> tuple[float, float]:
    z = 1.959964
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
