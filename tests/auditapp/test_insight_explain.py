"""Every printed number says how it came about, with its own figures."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import event

from auditapp.factory import create_app
from auditapp.i18n import speaking
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
        ("/compare", {"For example", "Score", "Likely level", "Change of score", "What does not count"}),
        ("/compare", {"Score", "Likely level"}),
        ("/agenda", {"For example", "Score", "Points lost", "How many may be wrong", "Critical questions", "Versions"}),
        ("/heat?by=region", {"For example", "Score", "Likely level", "Compared with the rest of the network"}),
        ("/heat?by=location", {"For example", "Score", "Likely level", "Compared with the network", "Versions"}),
        (f"/side?location={WORST}&location=L02", {"For example", "Score", "Compared with the network", "Versions"}),
        (f"/side?location={WORST}&location=L02", {"Difference, for example the whole visit", "Versions"}),
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


def test_what_needs_somebody_is_explained_by_the_first_of_each_list(shown: Shown) -> None:
    row = shown.comparison.get_row(WORST, "store_visit")
    assert row.phi is not None
    assert row.score is not None
    (needs,) = [each for each in explained(shown.desk.get(f"{HOME}/agenda")) if "Points lost" in each]
    assert needs["For example"] == f"Sklep {WORST}"
    assert f"4 / {row.phi:.3f} = {4 / row.phi:.0f} independent observations" in needs["Likely level"]
    assert f"All criteria together: {100 * (1 - row.score):.1f} points" in needs["Points lost"]
    below = [each for each in shown.comparison.rows if each.channel and each.level == "below"]
    wrong = sum(1 - (each.p_below or 0.0) for each in below)
    assert needs["How many may be wrong"].endswith(f"For {len(below)} these chances add up to {wrong:.2f}.")
    assert needs["Critical questions"].startswith(
        "Counted, not averaged: of 55 visits"
    )  # 13 stores of 4, one of 2, one of 1


def test_a_difference_is_explained_by_its_own_figures(shown: Shown) -> None:
    page = shown.desk.get(f"{HOME}/side?location={WORST}&location=L02")
    told = csv.DictReader(
        io.StringIO(shown.desk.get(f"{HOME}/side?location={WORST}&location=L02&format=csv").response.text)
    )
    (row,) = [each for each in told if each["part"] == "difference" and not each["criterion"]]
    said = next(how for box in explained(page) for what, how in box.items() if what.startswith("Difference"))
    scores = [shown.comparison.get_row(code).score or 0.0 for code in ("L02", WORST)]
    assert said.startswith(f"Sklep L02 {percent(scores[0], 1):.1f}% less Sklep {WORST} {percent(scores[1], 1):.1f}%: ")
    assert f"+{percent(float(row['difference'])):.0f} points, likely " in said
    assert "It is one of 1 difference on its list." in said
    assert "is at most 10%; here it is " in said


def test_a_region_of_the_table_of_criteria_is_explained_by_its_strata(shown: Shown) -> None:
    (found,) = explained(shown.desk.get(f"{HOME}/heat?by=region"))
    assert found["For example"].endswith((", Północ", ", Południe"))
    assert found["Compared with the rest of the network"].startswith("The region less the network without it;")
    assert "Each location is a stratum" in found["Likely level"]


def test_a_visit_explains_its_own_score(shown: Shown) -> None:
    link = next(each for each in shown.desk.get(f"{HOME}/locations/{WORST}").links() if "/results/visits/" in each)
    page = shown.desk.get(link)
    (found,) = explained(page)
    said = re.fullmatch(
        r"The weight earned, ([\d.]+), divided by the weight of the questions that applied, ([\d.]+)\. "
        r"\(All questions of the checklist weigh ([\d.]+)\.\) It rests on \d+ answers\.",
        found["Score"],
    )
    assert said is not None, found["Score"]
    earned, applied, whole = map(float, said.groups())
    printed = re.search(r"(\d+)%", page.document.find_class("big")[0].text_content())
    assert printed is not None
    assert float(printed[1]) == pytest.approx(100 * earned / applied, abs=1)
    assert earned < applied <= whole
    assert found["Versions"] == "MINI-STORE, version 1"


def test_explaining_costs_no_query_of_each_line(shown: Shown) -> None:
    """The whole network costs no more queries than one region of it."""

    def queries(path: str) -> int:
        shown.desk.get(path)  # what can be remembered is
        seen: list[str] = []
        engine = shown.desk.app.database.engine
        event.listen(engine, "before_cursor_execute", lambda *values: seen.append(values[2]))
        shown.desk.get(path)
        return len(seen)

    assert queries(f"{HOME}/heat?by=location") <= queries(f"{HOME}/heat?by=location&region=Północ")
    assert queries(f"{HOME}/agenda") <= queries(f"{HOME}/agenda?region=Północ")


@pytest.mark.parametrize("path", ["", "/criteria", "/criteria/B1", "/agenda", "/heat", f"/locations/{WORST}"])
def test_a_quarter_without_visits_has_nothing_to_explain(shown: Shown, path: str) -> None:
    page = shown.desk.get(f"{HOME}{path}?quarter=2020Q1")
    assert page.status == 200
    assert explained(page) == []


def test_a_change_that_is_not_comparable_says_why(shown: Shown) -> None:
    row = replace(shown.comparison.get_row(WORST), change_label="not_comparable", change=None)
    with shown.desk.app.test_request_context(headers={"Accept-Language": "en"}):
        lines = dict(explain.of_place(row, None, shown.comparison.settings))
    assert lines["Change of score"].startswith("Not computed: the two checklists share less than 70% of their weight")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.24996, -0.00605, {"low": "−25,0", "high": "−0,6"}),
        (0.0004, 0.1, {"low": "+0,04", "high": "+10,00"}),
        (-0.25, 0.0, {"low": "−25", "high": "0"}),
        (-0.031, 0.02, {"low": "−4", "high": "+2"}),
    ],
)
def test_a_clear_change_does_not_seem_to_hold_zero(low: float, high: float, said: dict[str, str]) -> None:
    with speaking("pl"):
        assert explain.ends(low, high) == said
