"""The method: what visits can tell, how questions and shoppers work, the planner, the simulator of rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import event, select, update

from auditapp import results, rollups
from auditapp.factory import App
from auditapp.insight import method
from auditapp.models import Programme, Visit, VisitScoreRow
from checklists.lifecycle import Role
from checklists.rounding import half_up
from reports.compare import Comparison
from reports.planner import build_reach, rule_risk, visits_for_change, visits_for_reliability, visits_for_width
from tests import factories as make
from tests.auditapp.networks import (
    NOW_SHOWN,
    ORDINARY,
    TWO_VISITS,
    WORST,
    Network,
    add_visits,
    expected,
    make_network,
    open_app,
)
from tests.pages import Page, Person

HOME = "/p/lumo/results/method"
PAGES = ("", "/questions", "/funnel", "/planner", "/rules", "/shoppers")


@dataclass
class Shown:
    app: App
    network: Network
    people: dict[str, Person]
    comparison: Comparison


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Shown]:
    app = open_app(tmp_path_factory.mktemp("shown"), sqlite_template)
    with app.database.transaction() as session:
        network = make_network(session)
        make_network(session, "rival")
        for kind in ("revisit", "training"):
            add_visits(session, network, TWO_VISITS, NOW_SHOWN, [ORDINARY[0]])
            session.execute(update(Visit).where(Visit.id == _last(session)).values(kind=kind))
        add_visits(session, network, WORST, NOW_SHOWN, [ORDINARY[0], ORDINARY[1]])
        last = _last(session)
        session.execute(update(Visit).where(Visit.id == last).values(status="rejected"))
        session.execute(update(VisitScoreRow).where(VisitScoreRow.visit_id == last - 1).values(scorable=False))
        rollups.rebuild(session, network.programme.id)
        comparison = expected(session, network.programme.id)
        reviewer = make.make_member(session, network.programme, Role.REVIEWER).user
        make.make_programme(session, "empty")
        network.users["reviewer"] = reviewer
    people = {name: Person(app, user, locale="en") for name, user in network.users.items()}
    yield Shown(app, network, people, comparison)
    app.database.engine.dispose()


def _last(session: object) -> int:
    return session.scalar(select(Visit.id).order_by(Visit.id.desc()).limit(1))


def cells(page: Page) -> list[list[str]]:
    assert page.document is not None
    rows = page.document.xpath("//main//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("./td")] for row in rows]


def errors(page: Page) -> dict[str, str]:
    """What each field says is wrong with it, by its name."""
    assert page.document is not None
    return {
        field.xpath(".//input/@name")[0]: " ".join(field.xpath(".//p[@class='error']/text()"))
        for field in page.document.xpath("//div[contains(@class, 'invalid')]")
    }


def test_the_method_prints_the_figures_of_reports(shown: Shown) -> None:
    page = shown.people["region"].get(HOME)
    (population,) = shown.comparison.populations
    assert population.k0 is not None
    visits = sum(row.n for row in shown.comparison.rows if row.channel)
    row = cells(page)[0]
    assert row[1:4] == ["15 / 16", str(visits), "4"]
    assert row[6] == str(visits_for_reliability(population.k0, 0.8))
    assert f"{visits} visits count in this quarter." in page.text
    assert f"Dispersion {population.phi:.3f}, from {population.df} repeated visits of this quarter" in page.text


def test_what_was_left_out_is_counted_by_reason(shown: Shown) -> None:
    page = shown.people["desk"].get(HOME)
    for said in (
        "1 re-visit: made because of a result",
        "1 training visit",
        "1 visit in which less than half of the checklist applied",
        "1 visit that was rejected",
    ):
        assert said in page.text
    assert "pilot visit" not in page.text.partition("What does not count")[2].partition("The rules")[0]


def test_versions_with_their_share_of_judgements(shown: Shown) -> None:
    page = shown.people["desk"].get(HOME)
    line = next(row for row in cells(page) if "version 1" in row[0])
    assert line[1] == "store visit"
    assert line[4].endswith("%")


def test_questions_say_how_they_work(shown: Shown) -> None:
    page = shown.people["desk"].get(f"{HOME}/questions")
    rows = {row[0].partition(" · ")[0].rpartition(" ")[2]: row for row in cells(page)}
    always = rows["M1"]  # only the two poorest visits fail it
    assert always[1] == "56"  # rejected and other kinds of visits are not among them
    assert always[6] == "nearly everyone passes: tells locations apart poorly"
    assert rows["M8"][6] != always[6]


def test_a_sample_says_that_it_is_one(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(method, "SAMPLE", 20)
    page = shown.people["desk"].get(f"{HOME}/questions?quarter=2026Q1")
    assert "drawn evenly from 49" in page.text
    answers = {int(row[1]) for row in cells(page)}
    assert 10 <= max(answers) <= 30


def test_the_funnel_has_words_table_and_picture(shown: Shown) -> None:
    page = shown.people["desk"].get(f"{HOME}/funnel")
    assert page.document is not None
    (picture,) = page.document.xpath("//main//img")
    assert picture.get("alt") in page.text
    assert "Locations: 14" in picture.get("alt")
    drawn = shown.people["desk"].get(picture.get("src"))
    assert (drawn.status, drawn.response.mimetype) == (200, "image/svg+xml")
    assert [row[0] for row in cells(page) if len(row) == 3] == ["2", "3", "4"]


def test_a_manager_sees_the_own_places_in_the_funnel(shown: Shown) -> None:
    page = shown.people["location"].get(f"{HOME}/funnel")
    assert "Locations: 1," in page.text
    assert {link.partition("/locations/")[2][:3] for link in page.links() if "/locations/" in link} == {WORST}
    region = shown.people["region"].get(f"{HOME}/funnel")
    assert "Locations: 8," in region.text


def test_shoppers_are_for_those_who_run_the_programme(shown: Shown) -> None:
    page = shown.people["desk"].get(f"{HOME}/shoppers")
    assert "Not separable: strict shoppers cannot be told from poor locations here." in page.text
    assert "1 shopper has 5 or more visits; it takes 20." in page.text
    assert "The visits are too few, or too much alike, to split their differences." in page.text
    assert "Tajna" not in page.html
    for name in ("reviewer", "region", "location"):
        assert shown.people[name].get(f"{HOME}/shoppers").status == 403
        assert "/method/shoppers" not in shown.people[name].get(HOME).html


def test_the_planner_answers_with_the_own_figures(shown: Shown) -> None:
    (population,) = shown.comparison.populations
    assert population.mu is not None
    assert population.phi is not None
    assert population.k0 is not None
    page = shown.people["desk"].get(f"{HOME}/planner?width=5&change=10&reliability=80&level=&phi=")
    width = visits_for_width(population.mu, population.phi, 0.05)
    assert f"±5 points needs {width} visit" in page.text
    assert f": {16 * width} in the network." in page.text
    change = visits_for_change(population.mu, population.phi, 0.1)
    assert f"of 10 points in four of five cases takes {change} visit" in page.text
    reach = build_reach(4, population.mu, population.phi, population.k0)
    row = next(row for row in cells(page) if row[0] == "4 now")
    assert row[1] == f"± {100 * reach.half_width:.1f} pts"
    assert cells(page)[0][4] == "–"  # two visits: nobody is named


def test_the_planner_takes_other_figures(shown: Shown) -> None:
    page = shown.people["desk"].get(f"{HOME}/planner?width=5&change=10&reliability=80&level=85&phi=0,06")
    assert f"needs {visits_for_width(0.85, 0.06, 0.05)} visit" in page.text
    assert "an expected score of 85.0% and a dispersion of 0.060" in page.text


@pytest.mark.parametrize(
    ("entered", "level", "phi"),
    [
        ("level=&phi=", None, None),
        ("level=&phi=0.3", None, 0.3),
        ("level=70&phi=", 0.7, None),
        ("level=70&phi=0.3", 0.7, 0.3),
    ],
)
def test_every_part_of_the_answer_follows_what_was_entered(
    shown: Shown, entered: str, level: float | None, phi: float | None
) -> None:
    (own,) = shown.comparison.populations
    assert own.mu is not None
    assert own.phi is not None
    assert own.k0 is not None
    p, spread = level or own.mu, phi or own.phi
    # Visits vary by phi * p * (1 - p); how much true levels differ is not asked about.
    k0 = own.k0 * (spread * p * (1 - p)) / (own.phi * own.mu * (1 - own.mu))
    page = shown.people["desk"].get(f"{HOME}/planner?width=5&change=10&reliability=80&{entered}")
    reach = build_reach(4, p, spread, k0)
    assert reach.reliability is not None
    row = next(row for row in cells(page) if row[0] == "4 now")
    assert row[1:4] == [
        f"± {100 * reach.half_width:.1f} pts",
        f"{100 * reach.change:.1f} pts",
        f"{half_up(100 * reach.reliability):.0f}%",
    ]
    assert f"is sure to about ±{half_up(100 * reach.half_width):.0f} points." in page.text
    assert f"from about {half_up(100 * reach.change):.0f} points on" in page.text
    assert f"to be real a location needs {visits_for_reliability(k0, 0.8)} visit" in page.text
    assert ("All of this follows" in page.text) is (entered != "level=&phi=")


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("width=&change=10&reliability=80", {"width": "This field cannot be left empty."}),
        ("width=abc", {"width": "Enter a number, for example 5 or 2.5."}),
        ("width=nan", {"width": "Enter a number, for example 5 or 2.5."}),
        ("width=1e999", {"width": "Enter a number, for example 5 or 2.5."}),
        ("width=0", {"width": "The number must be from 0.5 to 50."}),
        ("change=-3", {"change": "The number must be from 0.5 to 90."}),
        ("reliability=100", {"reliability": "The number must be from 1 to 99."}),
        ("level=0&phi=2", {"level": "The number must be from 1 to 99.", "phi": "The number must be from 0.001 to 1."}),
    ],
)
def test_a_plan_that_cannot_be_read(shown: Shown, query: str, wrong: dict[str, str]) -> None:
    page = shown.people["desk"].get(f"{HOME}/planner?{query}")
    assert page.status == 200
    assert errors(page) == wrong
    assert "The answer" not in page.text


def test_a_rule_is_tried(shown: Shown) -> None:
    (population,) = shown.comparison.populations
    assert population.phi is not None
    page = shown.people["location"].get(f"{HOME}/rules?threshold=85&quarters=3&visits=3&good=88&bad=75")
    risk = rule_risk(0.85, 3, n=3, phi=population.phi, good=0.88, bad=0.75)
    row = next(row for row in cells(page) if row[0] == "3")
    assert row[1] == (f"{100 * risk.false_alarm:.1f}%" if risk.false_alarm >= 0.001 else "less than 0.1%")
    assert "In this network: of 14 locations with a score about" in page.text
    assert "What is assumed" in page.text


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("width=0", {"width": "Liczba musi być od 0,5 do 50."}),
        ("phi=2", {"phi": "Liczba musi być od 0,001 do 1."}),
    ],
)
def test_numbers_are_written_as_in_polish(shown: Shown, query: str, wrong: dict[str, str]) -> None:
    person = Person(shown.app, shown.network.users["desk"], locale="pl")
    assert errors(person.get(f"{HOME}/planner?{query}")) == wrong


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("threshold=x", {"threshold": "Enter a number, for example 5 or 2.5."}),
        ("visits=2.5", {"visits": "Enter a whole number."}),
        ("visits=0", {"visits": "The number must be from 1 to 100."}),
        ("quarters=99999999999999999999", {"quarters": "The number must be from 1 to 12."}),
        ("good=80", {"good": "A good location lies at the threshold or above it."}),
        ("bad=85", {"bad": "A poor location lies below the threshold."}),
        ("bad=", {"bad": "This field cannot be left empty."}),
    ],
)
def test_a_rule_that_cannot_be_read(shown: Shown, query: str, wrong: dict[str, str]) -> None:
    page = shown.people["desk"].get(f"{HOME}/rules?{query}")
    assert page.status == 200
    assert errors(page) == wrong


@pytest.mark.parametrize("path", PAGES)
def test_a_quarter_without_visits_is_a_page(shown: Shown, path: str) -> None:
    page = shown.people["desk"].get(f"{HOME}{path}?quarter=2020Q1")
    assert page.status == 200
    assert "No visit counts in this quarter yet" in page.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/funnel?population=moon-phone", 422),
        ("/planner?population=store-phone", 422),
        ("/questions?checklist=X-1", 422),
        ("?quarter=2026Q9", 422),
        ("/funnel.svg?quarter=2020Q1", 404),
    ],
)
def test_what_does_not_exist_is_said(shown: Shown, path: str, status: int) -> None:
    assert shown.people["desk"].get(HOME + path).status == status


@pytest.mark.parametrize("path", PAGES)
def test_pages_in_polish(shown: Shown, path: str) -> None:
    page = Person(shown.app, shown.network.users["desk"], locale="pl").get(HOME + path)
    assert page.status == 200
    assert "%(" not in page.text
    assert "%%" not in page.text


@pytest.mark.parametrize(("path", "most"), [(path, 13) for path in PAGES])
def test_queries_do_not_grow_with_the_network(shown: Shown, path: str, most: int) -> None:
    seen: list[str] = []
    event.listen(shown.app.database.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    shown.people["desk"].get(HOME + path)
    assert len(seen) <= most


def test_a_kept_statistic_follows_its_answers(shown: Shown) -> None:
    with shown.app.database.transaction() as session:
        programme = session.scalar(select(Programme).where(Programme.code == "rival"))
        assert programme is not None
        facts = results.gather(session, programme, NOW_SHOWN)
        before = facts.stamp
        rollups.stamp(session, programme.id, [str(NOW_SHOWN)])
        assert results.gather(session, programme, NOW_SHOWN).stamp != before
