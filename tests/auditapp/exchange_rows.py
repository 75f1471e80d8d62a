"""Rows of the exchange tables for tests, and files made of them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from auditapp import workbooks
from auditapp.exchange import exports, writers
from auditapp.exchange.columns import COLUMNS
from auditapp.exchange.readers import Upload
from auditapp.models import ChecklistVersion, Location, Membership, Programme
from checklists.lifecycle import Role
from tests import documents
from tests.factories import make_checklist, make_location, make_member, make_programme


@dataclass(frozen=True)
class Ready:
    """A programme with a location, a checklist and an auditor: visits can be imported."""

    programme: Programme
    location: Location
    version: ChecklistVersion
    auditor: Membership


def make_ready(session: Session, code: str = "lumo") -> Ready:
    programme = make_programme(session, code)
    auditor = make_member(session, programme, Role.AUDITOR)
    auditor.pseudonym = "TK-1"
    return Ready(programme, make_location(session, programme, "S1"), make_checklist(session, programme), auditor)


def visit_row(code: str = "EXT-1", **values: str) -> dict[str, str]:
    return {
        "visit": code,
        "location": "S1",
        "checklist": "MINI-STORE",
        "version": "1",
        "channel": "store_visit",
        "visit_kind": "regular",
        "shopper": "TK-1",
        "started_at": "2026-07-31T14:05:00+02:00",
        "ended_at": "2026-07-31T14:30:00+02:00",
        "submitted_at": "2026-07-31T18:00:00+02:00",
        "status": "approved",
        "quarter": "2026Q3",
        **values,
    }


def answer_rows(visit: str = "EXT-1", given: Mapping[str, str] = documents.GOOD) -> list[dict[str, str]]:
    return [answer_row(visit, item, value) for item, value in given.items()]


def answer_row(visit: str, item: str, value: str, **values: str) -> dict[str, str]:
    row = {
        "visit": visit,
        "item": item,
        "state": "answered",
        "value": value,
        "points": "",
        "comment": "",
        "revision": "",
    }
    return {**row, **values}


def csv_file(kind: str, rows: Iterable[Mapping[str, str]], name: str = "") -> Upload:
    cells = [[row[column] for column in COLUMNS[kind]] for row in rows]
    return raw_file(b"".join(writers.write_csv(COLUMNS[kind], cells)), name or f"{kind}.csv")


def workbook_file(sheets: Mapping[str, Sequence[Mapping[str, object]]]) -> Upload:
    buffer = io.BytesIO()
    workbooks.write_workbook(
        buffer,
        [
            (kind, COLUMNS[kind], [[row[column] for column in COLUMNS[kind]] for row in rows])
            for kind, rows in sheets.items()
        ],
    )
    return raw_file(buffer.getvalue(), "book.xlsx")


def raw_file(data: bytes, name: str = "table.csv") -> Upload:
    return Upload(name, io.BytesIO(data))


def exported(database: object, programme: Programme, kind: str, format_: str = "csv") -> bytes:
    export = exports.Export(programme.id, programme.code, kind, None, format_)
    return b"".join(exports.stream(database, export))
