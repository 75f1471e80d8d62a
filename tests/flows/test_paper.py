"""Every figure in every PDF of the demo against its exported tables, in both directions.

What a report has to print is written down from the exported files (`exported`) and taken out of the text of the PDF
piece by piece: a figure that is missing, or stands beside the wrong name, is found. Whatever number is left on the
paper after that must be one of `paper_text.OTHER`, which are no figures of the export.
"""

from __future__ import annotations

from copy import copy
from math import isclose
from pathlib import Path

import pandas as pd
import pytest

from reports.periods import Quarter
from tests.flows.conftest import Demo
from tests.flows.exported import TABLES, Exported
from tests.flows.on_location import LocationOnPaper
from tests.flows.on_network import NetworkOnPaper
from tests.flows.on_region import RegionOnPaper
from tests.flows.paper_text import Paper

pytestmark = pytest.mark.xdist_group("demo")  # one demo for all of them
ENGLISH = (("--region", "Centrala"), ("--location", "S001"), ("--kind", "network"))  # reports in English as well
PROGRAMME = "Lumo – dom i kuchnia"


@pytest.fixture(scope="module")
def exported(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp("tables")
    for kind in TABLES:
        demo.run("export", kind, "--out", str(folder / f"{kind}.csv"), "--programme", "lumo")
    demo.run("export", "standard", "--out", str(folder / "standard.toml"), "--programme", "lumo")
    return Exported(folder, Quarter.parse(demo.quarter))


def test_the_comparison_follows_from_the_cells(exported: Exported) -> None:
    """Every later figure rests on exported cells; here they are the exported comparison."""
    rows = [row for row in exported.tables["comparison"] if row["quarter"] == str(exported.quarter)]
    mine = exported.comparison.to_frame().to_dict("records")
    assert len(rows) == len(mine) > 100
    for row, wanted in zip(rows, mine, strict=True):
        for name, text in row.items():
            value = wanted[name]
            if text == "" or isinstance(value, str):
                assert text == ("" if value is None or value != value else value), (row, name)
            else:
                assert isclose(float(text), value, rel_tol=0, abs_tol=1e-9), (row, name)


def test_the_history_follows_from_the_comparison_of_each_quarter(exported: Exported) -> None:
    table = {
        (row["location"], row["quarter"]): (row["n"], row["score"], row["low"], row["high"])
        for row in exported.tables["comparison"]
        if not row["channel"]
    }
    for code in exported.place:
        for point in exported.series[code].points:
            n, *texts = table[code, str(point.quarter)]
            assert point.n == int(n)
            for text, value in zip(texts, (point.score, point.low, point.high), strict=True):
                assert (text == "") == (value is None), (code, point)
                assert not text or isclose(float(text), value or 0.0, rel_tol=0, abs_tol=1e-9), (code, point)


def test_every_figure_of_every_report_is_the_exports(demo: Demo, exported: Exported, tmp_path: Path) -> None:
    papers = sorted((demo.folder / "reports").glob(f"LUMO-{demo.quarter}-*-PL-1.pdf"))
    for chosen in ENGLISH:
        demo.run(
            "reports", "issue", "--quarter", demo.quarter, "--programme", "lumo", "--locale", "en", *chosen,
            "--out", str(tmp_path),
        )  # fmt: skip
    english = sorted(tmp_path.glob("*-EN-1.pdf"))
    visited = [code for code in exported.place if exported.comparison.get_row(code).n]
    assert len(papers) == len(visited) + len(exported.regions) + 1
    assert {path.stem.split("-")[2] for path in english} >= {"CC1", "CC2", "WWW", "S001", "NET"}
    wrong = {}
    for path in (*papers, *english):
        found = check(path, exported)
        if found:
            wrong[path.stem] = found
    assert wrong == {}


def test_one_other_answer_is_found_on_the_paper(demo: Demo, exported: Exported) -> None:
    """The check can fail: one location's criterion lost half a visit, and its own report no longer agrees."""
    other = copy(exported)
    other.cells = exported.cells.copy()
    here = {"location": "S001", "quarter": demo.quarter, "channel": "store_visit", "criterion": "A2"}
    rows = (other.cells[list(here)] == pd.Series(here)).all(axis=1)
    assert rows.sum() == 1
    other.cells.loc[rows, "score_sum"] -= 0.5
    for name in ("criterion_rows", "spread"):
        vars(other).pop(name, None)
    found = check(demo.folder / "reports" / f"LUMO-{demo.quarter}-S001-PL-1.pdf", other)
    assert [each for each in found if each.startswith("not there: A2 ")]
    assert [each for each in found if each.startswith("unknown: ")]


def check(path: Path, exported: Exported) -> list[str]:
    """Return what is missing on a paper, and the numbers on it that are nobody's."""
    _programme, _quarter, place, locale, _issue = path.stem.split("-")
    paper, locale = Paper(path), locale.lower()
    label = exported.quarter.label(locale)
    if place == "NET":
        paper.strip(f"{PROGRAMME} {PROGRAMME} · {label}", locale)
        NetworkOnPaper(exported, paper, locale).read()
    elif place.startswith("REG_"):
        region = _region_of(paper.pages[0], exported, label)
        paper.strip(f"{region.rpartition('/')[2]} {PROGRAMME} · {label}", locale)
        RegionOnPaper(exported, paper, locale).read(region)
    else:
        paper.strip(f"{exported.place[place]['name']} {PROGRAMME} · {label}", locale)
        LocationOnPaper(exported, paper, locale).read(place)
    return [*(f"not there: {each}" for each in paper.missing), *(f"unknown: {each}" for each in paper.numbers(locale))]


def _region_of(first: str, exported: Exported, label: str) -> str:
    """Return the region whose name, and path where it lies in another, stand before the quarter on the first page."""
    before = first.partition(f" {label}")[0]
    (only,) = (
        path
        for path in exported.regions
        if before.endswith(f" {path.rpartition('/')[2]} {path.replace('/', ' / ')} ·" if "/" in path else f" {path}")
    )
    return only
