"""Passwords, sessions and one-time links. Tokens are random and only their SHA-256 is stored."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask_login import UserMixin
from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from auditapp import journal
from auditapp.links import digest, end_links, get_link, normal_address
from auditapp.models import Membership, User, UserSession
from checklists.problems import Problem

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)
# An auditor is away for days with a phone in the pocket; a form must not meet a log-in page.
IDLE_AUDITOR = timedelta(days=14)
MIN_PASSWORD, MAX_PASSWORD = 10, 128
COMMON = frozenset(
    {"password12", "1234567890", "qwertyuiop", "haslo12345", "zaq12wsxcde3", "qwerty123456", "1q2w3e4r5t"}
)

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_hashing = BoundedSemaphore(4)  # each hash takes 19 MiB
_DUMMY = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$k0H6Yb8mzM1X8r5p2J6l1c7rQ3mHnV2Z0m0pQ8wX3sA"


@dataclass(frozen=True, slots=True)
class Account:
    """What pages need of a user; a plain value, because an error page outlives the transaction that read it."""

    id: int
    email: str
    name: str
    locale: str
    is_administrator: bool

    @classmethod
    def of(cls, user: User) -> Account:
        return cls(user.id, user.email, user.name, user.locale, user.is_administrator)


@dataclass
class SignedIn(UserMixin):
    """What Flask-Login holds: the account and the token that names the session, not the user."""

    row: Account
    token: str
    last_seen_at: datetime

    def get_id(self) -> str:
        return self.token


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    with _hashing:
        return _hasher.hash(password)


def check_password_strength(password: str) -> None:
    """Raise Problem for a password that is too short or known to everybody."""
    if len(password) < MIN_PASSWORD:
        raise Problem("password_too_short", minimum=MIN_PASSWORD)
    if len(password) > MAX_PASSWORD:
        raise Problem("text_too_long", length=len(password), limit=MAX_PASSWORD)
    if password.lower() in COMMON or len(set(password)) < 4:
        raise Problem("password_too_common")


def _matches(user: User | None, password: str) -> bool:
    stored = user.password_hash if user is not None and user.password_hash else _DUMMY
    try:
        with _hashing:
            _hasher.verify(stored, password[:MAX_PASSWORD])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return user is not None and user.active and user.password_hash is not None


def sign_in(session: Session, email: str, password: str, *, device: str, now: datetime) -> SignedIn:
    """Return a new signed-in session; Problem wrong_credentials.

    An unknown address takes as long and reads the same as a wrong password.
    """
    user = session.scalar(select(User).where(User.email == normal_address(email)))
    if not _matches(user, password) or user is None:
        raise Problem("wrong_credentials")
    if user.password_hash is not None and _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = hash_password(password)
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(token_hash=digest(token), user_id=user.id, created_at=now, last_seen_at=now, device=device[:200])
    )
    journal.write(
        session, programme_id=None, actor_id=user.id, now=now, act="log_in", subject="user", subject_id=user.id
    )
    return SignedIn(Account.of(user), token, now)


def find_signed_in(session: Session, token: str, now: datetime) -> SignedIn | None:
    """Return the session a cookie names, or None when it was ended, ran out or never was."""
    row = session.scalar(
        select(UserSession)
        .where(UserSession.token_hash == digest(token), UserSession.revoked_at.is_(None))
        .options(joinedload(UserSession.user))
    )
    if row is None or not row.user.active or row.created_at < now - ABSOLUTE:
        return None
    if row.last_seen_at < now - IDLE and row.last_seen_at < now - idle_limit(session, row.user_id):
        return None
    return SignedIn(Account.of(row.user), token, row.last_seen_at)


def idle_limit(session: Session, user_id: int) -> timedelta:
    """Return how long a session of this person may lie unused."""
    roles = set(session.scalars(select(Membership.role).where(Membership.user_id == user_id)))
    return IDLE_AUDITOR if roles == {"auditor"} else IDLE


def is_due(signed_in: SignedIn, now: datetime) -> bool:
    """Tell whether the use of a session should be noted again: every ten minutes is enough."""
    return signed_in.last_seen_at < now - timedelta(minutes=10)


def touch(session: Session, token: str, now: datetime) -> None:
    """Note that the session is in use."""
    session.execute(update(UserSession).where(UserSession.token_hash == digest(token)).values(last_seen_at=now))


def sign_out(session: Session, token: str, now: datetime) -> None:
    """End one session: a copy of its cookie opens nothing afterwards."""
    session.execute(update(UserSession).where(UserSession.token_hash == digest(token)).values(revoked_at=now))


def sign_out_everywhere(session: Session, user_id: int, now: datetime, *, keep: str | None = None) -> None:
    """End every session of the user, except the one whose token is `keep`."""
    query = update(UserSession).where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
    if keep is not None:
        query = query.where(UserSession.token_hash != digest(keep))
    session.execute(query.values(revoked_at=now))


def accept_link(session: Session, token: str, password: str, now: datetime) -> User:
    """Set the password a link allows to set, use up this link and all others, and end every older session."""
    check_password_strength(password)
    link = get_link(session, token, now)
    end_links(session, link.user_id, now)
    link.user.password_hash = hash_password(password)
    sign_out_everywhere(session, link.user_id, now)
    journal.write(
        session,
        programme_id=None,
        actor_id=link.user_id,
        now=now,
        act=f"{link.purpose}_used",
        subject="user",
        subject_id=link.user_id,
    )
    return link.user


def change_password(session: Session, signed_in: SignedIn, old: str, new: str, now: datetime) -> None:
    """Change one's own password and end the other sessions; Problem when the old one is wrong or the new one weak."""
    user = session.get_one(User, signed_in.row.id)
    if not _matches(user, old):
        raise Problem("wrong_credentials")
    check_password_strength(new)
    user.password_hash = hash_password(new)
    sign_out_everywhere(session, user.id, now, keep=signed_in.token)
    journal.write(
        session, programme_id=None, actor_id=user.id, now=now, act="change_password", subject="user", subject_id=user.id
    )
