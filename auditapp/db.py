"""Engines, sessions and the one commit.

SQLite begins writing transactions with BEGIN IMMEDIATE: a deferred BEGIN that upgrades loses to "database is locked"
however long the timeout. `synchronous=FULL`, because a receipt given to a phone is a promise.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, create_engine, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

if sys.platform != "win32":
    import fcntl

Json = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored as UTC. Refuses naive input; always returns aware values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: say which time zone it is in")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table of the product. Constraint names follow one convention so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 (SQLAlchemy reads it as a class attribute)


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _take_turn(database: str | None) -> int | None:
    """Wait until it is this thread's turn to write to an SQLite file; returns what `_give_turn` gives on.

    SQLite itself waits for its lock by sleeping longer and longer, which under load is slow and unfair: all threads of
    all processes stand in the system's queue instead. SQLite still guards the file, so that a program that does not
    queue here does no harm.
    """
    if not database or database == ":memory:" or sys.platform == "win32":
        return None
    turn = os.open(f"{database}-turn", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(turn, fcntl.LOCK_EX)
    return turn


def _give_turn(turn: int | None) -> None:
    if turn is not None and sys.platform != "win32":
        fcntl.flock(turn, fcntl.LOCK_UN)  # closing alone would not do while a forked process has it too
        os.close(turn)


def build_engine(url: str) -> Engine:
    """Return an engine for `url` with the product's SQLite settings where it is SQLite."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_recycle=1800)
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        # None switches pysqlite's own transaction control off; ours is in on_begin.
        connection.isolation_level = None
        # SQLite's own lower() knows ASCII only, and a search for "łódź" should find Łódź.
        connection.create_function("lower", 1, _lower, deterministic=True)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        begin = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        if begin == "IMMEDIATE":
            connection.info["turn"] = _take_turn(engine.url.database)
        connection.exec_driver_sql(f"BEGIN {begin}")

    @event.listens_for(engine, "checkin")  # a session gives its connection back when it has committed or rolled back
    def on_checkin(_connection: Any, record: Any) -> None:
        _give_turn(record.info.pop("turn", None))

    return engine


class Database:
    """The sessions of one instance. Reading sessions never block a writer and never write."""

    def __init__(self, url: str) -> None:
        self.engine = build_engine(url)
        self._writing = self.engine.execution_options(sqlite_begin="IMMEDIATE")

    def reading(self) -> Session:
        """Return a session for reading; the caller closes it."""
        return Session(self.engine, autoflush=False, expire_on_commit=False)

    @contextmanager
    def transaction(self, *, write: bool = True) -> Iterator[Session]:
        """Yield a session: leaving the block commits, raising rolls back. The only commit in the code base.

        What `after_commit` collected leaves the house afterwards, so that nothing is sent for work that was undone.
        """
        with Session(self._writing if write else self.engine, expire_on_commit=False) as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise
            hooks: list[Callable[[], object]] = session.info.pop("after_commit", [])
        for hook in hooks:
            hook()


def after_commit(session: Session, hook: Callable[[], object]) -> None:
    """Run `hook` once the transaction of `session` is safely committed."""
    session.info.setdefault("after_commit", []).append(hook)
