"""The workbook of a quarter: its values are those of the reports and of the export, and everybody gets their part."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from auditapp import rollups
from auditapp.exchange import queries as exchange
from auditapp.factory import App
from auditapp.models import Programme, VisitScoreRow
from auditapp.reporting.build_location import build_location
from auditapp.reporting.build_network import build_network
from auditapp.reporting.quarter import gather
from auditapp.reporting.workbook_history import _stretches
from checklists.lifecycle import Role
from reports.compare import COLUMNS
from reports.labels import LEVELS
from reports.periods import Quarter
from reports.summary import Series, SeriesPoint
from tests import factories as make
from tests.auditapp.networks import (
    CODES,
    IN_QUARTER,
    NOW_SHOWN,
    TWO_VISITS,
    WORST,
    Network,
    make_network,
    open_app,
)
from tests.pages import Person

ADDRESS = f"/p/lumo/reports/{NOW_SHOWN}.xlsx"
EVIL = '=HYPERLINK("http://evil.example";"Sklep")'
SHEETS = ["Sieć i regiony", "Placówki", "Kryteria", "Kryteria w placówkach", "Wizyty", "Historia", "Metoda"]
ALL = "wszystkie kanały"
CHANNEL = "wizyty w sklepie"
Rows = list[dict[str, Any]]


@dataclass
class Book:
    """A workbook as it came, by sheet."""

    data: bytes

    def __post_init__(self) -> None:
        self.book = CalamineWorkbook.from_filelike(io.BytesIO(self.data))

    def rows(self, sheet: str) -> Rows:
        """Rows by heading, empty cells as None."""
        heading, *rows = self.book.get_sheet_by_name(sheet).to_python()
        return [dict(zip(heading, [None if cell == "" else cell for cell in row], strict=True)) for row in rows]

    def part(self, pattern: str) -> str:
        """The XML of the files inside whose name matches, one after another."""
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            return "\n".join(archive.read(name).decode() for name in archive.namelist() if re.search(pattern, name))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[App]:
    app = open_app(tmp_path_factory.mktemp("workbook"), sqlite_template)
    yield app
    app.database.engine.dispose()


@pytest.fixture(scope="module")
def network(app: App) -> Network:
    with app.database.transaction() as session:
        network = make_network(session)
        visit = {"at": IN_QUARTER[NOW_SHOWN]}
        where = network.locations[TWO_VISITS], network.version, network.auditor
        make.make_visit(session, *where, kind="revisit", **visit)
        little = make.make_visit(session, *where, **visit)  # too little of the checklist applied
        session.execute(update(VisitScoreRow).where(VisitScoreRow.visit_id == little.id).values(scorable=False))
        rollups.rebuild(session, network.programme.id)
        network.locations[TWO_VISITS].name = EVIL
        network.programme.name = "+Lumo"
        return network


def get(app: App, network: Network, who: str = "desk", locale: str = "pl") -> Book:
    page = Person(app, network.users[who], locale=locale).get(ADDRESS)
    assert page.status == 200
    assert page.response.headers["Content-Disposition"] == "attachment; filename=lumo-2026Q2.xlsx"
    assert page.response.headers["Cache-Control"] == "private, no-store"
    return Book(page.response.data)


@pytest.fixture(scope="module")
def desk(app: App, network: Network) -> Book:
    return get(app, network)


# --- The same values


def test_every_location_is_as_in_the_export(app: App, network: Network, desk: Book) -> None:
    """Unrounded, and not one location more or less."""
    with app.database.transaction(write=False) as session:
        programme = session.get_one(Programme, network.programme.id)
        exported = [
            dict(zip(COLUMNS, row, strict=True))
            for row in exchange.read_table(session, programme, "comparison", str(NOW_SHOWN))
        ]
    names = {
        "n": "Wizyty", "score": "Wynik", "low": "Przedział od", "high": "Przedział do", "reliability": "Wiarygodność",
        "rank_low": "Miejsce od", "rank_high": "Miejsce do", "change": "Zmiana wyniku", "change_low": "Zmiana od",
        "change_high": "Zmiana do",
    }  # fmt: skip
    shown = desk.rows("Placówki")
    assert [(row["Kod"], row["Kanał"]) for row in shown] == [
        (row["location"], CHANNEL if row["channel"] else ALL) for row in exported
    ]
    assert {row["Kod"] for row in shown} == set(CODES)
    for row, wanted in zip(shown, exported, strict=True):
        assert {name: row[title] for name, title in names.items()} == {name: wanted[name] for name in names}
        assert row["Wobec sieci"] == (LEVELS[wanted["level"]].pl if wanted["n"] else None)
    assert sum(row["Zmiana wyniku"] is not None for row in shown) > len(CODES)


def test_regions_and_criteria_are_as_in_the_reports(app: App, network: Network, desk: Book) -> None:
    with app.database.transaction(write=False) as session:
        quarter = gather(session, session.get_one(Programme, network.programme.id), NOW_SHOWN)
    report = build_network(quarter)
    areas = {row["Region"]: row for row in desk.rows("Sieć i regiony")}
    for found in (report.network, *report.regions):
        row = areas[found.region or "cała sieć"]
        assert (row["Wynik"], row["Przedział od"], row["Przedział do"]) == (found.score, found.low, found.high)
        assert (row["Placówki"], row["Odwiedzone"], row["Wizyty"]) == (found.locations, found.visited, found.n)
        assert row["Wobec reszty sieci"] == (
            LEVELS[report.verdicts.levels[found.region]].pl if found.region in report.verdicts.levels else None
        )
    assert len(areas) == 1 + len(report.regions)
    criteria = {row["Kryterium"]: row for row in desk.rows("Kryteria")}
    for criterion, found in report.criteria:
        assert (criteria[criterion.code]["Wynik sieci"], criteria[criterion.code]["Wizyty"]) == (found.score, found.n)
    assert {row.criterion: row.lost for row in report.lost} == {
        code: row["Stracone punkty"] for code, row in criteria.items()
    }
    of_place = build_location(quarter, WORST)
    shown = {row["Kryterium"]: row for row in desk.rows("Kryteria w placówkach") if row["Kod"] == WORST}
    assert len(shown) == len(of_place.criteria) > 0
    for line in of_place.criteria:
        row = shown[line.criterion.code]
        assert (row["Wynik"], row["Przedział od"], row["Przedział do"]) == (line.row.score, line.row.low, line.row.high)
    assert [row["Wynik wizyty"] for row in desk.rows("Wizyty") if row["Kod"] == WORST] == [
        visit.score for visit in of_place.visits
    ]
    points = {point.quarter.label("pl"): point for point in report.series.points}
    for row in desk.rows("Historia"):
        assert row["cała sieć: wynik"] == points[row["Kwartał"]].score
    assert len(points) == len(desk.rows("Historia")) == 2


def test_every_visit_says_whether_it_counts(desk: Book) -> None:
    rows = [row for row in desk.rows("Wizyty") if row["Kod"] == TWO_VISITS]
    assert sorted(row["Liczy się?"] for row in rows) == [
        "liczy się",
        "liczy się",
        "nie liczy się: ponowna wizyta",
        "nie liczy się: za mało pytań ankiety dotyczyło tej wizyty",
    ]
    assert all(isinstance(row["Dzień"], date) for row in rows)
    (place,) = [row for row in desk.rows("Placówki") if row["Kod"] == TWO_VISITS and row["Kanał"] == ALL]
    assert place["Wizyty"] == 2


def test_the_method_explains_every_column(desk: Book) -> None:
    said = {row["Czego dotyczy"]: row["Co obowiązuje"] for row in desk.rows("Metoda")}
    for sheet in SHEETS[:-1]:
        for heading in desk.book.get_sheet_by_name(sheet).to_python()[0]:
            assert said[f"{sheet}: {heading}"]
    assert said["Próg: od ilu wizyt placówka ma wynik"] == "2"
    assert said["Kwartał"] == NOW_SHOWN.label("pl")
    assert "tau kwadrat" in said["Porównywane między sobą: sklepy, wizyty w sklepie"]


# --- Whose


def test_managers_get_their_part(app: App, network: Network, desk: Book) -> None:
    north = {code for index, code in enumerate(CODES) if index % 4 in (0, 1)}
    for who, mine, regions in (
        ("region", north, {"cała sieć", "Północ", "Północ/Pomorze", "Północ/Mazury"}),
        ("location", {WORST}, {"cała sieć"}),
    ):
        book = get(app, network, who)
        assert {row["Region"] for row in book.rows("Sieć i regiony")} == regions
        for sheet in ("Placówki", "Kryteria w placówkach", "Wizyty"):
            assert {row["Kod"] for row in book.rows(sheet)} <= mine
        assert {row["Kod"] for row in book.rows("Placówki")} == mine
        assert "Południe" not in book.part("sheet") + book.part("chart")
        of_desk = {(row["Kod"], row["Kanał"]): row for row in desk.rows("Placówki")}
        assert all(of_desk[row["Kod"], row["Kanał"]] == row for row in book.rows("Placówki"))
        (heading, *_) = book.rows("Historia")[:1]
        assert {name.partition(":")[0] for name in heading} - {"Kwartał"} == (
            {"Północ"} if who == "region" else {f"Sklep {WORST}"}
        )


@pytest.mark.parametrize("who", ["desk", "region", "location"])
def test_nobody_learns_who_the_auditors_are(app: App, network: Network, who: str) -> None:
    content = get(app, network, who).part("xml")
    user = network.auditor.user
    assert not [word for word in (user.name, user.email, network.auditor.pseudonym) if word and word in content]


def test_a_quarter_without_results(app: App, network: Network) -> None:
    person = Person(app, network.users["desk"])
    assert person.get("/p/lumo/reports/2019Q1.xlsx").status == 422
    for nonsense in ("2026Q5", "2026", "x", "2026Q2.xlsx", "0000Q1"):
        assert person.get(f"/p/lumo/reports/{nonsense}.xlsx").status == 404
    with app.database.transaction() as session:
        auditor = make.make_member(session, session.get_one(Programme, network.programme.id), Role.AUDITOR).user
    assert Person(app, auditor).get(ADDRESS).status == 403


# --- As a file


def test_nothing_runs(desk: Book) -> None:
    assert "<f>" not in desk.part(r"worksheets/sheet")
    assert "<hyperlink" not in desk.part(r"worksheets/sheet")
    assert f"'{EVIL}" in {row["Placówka"] for row in desk.rows("Placówki")}
    assert desk.rows("Metoda")[0] == {"Czego dotyczy": "Program", "Co obowiązuje": "'+Lumo"}


def test_languages(app: App, network: Network, desk: Book) -> None:
    assert desk.book.sheet_names == SHEETS
    english = get(app, network, locale="en")
    assert english.book.sheet_names == [
        "Network and regions", "Locations", "Criteria", "Criteria by location", "Visits", "History", "Method",
    ]  # fmt: skip
    assert r'formatCode="0.0\ %"' in desk.part("styles")
    assert 'formatCode="0.0%"' in english.part("styles")
    assert english.rows("Locations")[0]["Score"] == desk.rows("Placówki")[0]["Wynik"]
    polish = re.compile("[ąęłńśźżĄĘŁŃŚŹŻ]")
    headings = [
        each for sheet in english.book.sheet_names for each in english.book.get_sheet_by_name(sheet).to_python()[0]
    ]
    assert not [heading for heading in headings if polish.search(heading)]


def test_sheets_are_ready_to_read(desk: Book) -> None:
    for number in range(1, len(SHEETS) + 1):
        sheet = desk.part(rf"worksheets/sheet{number}\.xml")
        assert 'state="frozen"' in sheet
        assert "<autoFilter" in sheet
        assert "<cols>" in sheet
    assert "c:barChart" in desk.part(r"charts/chart1\.xml")
    assert "c:lineChart" in desk.part(r"charts/chart2\.xml")
    for number, sheet in ((1, "Sieć i regiony"), (2, "Historia")):
        chart = desk.part(rf"charts/chart{number}\.xml")
        assert chart.count('<c:errValType val="cust"/>') == 1
        assert sheet in chart
    assert desk.part("drawings/drawing").count('descr="') == 2, "each picture in words"
    assert "<dc:creator></dc:creator>" in desk.part("docProps/core")


def test_no_line_crosses_a_break() -> None:
    quarters = Quarter.range(Quarter(2025, 1), Quarter(2026, 2))
    points = tuple(SeriesPoint(each, 3, 0.5, 0.4, 0.6, each in quarters[2:6:3]) for each in quarters)
    stretches = _stretches(Series(points, None))
    assert [tuple(stretch) for stretch in stretches] == [quarters[:2], quarters[2:5], quarters[5:]]
