"""What goes out, and that it comes in again as it was."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from auditapp import results, workbooks
from auditapp.db import Database
from auditapp.exchange import exports, queries
from auditapp.exchange.columns import COLUMNS
from auditapp.exchange.service import import_files
from auditapp.models import ChecklistVersion, JournalLine, Location, Membership, Programme, VisitScoreRow
from checklists.lifecycle import Role
from checklists.problems import Problem
from reports.periods import Quarter
from tests import documents
from tests.auditapp.exchange_rows import exported, make_ready, raw_file
from tests.factories import NOW, make_assignment, make_location, make_member, make_programme, make_visit

TABLES_IN = ("regions", "locations", "people", "standard", "checklist", "visits")


@pytest.fixture
def lumo(database: Database) -> Programme:
    """A programme with everything in it, some of it awkward."""
    with database.transaction() as session:
        return fill(session)


def fill(session: Session) -> Programme:
    ready = make_ready(session)
    odd = make_location(
        session, ready.programme, "A2", region="Południe/Śląsk", name='+Sklep, "Rynek"', lat=50.1, lon=19.0,
        city="=cmd|calc", attributes=["car_park"], footfall=0.1 + 0.2, timezone="America/New_York",
    )  # fmt: skip
    make_member(session, ready.programme, Role.LOCATION_MANAGER, location=odd, email="-a@example.pl")
    make_member(session, ready.programme, Role.PROGRAMME_MANAGER)
    good = {**documents.GOOD, "M3": None, "M9": "-5", "M11": "@dom\n=1+1; „cudzysłów”, przecinek"}
    make_visit(session, odd, ready.version, ready.auditor, good)
    make_visit(session, odd, ready.version, ready.auditor, good | {"M6": "some", "M5": "00:04:30"}, kind="pilot")
    make_visit(session, ready.location, ready.version, ready.auditor, documents.GOOD | {"M8": "no"}, code="+7")
    make_visit(session, ready.location, ready.version, ready.auditor, approve=False)
    make_assignment(session, ready.location, ready.version, ready.auditor)
    return ready.programme


def table(database: Database, programme: Programme, kind: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(database, programme, kind).decode(), newline="")))


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_everything_that_comes_in_goes_out_the_same(either_database: Database, format_: str) -> None:
    with either_database.transaction() as session:
        lumo = fill(session)
        copy = make_programme(session, "copy")

    def files(programme: Programme) -> Iterator[tuple[str, list[bytes]]]:
        for kind in TABLES_IN:
            tabular = kind in COLUMNS
            kinds = ("visits", "answers") if kind == "visits" else (kind,)
            yield kind, [exported(either_database, programme, k, format_ if tabular else "toml") for k in kinds]

    for kind, data in files(lumo):
        with either_database.transaction() as session:
            uploads = [raw_file(each, f"{kind}.{format_}") for each in data]
            result = import_files(session, copy, kind, uploads, actor_id=None, now=NOW)
            assert result.new > 0
            assert (result.changed, result.unchanged) == (0, 0)
    for kind in (*COLUMNS, "standard", "checklist"):
        form = "csv" if kind in COLUMNS else "toml"
        # A copied person is the same account in another programme; visits keep their foreign ids.
        assert exported(either_database, lumo, kind, form) == exported(either_database, copy, kind, form), kind
    for kind, data in files(copy):
        with either_database.transaction() as session:
            uploads = [raw_file(each, f"{kind}.{format_}") for each in data]
            result = import_files(session, copy, kind, uploads, actor_id=None, now=NOW)
            assert (result.new, result.changed) == (0, 0)


def test_every_table_has_its_columns_and_rows(database: Database, lumo: Programme) -> None:
    for kind, columns in COLUMNS.items():
        lines = list(csv.reader(io.StringIO(exported(database, lumo, kind).decode(), newline="")))
        assert tuple(lines[0]) == columns
        assert len(lines) > 1, kind
        assert all(len(line) == len(columns) for line in lines), kind


def test_figures_are_not_rounded_and_formulas_do_not_run(database: Database, lumo: Programme) -> None:
    locations = table(database, lumo, "locations")
    assert (locations[0]["city"], locations[0]["footfall"]) == ("'=cmd|calc", "0.30000000000000004")
    with database.transaction() as session:
        session.execute(update(VisitScoreRow).values(score=1 / 3))
    assert {row["score"] for row in table(database, lumo, "visit_scores")} == {"0.3333333333333333"}
    for kind in COLUMNS:
        for row in table(database, lumo, kind):
            for cell in row.values():
                assert cell[:1] not in {"=", "+", "@"}, (kind, cell)


def test_times_are_written_in_the_zone_of_the_location(database: Database, lumo: Programme) -> None:
    assert [row["started_at"][-6:] for row in table(database, lumo, "visits")] == [
        "-04:00",
        "-04:00",
        "+02:00",
        "+02:00",
    ]


def test_only_visits_that_were_handed_in_go_out(database: Database, lumo: Programme) -> None:
    assert {row["status"] for row in table(database, lumo, "visits")} == {"approved", "submitted"}


def test_people_never_carry_a_password(database: Database, lumo: Programme) -> None:
    with database.transaction() as session:
        secret = session.scalars(select(Membership)).first().user.password_hash
    data = exported(database, lumo, "people").decode()
    assert secret is not None
    assert secret not in data
    assert COLUMNS["people"] == ("email", "name", "role", "scope", "pseudonym", "locale")


def test_nothing_of_another_programme_goes_out(database: Database, lumo: Programme) -> None:
    with database.transaction() as session:
        other = make_programme(session, "other")
    assert lumo.code == "lumo"
    assert [kind for kind in COLUMNS if table(database, other, kind)] == []


def test_a_quarter_filters_what_has_quarters(database: Database, lumo: Programme) -> None:
    for kind, full in (("visits", 4), ("visit_scores", 4), ("regions", 3)):
        for quarter, expected in (("2026Q3", full), ("2026Q2", full if kind == "regions" else 0)):
            export = exports.Export(lumo.id, lumo.code, kind, Quarter.parse(quarter), "csv")
            data = b"".join(exports.stream(database, export)).decode()
            assert len(data.splitlines()) == expected + 1, (kind, quarter)


def test_the_comparison_is_the_one_of_the_pages(database: Database, lumo: Programme) -> None:
    with database.transaction() as session:
        shop = session.scalars(select(Location).where(Location.code == "S1")).one()
        version, auditor = session.scalars(select(ChecklistVersion)).one(), session.scalars(select(Membership)).all()[0]
        for _ in range(3):
            make_visit(session, shop, version, auditor)
    rows = table(database, lumo, "comparison")
    with database.transaction(write=False) as session:
        shown = results.build_comparison(session, lumo, Quarter(2026, 3))
    assert [(row["location"].lstrip("'"), row["channel"], row["score"]) for row in rows] == [
        (row.location, row.channel, "" if row.score is None else repr(row.score)) for row in shown.rows
    ]
    assert {row["score"] for row in rows} == {"", "0.95"}


def test_the_workbook_holds_every_table_as_text_and_numbers(database: Database, lumo: Programme) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(exported(database, lumo, "all", "xlsx")))
    assert book.sheet_names == list(COLUMNS)
    header, first, *_ = book.get_sheet_by_name("locations").to_python()
    assert dict(zip(header, first, strict=True))["footfall"] == 0.1 + 0.2
    assert dict(zip(header, first, strict=True))["city"] == "'=cmd|calc"


def test_a_worksheet_never_loses_rows_silently(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    monkeypatch.setattr(workbooks, "SHEET_ROWS", 2)
    with pytest.raises(Problem) as refused:
        workbooks.write_workbook(io.BytesIO(), [("regions", ("region",), [("a",), ("b",), ("c",)])])
    assert refused.value.code == "too_many_rows"
    with database.transaction() as session:
        lumo = fill(session)
        with pytest.raises(Problem) as refused:
            exports.prepare(session, lumo, "answers", quarter="", spreadsheet=True, actor_id=None, now=NOW)
    assert refused.value.code == "too_many_rows"


def test_several_documents_leave_as_one_zip_and_come_back(database: Database, lumo: Programme) -> None:
    second = documents.CHECKLIST.replace('code = "MINI-STORE"', 'code = "MINI-B"')
    with database.transaction() as session:
        import_files(session, lumo, "checklist", [raw_file(second.encode(), "b.toml")], actor_id=None, now=NOW)
        export = exports.prepare(session, lumo, "checklist", quarter="", spreadsheet=False, actor_id=None, now=NOW)
        one = exports.prepare(session, lumo, "standard", quarter="", spreadsheet=False, actor_id=None, now=NOW)
    assert (export.name, one.name) == ("lumo-checklist.zip", "lumo-standard.toml")
    data = b"".join(exports.stream(database, export))
    assert data == b"".join(exports.stream(database, export))
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["MINI-B-1.toml", "MINI-STORE-1.toml"]
    with database.transaction() as session:
        result = import_files(session, lumo, "checklist", [raw_file(data, "c.zip")], actor_id=None, now=NOW)
        assert result == (0, 0, 2)


def test_an_export_is_written_into_the_journal(database: Database, lumo: Programme) -> None:
    with database.transaction() as session:
        exports.prepare(session, lumo, "cells", quarter="2026Q3", spreadsheet=False, actor_id=None, now=NOW)
        line = session.scalars(select(JournalLine).where(JournalLine.act == "export")).one()
        assert (line.subject, line.detail) == ("cells", {"quarter": "2026Q3", "format": "csv"})
        with pytest.raises(Problem, match="not a quarter"):
            exports.prepare(session, lumo, "cells", quarter="2026", spreadsheet=False, actor_id=None, now=NOW)


def test_answers_are_read_piece_by_piece(monkeypatch: pytest.MonkeyPatch, database: Database, lumo: Programme) -> None:
    whole = exported(database, lumo, "answers")
    monkeypatch.setattr(queries, "PIECE", 1)
    assert exported(database, lumo, "answers") == whole
    pieces = exports.stream(database, exports.Export(lumo.id, lumo.code, "answers", None, "csv"))
    assert next(pieces).decode().strip() == ",".join(COLUMNS["answers"])
    pieces.close()


def test_an_inactive_person_is_left_out(database: Database, lumo: Programme) -> None:
    before = len(table(database, lumo, "people"))
    with database.transaction() as session:
        session.execute(update(Membership).where(Membership.role == "auditor").values(active=False))
    assert len(table(database, lumo, "people")) == before - 1
