"""Writers to an SQLite file stand in a queue: none is lost, and none waits for itself for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from auditapp import db
from auditapp.db import Database


def count(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(text("SELECT value FROM counter")).scalar_one())


@pytest.fixture
def counted(database: Database) -> Database:
    with database.transaction() as session:
        session.execute(text("CREATE TABLE counter (value INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))
    return database


def test_many_writers_lose_nothing(counted: Database) -> None:
    other = Database(str(counted.engine.url))  # as another process has it

    def write(number: int) -> None:
        with (counted if number % 2 else other).transaction() as session:
            value = session.execute(text("SELECT value FROM counter")).scalar_one()
            session.execute(text("UPDATE counter SET value = :value"), {"value": value + 1})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(200)))
    assert count(counted) == 200
    other.engine.dispose()


def test_a_writer_inside_a_writer_is_told_so_and_the_queue_goes_on(
    counted: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "PATIENCE", 0.2)
    with counted.transaction() as session:
        session.execute(text("UPDATE counter SET value = 7"))
        with pytest.raises(TimeoutError, match="has not ended"), counted.transaction() as inner:
            inner.execute(text("UPDATE counter SET value = 9"))
    assert count(counted) == 7
    with counted.transaction() as session:
        session.execute(text("UPDATE counter SET value = 8"))
    assert count(counted) == 8
