"""One-time links: invitations and password resets, and what an address they are sent to looks like.

The token is random and only its SHA-256 is stored.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, joinedload

from auditapp.models import OneTimeLink, User
from checklists.problems import Problem

EMAIL = re.compile(r"[^@\s,;:<>()\[\]\"\\]+@[^@\s,;:<>()\[\]\"\\]+\.[^@\s,;:<>()\[\]\"\\.]{2,}")
LIFE = {"invitation": timedelta(days=7), "reset": timedelta(minutes=30)}


def normal_address(email: str) -> str:
    """Return an address as accounts have it, however somebody typed it."""
    return email.strip().lower()


def digest(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_link(session: Session, user: User, purpose: str, now: datetime, programme_id: int | None = None) -> str:
    """Return the token of a new one-time link; earlier unused links of the same purpose stop working.

    Those of another programme go on: nobody can spoil an invitation that somebody else has sent.
    """
    end_links(session, user.id, now, OneTimeLink.purpose == purpose, OneTimeLink.programme_id == programme_id)
    token = secrets.token_urlsafe(32)
    session.add(
        OneTimeLink(
            token_hash=digest(token),
            purpose=purpose,
            user_id=user.id,
            programme_id=programme_id,
            created_at=now,
            expires_at=now + LIFE[purpose],
        )
    )
    return token


def end_links(session: Session, user_id: int, now: datetime, *which: ColumnElement[bool]) -> None:
    """Let the unused links of somebody open nothing any more, or those among them that are meant."""
    unused = (OneTimeLink.user_id == user_id, OneTimeLink.used_at.is_(None))
    session.execute(update(OneTimeLink).where(*unused, *which).values(used_at=now))


def get_link(session: Session, token: str, now: datetime) -> OneTimeLink:
    """Return the unused, unexpired link; Problem link_expired otherwise."""
    link = session.scalar(
        select(OneTimeLink).where(OneTimeLink.token_hash == digest(token)).options(joinedload(OneTimeLink.user))
    )
    if link is None or link.used_at is not None or link.expires_at < now or not link.user.active:
        raise Problem("link_expired")
    return link
