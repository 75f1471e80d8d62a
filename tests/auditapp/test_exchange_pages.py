"""The page and the commands."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from auditapp.cli import main
from auditapp.config import Settings
from auditapp.db import Database
from auditapp.exchange import exports
from auditapp.exchange.answers import ANSWER_STATES
from auditapp.exchange.columns import COLUMNS
from auditapp.exchange.forms import VALUES
from auditapp.exchange.intake import STATES
from auditapp.exchange.readers import Upload
from auditapp.exchange.tables import ROLES
from auditapp.exchange.visits import VISIT_KINDS
from auditapp.factory import App
from auditapp.models import JournalLine, Location, Region, Visit
from checklists.lifecycle import Role
from checklists.model import Channel, LocationFormat
from tests.auditapp.exchange_rows import answer_rows, csv_file, make_ready, visit_row
from tests.factories import NOW, make_member, make_programme
from tests.pages import Person

HERE = "/p/lumo/exchange"


def person(app: App, role: Role, **values: Any) -> Person:
    with app.database.transaction() as session:
        ready = make_ready(session)
        scope = {"location": ready.location} if role is Role.LOCATION_MANAGER else {}
        user = make_member(session, ready.programme, role, **scope).user
    return Person(app, user, **values)


def form(*uploads: Upload, kind: str = "regions", **values: Any) -> dict[str, Any]:
    return {"kind": kind, "files": [(upload.stream, upload.name) for upload in uploads], **values}


def regions(*rows: tuple[str, str], name: str = "regions.csv") -> Upload:
    return csv_file("regions", [{"region": region, "name": label} for region, label in rows], name)


def count(app: App, model: Any) -> int:
    with app.database.transaction(write=False) as session:
        return session.scalars(select(func.count()).select_from(model)).one()


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.PROGRAMME_MANAGER, 200),
        (Role.REVIEWER, 403),
        (Role.LOCATION_MANAGER, 403),
        (Role.AUDITOR, 403),
    ],
)
def test_only_those_who_run_the_programme_exchange_data(app: App, role: Role, status: int) -> None:
    somebody = person(app, role)
    assert somebody.get(HERE).status == status
    assert somebody.post(f"{HERE}/import", form(regions(("A", "A")))).status == (303 if status == 200 else 403)
    assert somebody.post(f"{HERE}/export", {"kind": "people", "quarter": "", "format": "csv"}).status == status


def test_another_programme_is_out_of_reach(app: App) -> None:
    manager = person(app, Role.PROGRAMME_MANAGER)
    with app.database.transaction() as session:
        make_programme(session, "other")
    assert manager.post("/p/other/exchange/export", {"kind": "people"}).status == 404


def test_an_import_is_rehearsed_then_stored(app: App) -> None:
    manager = person(app, Role.PROGRAMME_MANAGER)
    before = count(app, Region)
    page = manager.get(HERE)
    assert page.document is not None
    assert page.document.xpath("//input[@name='dry_run'][@checked]")
    page = manager.post(f"{HERE}/import", form(regions(("A", "A"), ("A/B", "B")), dry_run="y"))
    assert (page.status, count(app, Region)) == (200, before)
    assert "Nowe wiersze: 2, zmienione: 0, bez zmian: 0" in page.text
    page = manager.post(f"{HERE}/import", form(regions(("A", "A"), ("A/B", "B"))), follow=True)
    assert (page.status, count(app, Region)) == (200, before + 2)
    assert "Import zapisany." in page.text


def test_problems_are_told_with_their_place_and_hostile_text_stays_text(app: App) -> None:
    manager = person(app, Role.PROGRAMME_MANAGER, locale="en")
    before = count(app, Region)
    nasty = "<script>alert(1)</script>/x"
    page = manager.post(
        f"{HERE}/import", form(regions(("A", "A"), (nasty, "x"), name="<img src=x onerror=alert(1)>.csv"))
    )
    assert (page.status, count(app, Region)) == (422, before)
    assert page.document is not None
    cells = [cell.text_content() for cell in page.document.xpath("//section[contains(@class, 'findings')]//tbody//td")]
    assert cells[:3] == ["3", "region", "<script>alert(1)</script>"]
    assert cells[4].startswith("<img")
    assert "<script>alert" not in page.html
    assert "<img" not in page.html
    assert "1 problem was found" in page.text


def test_visits_and_answers_come_in_together(app: App) -> None:
    manager = person(app, Role.PROGRAMME_MANAGER)
    answers = csv_file("answers", answer_rows())
    data = form(csv_file("visits", [visit_row()]), kind="visits", answers=(answers.stream, answers.name))
    assert manager.post(f"{HERE}/import", data, follow=True).status == 200
    assert count(app, Visit) == 1


@pytest.mark.parametrize("data", [{"kind": "regions"}, {"kind": "cells"}])
def test_a_form_without_a_file_is_asked_for_one(app: App, data: dict[str, str]) -> None:
    page = person(app, Role.PROGRAMME_MANAGER).post(f"{HERE}/import", data)
    assert page.status == 422
    assert "Wybierz plik." in page.text


def test_an_export_is_a_file_and_is_on_record(app: App) -> None:
    manager = person(app, Role.PROGRAMME_MANAGER)
    page = manager.post(f"{HERE}/export", {"kind": "locations", "quarter": "", "format": "csv"})
    assert page.response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert page.response.headers["Content-Disposition"] == "attachment; filename=lumo-locations.csv"
    assert page.response.text.splitlines()[0] == ",".join(COLUMNS["locations"])
    with app.database.transaction(write=False) as session:
        line = session.scalars(select(JournalLine).where(JournalLine.act == "export")).one()
        assert line.actor_id is not None
    assert manager.post(f"{HERE}/export", {"kind": "passwords", "quarter": "", "format": "csv"}).status == 422
    workbook = manager.post(f"{HERE}/export", {"kind": "all", "quarter": "", "format": "csv"})
    assert workbook.response.data[:2] == b"PK"


@pytest.mark.parametrize(
    ("kind", "name"),
    [("regions", "lumo-regions.csv"), ("visits", "lumo-visits-2026Q3.csv"), ("all", "lumo-all-2026Q3.xlsx")],
)
def test_only_a_table_that_has_quarters_carries_one_in_its_name(app: App, kind: str, name: str) -> None:
    with app.database.transaction() as session:
        programme = make_ready(session).programme
        by = {"quarter": "2026Q3", "spreadsheet": False, "actor_id": None, "now": NOW}
        assert exports.prepare(session, programme, kind, **by).name == name
        session.flush()
        line = session.scalars(select(JournalLine).where(JournalLine.act == "export")).one()
        assert line.detail["quarter"] == ("" if kind == "regions" else "2026Q3")


def test_the_page_tells_what_the_cells_may_say(app: App) -> None:
    page = person(app, Role.PROGRAMME_MANAGER).get(HERE)
    assert "Co można wpisać w pola" in page.text
    assert "contact_centre" in page.text
    assert "zwykła: tylko takie wizyty wchodzą do wyników" in page.text


@pytest.mark.parametrize(
    ("table", "column", "allowed"),
    [
        ("locations", "format", tuple(LocationFormat)),
        ("people", "role", ROLES),
        ("visits", "channel", tuple(Channel)),
        ("visits", "visit_kind", VISIT_KINDS),
        ("visits", "status", STATES),
        ("answers", "state", ANSWER_STATES),
    ],
)
def test_what_the_page_tells_is_what_is_accepted(table: str, column: str, allowed: tuple[str, ...]) -> None:
    told = {(where, name): set(meanings) for where, name, meanings in VALUES}
    assert told[table, column] == set(allowed)
    assert column in COLUMNS[table]


# --- Commands


@pytest.fixture
def ready(database: Database) -> None:
    with database.transaction() as session:
        make_ready(session)


def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    monkeypatch.setenv("AUDITAPP_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("LANG", "C")
    return CliRunner().invoke(main, [*arguments, "--dir", str(settings.dir)])


def write(folder: Path, upload: Upload) -> str:
    path = folder / upload.name
    path.write_bytes(upload.stream.read())
    return str(path)


@pytest.mark.usefixtures("ready")
def test_the_commands_bring_in_and_take_out(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [write(tmp_path, csv_file("visits", [visit_row()])), write(tmp_path, csv_file("answers", answer_rows()))]
    rehearsal = run(settings, monkeypatch, "import", "visits", *files, "--dry-run")
    assert rehearsal.output == "8 new, 0 changed, 0 unchanged.\nNothing was stored: this was a dry run.\n"
    assert run(settings, monkeypatch, "import", "visits", *files).output == "8 new, 0 changed, 0 unchanged.\n"
    assert run(settings, monkeypatch, "import", "visits", *files).output == "0 new, 0 changed, 8 unchanged.\n"
    out = tmp_path / "out.csv"
    result = run(settings, monkeypatch, "export", "visits", "--out", str(out), "--quarter", "2026Q3")
    assert result.exit_code == 0
    assert out.read_text().splitlines()[1].startswith("EXT-1,S1,MINI-STORE,1,store_visit,regular,TK-1,2026-07-31T14:05")
    book = tmp_path / "all.xlsx"
    assert run(settings, monkeypatch, "export", "all", "--out", str(book)).exit_code == 0
    assert book.read_bytes()[:2] == b"PK"


@pytest.mark.usefixtures("ready")
def test_the_command_names_every_problem(
    settings: Settings, tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [("A/B", "x"), ("C", "x"), ("C", "x")]
    result = run(settings, monkeypatch, "import", "regions", write(tmp_path, regions(*rows)))
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "File regions.csv, row 4, column region: “C” occurs already in row 3. An identifier may occur only once.",
        "File regions.csv, row 2, column region: there is no region “A”. "
        "Give the whole path, for example Północ/Pomorze.",
        "Nothing was stored.",
    ]
    with database.transaction(write=False) as session:
        assert session.scalars(select(Region.path)).all() == ["Północ"]


def test_the_command_needs_a_programme_where_there_are_several(
    settings: Settings, tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        for code in ("a", "b"):
            make_programme(session, code)
    file = write(tmp_path, regions(("A", "A")))
    assert "Name one of them: a, b." in run(settings, monkeypatch, "import", "regions", file).stderr
    assert run(settings, monkeypatch, "import", "regions", file, "--programme", "b").exit_code == 0
    assert (
        run(settings, monkeypatch, "export", "cells", "--out", str(tmp_path / "x"), "--programme", "c").exit_code == 1
    )
    with database.transaction(write=False) as session:
        assert session.scalar(select(func.count()).select_from(Location)) == 0


def test_a_file_that_is_no_table_is_refused_on_the_page(app: App) -> None:
    manager = person(app, Role.PROGRAMME_MANAGER)
    page = manager.post(f"{HERE}/import", form(Upload("x.csv", io.BytesIO(b"\xff\xfe\x00"))))
    assert page.status == 422
    assert "UTF-8" in page.text
