"""The workbook of an edition: what was frozen stays byte for byte, whoever opens it and whatever changes later."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from auditapp import rollups
from auditapp.convert import checklist_of
from auditapp.factory import App
from auditapp.models import JournalLine, Visit
from auditapp.reporting.publishing import Wanted
from auditapp.visits import write_answers
from checklists.answers import check
from tests import factories as make
from tests.auditapp.issuing import Press
from tests.auditapp.networks import NOW_SHOWN, WORST, Network, make_network, open_app
from tests.pages import Person

PRESENT = f"/p/lumo/reports/{NOW_SHOWN}.xlsx"
FIRST, SECOND = (f"/p/lumo/reports/{NOW_SHOWN}/edition-{edition}.xlsx" for edition in (1, 2))
NETWORK = Wanted(kinds=("network",))


@pytest.fixture
def app(tmp_path: Path, sqlite_template: Path) -> Iterator[App]:
    app = open_app(tmp_path, sqlite_template)
    yield app
    app.database.engine.dispose()


@pytest.fixture
def network(app: App) -> Network:
    with app.database.transaction() as session:
        return make_network(session)


@pytest.fixture
def press(app: App, network: Network) -> Press:
    press = Press.of(app)
    press.publish(NETWORK, quarter=NOW_SHOWN)
    return press


def get(app: App, network: Network, address: str, who: str = "desk", locale: str = "pl") -> bytes:
    page = Person(app, network.users[who], locale=locale).get(address)
    assert page.status == 200, page.text
    return page.response.data


def scores(data: bytes, sheet: str = "Placówki") -> dict[str, float]:
    """Return the headline scores by code."""
    heading, *rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(sheet).to_python()
    lines = [dict(zip(heading, row, strict=True)) for row in rows]
    return {row["Kod"]: row["Wynik"] for row in lines if row["Kanał"] == "wszystkie kanały"}


def correct_a_visit(press: Press, location: int) -> None:
    with press.database.transaction() as session:
        visits = select(Visit).where(Visit.location_id == location, Visit.quarter == str(NOW_SHOWN))
        visit = session.scalars(visits.order_by(Visit.id)).first()
        assert visit is not None
        item = checklist_of(visit.checklist_version).item("M8")
        answer = {"M8": check(item, "yes")}
        write_answers(session, visit, answer, author_id=None, reason="uznane odwołanie", now=make.NOW)
        rollups.rebuild(session, visit.programme_id)


def test_a_corrected_visit_changes_the_present_figures_and_no_edition(app: App, network: Network, press: Press) -> None:
    readers = [(who, locale) for who in ("desk", "region") for locale in ("pl", "en")]
    frozen = {reader: get(app, network, FIRST, *reader) for reader in readers}
    assert scores(frozen["desk", "pl"]) == scores(get(app, network, PRESENT))
    correct_a_visit(press, network.locations[WORST].id)
    assert {reader: get(app, network, FIRST, *reader) for reader in readers} == frozen
    now, then = scores(get(app, network, PRESENT)), scores(frozen["desk", "pl"])
    assert now[WORST] > then[WORST]
    assert {code for code in then if then[code] != now[code]} == {WORST}
    press.publish(NETWORK, note="Wizyta uznana po odwołaniu.", quarter=NOW_SHOWN)
    assert scores(get(app, network, SECOND)) == now
    assert get(app, network, FIRST) == frozen["desk", "pl"]


def test_a_part_that_nobody_opened_in_time_is_refused(app: App, network: Network, press: Press) -> None:
    """The part of every manager is kept with the edition, in the manager's own language."""
    correct_a_visit(press, network.locations[WORST].id)
    assert get(app, network, FIRST)
    assert set(scores(get(app, network, FIRST, "location"))) == {WORST}
    late = Person(app, network.users["location"], locale="en").get(FIRST)
    assert late.status == 422
    assert "cannot be made any more" in late.text
    press.publish(NETWORK, note="Wizyta uznana po odwołaniu.", quarter=NOW_SHOWN)
    assert set(scores(get(app, network, SECOND, "location"))) == {WORST}


def test_managers_get_their_part_of_an_edition(app: App, network: Network, press: Press) -> None:
    whole, north = get(app, network, FIRST), get(app, network, FIRST, "region")
    assert set(scores(get(app, network, FIRST, "location"))) == {WORST}
    mine = {code for index, code in enumerate(network.locations) if index % 4 in (0, 1)}
    assert scores(north) == {code: score for code, score in scores(whole).items() if code in mine}
    page = Person(app, network.users["desk"]).get(f"/p/lumo/reports?quarter={NOW_SHOWN}")
    assert f'href="{FIRST}"' in page.response.text


def test_an_edition_says_so_and_its_opening_is_noted(app: App, network: Network, press: Press) -> None:
    heading, *rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(get(app, network, FIRST, locale="en")))
        .get_sheet_by_name("Method")
        .to_python()
    )
    said = {row[0]: row[1] for row in rows}
    assert said["Edition"] == f"1, {make.NOW:%Y-%m-%d}"
    assert "froze" in said["Computed from"]
    assert "Computed on" not in said
    with app.database.transaction(write=False) as session:
        line = session.scalars(select(JournalLine).where(JournalLine.subject == "workbook")).one()
    assert (line.act, line.subject_id, line.detail) == ("open", str(NOW_SHOWN), {"edition": 1})
    assert heading == ["Subject", "What holds"]


def test_no_such_edition(app: App, network: Network, press: Press) -> None:
    person = Person(app, network.users["desk"])
    assert person.get(SECOND).status == 404
    assert person.get(FIRST.replace("2026Q2", "2026Q5")).status == 404
