"""The reports' pages: who sees which report, what issuing says, and that nobody gets a foreign file."""

from __future__ import annotations

import io

import pytest
from pypdfium2 import PdfDocument
from sqlalchemy import select

from auditapp.factory import App
from auditapp.models import IssuedReport
from checklists.lifecycle import Role
from tests import factories as make
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
    again = office.post("/p/lumo/reports", LOCATION, follow=True)
    assert "nic się nie zmieniło: obowiązuje raport LUMO-2026Q3-L1-PL-1" in again.text
    assert pdf_links(again) == ["/p/lumo/reports/LUMO-2026Q3-L1-PL-1.pdf"]
