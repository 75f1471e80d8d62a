"""Reads of `account`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp.account.service import Account
from auditapp.links import digest
from auditapp.models import Membership, Programme, UserSession

# What a User-Agent header says of itself, the more special before what it also claims to be.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chromium/": "Chromium",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Macintosh": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
SHOWN = 60  # letters of a header that says neither


def device_name(agent: str) -> str:
    """Return a User-Agent header as "Chrome, Android", or its beginning where it does not say both."""
    found = [next((name for sign, name in signs.items() if sign in agent), "") for signs in (BROWSERS, SYSTEMS)]
    return ", ".join(found) if all(found) else agent[:SHOWN]


@dataclass(frozen=True, slots=True)
class OpenSession:
    device: str
    created_at: datetime
    last_seen_at: datetime
    is_this: bool


def programmes_of(session: Session, user: Account) -> Sequence[Programme]:
    """Return the programmes the user may enter."""
    query = select(Programme).order_by(Programme.name)
    if not user.is_administrator:
        query = query.where(
            Programme.id.in_(select(Membership.programme_id).where(Membership.user_id == user.id, Membership.active))
        )
    return session.scalars(query).all()


def sessions_of(session: Session, user_id: int, token: str) -> list[OpenSession]:
    """Return the user's open sessions, newest first."""
    this = digest(token)
    rows = session.scalars(
        select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        .order_by(UserSession.last_seen_at.desc())
        .limit(20)
    )
    return [
        OpenSession(device_name(row.device), row.created_at, row.last_seen_at, row.token_hash == this) for row in rows
    ]
