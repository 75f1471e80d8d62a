"""Migrations run up and down on both databases and end where the models are."""

from __future__ import annotations

from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError

from auditapp import migrate
from auditapp.config import Settings
from auditapp.db import Base, Database
from auditapp.models import Programme
from tests import factories as make
from tests.worlds import make_world


def test_down_and_up_again(either_settings: Settings) -> None:
    url = either_settings.database_url
    command.check(migrate.config(url))  # raises when models and migrations differ
    migrate.downgrade(url, "base")
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()
    migrate.upgrade(url)
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    engine.dispose()


STATEMENTS = {
    "journal line changed": "UPDATE journal SET act = 'x'",
    "journal line deleted": "DELETE FROM journal",
    "standard in force changed": "UPDATE standard_version SET document = 'x'",
    "standard in force deleted": "DELETE FROM standard_version",
    "checklist in force changed": "UPDATE checklist_version SET version = 9",
    "answer overwritten": "UPDATE answer SET value = 'no'",
    "answer deleted": "DELETE FROM answer",
    "visit in a state that does not exist": "UPDATE visit SET status = 'lost'",
    "approved visit without a time": "UPDATE visit SET quarter = NULL WHERE status = 'approved'",
    "two current answers": (
        "INSERT INTO answer (id, visit_id, item, revision, state, value, comment, is_current, reason, created_at) "
        "SELECT 99999, visit_id, item, 99, state, value, comment, is_current, reason, created_at FROM answer LIMIT 1"
    ),
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_the_database_is_the_last_guard(either_database: Database, statement: str) -> None:
    with either_database.transaction() as session:
        make_world(session)

    def run() -> Any:
        with either_database.transaction() as session:
            session.execute(text(statement))

    with pytest.raises(DBAPIError):
        run()


def test_instants_survive_both_databases(either_database: Database) -> None:
    with either_database.transaction() as session:
        make.make_programme(session)
    with either_database.transaction(write=False) as session:
        stored = session.scalars(select(Programme)).one().created_at
    assert stored == make.NOW
    assert stored.tzinfo is not None
