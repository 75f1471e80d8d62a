"""Letters: written into the database in the transaction that caused them, sent after its commit.

Here "sent" means a message file in the instance's mail folder, which is what a trial needs; a server for outgoing
mail reads the same rows.
"""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp.config import Settings
from auditapp.db import Database, after_commit
from auditapp.models import OutgoingMail


def post(
    session: Session, database: Database, settings: Settings, *, to: str, subject: str, body: str, now: datetime
) -> None:
    """Write a letter; it leaves once the transaction is safely committed."""
    session.add(OutgoingMail(recipient=to, subject=subject, body=body, created_at=now, sent_at=None))
    after_commit(session, partial(deliver, database, settings, now))


def deliver(database: Database, settings: Settings, now: datetime) -> int:
    """Write every waiting letter to the mail folder and mark it; returns how many there were."""
    settings.mail_dir.mkdir(parents=True, exist_ok=True)
    with database.transaction() as session:
        waiting = session.scalars(select(OutgoingMail).where(OutgoingMail.sent_at.is_(None))).all()
        for row in waiting:
            message = EmailMessage()
            message["To"], message["Subject"] = row.recipient, row.subject
            message["Date"] = format_datetime(row.created_at)
            message.set_content(row.body)
            (settings.mail_dir / f"{row.id:06d}.eml").write_bytes(bytes(message))
            row.sent_at = now
    return len(waiting)
