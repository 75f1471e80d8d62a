"""The reports' pages: who sees which report, what issuing says, and that nobody gets a foreign file."""

from __future__ import annotations

import hashlib
import io
import re

import pytest
from pypdfium2 import PdfDocument
from sqlalchemy import select

from auditapp.factory import App
from auditapp.models import ChecklistVersion, IssuedReport, Location, Membership, Programme
from checklists.lifecycle import Role
from reports.pdf import ReportProblem
from tests import factories as make
from tests.documents import GOOD
from tests.pages import Page, Person
from tests.worlds import World, make_world

LOCATION = {"kind": "location", "location": "L1", "quarter": "2026Q3", "locale": "pl"}
NETWORK = {"kind": "network", "quarter": "2026Q3", "locale": "pl"}


@pytest.fixture
def world(app: App) -> World:
    with app.database.transaction() as session:
        return make_world(session)


@pytest.fixture
def office(app: App, world: World) -> Person:
    return Person(app, world.users[Role.PROGRAMME_MANAGER])


def pdf_links(page: Page) -> list[str]:
    return [link for link in page.links() if link.endswith(".pdf")]


def test_before_the_first_report(office: Person, app: App, world: World) -> None:
    page = office.get("/p/lumo/reports")
    assert "Nie wydano jeszcze żadnego raportu." in page.text
    assert "Wydaj raport" in page.text
    store = Person(app, world.users[Role.LOCATION_MANAGER]).get("/p/lumo/reports")
    assert "Nie wydano jeszcze żadnego raportu." in store.text
    assert "Wydaj raport" not in store.text


def test_issued_and_listed(office: Person) -> None:
    page = office.post("/p/lumo/reports", LOCATION, follow=True)
    assert "Raport LUMO-2026Q3-L1-PL-1 jest wydany." in page.text
    assert "Za ten kwartał wydano 1 raport." in page.text
    assert pdf_links(page) == ["/p/lumo/reports/LUMO-2026Q3-L1-PL-1.pdf"]
    assert re.search(r"Raport za III kwartał 2026 \(PDF, po polsku, [0-9]+ kB\)", page.text)
    again = office.post("/p/lumo/reports", LOCATION, follow=True)
    assert "nic się nie zmieniło: obowiązuje raport LUMO-2026Q3-L1-PL-1" in again.text
    assert pdf_links(again) == ["/p/lumo/reports/LUMO-2026Q3-L1-PL-1.pdf"]


def test_new_figures_supersede(office: Person, app: App, world: World) -> None:
    office.post("/p/lumo/reports", LOCATION)
    with app.database.transaction() as session:
        version = session.get_one(ChecklistVersion, world.approved.checklist_version_id)
        north, other = session.get_one(Location, world.north.id), session.get_one(Membership, world.other.id)
        make.make_visit(session, north, version, other, {**GOOD, "M8": "no"})
    page = office.post("/p/lumo/reports", LOCATION, follow=True)
    assert pdf_links(page) == [f"/p/lumo/reports/LUMO-2026Q3-L1-PL-{issue}.pdf" for issue in (2, 1)]
    assert [row.text_content().split()[-1] for row in page.document.xpath("//td[span]")] == ["aktualne", "zastąpione"]
    assert "Za ten kwartał wydano 1 raport." in page.text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"kind": "location", "location": "", "quarter": "2026Q3", "locale": "pl"}, "Wybierz placówkę."),
        ({"kind": "location", "location": "L9", "quarter": "2026Q3", "locale": "pl"}, "Placówka"),
        ({"kind": "network", "quarter": "2026Q1", "locale": "pl"}, "Kwartał"),
        ({"kind": "network", "quarter": "2026Q3", "locale": "de"}, "Język"),
        ({}, "Tego pola nie można zostawić pustego."),
        ({"kind": "location", "location": "L3", "quarter": "2026Q3", "locale": "pl"}, "(L3) nie ma w kwartale 2026Q3"),
    ],
)
def test_refused_beside_the_form(app: App, office: Person, world: World, data: dict[str, str], said: str) -> None:
    with app.database.transaction() as session:
        make.make_location(session, session.get_one(Programme, world.programme.id), "L3")
    page = office.post("/p/lumo/reports", data)
    assert page.status == 422
    assert page.document is not None
    summary = page.document.get_element_by_id("errors").text_content()
    assert said in summary
    with app.database.transaction(write=False) as session:
        assert session.scalars(select(IssuedReport)).all() == []


def test_a_report_that_cannot_be_printed(
    office: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_arguments: object) -> bytes:
        raise ReportProblem("L1: unknown letter")

    monkeypatch.setattr("auditapp.reporting.service.pdf.render", refuse)
    page = office.post("/p/lumo/reports", LOCATION)
    assert page.status == 422
    assert "Nie udało się wydrukować raportu." in page.text
    assert "unknown letter" in caplog.text
    assert "unknown letter" not in page.text


@pytest.fixture
def issued(office: Person, app: App) -> list[str]:
    """One report of L1 (north), L2 (south) and the network, and the same codes in a foreign programme."""
    with app.database.transaction() as session:
        foreign = make_world(session, "rondo")
    for data in (LOCATION, {**LOCATION, "location": "L2"}, NETWORK):
        assert office.post("/p/lumo/reports", data).status == 303
    other = Person(app, foreign.users[Role.PROGRAMME_MANAGER])
    assert other.post("/p/rondo/reports", LOCATION).status == 303
    return ["LUMO-2026Q3-NET-PL-1", "LUMO-2026Q3-L1-PL-1", "LUMO-2026Q3-L2-PL-1"]


