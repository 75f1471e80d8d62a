"""Views that a person keeps: a name and the parameters of an address, never figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from auditapp.access import Actor
from auditapp.codes import is_readable
from auditapp.models import SavedView
from checklists.problems import Problem

PAGES = {  # the parameters that each page keeps
    "compare": ("quarter", "previous", "region", "channel", "location_format", "wave", "all"),
    "side": ("quarter", "previous", "location"),
    "heat": ("quarter", "by", "region", "channel", "location_format"),
}
KEPT = 50  # views of one person in a programme
NAME, QUERY = 80, 1000  # characters


@dataclass(frozen=True, slots=True)
class View:
    """One kept view; `query` are the parameters of its page as the address has them."""

    id: int
    name: str
    page: str
    query: str


def views_of(session: Session, actor: Actor) -> list[View]:
    """Return what the actor kept in this programme, by name."""
    rows = session.scalars(select(SavedView).where(*_own(actor)).order_by(func.lower(SavedView.name), SavedView.id))
    return [View(row.id, row.name, row.page, row.query) for row in rows]


def save_view(session: Session, actor: Actor, *, name: str, page: str, query: str, now: datetime) -> SavedView:
    """Keep a view. Problem for a name that is taken or cannot be kept, and for an address that cannot."""
    name = name.strip()
    if not name:
        raise Problem("empty_value")
    if len(name) > NAME:
        raise Problem("text_too_long", length=len(name), limit=NAME)
    if not is_readable(name):
        raise Problem("unreadable_name", value=name)
    if page not in PAGES:
        raise Problem("unknown_value", key="page", value=page[:80], allowed=", ".join(PAGES))
    kept = clean(page, parse_qsl(query[: 4 * QUERY]))
    if len(kept) > QUERY:
        raise Problem("text_too_long", length=len(kept), limit=QUERY)
    if session.scalar(select(SavedView.id).where(*_own(actor), SavedView.name == name)) is not None:
        raise Problem("duplicate_name", name=name)
    if (session.scalar(select(func.count()).where(*_own(actor))) or 0) >= KEPT:
        raise Problem("too_many_views", limit=KEPT)
    row = SavedView(programme_id=actor.programme_id, user_id=actor.user_id, name=name, page=page, query=kept)
    row.created_at = now
    session.add(row)
    session.flush()
    return row


def delete_view(session: Session, actor: Actor, view_id: int) -> SavedView:
    """Remove an own view; Problem not_found for anybody else's."""
    row = session.scalar(select(SavedView).where(*_own(actor), SavedView.id == view_id))
    if row is None:
        raise Problem("not_found")
    session.delete(row)
    session.flush()
    return row


def clean(page: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Return the parameters that a page knows as the query of an address; anything else is left out."""
    known = PAGES[page]
    return urlencode([(name, value) for name, value in pairs if name in known and value and is_readable(value)])


def _own(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return SavedView.programme_id == actor.programme_id, SavedView.user_id == actor.user_id
