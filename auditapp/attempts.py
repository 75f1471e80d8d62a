"""Guessing slows down: failed attempts are counted by what they were made on and from, whatever process answers.

What is tried is held back by one limit or several. Nobody can shut an account to its owner by failing on it from
somewhere else: few failures close an account only to the network they came from. All accounts together close to a
network that tries many of them, and an account to everybody only after far more failures than one person makes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from auditapp.links import digest, normal_address
from auditapp.models import LoginFailure
from checklists.problems import Problem

FAILURES_ALLOWED = 5
FAILURES_FROM_NETWORK = 30  # over all accounts: an office or a shop shares one address
FAILURES_ON_ACCOUNT = 100
FAILURE_WINDOW = timedelta(minutes=15)
ACCOUNT_WINDOW = timedelta(hours=1)


class Limit(NamedTuple):
    """How often what `key` names may fail. In a key, what a stranger chose stands last: no key reads as another."""

    key: str
    allowed: int = FAILURES_ALLOWED
    window: timedelta = FAILURE_WINDOW


def of_log_in(email: str, address: str | None) -> tuple[Limit, ...]:
    """Return what holds a log-in back; the first limit is the one that a success ends."""
    account, network = normal_address(email), network_of(address)
    return (
        Limit(f"log-in from {network} as {account}"),
        Limit(f"log-in from {network}", FAILURES_FROM_NETWORK),
        Limit(f"log-in as {account}", FAILURES_ON_ACCOUNT, ACCOUNT_WINDOW),
    )


def of_password(user_id: int) -> Limit:
    """Return what holds somebody back who is logged in and has to say the present password."""
    return Limit(f"password of {user_id}")


def of_letters_to(email: str) -> Limit:
    """Return what keeps letters about a forgotten password from filling a box."""
    return Limit(f"reset of {normal_address(email)}")


def of_letters_from(address: str | None) -> Limit:
    """Return what keeps one sender from having such letters written to everybody."""
    return Limit(f"resets from {network_of(address)}", FAILURES_FROM_NETWORK)


def of_report_numbers(address: str | None) -> Limit:
    """Return what holds somebody back who asks for numbers of reports that do not exist."""
    return Limit(f"report numbers {network_of(address)}")


def check_attempts(session: Session, *limits: Limit, now: datetime) -> None:
    """Raise Problem too_many_attempts when one of the limits is reached.

    Guesses at the same moment wait for each other at the first, strictest limit, so that each sees the failure before
    it. On SQLite they do so anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(digest(limits[0].key)[:15], 16))))
    for limit in limits:
        if not may_try(session, limit, now):
            raise Problem("too_many_attempts", minutes=int(limit.window.total_seconds() // 60))


def may_try(session: Session, limit: Limit, now: datetime) -> bool:
    """Tell whether what the limit is of failed few enough times lately."""
    failures = session.scalar(
        select(func.count())
        .select_from(LoginFailure)
        .where(LoginFailure.email_hash == digest(limit.key), LoginFailure.at > now - limit.window)
    )
    return (failures or 0) < limit.allowed


def record_failure(session: Session, *limits: Limit, now: datetime) -> None:
    """Count a failed attempt, and forget those that count no more: whose they were is nobody's business then."""
    session.execute(delete(LoginFailure).where(LoginFailure.at <= now - ACCOUNT_WINDOW))
    session.add_all(LoginFailure(email_hash=digest(limit.key), at=now) for limit in limits)


def forget_failures(session: Session, limit: Limit) -> None:
    """Let what the limit is of begin anew."""
    session.execute(delete(LoginFailure).where(LoginFailure.email_hash == digest(limit.key)))


def network_of(address: str | None) -> str:
    """Return what stands for somebody who is not known by name: the address, of IPv6 the part a household gets."""
    try:
        known = ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ip_network((known, 64), strict=False)) if isinstance(known, IPv6Address) else str(known)
