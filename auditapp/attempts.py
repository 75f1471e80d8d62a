"""Guessing slows down: failed attempts are counted by what they were made on or from, whatever process answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from auditapp.links import digest
from auditapp.models import LoginFailure
from checklists.problems import Problem

FAILURES_ALLOWED = 5
FAILURE_WINDOW = timedelta(minutes=15)


def check_attempts(session: Session, key: str, now: datetime) -> None:
    """Raise Problem too_many_attempts when what `key` names failed too often lately."""
    if not may_try(session, key, now):
        raise Problem("too_many_attempts", minutes=int(FAILURE_WINDOW.total_seconds() // 60))


def may_try(session: Session, key: str, now: datetime) -> bool:
    """Tell whether what `key` names was tried few enough times lately."""
    failures = session.scalar(
        select(func.count())
        .select_from(LoginFailure)
        .where(LoginFailure.email_hash == _hashed(key), LoginFailure.at > now - FAILURE_WINDOW)
    )
    return (failures or 0) < FAILURES_ALLOWED


def record_failure(session: Session, key: str, now: datetime) -> None:
    """Count a failed attempt, and forget those that count no more: whose they were is nobody's business then."""
    session.execute(delete(LoginFailure).where(LoginFailure.at <= now - FAILURE_WINDOW))
    session.add(LoginFailure(email_hash=_hashed(key), at=now))


def forget_failures(session: Session, key: str) -> None:
    """Let what `key` names begin anew."""
    session.execute(delete(LoginFailure).where(LoginFailure.email_hash == _hashed(key)))


def network_of(address: str | None) -> str:
    """Return what stands for somebody who is not known by name: the address, of IPv6 the part a household gets."""
    try:
        known = ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ip_network((known, 64), strict=False)) if isinstance(known, IPv6Address) else str(known)


def _hashed(key: str) -> str:
    return digest(key.strip().lower())
