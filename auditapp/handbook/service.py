"""Bring versions of the standard and of checklists into a programme. A version in force never changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import journal
from auditapp.convert import standard_of
from auditapp.models import ChecklistVersion, StandardVersion
from checklists.model import Standard
from checklists.parse import parse_documents
from checklists.problems import Problem, at


def standards_in(session: Session, programme_id: int) -> dict[tuple[str, int], StandardVersion]:
    """Return the programme's versions of its standards by code and version."""
    rows = session.scalars(select(StandardVersion).where(StandardVersion.programme_id == programme_id))
    return {(row.code, row.version): row for row in rows}


def add_document(
    session: Session, programme_id: int, document: str, *, name: str, actor_id: int | None, now: datetime
) -> StandardVersion | ChecklistVersion:
    """Put one document in force, or return the version when the very same document already is.

    Raises Problems for whatever is wrong in the document, Problem immutable_version when another text of this version
    is in force.
    """
    rows = standards_in(session, programme_id)
    known: Mapping[tuple[str, int], Standard] = {key: standard_of(row) for key, row in rows.items()}
    standards, checklists = parse_documents({name: document}, known)
    parsed = (*standards, *checklists)[0]
    model = StandardVersion if isinstance(parsed, Standard) else ChecklistVersion
    existing = session.scalar(
        select(model).where(
            model.programme_id == programme_id, model.code == parsed.code, model.version == parsed.version
        )
    )
    if existing is not None:
        if existing.document != document:
            raise Problem("immutable_version", at(file=name), code=parsed.code, version=parsed.version)
        return existing
    values = {
        "programme_id": programme_id,
        "code": parsed.code,
        "version": parsed.version,
        "document": document,
        "in_force_at": now,
    }
    row: StandardVersion | ChecklistVersion
    if isinstance(parsed, Standard):
        row = StandardVersion(**values)
    else:
        standard = rows[(parsed.standard, parsed.standard_version)]
        row = ChecklistVersion(**values, channel=parsed.channel, standard_version=standard)
    session.add(row)
    session.flush()
    journal.write(
        session,
        programme_id=programme_id,
        actor_id=actor_id,
        now=now,
        act="put_in_force",
        subject="standard" if isinstance(parsed, Standard) else "checklist",
        subject_id=f"{parsed.code} {parsed.version}",
    )
    return row
