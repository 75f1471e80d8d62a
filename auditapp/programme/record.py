"""The journal line of what a programme manager did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from auditapp import journal
from auditapp.actor import Actor


def record(
    session: Session, actor: Actor, now: datetime, act: str, subject: str, subject_id: object, **detail: Any
) -> None:
    """Write down that the actor did `act`, in their programme and in the transaction that does it."""
    journal.write(
        session,
        programme_id=actor.programme_id,
        actor_id=actor.user_id,
        now=now,
        act=act,
        subject=subject,
        subject_id=subject_id,
        **detail,
    )
