"""What leaves as a file: checked and put on record first, then read in a session of its own and streamed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from auditapp import journal, workbooks
from auditapp.db import Database
from auditapp.exchange import queries, writers
from auditapp.exchange.columns import BY_QUARTER, COLUMNS, DOCUMENTS
from auditapp.models import Programme
from checklists.problems import Problem, at
from reports.periods import Quarter

TYPES = {
    "csv": "text/csv",
    "xlsx": workbooks.XLSX,
    "toml": "application/toml",
    "zip": "application/zip",
}
PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Export:
    """One file to be. `format` is csv, xlsx, toml (one document) or zip (several)."""

    programme_id: int
    programme: str
    kind: str
    quarter: Quarter | None
    format: str

    @property
    def name(self) -> str:
        parts = [self.programme, self.kind, *([str(self.quarter)] if self.quarter else [])]
        return f"{'-'.join(parts)}.{self.format}"


def prepare(
    session: Session,
    programme: Programme,
    kind: str,
    *,
    quarter: str,
    spreadsheet: bool,
    actor_id: int | None,
    now: datetime,
) -> Export:
    """Check what is asked for and write it into the journal; Problem bad_quarter or too_many_rows (of a worksheet).

    `kind` is one of `columns.EXPORTS` or "all", which is one workbook with every table.
    """
    try:
        of_quarter = Quarter.parse(quarter) if quarter else None
    except ValueError:
        raise Problem("bad_quarter", at(field="quarter"), value=quarter) from None
    if kind in DOCUMENTS:
        format_ = "toml" if len(queries.read_documents(session, programme, kind)) == 1 else "zip"
    else:
        format_ = "xlsx" if spreadsheet or kind == "all" else "csv"
    if (
        format_ == "xlsx"
        and kind in ("all", "answers")
        and queries.count_answers(session, programme, of_quarter) > workbooks.SHEET_ROWS
    ):
        raise Problem("too_many_rows", limit=workbooks.SHEET_ROWS)
    if kind != "all" and kind not in BY_QUARTER:  # such a table is the same in every quarter
        of_quarter = None
    journal.write(
        session,
        programme_id=programme.id,
        actor_id=actor_id,
        now=now,
        act="export",
        subject=kind,
        subject_id=programme.code,
        quarter=str(of_quarter or ""),
        format=format_,
    )
    return Export(programme.id, programme.code, kind, of_quarter, format_)


def stream(database: Database, export: Export) -> Iterator[bytes]:
    """Yield the file in pieces."""
    with closing(database.reading()) as session:
        programme = session.get_one(Programme, export.programme_id)
        if export.format == "csv":
            rows = queries.read_table(session, programme, export.kind, export.quarter)
            yield from writers.write_csv(COLUMNS[export.kind], rows)
        elif export.format == "xlsx":
            yield from _workbook(session, programme, export)
        else:
            documents = queries.read_documents(session, programme, export.kind)
            yield documents[0][1].encode() if export.format == "toml" else writers.write_zip(documents)


def _workbook(session: Session, programme: Programme, export: Export) -> Iterator[bytes]:
    kinds = tuple(COLUMNS) if export.kind == "all" else (export.kind,)
    with tempfile.TemporaryFile() as file:
        workbooks.write_workbook(
            file,
            ((kind, COLUMNS[kind], queries.read_table(session, programme, kind, export.quarter)) for kind in kinds),
        )
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece
