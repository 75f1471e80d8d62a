"""Bring files into a programme: all or nothing, and on request only as a rehearsal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from auditapp.exchange import documents, tables, visits
from auditapp.exchange.columns import DOCUMENTS
from auditapp.exchange.findings import Findings
from auditapp.exchange.intake import Progress
from auditapp.exchange.readers import TableFile, Upload, open_tables
from auditapp.exchange.rows import ImportResult
from auditapp.models import Programme
from checklists.problems import Problem


def import_files(
    session: Session,
    programme: Programme,
    kind: str,
    uploads: Sequence[Upload],
    *,
    actor_id: int | None,
    now: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Bring in files of one kind; Refused with every problem found, and then nothing is stored.

    With kind `visits` the files hold visits and their answers, with `answers` corrections of stored visits. A dry run
    does everything except keeping it.
    """
    with session.begin_nested() as savepoint:
        result = _import(session, programme, kind, uploads, actor_id=actor_id, now=now, progress=progress)
        if dry_run:
            savepoint.rollback()
    return result


def _import(
    session: Session,
    programme: Programme,
    kind: str,
    uploads: Sequence[Upload],
    *,
    actor_id: int | None,
    now: datetime,
    progress: Progress | None,
) -> ImportResult:
    findings = Findings()
    if kind in DOCUMENTS:
        return documents.import_documents(session, programme, kind, uploads, findings, actor_id=actor_id, now=now)
    kinds = ("visits", "answers") if kind == "visits" else (kind,)
    found: list[TableFile] = []
    for upload in uploads:
        try:
            found += open_tables(upload, kinds, findings)
        except Problem as problem:
            findings.add(problem)
    findings.check()  # without knowing every table, what the others say would read as wrong
    if kind in ("visits", "answers"):
        return visits.import_lines(
            session,
            programme,
            (line for table in found if table.kind == "visits" for line in table.lines),
            (line for table in found if table.kind == "answers" for line in table.lines),
            findings,
            actor_id=actor_id,
            now=now,
            progress=progress,
        )
    lines = (line for table in found for line in table.lines)
    return tables.import_lines(session, programme, kind, lines, findings, actor_id=actor_id, now=now)
