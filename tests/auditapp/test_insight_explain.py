"""Every printed number says how it came about, with its own figures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from auditapp.factory import create_app
from auditapp.insight import explain
from checklists.rounding import percent
from reports.compare import Comparison
from tests import factories as make
from tests.auditapp.networks import TWO_VISITS, WORST, expected, make_network
from tests.conftest import instance_settings
from tests.pages import Page, Person

HOME = "/p/lumo/results"


@dataclass
class Shown:
    desk: Person
    comparison: Comparison


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("explain")
    shutil.copy(sqlite_template, folder / "audit.db")
    app = create_app(instance_settings(folder, f"sqlite:///{folder / 'audit.db'}"), clock=lambda: make.NOW)
    with app.database.transaction() as session:
        network = make_network(session)
        comparison = expected(session, network.programme.id)
    yield Shown(Person(app, network.users["desk"], locale="en"), comparison)
    app.database.engine.dispose()


def explained(page: Page) -> list[dict[str, str]]:
    """The disclosures of a page, each as what: how."""
    assert page.document is not None
    return [
        {
            " ".join(what.text_content().split()): " ".join(what.getnext().text_content().split())
            for what in box.xpath("./dl/dt")
        }
        for box in page.document.xpath("//details[@class='how'][summary]")
    ]


def test_a_location_explains_its_own_figures(shown: Shown) -> None:
    row = shown.comparison.get_row(WORST)
    assert row.score is not None
    assert row.phi is not None
    assert row.p_below is not None
    score, *_ = explained(shown.desk.get(f"{HOME}/locations/{WORST}"))
    assert score["Score"].startswith("The mean of 4 visits: ")
    size = f"4 / {row.phi:.3f} = {4 / row.phi:.0f} independent observations"
    assert score["Likely level"].startswith(f"Wilson's interval of {percent(row.score):.0f}% as if from {size}.")
    assert "The chance that the true level lies below the network's mean" in score["Compared with the network"]
    assert "at most 5% of it" in score["Compared with the network"]
    assert "in Q1 2026" in score["Change of score"]
    assert score["What does not count"].startswith("Every approved visit of this quarter counts.")
    assert score["Versions"].endswith("version 1")


def test_what_is_not_printed_is_not_explained(shown: Shown) -> None:
    score, *_ = explained(shown.desk.get(f"{HOME}/locations/{TWO_VISITS}"))
    assert "Compared with the network" not in score
    assert "Likely place" not in score


@pytest.mark.parametrize(
    ("path", "terms"),
    [
        ("", {"Score", "Likely level", "Change of score", "Versions"}),
        ("/regions/Południe", {"Score", "Likely level", "Change of score", "Versions"}),
        ("/criteria/B1", {"Score", "Likely level", "For example Sklep L01", "Acceptance level", "Versions"}),
        ("/criteria", {"Points lost", "Acceptance level", "Versions"}),
        ("/compare", {"For example Sklep L01: score", "For example Sklep L01: likely level"}),
        ("/compare", {"Score", "Likely level"}),
    ],
)
def test_areas_and_criteria_explain_theirs(shown: Shown, path: str, terms: set[str]) -> None:
    found = explained(shown.desk.get(HOME + path))
    assert any(terms <= set(each) for each in found), found


def test_points_lost_are_explained_where_they_stand(shown: Shown) -> None:
    page = shown.desk.get(f"{HOME}/locations/{WORST}")
    row = shown.comparison.get_row(WORST)
    assert row.score is not None
    lost = next(each["Points lost"] for each in explained(page) if "Points lost" in each)
    assert f"{100 * (1 - row.score):.1f} points, exactly what is missing to 100" in lost


@pytest.mark.parametrize("path", ["", "/criteria", "/criteria/B1", f"/locations/{WORST}"])
def test_a_quarter_without_visits_has_nothing_to_explain(shown: Shown, path: str) -> None:
    page = shown.desk.get(f"{HOME}{path}?quarter=2020Q1")
    assert page.status == 200
    assert explained(page) == []


def test_a_change_that_is_not_comparable_says_why(shown: Shown) -> None:
    row = replace(shown.comparison.get_row(WORST), change_label="not_comparable", change=None)
    with shown.desk.app.test_request_context(headers={"Accept-Language": "en"}):
        lines = dict(explain.of_place(row, None, shown.comparison.settings))
    assert lines["Change of score"].startswith("Not computed: the two checklists share less than 70% of their weight")
