"""Verdicts where stores have several channels: pages and paper say the same, and account for every store."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from auditapp.documents import add_document
from auditapp.factory import App, create_app
from auditapp.insight.history import History
from auditapp.models import ChecklistVersion, Programme, User
from auditapp.reporting.build_location import build_location
from auditapp.reporting.quarter import gather
from checklists.lifecycle import Role
from reports.change import XmrLimits
from reports.labels import population_name
from reports.printed_location import location_page
from reports.summary import Series
from tests import documents
from tests import factories as make
from tests.auditapp.networks import BAD, BEFORE, IN_QUARTER, NOW_SHOWN, ORDINARY, open_app
from tests.conftest import instance_settings
from tests.documents import GOOD
from tests.pages import Page, Person

HOME = "/p/lumo/results"
AREAS = "Network and regions"
CODES = [f"L{number:02d}" for number in range(1, 17)]
REGIONS = {"L02": "Północ/Pomorze", "L04": "Północ/Pomorze"}  # visited in the store only
WORST, FEW = "L01", "L16"  # bad in the store and good on the phone; two visits in each channel


@dataclass
class Shown:
    app: App
    programme: int
    desk: User

    def person(self) -> Person:
        return Person(self.app, self.desk, locale="en")


def two_channels(session: Session) -> tuple[Programme, ChecklistVersion, ChecklistVersion]:
    """Return a programme with a checklist for visits and one for calls."""
    programme = make.make_programme(session)
    standard = documents.STANDARD.replace('channels = ["store_visit"]', 'channels = ["store_visit", "phone"]')
    store = make.make_checklist(session, programme, standard)
    text = documents.CHECKLIST.replace("MINI-STORE", "MINI-PHONE").replace('"store_visit"', '"phone"')
    phone = add_document(session, programme.id, text, name="phone.toml", actor_id=None, now=make.NOW)
    assert isinstance(phone, ChecklistVersion)
    return programme, store, phone


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Shown]:
    folder = tmp_path_factory.mktemp("channels")
    shutil.copy(sqlite_template, folder / "audit.db")
    app = create_app(instance_settings(folder, f"sqlite:///{folder / 'audit.db'}"), clock=lambda: make.NOW)
    with app.database.transaction() as session:
        programme, store, phone = two_channels(session)
        auditor = make.make_member(session, programme, Role.AUDITOR)
        for index, code in enumerate(CODES):
            place = make.make_location(
                session, programme, code, REGIONS.get(code, "Północ" if index % 2 else "Południe")
            )
            ordinary = [ORDINARY[(index + number) % 4] for number in range(2 if code == FEW else 4)]
            given = [(store, each) for each in ([BAD[0], BAD[1], BAD[0], BAD[1]] if code == WORST else ordinary)]
            given += [(phone, GOOD)] * (2 if code in (WORST, FEW) else 0)
            for number, (version, answers) in enumerate(given):
                at = IN_QUARTER[NOW_SHOWN] + timedelta(days=7 * number)
                make.make_visit(session, place, version, auditor, answers, at=at)
        desk = make.make_member(session, programme, Role.PROGRAMME_MANAGER).user
        shown = Shown(app, programme.id, desk)
    yield shown
    app.database.engine.dispose()


def cells(page: Page, code: str) -> list[str]:
    assert page.document is not None
    (row,) = page.document.xpath(f"//tr[td//a[contains(@href, '/results/locations/{code}?')]]")
    return [" ".join(cell.text_content().split()) for cell in row.xpath("./td")]


def test_a_verdict_stands_beside_the_score_it_is_of(shown: Shown) -> None:
    listed = cells(shown.person().get(f"{HOME}/regions/Południe"), WORST)
    compared = cells(shown.person().get(f"{HOME}/compare"), WORST)
    assert listed[1] != compared[1]  # of both channels, and of store visits
    assert listed[-1] == f"store visit, {compared[1]}: clearly below the network"
    page = shown.person().get(f"{HOME}/compare")
    assert page.document is not None
    assert "store visit" in page.document.xpath("//th[contains(., 'Score')]")[0].text_content()


def test_a_verdict_on_a_sheet_stands_in_the_row_it_is_of(shown: Shown) -> None:
    data = shown.person().get("/p/lumo/reports/2026Q2.xlsx").response.data
    heading, *rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(AREAS).to_python()
    told = {(row[0], row[1]): row[heading.index("Against the rest of the network")] for row in rows}
    stores = population_name("store", "store_visit", "en")
    assert told == {
        ("the whole network", "all channels"): "",
        ("Południe", "all channels"): "",  # its score holds calls, the verdict does not
        ("Południe", stores): told["Południe", stores],
        ("Północ", "all channels"): "",
        ("Północ", stores): told["Północ", stores],
        ("Północ/Pomorze", "all channels"): told["Północ/Pomorze", "all channels"],  # visited in the store only
        ("the whole network", "store visits"): "",
        ("the whole network", "phone calls"): "",
    }
    assert all(told[region, where] for region, where in told if where == stores or region == "Północ/Pomorze")
    with shown.app.database.reading() as session:
        quarter = gather(session, session.get_one(Programme, shown.programme), NOW_SHOWN)
    found = quarter.of_population("store", "store_visit")["Północ", ""]
    (row,) = (row for row in rows if row[:2] == ["Północ", stores])
    assert (row[heading.index("Score")], row[heading.index("Visits")]) == (found.score, found.n)


def test_no_store_is_without_a_word(shown: Shown) -> None:
    north = shown.person().get(f"{HOME}/regions/Północ")
    assert [code for code in CODES[1::2] if not cells(north, code)[-1]] == []
    assert cells(north, FEW)[-1] == "too few visits in each channel to compare"
    assert (
        "Store visit: For 7 locations the differences can be chance. "
        "1 location has a provisional score: too few visits to compare. Phone: too few visits to compare." in north.text
    )


def test_the_sentence_counts_what_is_listed(shown: Shown) -> None:
    page = shown.person().get(f"{HOME}/compare")
    assert (
        "Store visit: 1 location is clearly below the network. For 14 locations the differences can be chance. "
        "1 location has a provisional score: too few visits to compare." in page.text
    )
    assert "14 locations, the order means nothing" in page.text
    assert "Provisional score · 1 location" in page.text
    assert "– –" not in page.text
    network = shown.person().get(HOME).text
    assert "1 location has a provisional score: too few visits to compare. Phone: too few visits to compare." in network


def test_channels_without_visits_are_left_out(shown: Shown) -> None:
    with shown.app.database.transaction() as session:
        programme = session.get_one(Programme, shown.programme)
        make.make_location(session, programme, "L99", "Wschód")
    page = shown.person().get(f"{HOME}/regions/Północ").text
    assert "By channel" in page
    assert "phone: 100% 2 visits" in page
    assert "By channel" not in shown.person().get(f"{HOME}/regions/Północ/Pomorze").text
    empty = shown.person().get(f"{HOME}").text
    assert "no visit counts" in empty
    assert "– –" not in empty


@pytest.mark.parametrize("code", [WORST, FEW, "L02"])
def test_paper_praises_only_what_the_page_calls_met(shown: Shown, code: str) -> None:
    with shown.app.database.transaction(write=False) as session:
        gathered = gather(session, session.get_one(Programme, shown.programme), NOW_SHOWN)
        report = build_location(gathered, code)
    page = shown.person().get(f"{HOME}/locations/{code}")
    assert page.document is not None
    said: dict[str, list[str]] = {}
    for row in page.document.xpath(
        "//table[contains(@class, 'named')]//tr[td//a[contains(@href, '/results/criteria/')]]"
    ):
        said.setdefault(row.xpath(".//a")[0].text_content(), []).append(row.xpath("./td")[-1].text_content())
    printed = location_page(report, "N-1", "en")
    met = [each for each in report.standings if each.meets]
    for standing in met:
        assert all("level met" in words for words in said[standing.criterion.title.en])
    for title, *_ in printed["best"]:
        assert not any("too few" in words for words in said[title.replace("\N{NO-BREAK SPACE}", " ")])
    assert ("is met for certain" in printed["praise"]) == bool(met)


def test_every_line_of_the_picture_is_explained(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    dotted = "Dotted lines: as long as the score stays between them"
    assert dotted not in shown.person().get(HOME).text
    monkeypatch.setattr(History, "limits", True)
    assert dotted in shown.person().get(HOME).text
    points = Series((), XmrLimits(0.8, 0.04, 0.7, 0.9))
    monkeypatch.undo()
    assert History(points, None, {}).limits


def test_a_channel_that_stayed_is_compared_beside_the_score(tmp_path: Path, sqlite_template: Path) -> None:
    """Calls were made in the quarter before and not in this one: the score of visits has its change all the same."""
    app = open_app(tmp_path, sqlite_template)
    with app.database.transaction() as session:
        programme, store, phone = two_channels(session)
        auditor = make.make_member(session, programme, Role.AUDITOR)
        for index, code in enumerate(CODES):
            place = make.make_location(session, programme, code)
            for quarter in (BEFORE, NOW_SHOWN):
                calls = 3 if (code, quarter) == ("L01", BEFORE) else 0
                for number, version in enumerate([store] * 4 + [phone] * calls):
                    at = IN_QUARTER[quarter] + timedelta(days=7 * number)
                    make.make_visit(session, place, version, auditor, ORDINARY[(index + number) % 4], at=at)
        desk = make.make_member(session, programme, Role.PROGRAMME_MANAGER).user
    person = Person(app, desk, locale="en")
    page = person.get(f"{HOME}/locations/L01?quarter={NOW_SHOWN}")
    app.database.engine.dispose()
    assert (
        "The channels have changed, so each is compared with Q1 2026 by itself. Store visit: no clear change."
        in page.text
    )
    assert "not comparable" not in page.text
    assert "Not computed" not in page.text
    assert "on the questions that both checklists have: 0 points" in page.text
