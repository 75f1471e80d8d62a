"""Reads of `handbook`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from auditapp.models import ChecklistVersion, StandardVersion
from checklists.problems import Problem


def standards(session: Session, programme_id: int) -> Sequence[StandardVersion]:
    """Return the versions of the standard, newest first."""
    return session.scalars(
        select(StandardVersion)
        .where(StandardVersion.programme_id == programme_id)
        .order_by(StandardVersion.code, StandardVersion.version.desc())
    ).all()


def checklists(session: Session, programme_id: int) -> Sequence[ChecklistVersion]:
    """Return the checklist versions, newest of each first."""
    return session.scalars(
        select(ChecklistVersion)
        .where(ChecklistVersion.programme_id == programme_id)
        .options(joinedload(ChecklistVersion.standard_version))
        .order_by(ChecklistVersion.code, ChecklistVersion.version.desc())
    ).all()


def get_checklist(session: Session, programme_id: int, code: str, version: int) -> ChecklistVersion:
    """Return one checklist version; Problem not_found otherwise."""
    for row in checklists(session, programme_id):
        if (row.code, row.version) == (code, version):
            return row
    raise Problem("not_found")
