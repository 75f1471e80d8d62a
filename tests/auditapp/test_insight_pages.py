"""The managers' pages: the figures of `reports` and nothing more, for nobody but those they concern."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import event, select

from auditapp.factory import App
from auditapp.insight import comparison
from auditapp.models import Cell, Location, Visit
from checklists.lifecycle import Role
from checklists.rounding import outward, percent
from reports.compare import Comparison
from tests import factories as make
from tests.auditapp.networks import (
    CODES,
    NONE,
    NOW_SHOWN,
    ONE_VISIT,
    TWO_VISITS,
    WORST,
    Network,
    expected,
    make_network,
    open_app,
)
from tests.documents import GOOD
from tests.pages import Page, Person

HOME = "/p/lumo/results"
NORTH = [code for index, code in enumerate(CODES) if index % 4 < 2]


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
        rival = make_network(session, "rival")
        comparison = expected(session, network.programme.id)
    people = {name: Person(app, user, locale="en") for name, user in network.users.items()}
    people["rival"] = Person(app, rival.users["desk"])
    yield Shown(app, network, people, comparison)
    app.database.engine.dispose()


def rows_of(page: Page) -> dict[str, list[str]]:
    """The cells of every table row that links to a location, by its code."""
    assert page.document is not None
    found = {}
    for row in page.document.xpath("//tr[td//a[contains(@href, '/results/locations/')]]"):
        code = row.xpath(".//a/@href")[0].partition("/locations/")[2].partition("?")[0]
        found[code] = [" ".join(cell.text_content().split()) for cell in row.xpath("./td")]
    return found


def whole(share: float | None) -> str:
    return "–" if share is None else f"{percent(share):.0f}%"


def ends(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else "–".join(f"{end:.0f}" for end in outward(low, high))


def table(page: Page) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page.response.text)))


def test_compare_prints_the_figures_of_reports(shown: Shown) -> None:
    page = shown.people["desk"].get(f"{HOME}/compare")
    rows = rows_of(page)
    assert set(rows) == set(CODES)
    for row in shown.comparison.rows:
        if row.channel == "" and row.score is not None:
            assert (rows[row.location][1], *rows[row.location][3:5]) == (
                whole(row.score),
                ends(row.low, row.high),
                str(row.n),
            )
    assert "1 location is clearly below the network." in page.text
    assert page.document is not None
    groups = [" ".join(h.text_content().split()) for h in page.document.xpath("//tr[@class='group']/th")]
    assert groups == [
        "Clearly below the network · an error on this list is very unlikely",
        "No clear difference · 12 locations, the order means nothing",
        "Provisional score · 1 location, too few visits to compare",
        "1 visit – no location score · 1 location",
        "Not visited this quarter · 1 location",
    ]
    assert (
        "1 location is clearly below the network. For 12 locations the differences can be chance. "
        "1 location has a provisional score: too few visits to compare. 1 location has one visit and no score yet. "
        "1 location was not visited." in page.text
    )
    assert rows[TWO_VISITS][1] == whole(shown.comparison.get_row(TWO_VISITS).score)
    assert rows[ONE_VISIT][1:] == ["1 visit – no location score", "1", "too few visits"]
    assert rows[NONE][1:] == ["not visited", "0", "too few visits"]


def test_a_long_group_without_order_is_cut_and_says_so(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "SHOWN", 5)
    page = shown.people["desk"].get(f"{HOME}/compare")
    assert len(rows_of(page)) == len(CODES) - 7
    assert "No clear difference · 12 locations, the order means nothing; the first 5 are shown" in page.text
    assert "For 12 locations the differences can be chance." in page.text
    assert page.document is not None
    everything = page.document.xpath("//a[normalize-space()='Show all locations']/@href")[0]
    assert set(rows_of(shown.people["desk"].get(everything))) == set(CODES)


def test_the_file_holds_the_page_unrounded(shown: Shown) -> None:
    file = table(shown.people["region"].get(f"{HOME}/compare?format=csv"))
    assert [row["location"] for row in file] == NORTH
    for row in file:
        found = shown.comparison.get_row(row["location"])
        assert row["score"] == ("" if found.score is None else repr(found.score))
        assert row["level"] == (found.level or "")
        assert row["change"] == ("" if found.change is None else repr(found.change))


def test_a_location_in_words_and_figures(shown: Shown) -> None:
    page = shown.people["location"].get(f"{HOME}/locations/{WORST}")
    row = shown.comparison.get_row(WORST)
    low, high = ends(row.low, row.high).split("–")
    sentence = f"{whole(row.score)}; with 4 visits the true level is likely between {low} and {high}%."
    assert sentence in page.text
    assert "clearly below the network" in page.text
    assert "In 4 visits at least one failed." in page.text
    file = table(shown.people["location"].get(f"{HOME}/locations/{WORST}?format=csv"))
    lost = [float(line["lost"]) for line in file if line["part"] == "lost"]
    assert sum(lost) == pytest.approx(1 - (row.score or 0))
    visits = [line for line in file if line["part"] == "visit"]
    assert len(visits) == page.html.count("/results/visits/") == 4
    assert all(line["name"] == "" and len(line["code"]) == len("2026-05-05") for line in visits)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (TWO_VISITS, "2 visits are indicative only."),
        (ONE_VISIT, "One visit was made. It is shown; a single visit gives no score for the location."),
        (NONE, "Not visited this quarter, so there is no score."),
    ],
)
def test_few_visits_say_so(shown: Shown, code: str, words: str) -> None:
    assert words in shown.people["desk"].get(f"{HOME}/locations/{code}").text


def test_the_network_and_its_regions(shown: Shown) -> None:
    page = shown.people["desk"].get(HOME)
    assert "15 of 16 locations" in page.text
    assert "Południe" in page.text
    assert "Północ" in page.text
    assert "Pomorze" not in page.text  # a region's own page lists what lies below it
    file = table(shown.people["desk"].get(f"{HOME}?format=csv"))
    (network,) = (row for row in file if row["part"] == "network")
    with shown.app.database.reading() as session:
        cells = session.execute(
            select(Cell.score_sum, Cell.n).where(
                Cell.programme_id == shown.network.programme.id, Cell.quarter == str(NOW_SHOWN), Cell.criterion == ""
            )
        ).all()
    assert len(cells) == 15
    assert float(network["score"]) == pytest.approx(sum(total / n for total, n in cells) / 15)  # over locations
    assert [row["code"] for row in file if row["part"] == "region"] == ["Południe", "Północ"]


def test_a_regional_manager_sees_the_own_region_with_the_population_of_the_network(shown: Shown) -> None:
    person = shown.people["region"]
    assert set(rows_of(person.get(f"{HOME}/compare"))) == set(NORTH)
    overview = person.get(HOME)
    assert overview.document is not None
    assert overview.document.xpath("//h1")[0].text_content().startswith("Północ")
    for path, status in (
        ("/regions/Północ", 200),
        ("/regions/Północ/Mazury", 200),
        ("/regions/Południe", 404),
        ("/regions/Półn", 404),
        (f"/locations/{CODES[0]}", 200),
        (f"/locations/{CODES[2]}", 404),
        ("/compare?region=Południe", 404),
        ("/criteria?region=Południe", 404),
    ):
        assert person.get(HOME + path).status == status, path
    for path in ("", "/regions/Północ", "/compare", "/criteria", "/criteria/B1"):
        for address in (HOME + path, f"{HOME}{path}?format=csv"):
            text = person.get(address).html
            assert not [code for code in CODES if code not in NORTH and f"Sklep {code}" in text], address


def test_a_location_manager_sees_one_location(shown: Shown) -> None:
    person = shown.people["location"]
    home = person.get(HOME)
    assert (home.status, home.location) == (303, f"{HOME}/locations/{WORST}")
    assert person.get(f"{HOME}?quarter=2026Q1").location == f"{HOME}/locations/{WORST}?quarter=2026Q1"
    assert person.get(f"{HOME}/locations/L02").status == 404
    assert set(rows_of(person.get(f"{HOME}/compare"))) == {WORST}
    assert set(rows_of(person.get(f"{HOME}/criteria/B1"))) == {WORST}
    with shown.app.database.reading() as session:
        elsewhere = session.scalars(
            select(Visit.id)
            .join(Location)
            .where(Visit.programme_id == shown.network.programme.id, Location.code == "L02")
        ).first()
    assert person.get(f"{HOME}/visits/{elsewhere}").status == 404


def test_the_wall_between_programmes(shown: Shown) -> None:
    for path in ("", "/compare", f"/locations/{WORST}", "/criteria", "/criteria/B1", "/regions/Północ"):
        assert shown.people["rival"].get(HOME + path).status == 404


@pytest.mark.parametrize("who", ["region", "location"])
def test_nobody_learns_who_visited(shown: Shown, who: str) -> None:
    auditor = shown.network.auditor
    with shown.app.database.reading() as session:
        visit = session.scalars(
            select(Visit).join(Location).where(Location.code == WORST, Visit.programme_id == shown.network.programme.id)
        ).first()
    assert visit is not None
    pages = ["", "/compare", f"/locations/{WORST}", "/criteria", "/criteria/B1", f"/visits/{visit.id}"]
    secrets = (auditor.pseudonym, "Tajna Osoba", "tajna@lumo.example", GOOD["M4"], "11:00", "13:00")
    for path in pages:
        for address in (HOME + path, f"{HOME}{path}?format=csv"):
            text = shown.people[who].get(address).response.text
            assert not [secret for secret in secrets if str(secret) in text], address
    assert auditor.pseudonym is not None
    assert auditor.pseudonym in shown.people["desk"].get(f"{HOME}/locations/{WORST}").text
    assert GOOD["M4"] in shown.people["desk"].get(f"{HOME}/visits/{visit.id}").text


def test_a_visit_shows_answers_in_words(shown: Shown) -> None:
    with shown.app.database.reading() as session:
        visit = session.scalars(
            select(Visit)
            .join(Location)
            .where(
                Location.code == WORST,
                Visit.quarter == str(NOW_SHOWN),
                Visit.programme_id == shown.network.programme.id,
            )
            .order_by(Visit.id)
        ).first()
    assert visit is not None
    text = shown.people["location"].get(f"{HOME}/visits/{visit.id}").text
    assert "Did anybody of the staff greet you? No 0% of the points" in text
    assert "What was offered at the till? a bag 50% of the points" in text
    assert "How did the greeting sound?" not in text  # never asked
    assert "Critical questions failed: 1 of 1." in text


def test_criteria_and_one_criterion(shown: Shown) -> None:
    page = shown.people["desk"].get(f"{HOME}/criteria")
    assert "Greeting" in page.text
    file = {row["code"]: row for row in table(shown.people["desk"].get(f"{HOME}/criteria?format=csv"))}
    overall = table(shown.people["desk"].get(f"{HOME}?format=csv"))
    assert sum(float(row["lost"]) for row in file.values()) == pytest.approx(1 - float(overall[0]["score"]))
    one = shown.people["desk"].get(f"{HOME}/criteria/B1")
    assert "Nobody waits longer than three minutes." in one.text
    assert "How many tills were open?" in one.text
    listed = {
        row["code"]: row
        for row in table(shown.people["desk"].get(f"{HOME}/criteria/B1?format=csv"))
        if row["part"] == "location"
    }
    assert listed[WORST]["basis"] == "quarter"
    assert listed[NONE]["basis"] == "four_quarters"
    assert shown.people["desk"].get(f"{HOME}/criteria/Z9").status == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("?quarter=2026Q5", 422),
        ("?quarter=0001Q1", 422),
        ("?quarter=2026Q2&previous=2026Q5", 422),
        ("?quarter=2026Q2&previous=x", 422),
        ("/compare?channel=pigeon", 422),
        ("/compare?location_format=tent", 422),
        ("/compare?region=Nigdzie", 404),
        ("/compare?_external=1&_scheme=x&programme=rival&endpoint=x", 200),
        ("/compare?quarter=2024Q1", 200),
        ("?quarter=2024Q1", 200),
        (f"/locations/{WORST}?quarter=2024Q1", 200),
        ("/criteria/B1?quarter=2024Q1", 200),
        ("/criteria?quarter=2024Q1", 200),
        ("/compare?channel=all&previous=none&all=1", 200),
    ],
)
def test_what_was_typed_by_hand(shown: Shown, path: str, status: int) -> None:
    page = shown.people["desk"].get(HOME + path)
    assert page.status == status
    if "2024Q1" in path and "criteria?" not in path:
        assert "No visit" in page.text


@pytest.mark.parametrize("path", ["", "/agenda", "/compare", "/side", f"/locations/{WORST}"])
@pytest.mark.parametrize(
    ("asked", "since"),
    [
        ("quarter=2026Q2&previous=2026Q2", "2026Q1"),  # another quarter chosen, the other field left as it was
        ("quarter=2026Q2&previous=2026Q4", "2026Q1"),
        ("quarter=2026Q1&previous=2026Q1", "none"),  # nothing lies before
        ("quarter=2026Q2&previous=none", "none"),
    ],
)
def test_an_earlier_quarter_that_is_not_earlier_is_forgotten(shown: Shown, path: str, asked: str, since: str) -> None:
    page = shown.people["desk"].get(f"{HOME}{path}?{asked}")
    assert page.status == 200
    assert page.document is not None
    chosen = page.document.xpath("//select[@name='previous']/option[@selected]/@value") or ["none"]
    assert chosen == [since]


@pytest.mark.parametrize("who", ["desk", "region"])
@pytest.mark.parametrize(
    "path", ["", "/compare", f"/locations/{WORST}", "/criteria", "/criteria/B1", "/regions/Północ"]
)
def test_a_page_costs_few_queries(shown: Shown, who: str, path: str) -> None:
    count = 0

    def on_query(*_: object) -> None:
        nonlocal count
        count += 1

    shown.people[who].get(HOME + path)
    event.listen(shown.app.database.engine, "before_cursor_execute", on_query)
    try:
        shown.people[who].get(HOME + path)
    finally:
        event.remove(shown.app.database.engine, "before_cursor_execute", on_query)
    # A comparison also reads visits, waves and the views that were saved; a location its photos and its comments.
    assert count <= {"/compare": 15, f"/locations/{WORST}": 16}.get(path, 14)


def test_first_use_and_nothing_in_scope(app: App) -> None:
    with app.database.transaction() as session:
        programme = make.make_programme(session, "fresh")
        desk = make.make_member(session, programme, Role.PROGRAMME_MANAGER).user
        region = make.make_region(session, programme, "Północ")
        manager = make.make_member(session, programme, Role.REGIONAL_MANAGER, region=region).user
    for user in (desk, manager):
        person = Person(app, user)
        for path in ("", "/compare", "/criteria"):
            assert person.get(f"/p/fresh/results{path}").status == 200
    assert Person(app, manager).get("/p/fresh/results/regions/Północ").status == 200


def test_somebody_with_two_places_and_hostile_names(app: App) -> None:
    with app.database.transaction() as session:
        programme = make.make_programme(session)
        version = make.make_checklist(session, programme)
        auditor = make.make_member(session, programme, Role.AUDITOR)
        first = make.make_location(session, programme, "L1", name="=HYPERLINK(1)")
        second = make.make_location(session, programme, "L2", name="<b>Sklep</b>")
        member = make.make_member(session, programme, Role.LOCATION_MANAGER, location=first)
        make.make_member(session, programme, Role.LOCATION_MANAGER, location=second, user=member.user)
        for _ in range(3):
            make.make_visit(session, first, version, auditor)
    person = Person(app, member.user, locale="en")
    assert set(rows_of(person.get(HOME))) == {"L1", "L2"}
    assert [row["name"] for row in table(person.get(f"{HOME}?format=csv"))] == ["<b>Sklep</b>", "'=HYPERLINK(1)"]
    assert "No point was lost this quarter. Well done." in person.get(f"{HOME}/locations/L1").text