SEES = {
    Role.ADMINISTRATOR: {"NET", "L1", "L2"},
    Role.PROGRAMME_MANAGER: {"NET", "L1", "L2"},
    Role.REVIEWER: {"NET", "L1", "L2"},
    Role.REGIONAL_MANAGER: {"L1"},
    Role.LOCATION_MANAGER: {"L1"},
}


def test_everybody_sees_the_own_reports_only(app: App, world: World, issued: list[str]) -> None:
    for role, places in SEES.items():
        person = Person(app, world.users[role])
        page = person.get("/p/lumo/reports")
        seen = {link.rpartition("/")[2].removesuffix(".pdf") for link in pdf_links(page)}
        assert seen == {number for number in issued if number.split("-")[2] in places}, role
        assert ("Wydaj raport" in page.text) == (role in {Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER})
        for number in issued:
            status = person.get(f"/p/lumo/reports/{number}.pdf").status
            assert status == (200 if number.split("-")[2] in places else 404), (role, number)
        assert person.get("/p/lumo/reports/RONDO-2026Q3-L1-PL-1.pdf").status == 404
        assert person.get("/p/lumo/reports/LUMO-2026Q3-L1-PL-9.pdf").status == 404


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.REGIONAL_MANAGER, Role.LOCATION_MANAGER, Role.AUDITOR])
def test_others_do_not_issue(app: App, world: World, role: Role) -> None:
    assert Person(app, world.users[role]).post("/p/lumo/reports", LOCATION).status == 403


def test_auditors_and_strangers_are_kept_out(app: App, world: World, issued: list[str], nobody: Person) -> None:
    auditor = Person(app, world.users[Role.AUDITOR])
    for path in ("/p/lumo/reports", f"/p/lumo/reports/{issued[1]}.pdf"):
        assert auditor.get(path).status == 403
        assert nobody.get(path).status == 303


def test_the_file_comes_as_it_was_issued(app: App, world: World, issued: list[str]) -> None:
    response = Person(app, world.users[Role.LOCATION_MANAGER]).get(f"/p/lumo/reports/{issued[1]}.pdf").response
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"] == "attachment; filename=LUMO-2026Q3-L1-PL-1.pdf"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    text = PdfDocument(io.BytesIO(response.data))[0].get_textpage().get_text_range()
    assert "Gdynia lumo" in text
    with app.database.transaction(write=False) as session:
        row = session.scalars(select(IssuedReport).where(IssuedReport.number == issued[1])).one()
    assert hashlib.sha256(response.data).hexdigest() == row.sha256


def test_a_long_list_has_pages(app: App, world: World, office: Person) -> None:
    with app.database.transaction() as session:
        for number in range(130):
            quarter = "2026Q2" if number % 13 == 0 else "2026Q3"
            session.add(
                IssuedReport(
                    programme_id=world.programme.id,
                    number=f"LUMO-{quarter}-NET-PL-{number}",
                    kind="network",
                    location_id=None,
                    quarter=quarter,
                    locale="pl",
                    issue=number,
                    fingerprint="0" * 64,
                    sha256="0" * 64,
                    size=190_400,
                    created_at=make.NOW,
                )
            )
    first = office.get("/p/lumo/reports")
    assert len(pdf_links(first)) == 100
    assert "190 kB" in first.text
    following = [link for link in first.links() if "page=2" in link]
    assert len(pdf_links(office.get(following[0]))) == 20
    older = office.get("/p/lumo/reports?quarter=2026Q2")
    assert len(pdf_links(older)) == 10
    assert "II kwartał 2026" in older.text
    assert len(pdf_links(office.get("/p/lumo/reports?quarter=nonsense"))) == 100


def test_results_lead_straight_to_the_report_in_force(app: App, world: World, issued: list[str]) -> None:
    with app.database.transaction() as session:
        old = session.scalars(select(IssuedReport).where(IssuedReport.number == issued[1])).one()
        copied = {column.name: getattr(old, column.name) for column in IssuedReport.__table__.columns}
        del copied["id"]
        number = issued[1][:-1] + "2"
        session.add(IssuedReport(**copied | {"number": number, "issue": 2, "size": 180_400}))
    page = Person(app, world.users[Role.LOCATION_MANAGER]).get("/p/lumo/results/locations/L1?quarter=2026Q3")
    assert pdf_links(page) == [f"/p/lumo/reports/{number}.pdf"]
    assert "Raport za III kwartał 2026 (PDF, po polsku, 180 kB)" in page.text
    network = Person(app, world.users[Role.REVIEWER]).get("/p/lumo/results?quarter=2026Q3")
    assert pdf_links(network) == [f"/p/lumo/reports/{issued[0]}.pdf"]
    regional = Person(app, world.users[Role.REGIONAL_MANAGER]).get("/p/lumo/results?quarter=2026Q3")
    assert pdf_links(regional) == []


def test_english(app: App, world: World, issued: list[str]) -> None:
    page = Person(app, world.users[Role.PROGRAMME_MANAGER], locale="en").get("/p/lumo/reports")
    assert "3 reports are issued for this quarter." in page.text
    assert "Reports, Q3 2026" in page.text
