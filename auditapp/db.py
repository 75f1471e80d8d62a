"""Engines, sessions and the one commit.

SQLite begins writing transactions with BEGIN IMMEDIATE: a deferred BEGIN that upgrades loses to "database is locked"
however long the timeout. `synchronous=FULL`, because a receipt given to a phone is a promise.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import Any

import msgspec
from psycopg import sql
from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, Table, create_engine, event, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

if sys.platform != "win32":
    import fcntl

PATIENCE = 15  # seconds that a writer waits for another one of this process, or for SQLite's own lock
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


class _Queue:
    """The queue of those who want to write to an SQLite file: the threads of this process, then the processes.

    SQLite itself waits for its lock by sleeping longer and longer, which under load is slow and unfair. It still guards
    the file, so that a program that does not queue here does no harm.
    """

    def __init__(self, database: str | None) -> None:
        self.path = f"{database}-turn" if database and database != ":memory:" and sys.platform != "win32" else ""
        self.thread = Lock()

    def take_turn(self) -> int | None:
        """Wait for the turn; returns what `give_turn` gives on. TimeoutError instead of a thread waiting for itself."""
        if not self.path or sys.platform == "win32":
            return None
        if not self.thread.acquire(timeout=PATIENCE):
            raise TimeoutError(f"{self.path}: another transaction of this process has not ended for {PATIENCE} s")
        try:
            turn = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(turn, fcntl.LOCK_EX)
        except BaseException:
            self.thread.release()
            raise
        return turn

    def give_turn(self, turn: int | None) -> None:
        if turn is not None and sys.platform != "win32":
            fcntl.flock(turn, fcntl.LOCK_UN)  # closing alone would not do while a forked process has it too
            os.close(turn)
            self.thread.release()


def _to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


_JSON: Any = {"json_serializer": _to_json, "json_deserializer": msgspec.json.decode}


def build_engine(url: str) -> Engine:
    """Return an engine for `url` with the product's SQLite settings where it is SQLite."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_recycle=1800, **_JSON)
    engine = create_engine(url, **_JSON)
    queue = _Queue(engine.url.database)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        # None switches pysqlite's own transaction control off; ours is in on_begin.
        connection.isolation_level = None
        # SQLite's own lower() knows ASCII only, and a search for "łódź" should find Łódź.
        connection.create_function("lower", 1, _lower, deterministic=True)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={PATIENCE * 1000}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        begin = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        if begin == "IMMEDIATE" and "turn" not in connection.info:
            connection.info["turn"] = queue.take_turn()
        connection.exec_driver_sql(f"BEGIN {begin}")

    @event.listens_for(engine, "checkin")  # a session gives its connection back when it has committed or rolled back
    def on_checkin(_connection: Any, record: Any) -> None:
        queue.give_turn(record.info.pop("turn", None))

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


@contextmanager
def looking(session: Session) -> Iterator[None]:
    """Read before writing, and let others write meanwhile: what was loaded stays loaded, and may be old afterwards.

    Only SQLite, where one transaction at a time may write, needs this in a transaction of its own; and where the
    session has begun to write already, it is part of that.
    """
    if session.in_transaction() or session.get_bind().dialect.name != "sqlite":
        yield
        return
    session.connection(execution_options={"sqlite_begin": "DEFERRED"})
    yield
    session.commit()  # nothing was written; this ends the reading


def snapshot(session: Session) -> None:
    """Let everything that this session reads be of one instant. SQLite reads that way anyhow."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Keep what `insert_rows` is given inside the block, and write it at its end: all rows of a table at once.

    For the rows of many visits. Nothing inside the block may read what it has just written this way.
    """
    rows: dict[tuple[Table, tuple[str, ...]], list[dict[str, Any]]] = {}
    session.info["together"] = rows
    try:
        yield
    finally:
        del session.info["together"]
    for (table, _names), kept in rows.items():
        insert_rows(session, table, kept)


def insert_rows(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns, with as little between them and the driver as there can be.

    A visit brings some seventy rows, and for each of them SQLAlchemy spends more time than the database. Columns that
    are not named get what the database itself has for them.
    """
    if not rows:
        return
    kept = session.info.get("together")
    if kept is not None:
        kept.setdefault((table, tuple(rows[0])), []).extend(rows)
        return
    connection = session.connection()
    names, makers, statement = _plain_insert(table, tuple(rows[0]), connection.dialect)
    plain = [[make(row[name]) if make else row[name] for name, make in zip(names, makers, strict=True)] for row in rows]
    if connection.dialect.name == "postgresql":
        target = sql.SQL("COPY {} ({}) FROM STDIN")
        with connection.connection.cursor().copy(
            target.format(sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names)))
        ) as copy:
            for values in plain:
                copy.write_row(values)
    else:
        connection.exec_driver_sql(statement, list(map(tuple, plain)))


@lru_cache(maxsize=32)
def _plain_insert(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[tuple[str, ...], list[Any], str]:
    """Return the columns in the order of the statement, what makes their values ready for the driver, the statement."""
    compiled = insert(table).compile(dialect=dialect, column_keys=names)
    ordered = tuple(compiled.positiontup or names)
    makers = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in ordered]
    return ordered, makers, str(compiled)


def after_commit(session: Session, hook: Callable[[], object]) -> None:
    """Run `hook` once the transaction of `session` is safely committed."""
    session.info.setdefault("after_commit", []).append(hook)
