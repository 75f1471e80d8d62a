"""The reports' pages: who sees which report, what issuing says, and that nobody gets a foreign file."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from pypdfium2 import PdfDocument
from sqlalchemy import select

from auditapp.factory import App
from auditapp.models import ChecklistVersion, IssuedReport, Job, JournalLine, Location, Membership, Programme, Region
from checklists.lifecycle import Role
from checklists.problems import Problem
from reports.pdf import ReportProblem
from tests import factories as make
from tests.auditapp.issuing import Press
from tests.documents import GOOD
from tests.pages import Page, Person
from tests.worlds import World, make_world

ONE = {"quarter": "2026Q3", "what": "location:L1", "in_polish": "y"}
ALL = {"quarter": "2026Q3", "what": "all", "in_polish": "y"}
PREVIEW = "/p/lumo/reports/preview.pdf?quarter=2026Q3&locale=pl&what="


@pytest.fixture
def press(app: App) -> Press:
    return Press.of(app)


@pytest.fixture
def world(app: App) -> World:
    with app.database.transaction() as session:
        return make_world(session)


@pytest.fixture
def office(app: App, world: World) -> Person:
    return Person(app, world.users[Role.PROGRAMME_MANAGER])


def pdf_links(page: Page) -> list[str]:
    return [link for link in page.links() if link.endswith(".pdf")]


def read(data: bytes) -> str:
    return str(PdfDocument(io.BytesIO(data))[0].get_textpage().get_text_range())


def test_before_the_first_report(office: Person, app: App, world: World) -> None:
    page = office.get("/p/lumo/reports")
    assert "Za ten kwartał nie wydano jeszcze raportów." in page.text
    assert "Ogłoś i wydaj" in page.text
    store = Person(app, world.users[Role.LOCATION_MANAGER]).get("/p/lumo/reports")
    assert "Nie wydano jeszcze żadnego raportu." in store.text
    assert "Ogłoś i wydaj" not in store.text


def test_published_printed_and_listed(office: Person, press: Press) -> None:
    page = office.post("/p/lumo/reports", ONE, follow=True)
    assert "Raporty są przygotowywane. Nie trzeba tu czekać." in page.text
    assert "raz dla wszystkich raportów" in page.text
    assert "Ogłoś i wydaj" not in page.text, "one order at a time"
    press.work()
    done = office.get("/p/lumo/reports")
    assert "Za ten kwartał wydano 1 raport." in done.text
    assert pdf_links(done) == ["/p/lumo/reports/LUMO-2026Q3-L1-PL-1.pdf"]
    assert re.search(r"Raport za III kwartał 2026 \(PDF, po polsku, [0-9]+ kB\)", done.text)
    assert "Edycja 1, ogłoszona 12 sie 2026" in done.text
    office.post("/p/lumo/reports", ONE)
    press.work()
    again = office.get("/p/lumo/reports")
    assert "Nic z tego, co jest w raportach, się nie zmieniło" not in again.text
    assert pdf_links(again) == ["/p/lumo/reports/LUMO-2026Q3-L1-PL-1.pdf"]


def test_a_correction_needs_its_reason_and_supersedes(office: Person, press: Press, world: World) -> None:
    office.post("/p/lumo/reports", ONE)
    press.work()
    with press.database.transaction() as session:
        version = session.get_one(ChecklistVersion, world.approved.checklist_version_id)
        north, other = session.get_one(Location, world.north.id), session.get_one(Membership, world.other.id)
        make.make_visit(session, north, version, other, {**GOOD, "M8": "no"})
    refused = office.post("/p/lumo/reports", ONE)
    assert (refused.status, "Napisz dlaczego w polu" in refused.text) == (422, True)
    office.post("/p/lumo/reports", {**ONE, "note": "Wizyta uznana po odwołaniu 😀"})
    press.work()
    page = office.get("/p/lumo/reports")
    assert pdf_links(page) == [f"/p/lumo/reports/LUMO-2026Q3-L1-PL-{issue}.pdf" for issue in (2, 1)]
    assert page.document is not None
    assert [row.text_content().split()[-1] for row in page.document.xpath("//td[span]")] == ["aktualne", "zastąpione"]
    assert "Powód korekty: Wizyta uznana po odwołaniu" in page.text
    text = read(press.data("LUMO-2026Q3-L1-PL-2"))
    assert "To wydanie zastępuje wydanie 1 z 12.08.2026." in " ".join(text.split())
    assert "Powód: Wizyta uznana po odwołaniu" in " ".join(text.split())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({**ONE, "what": "location:L9"}, "Które raporty"),
        ({**ONE, "what": "region:Wschód"}, "Które raporty"),
        ({**ALL, "quarter": "2026Q1"}, "W kwartale 2026Q1 nie ma zatwierdzonych wizyt"),
        ({"quarter": "2026Q3", "what": "all"}, "Wybierz co najmniej jeden język."),
        ({**ALL, "note": "x" * 501}, "najwyżej 500 znaków"),
        ({}, "Tego pola nie można zostawić pustego."),
    ],
)
def test_refused_beside_the_form(office: Person, press: Press, data: dict[str, str], said: str) -> None:
    page = office.post("/p/lumo/reports", data)
    assert page.status == 422
    assert page.document is not None
    assert said in page.document.get_element_by_id("errors").text_content()
    assert press.ordered() == []


def test_what_cannot_be_prepared_is_said(office: Person, press: Press, app: App, world: World) -> None:
    with app.database.transaction() as session:
        make.make_location(session, session.get_one(Programme, world.programme.id), "L3")
    office.post("/p/lumo/reports", {**ONE, "what": "location:L3"})
    press.work()
    page = office.get("/p/lumo/reports")
    assert "Placówka L3 nie ma w kwartale 2026Q3 zatwierdzonej wizyty" in page.text
    assert "Nie wydano nic nowego." in page.text
    assert "Ogłoś i wydaj" in page.text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device"), "Na dysku serwera zabrakło miejsca."),
        (RuntimeError("nobody foresaw this"), "Nie udało się przygotować raportów za kwartał 2026Q3 (RuntimeError)."),
        (Problem("nothing_to_report", quarter="2026Q3"), "W kwartale 2026Q3 nie ma zatwierdzonych wizyt"),
    ],
)
def test_whatever_keeps_reports_from_being_prepared_is_said(
    office: Person, press: Press, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr("auditapp.reporting.publishing.build_drafts", fail)
    monkeypatch.setattr("auditapp.jobs.PAUSE", timedelta())
    office.post("/p/lumo/reports", ONE)
    press.work()
    page = office.get("/p/lumo/reports")
    assert page.status == 200
    assert said in page.text


def test_a_report_that_cannot_be_printed_is_named_and_tried_again(
    office: Person, press: Press, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_arguments: object) -> bytes:
        raise ReportProblem("L1: unknown letter")

    with monkeypatch.context() as broken:
        broken.setattr("reports.pdf.print_inputs", refuse)
        office.post("/p/lumo/reports", ONE)
        press.work()
        assert office.get(f"{PREVIEW}network").status == 422
    page = office.get("/p/lumo/reports")
    assert "Nie udało się wydrukować 1 raportu" in page.text
    assert "LUMO-2026Q3-L1-PL-1" in page.text
    assert "unknown letter" in caplog.text
    assert "unknown letter" not in page.text
    office.post("/p/lumo/reports/2026Q3/again")
    press.work()
    assert pdf_links(office.get("/p/lumo/reports")) == ["/p/lumo/reports/LUMO-2026Q3-L1-PL-1.pdf"]


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("network", "Raport sieci"),
        ("location:L1", "Gdynia lumo"),
        ("region:Północ", "Raport regionu"),
        ("region:Północ/Pomorze", "Pomorze"),
    ],
)
def test_a_preview_is_marked_and_not_kept(office: Person, press: Press, what: str, name: str) -> None:
    answer = office.get(PREVIEW + what).response
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("inline")
    text = " ".join(read(answer.data).split())
    assert "nie wydano" in text
    assert name in text
    assert "/verify" not in text  # there is no number yet that could be checked
    assert (press.issued(), press.ordered()) == ([], [])


def test_a_preview_of_nothing(office: Person) -> None:
    for what in ("all", "location:L9", "region:X", ""):
        assert office.get(PREVIEW + what).status == 404


def test_progress(office: Person, press: Press) -> None:
    office.post("/p/lumo/reports", ALL)
    page = office.get("/p/lumo/reports")
    assert page.document is not None
    assert page.document.get_element_by_id("progress").get("data-running")
    with press.database.transaction(write=False) as session:
        first = session.scalars(select(Job.id).order_by(Job.id)).first()
    press.jobs.work(first or 0)
    assert "Wydrukowano 0 z 6 raportów." in office.get("/p/lumo/reports").text
    press.work()
    done = office.get("/p/lumo/reports")
    assert done.document is not None
    assert not done.document.get_element_by_id("progress").get("data-running")
    assert "6 nowych raportów" in done.text


def test_the_frozen_list(office: Person, press: Press) -> None:
    office.post("/p/lumo/reports", ONE)
    press.work()
    answer = office.get("/p/lumo/reports/2026Q3/record-1.json.gz").response
    assert answer.mimetype == "application/gzip"
    assert json.loads(gzip.decompress(answer.data))["quarter"] == "2026Q3"
    assert office.get("/p/lumo/reports/2026Q3/record-2.json.gz").status == 404


NETWORK, STORE = "LUMO-2026Q3-NET-PL-1", "LUMO-2026Q3-L1-PL-1"
EVERYWHERE = {"NET", "L1", "L2", "Północ", "Północ/Pomorze", "Południe"}
SEES = {
    Role.ADMINISTRATOR: EVERYWHERE,
    Role.PROGRAMME_MANAGER: EVERYWHERE,
    Role.REVIEWER: EVERYWHERE,
    Role.REGIONAL_MANAGER: {"L1", "Północ", "Północ/Pomorze"},
    Role.LOCATION_MANAGER: {"L1"},
}


@pytest.fixture
def issued(office: Person, app: App, press: Press) -> dict[str, str]:
    """Every report of the quarter by its number, with its place, and the same codes in a foreign programme."""
    with app.database.transaction() as session:
        foreign = make_world(session, "rondo")
    assert office.post("/p/lumo/reports", ALL).status == 303
    other = Person(app, foreign.users[Role.PROGRAMME_MANAGER])
    assert other.post("/p/rondo/reports", ONE).status == 303
    press.work()
    with app.database.transaction(write=False) as session:
        regions = {f"REG_{region.id}": region.path for region in session.scalars(select(Region))}
    places = {number: number.split("-")[2] for number in press.numbers() if number.startswith("LUMO")}
    found = {number: regions.get(place, place) for number, place in places.items()}
    assert set(found.values()) == EVERYWHERE
    return found


def test_everybody_sees_the_own_reports_only(app: App, world: World, issued: dict[str, str]) -> None:
    for role, places in SEES.items():
        person = Person(app, world.users[role])
        page = person.get("/p/lumo/reports")
        mine = {number for number, place in issued.items() if place in places}
        seen = {link.rpartition("/")[2].removesuffix(".pdf") for link in pdf_links(page)}
        assert seen == mine, role
        assert ("Ogłoś" in page.text) == (role in {Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER})
        for number in issued:
            status = person.get(f"/p/lumo/reports/{number}.pdf").status
            assert status == (200 if number in mine else 404), (role, number)
        with zipfile.ZipFile(io.BytesIO(person.get("/p/lumo/reports/2026Q3.zip").response.data)) as packed:
            assert packed.testzip() is None
            assert set(packed.namelist()) == {f"{number}.pdf" for number in mine}
        assert person.get("/p/lumo/reports/RONDO-2026Q3-L1-PL-1.pdf").status == 404
        assert person.get("/p/lumo/reports/LUMO-2026Q3-L1-PL-9.pdf").status == 404


def test_one_region_in_one_file(app: App, world: World, issued: dict[str, str]) -> None:
    path = "/p/lumo/reports/2026Q3.zip?region="
    for role, region, places in (
        (Role.REVIEWER, "Południe", {"L2", "Południe"}),
        (Role.REGIONAL_MANAGER, "Północ", {"L1", "Północ", "Północ/Pomorze"}),
        (Role.REGIONAL_MANAGER, "Południe", set()),
        (Role.LOCATION_MANAGER, "Północ", set()),
    ):
        answer = Person(app, world.users[role]).get(path + region).response
        assert answer.status_code == (200 if places else 404), (role, region)
        if places:
            with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
                assert {issued[name.removesuffix(".pdf")] for name in packed.namelist()} == places
    for role, regions in (
        (Role.REVIEWER, ["Południe", "Północ", "Północ/Pomorze"]),
        (Role.REGIONAL_MANAGER, ["Północ", "Północ/Pomorze"]),
        (Role.LOCATION_MANAGER, []),
    ):
        page = Person(app, world.users[role]).get("/p/lumo/reports")
        assert page.document is not None
        links = page.document.xpath("//a[contains(@href, '.zip?region=')]/text()")
        assert sorted(links) == sorted(regions), "also a region that has its locations only in those below it"


def test_who_opened_what_is_in_the_journal(app: App, world: World, issued: dict[str, str]) -> None:
    person = world.users[Role.LOCATION_MANAGER]
    Person(app, person).get(f"/p/lumo/reports/{STORE}.pdf")
    Person(app, person).get(f"/p/lumo/reports/{NETWORK}.pdf")  # refused
    Person(app, person).get("/p/lumo/reports/2026Q3.zip")
    Person(app, person).get("/p/lumo/reports/2026Q3.xlsx")
    with app.database.transaction(write=False) as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.act == "open").order_by(JournalLine.id)).all()
    assert [(line.subject, line.subject_id, line.actor_id) for line in lines] == [
        ("report", STORE, person.id),
        ("reports", "2026Q3", person.id),
        ("workbook", "2026Q3", person.id),
    ]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.REGIONAL_MANAGER, Role.LOCATION_MANAGER, Role.AUDITOR])
def test_others_do_not_issue(app: App, world: World, role: Role) -> None:
    assert Person(app, world.users[role]).post("/p/lumo/reports", ONE).status == 403


def test_auditors_and_strangers_are_kept_out(app: App, world: World, issued: dict[str, str], nobody: Person) -> None:
    auditor = Person(app, world.users[Role.AUDITOR])
    for path in ("/p/lumo/reports", f"/p/lumo/reports/{STORE}.pdf"):
        assert auditor.get(path).status == 403
        assert nobody.get(path).status == 303


def test_the_file_comes_as_it_was_issued(app: App, world: World, issued: dict[str, str]) -> None:
    response = Person(app, world.users[Role.LOCATION_MANAGER]).get(f"/p/lumo/reports/{STORE}.pdf").response
    assert response.mimetype == "application/pdf"
    assert response.headers["Content-Disposition"] == "attachment; filename=LUMO-2026Q3-L1-PL-1.pdf"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    text = PdfDocument(io.BytesIO(response.data))[0].get_textpage().get_text_range()
    assert "Gdynia lumo" in text
    with app.database.transaction(write=False) as session:
        row = session.scalars(select(IssuedReport).where(IssuedReport.number == STORE)).one()
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


def test_results_lead_straight_to_the_report_in_force(app: App, world: World, issued: dict[str, str]) -> None:
    with app.database.transaction() as session:
        old = session.scalars(select(IssuedReport).where(IssuedReport.number == STORE)).one()
        copied = {column.name: getattr(old, column.name) for column in IssuedReport.__table__.columns}
        del copied["id"]
        number = STORE[:-1] + "2"
        session.add(IssuedReport(**copied | {"number": number, "issue": 2, "size": 180_400}))
    page = Person(app, world.users[Role.LOCATION_MANAGER]).get("/p/lumo/results/locations/L1?quarter=2026Q3")
    assert pdf_links(page) == [f"/p/lumo/reports/{number}.pdf"]
    assert "Raport za III kwartał 2026 (PDF, po polsku, 180 kB)" in page.text
    network = Person(app, world.users[Role.REVIEWER]).get("/p/lumo/results?quarter=2026Q3")
    assert pdf_links(network) == [f"/p/lumo/reports/{NETWORK}.pdf"]
    regional = Person(app, world.users[Role.REGIONAL_MANAGER]).get("/p/lumo/results?quarter=2026Q3")
    assert {issued[link.rpartition("/")[2][:-4]] for link in pdf_links(regional)} == {"Północ"}


def test_english(app: App, world: World, issued: dict[str, str]) -> None:
    page = Person(app, world.users[Role.PROGRAMME_MANAGER], locale="en").get("/p/lumo/reports")
    assert "6 reports are issued for this quarter." in page.text
    assert "Reports, Q3 2026" in page.text
