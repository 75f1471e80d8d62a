"""Comparisons: visits as dots, waves, stores side by side, tables of criteria, files, pictures, saved views."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import event, select

from auditapp import cells, ground
from auditapp.access import actor_for
from auditapp.db import Database
from auditapp.factory import App
from auditapp.insight import dots, heat, saved
from auditapp.models import Cell, Location, SavedView, Visit, VisitScoreRow
from checklists.lifecycle import Role
from checklists.problems import Problem
from checklists.rounding import percent
from tests import factories as make
from tests.auditapp.networks import (
    BEFORE,
    CODES,
    NONE,
    NOW_SHOWN,
    ONE_VISIT,
    TWO_VISITS,
    WORST,
    Network,
    make_network,
    open_app,
)
from tests.pages import Page, Person

HOME = "/p/lumo/results"
NORTH = [code for index, code in enumerate(CODES) if index % 4 < 2]
HOSTILE = "=1+1"


@dataclass
class Shown:
    app: App
    network: Network
    people: dict[str, Person]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Shown]:
    app = open_app(tmp_path_factory.mktemp("shown"), sqlite_template)
    with app.database.transaction() as session:
        network = make_network(session)
        rival = make_network(session, "rival")
        network.locations["L05"].name = HOSTILE
        wave = make.make_wave(session, network.programme, code="W-SPRING")
        wave.starts_on, wave.ends_on = NOW_SHOWN.bounds()
        visits = session.scalars(
            select(Visit).where(Visit.location_id == network.locations["L02"].id, Visit.quarter == str(NOW_SHOWN))
        ).all()
        visits[0].wave_id = wave.id
    people = {name: Person(app, user, locale="en") for name, user in network.users.items()}
    people["rival"] = Person(app, rival.users["desk"], locale="en")
    yield Shown(app, network, people)
    app.database.engine.dispose()


def rows_of(page: Page) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(page.response.text)))


def sheet_of(page: Page) -> list[list[object]]:
    """The first sheet; an empty cell is an empty text."""
    return CalamineWorkbook.from_filelike(io.BytesIO(page.response.data)).get_sheet_by_index(0).to_python()


def locations_of(page: Page) -> set[str]:
    return {link.partition("/locations/")[2].partition("?")[0] for link in page.links() if "/locations/" in link}


# ---- The comparison ------------------------------------------------------------------------------------------------
def test_visits_are_dots_on_the_line_of_their_location(shown: Shown) -> None:
    page = shown.people["desk"].get(f"{HOME}/compare")
    with shown.app.database.reading() as session:
        scores = session.scalars(
            select(VisitScoreRow.score)
            .join(Visit, Visit.id == VisitScoreRow.visit_id)
            .where(Visit.location_id == shown.network.locations[WORST].id, Visit.quarter == str(NOW_SHOWN))
        ).all()
    assert page.document is not None
    (path,) = page.document.xpath(f"//tr[.//input[@value='{WORST}']]//path[@class='visits']/@d")
    drawn = sorted(float(x) / 200 for x in re.findall(r"M([\d.]+) ", path))
    assert drawn == pytest.approx(sorted(score or 0 for score in scores))
    assert len(drawn) == 4


def test_a_wave_narrows_the_list_and_not_the_figures(shown: Shown) -> None:
    desk = shown.people["desk"]
    page = desk.get(f"{HOME}/compare?wave=W-SPRING")
    assert locations_of(page) == {"L02"}
    assert "rest on all visits of the quarter" in page.text
    whole = {row["location"]: row for row in rows_of(desk.get(f"{HOME}/compare?format=csv"))}
    narrow = {row["location"]: row for row in rows_of(desk.get(f"{HOME}/compare?wave=W-SPRING&format=csv"))}
    assert narrow == {"L02": whole["L02"]}
    assert desk.get(f"{HOME}/compare?wave=W-OTHER").status == 404


def test_a_file_goes_by_code_and_a_list_by_name(shown: Shown) -> None:
    rows = rows_of(shown.people["desk"].get(f"{HOME}/compare?format=csv"))
    assert [row["location"] for row in rows] == list(CODES)
    page = shown.people["desk"].get(f"{HOME}/compare?all=1")
    assert page.document is not None
    listed = page.document.xpath("//input[@name='location']/@value")
    ordinary = [code for code in listed if code not in (WORST, TWO_VISITS, ONE_VISIT, NONE)]
    assert ordinary == ["L05", *(code for code in CODES if code in ordinary and code != "L05")]


def test_files_are_the_same_figures_and_run_nothing(shown: Shown) -> None:
    desk = shown.people["desk"]
    text = {row["location"]: row for row in rows_of(desk.get(f"{HOME}/compare?format=csv"))}
    head, *rows = sheet_of(desk.get(f"{HOME}/compare?format=xlsx"))
    found = {str(row[0]): dict(zip(head, row, strict=True)) for row in rows}
    assert set(found) == set(text) == set(CODES)
    for code, row in found.items():
        for name in ("score", "low", "high", "p_below"):
            assert row[name] == (float(text[code][name]) if text[code][name] else "")
        assert row["n"] == int(text[code]["n"])
    assert found["L05"]["name"] == text["L05"]["name"] == f"'{HOSTILE}"


@pytest.mark.parametrize(
    ("path", "locale", "name"),
    [
        ("/compare", "pl", "Porównanie placówek"),
        ("/compare", "en", "Comparison of locations"),
        ("/side?location=L01&location=L02", "pl", "Obok siebie"),
        ("/heat", "pl", "Tabela kryteriów"),
    ],
)
def test_a_sheet_has_a_name(shown: Shown, path: str, locale: str, name: str) -> None:
    person = Person(shown.app, shown.network.users["desk"], locale=locale)
    data = person.get(f"{HOME}{path}{'&' if '?' in path else '?'}format=xlsx").response.data
    assert CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names == [name]


@pytest.mark.parametrize(
    ("who", "path", "said"),
    [
        ("desk", "/compare?channel=chat", True),
        ("desk", "/compare?quarter=2024Q1", False),
        ("region", "/heat?channel=chat", True),
        ("region", "/heat?location_format=online_shop", True),
        ("location", "/heat?by=region", True),  # who has no region to compare
        ("desk", "/heat?quarter=2024Q1", False),
    ],
)
def test_nothing_for_a_choice_is_not_nothing_in_the_quarter(shown: Shown, who: str, path: str, said: bool) -> None:
    text = shown.people[who].get(HOME + path).text
    assert ("There is nothing to compare for this choice." in text) is said
    assert ("No visit counts in this quarter yet, so there is nothing to compare." in text) is not said


@pytest.mark.parametrize(
    ("chosen", "heading", "score_of"),
    [
        ("", "Network", CODES),
        ("store", "Network, store", CODES[2:]),
        ("contact_centre", "Network, contact centre", CODES[:2]),
        ("online_shop", "", ()),
    ],
)
def test_the_figure_beside_the_list_is_of_its_format(
    app: App, chosen: str, heading: str, score_of: tuple[str, ...]
) -> None:
    with app.database.transaction() as session:
        network = make_network(session)
        for code in CODES[:2]:
            network.locations[code].format = "contact_centre"
    page = Person(app, network.users["desk"], locale="en").get(f"{HOME}/compare?location_format={chosen}")
    assert page.document is not None
    cards = [" ".join(card.text_content().split()) for card in page.document.xpath("//aside/section[p[@class='big']]")]
    with app.database.reading() as session:
        visits = Counter(session.scalars(select(Location.code).join(Visit).where(Visit.quarter == str(NOW_SHOWN))))
    visited = [code for code in score_of if visits[code]]
    number = sum(visits[code] for code in visited)
    assert page.document.xpath("//aside/section[p[@class='big']]/h2/text()") == [heading][: len(score_of)]
    assert all(f"{len(visited)} of {len(score_of)} locations, {number} visits." in card for card in cards)


def test_the_error_of_a_list_is_that_of_the_whole_network(shown: Shown) -> None:
    text = shown.people["region"].get(f"{HOME}/compare").text
    assert (
        "Of the whole network's list of clear differences at most 5% is expected to be wrong; in a part of it" in text
    )


@pytest.mark.parametrize(("kind", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_the_picture_can_be_taken_away(shown: Shown, kind: str, start: bytes) -> None:
    page = shown.people["region"].get(f"{HOME}/compare.{kind}?previous=none&file=1")
    assert page.response.data.startswith(start)
    assert "attachment" in page.response.headers["Content-Disposition"]
    words = shown.people["region"].get(f"{HOME}/compare").html
    assert "Mark: score. Band: likely level" in words
    assert "Sklep L03" not in words  # not in the region
    assert shown.people["desk"].get(f"{HOME}/compare.{kind}?quarter=2024Q1").response.data.startswith(start)


# ---- Side by side --------------------------------------------------------------------------------------------------
def side(person: Person, *codes: str, more: str = "") -> Page:
    return person.get(f"{HOME}/side?{urlencode([('location', code) for code in codes])}{more}")


def test_two_stores_that_differ_and_two_that_do_not(shown: Shown) -> None:
    page = side(shown.people["desk"], WORST, "L02", "L03")
    assert page.status == 200
    assert "Their scores differ clearly." in page.text
    assert f"clear difference: Sklep L02 above Sklep {WORST}" in page.text
    calm = side(shown.people["desk"], "L02", "L03")
    assert "Their scores do not differ clearly." in calm.text
    assert "clear difference: Sklep" not in calm.text
    assert "no clear difference" in calm.text


def test_the_file_tells_every_pair(shown: Shown) -> None:
    rows = rows_of(side(shown.people["desk"], WORST, "L02", "L03", more="&format=csv"))
    pairs = [row for row in rows if row["part"] == "difference" and row["criterion"] == ""]
    assert {(row["location"], row["other"]) for row in pairs} == {("L02", WORST), ("L03", WORST), ("L02", "L03")} or {
        (row["location"], row["other"]) for row in pairs
    } == {("L02", WORST), ("L03", WORST), ("L03", "L02")}
    for row in pairs:
        clear = float(row["difference_low"]) > 0 and float(row["p"]) <= 0.10
        assert row["clear"] == ("yes" if clear else "no")
    scores = {row["location"]: float(row["score"]) for row in rows if row["part"] == "score"}
    (pair,) = [row for row in pairs if (row["location"], row["other"]) == ("L02", WORST)]
    assert float(pair["difference"]) == pytest.approx(scores["L02"] - scores[WORST])
    whole = {row["location"]: row for row in rows_of(shown.people["desk"].get(f"{HOME}/compare?format=csv"))}
    assert {code: float(whole[code]["score"]) for code in scores} == pytest.approx(scores)


def test_few_visits_are_shown_and_not_compared(shown: Shown) -> None:
    page = side(shown.people["desk"], "L02", TWO_VISITS, ONE_VISIT, NONE)
    assert "There are not enough visits to compare" in page.text or "too few visits to compare" in page.text
    assert "clear difference: Sklep" not in page.text
    rows = rows_of(side(shown.people["desk"], "L02", ONE_VISIT, NONE, more="&format=csv"))
    assert {row["location"]: row["score"] for row in rows if row["part"] == "score"}[ONE_VISIT] == ""


def test_choosing(shown: Shown) -> None:
    desk = shown.people["desk"]
    first = desk.get(f"{HOME}/side")
    assert "Choose two to six locations." in first.text
    found = desk.get(f"{HOME}/side?location={WORST}&search=l1+pomorze")
    assert found.document is not None
    boxes = {box.get("value"): box.get("checked") is not None for box in found.document.xpath("//fieldset//input")}
    assert boxes[WORST] is True
    assert {code for code, checked in boxes.items() if not checked} <= {code for code in CODES if "1" in code}
    many = side(desk, *CODES[:8])
    assert "Only six locations fit" in many.text
    assert "No other location matches “zzz”." in desk.get(f"{HOME}/side?search=zzz").text
    assert side(desk, "L02", "L02").text.count("Choose two to six locations.") == 1


def test_side_by_side_stays_in_scope(shown: Shown) -> None:
    region = shown.people["region"]
    assert side(region, *NORTH[:3]).status == 200
    assert side(region, NORTH[0], "L03").status == 404
    assert side(shown.people["desk"], "L02", "NOWHERE").status == 404
    offered = region.get(f"{HOME}/side")
    assert offered.document is not None
    assert set(offered.document.xpath("//fieldset//input/@value")) == set(NORTH)
    assert side(shown.people["location"], "L02").status == 404


# ---- Tables of criteria --------------------------------------------------------------------------------------------
def test_criteria_by_location(shown: Shown) -> None:
    page = shown.people["desk"].get(f"{HOME}/heat?by=location")
    assert page.document is not None
    order = [
        str(link).partition("/locations/")[2].partition("?")[0] for link in page.document.xpath("//tbody//th//a/@href")
    ]
    assert order[0] == WORST
    assert set(order) == {code for code in CODES if code != NONE}
    rows = rows_of(shown.people["desk"].get(f"{HOME}/heat?by=location&format=csv"))
    assert {row["code"] for row in rows} == set(order)
    below = {(row["code"], row["criterion"]) for row in rows if row["level"] == "below" and row["criterion"]}
    assert {code for code, _criterion in below} <= {WORST}
    (shown_row,) = page.document.xpath("//tbody/tr[.//a[contains(@href, '/locations/L01')]]")
    assert len(shown_row.xpath("./td[contains(@class, 'below')]//span[@class='visually-hidden']")) == len(below) + 1
    levels = [row["level"] for row in rows if row["score"]]
    counted = f"Of {len(levels)} scores in this table {levels.count('below')} are clearly below the network"
    assert counted in page.text
    own = rows_of(shown.people["desk"].get(f"{HOME}/locations/{WORST}?format=csv"))
    mine = {row["code"]: row["score"] for row in own if row["part"] == "criterion"}
    assert {row["criterion"]: row["score"] for row in rows if row["code"] == WORST and row["criterion"]} == mine


def test_criteria_by_region(shown: Shown) -> None:
    desk = shown.people["desk"]
    rows = rows_of(desk.get(f"{HOME}/heat?by=region&format=csv"))
    assert {row["code"] for row in rows} == {"", "Północ", "Południe"}
    everywhere = {row["criterion"]: row["score"] for row in rows if row["part"] == "network"}
    listed = rows_of(desk.get(f"{HOME}/criteria?format=csv"))
    assert {code: float(score) for code, score in everywhere.items() if code} == pytest.approx(
        {row["code"]: float(row["score"]) for row in listed if row["score"]}
    )
    page = desk.get(f"{HOME}/heat?by=region")
    assert f"{percent(float(everywhere['']))}".partition(".")[0] in page.text
    inside = rows_of(desk.get(f"{HOME}/heat?by=region&region=Północ&format=csv"))
    assert {row["code"] for row in inside} == {"", "Północ/Pomorze", "Północ/Mazury"}


def test_tables_stay_in_scope(shown: Shown) -> None:
    region, store = shown.people["region"], shown.people["location"]
    rows = rows_of(region.get(f"{HOME}/heat?by=location&format=csv"))
    assert {row["code"] for row in rows} == set(NORTH) - {NONE}
    assert {row["code"] for row in rows_of(region.get(f"{HOME}/heat?format=csv"))} == {
        "",
        "Północ/Pomorze",
        "Północ/Mazury",
    }
    assert region.get(f"{HOME}/heat?region=Południe").status == 404
    assert {row["code"] for row in rows_of(store.get(f"{HOME}/heat?format=csv"))} == {WORST}
    everyone = {
        (row["code"], row["criterion"]): row["level"]
        for row in rows_of(shown.people["desk"].get(f"{HOME}/heat?by=location&format=csv"))
    }
    assert all(everyone[row["code"], row["criterion"]] == row["level"] for row in rows)  # tones are the network's


def test_long_tables_have_pages(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heat, "PER_PAGE", 6)
    desk = shown.people["desk"]
    pages = [desk.get(f"{HOME}/heat?by=location&page={number}") for number in (1, 2, 3)]
    found = [locations_of(page) for page in pages]
    assert [len(codes) for codes in found] == [6, 6, 3]
    assert "Next page" in pages[0].text
    assert "Next page" not in pages[2].text
    assert desk.get(f"{HOME}/heat?by=location&page=9").status == 200
    assert len({row["code"] for row in rows_of(desk.get(f"{HOME}/heat?by=location&format=csv"))}) == 15


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/heat?by=shop", 422),
        ("/heat?channel=fax", 422),
        ("/heat?quarter=2024Q1", 200),
        ("/heat?by=location&quarter=2024Q1&format=xlsx", 200),
        ("/heat?channel=phone", 200),
        ("/heat?location_format=online_shop", 200),
        ("/side?location=L02&location=L03&quarter=2024Q1", 200),
        ("/side?location=L02&location=L03&previous=2025Q1", 200),
        ("/compare?format=pdf", 200),
    ],
)
def test_what_was_typed_by_hand(shown: Shown, path: str, status: int) -> None:
    assert shown.people["desk"].get(HOME + path).status == status


@pytest.mark.parametrize(
    "path", ["/heat?by=region", "/heat?by=location", "/side?location=L01&location=L02&location=L03&location=L04"]
)
def test_a_page_costs_few_queries(shown: Shown, path: str) -> None:
    count = 0

    def on_query(*_: object) -> None:
        nonlocal count
        count += 1

    shown.people["desk"].get(HOME + path)
    event.listen(shown.app.database.engine, "before_cursor_execute", on_query)
    try:
        shown.people["desk"].get(HOME + path)
    finally:
        event.remove(shown.app.database.engine, "before_cursor_execute", on_query)
    assert count <= 14


# ---- Saved views ---------------------------------------------------------------------------------------------------
def test_a_view_is_kept_opened_and_removed(shown: Shown) -> None:
    desk, region = shown.people["desk"], shown.people["region"]
    asked = "quarter=2026Q2&region=Północ&previous=none&csrf_token=x&next=//evil"
    kept = desk.post(f"{HOME}/views?{asked}", {"name": "  My north ", "page": "compare"})
    assert kept.status == 303
    assert kept.location == f"{HOME}/compare?quarter=2026Q2&region=P%C3%B3%C5%82noc&previous=none"
    page = desk.get(f"{HOME}/heat")
    assert "My north" in page.text
    assert kept.location in page.links()
    assert locations_of(desk.get(str(kept.location))) <= {*NORTH}
    assert "My north" not in region.get(f"{HOME}/compare").text
    taken = desk.post(f"{HOME}/views?location=L01&location=L02", {"name": "My north", "page": "side"})
    assert refusal(taken) == ("My north", "The name “My north” exists here already. Choose another one.")
    assert {"L01", "L02"} <= locations_of(taken)  # the page that was to be kept
    with shown.app.database.reading() as session:
        (row,) = session.scalars(select(SavedView)).all()
        assert (row.page, row.query) == ("compare", "quarter=2026Q2&region=P%C3%B3%C5%82noc&previous=none")
    assert region.post(f"{HOME}/views/{row.id}/delete").status == 404
    gone = desk.post(f"{HOME}/views/{row.id}/delete", follow=True)
    assert "The view “My north” is removed." in gone.text
    with shown.app.database.reading() as session:
        assert session.scalars(select(SavedView)).all() == []


def refusal(page: Page) -> tuple[str, str]:
    """What stands in the field, and what is said beside it."""
    assert page.status == 422
    assert page.document is not None
    (field,) = page.document.xpath("//input[@id='view-name'][@aria-invalid='true']")
    (said,) = page.document.xpath(f"//*[@id='{field.get('aria-describedby')}']")
    return field.get("value"), said.text_content().strip()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "This field cannot be left empty."),
        ("   ", "This field cannot be left empty."),
        ("x" * 81, "The text is too long: it has 81 characters, and 80 is the most."),
        ("a\u202eb", "a"),
    ],
)
@pytest.mark.parametrize("page", ["compare", "side", "heat"])
def test_a_name_that_cannot_be_kept_is_said_beside_its_field(shown: Shown, page: str, name: str, said: str) -> None:
    found = shown.people["desk"].post(f"{HOME}/views?quarter=2026Q1&previous=none", {"name": name, "page": page})
    assert said in refusal(found)[1]
    assert refusal(found)[0] == name
    assert found.document is not None
    assert found.document.xpath("//select[@name='quarter']/option[@selected]/@value") == ["2026Q1"]
    assert f"{HOME}/{page}" in found.document.xpath("//form[@method='get']/@action")
    with shown.app.database.reading() as session:
        assert session.scalars(select(SavedView)).all() == []


@pytest.mark.parametrize(
    ("form", "query", "status"),
    [
        ({"name": "x", "page": "people"}, "", 422),
        ({"name": "x", "page": "heat"}, "&".join(f"region={n:06d}" for n in range(200)), 404),
        ({}, "", 422),
    ],
)
def test_what_cannot_be_kept(shown: Shown, form: dict[str, str], query: str, status: int) -> None:
    assert shown.people["desk"].post(f"{HOME}/views?{query}", form).status == status
    with shown.app.database.reading() as session:
        assert session.scalars(select(SavedView)).all() == []


# ---- Rules on both databases ---------------------------------------------------------------------------------------
def test_views_have_an_end_and_an_owner(either_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "KEPT", 2)
    with either_database.transaction() as session:
        programme = make.make_programme(session)
        users = [make.make_member(session, programme, Role.REVIEWER).user for _ in range(2)]
        one, other = (actor_for(session, user.id, user.name, False, programme.code) for user in users)
        assert one is not None
        assert other is not None
        keep = {"page": "heat", "query": "by=region", "now": make.NOW}
        row = saved.save_view(session, one, name="b", **keep)
        saved.save_view(session, one, name="A", **keep)
        with pytest.raises(Problem) as taken:
            saved.save_view(session, one, name="b", **keep)
        assert taken.value.code == "duplicate_name"
        with pytest.raises(Problem) as full:
            saved.save_view(session, one, name="c", **keep)
        assert full.value.code == "too_many_views"
        saved.save_view(session, other, name="b", **keep)
        assert [view.name for view in saved.views_of(session, one)] == ["A", "b"]
        with pytest.raises(Problem) as foreign:
            saved.delete_view(session, other, row.id)
        assert foreign.value.code == "not_found"


def test_sums_of_the_database_are_those_of_the_cells(either_database: Database) -> None:
    with either_database.transaction() as session:
        network = make_network(session)
        programme = network.programme.id
        found = cells.between(session, programme, [BEFORE, NOW_SHOWN], "store_visit")
        stored = session.scalars(
            select(Cell).where(Cell.programme_id == programme, Cell.criterion == "B1", Cell.channel == "store_visit")
        ).all()
        n: dict[int, float] = {}
        points: dict[int, float] = {}
        for cell in stored:
            n[cell.location_id] = n.get(cell.location_id, 0) + cell.n
            points[cell.location_id] = points.get(cell.location_id, 0) + cell.score_sum
        of = found["B1", "store"]
        assert of.locations == len(n)
        assert of.visits == sum(n.values())
        assert of.visits_sq == sum(each**2 for each in n.values())
        assert of.points == pytest.approx(sum(points.values()))
        assert of.squares == pytest.approx(sum(points[each] ** 2 / n[each] for each in n))
        assert of.means == pytest.approx(sum(points[each] / n[each] for each in n))
        frame = cells.part_of(session, programme, [NOW_SHOWN], cells.Part(locations=("L01", "L02")))
        assert set(frame["location"]) == {"L01", "L02"}
        assert "" not in set(frame["criterion"])
        frame = cells.part_of(session, programme, [NOW_SHOWN], cells.Part(criteria=("B1",)))
        assert set(frame["criterion"]) == {"B1"}
        assert len(set(frame["location"])) > 2


def test_dots_are_visits_that_count(either_database: Database) -> None:
    with either_database.transaction() as session:
        network = make_network(session)
        make.make_visit(session, network.locations["L02"], network.version, network.auditor, kind="revisit")
        location = session.scalars(select(Location).where(Location.code == "L02")).first()
        assert location is not None
        found = dots.visit_scores(session, network.programme.id, NOW_SHOWN, ["L02", NONE])
        assert set(found) == {"L02"}
        assert len(found["L02"]) == 4
        assert found["L02"] == sorted(found["L02"])
        assert dots.visit_scores(session, network.programme.id, NOW_SHOWN, ["L02"], "phone") == {}


def test_criteria_as_arrays_leave_no_cell_out(either_database: Database) -> None:
    """Also those of a criterion that no checklist asks about any more, and of several quarters together."""
    with either_database.transaction() as session:
        network = make_network(session)
        programme = network.programme.id
        key = {"programme_id": programme, "quarter": str(NOW_SHOWN), "channel": "store_visit"}
        place = network.locations[WORST]
        sums = {"n": 2, "score_sum": 1.5, "score_sum_sq": 1.25, "lost_sum": 0.25, "answers": 4}
        session.add(
            Cell(**key, criterion="OLD", location_id=place.id, critical_failed=1, critical_applicable=2, **sums)
        )
        session.flush()
        cube = cells.sum_cube(session, programme, [BEFORE, NOW_SHOWN], ground.read_network(session, programme).frame)
        stored = session.scalars(select(Cell).where(Cell.programme_id == programme, Cell.criterion != "")).all()
        known = {each.id: each.code for each in network.locations.values()}
        for name in ("n", "score_sum", "score_sum_sq", "lost_sum", "answers", "critical_failed", "critical_applicable"):
            expected: dict[tuple[tuple[str, str], str], float] = {}
            for cell in stored:
                where = (cell.channel, cell.criterion), known[cell.location_id]
                expected[where] = expected.get(where, 0.0) + getattr(cell, name)
            found = getattr(cube, name)[:, 0]
            for (measure, code), total in expected.items():
                assert found[cube.measures.index(measure), cube.locations.index(code)] == pytest.approx(total)
            assert found.sum() == pytest.approx(sum(expected.values()))
