"""What the routes of reports share: a quarter from an address, and the note of who opened what."""

from __future__ import annotations

from auditapp import journal, web
from auditapp.actor import Actor
from checklists.problems import Problem
from reports.periods import Quarter


def get_quarter(text: str) -> Quarter:
    """Return the quarter that an address names, like "2026Q3"; Problem not_found."""
    try:
        return Quarter.parse(text)
    except ValueError as error:
        raise Problem("not_found") from error


def note_opened(actor: Actor, subject: str, subject_id: str, **detail: object) -> None:
    """Write into the journal who opened what, in a transaction of its own: the request itself only reads."""
    with web.database().transaction() as session:
        journal.write(
            session,
            programme_id=actor.programme_id,
            actor_id=actor.user_id,
            now=web.now(),
            act="open",
            subject=subject,
            subject_id=subject_id,
            **detail,
        )
