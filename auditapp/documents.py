"""Versions of the standard and of checklists, brought into a programme. A version in force never changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import journal
from auditapp.convert import standard_of
from auditapp.models import ChecklistVersion, StandardVersion
from checklists.model import Checklist, Standard
from checklists.parse import parse_documents
from checklists.problems import Problem, at

Row = TypeVar("Row", StandardVersion, ChecklistVersion)


def add_document(
    session: Session, programme_id: int, document: str, *, name: str, actor_id: int | None, now: datetime
) -> StandardVersion | ChecklistVersion:
    """Put one document in force, or return the version when the very same document already is.

    Raises Problems for whatever is wrong in the document, Problem immutable_version when another text of this version
    is in force.
    """
    rows = {
        (row.code, row.version): row
        for row in session.scalars(select(StandardVersion).where(StandardVersion.programme_id == programme_id))
    }
    known: Mapping[tuple[str, int], Standard] = {key: standard_of(row) for key, row in rows.items()}
    standards, checklists = parse_documents({name: document}, known)
    row: StandardVersion | ChecklistVersion | None
    if standards:
        (parsed,) = standards
        row = rows.get((parsed.code, parsed.version))
        if row is None:
            row = _add(session, StandardVersion(**_values(programme_id, parsed, document, now)), actor_id, now)
    else:
        (derived,) = checklists
        row = session.scalar(
            select(ChecklistVersion).where(
                ChecklistVersion.programme_id == programme_id,
                ChecklistVersion.code == derived.code,
                ChecklistVersion.version == derived.version,
            )
        )
        if row is None:
            fresh = ChecklistVersion(
                **_values(programme_id, derived, document, now),
                channel=derived.channel,
                standard_version=rows[derived.standard, derived.standard_version],
            )
            row = _add(session, fresh, actor_id, now)
    if row.document != document:
        raise Problem("immutable_version", at(file=name), code=row.code, version=row.version)
    return row


def _values(programme_id: int, parsed: Standard | Checklist, document: str, now: datetime) -> dict[str, object]:
    return {
        "programme_id": programme_id,
        "code": parsed.code,
        "version": parsed.version,
        "document": document,
        "in_force_at": now,
    }


def _add(session: Session, row: Row, actor_id: int | None, now: datetime) -> Row:
    session.add(row)
    session.flush()
    journal.write(
        session,
        programme_id=row.programme_id,
        actor_id=actor_id,
        now=now,
        act="put_in_force",
        subject="standard" if isinstance(row, StandardVersion) else "checklist",
        subject_id=f"{row.code} {row.version}",
    )
    return row
