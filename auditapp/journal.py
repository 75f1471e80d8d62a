"""The append-only journal: one line for each thing somebody did, written in the transaction that did it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from auditapp.db import insert_rows
from auditapp.models import JournalLine

_JOURNAL = JournalLine.metadata.tables["journal"]  # nobody wants the row object back


def write(
    session: Session,
    *,
    programme_id: int | None,
    actor_id: int | None,
    now: datetime,
    act: str,
    subject: str,
    subject_id: object,
    **detail: Any,
) -> None:
    """Add a line. `detail` is plain JSON: before and after, a reason, counts; never a secret."""
    line = {
        "programme_id": programme_id,
        "at": now,
        "actor_id": actor_id,
        "act": act,
        "subject": subject,
        "subject_id": str(subject_id),
        "detail": detail,
    }
    insert_rows(session, _JOURNAL, [line])
