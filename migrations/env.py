"""Alembic's entry. Uses an engine of its own: on SQLite a batch migration recreates tables, and with foreign keys on
that would delete the children of every recreated parent."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Connection, create_engine, pool

import auditapp.models  # noqa: F401 (registers the tables)
from auditapp.config import Settings
from auditapp.db import Base

url = context.config.get_main_option("sqlalchemy.url") or Settings.from_env().database_url


def render_item(type_: str, obj: Any, autogen_context: Any) -> str | bool:
    """Write our own types so that the generated file imports what it names."""
    if type_ == "type" and type(obj).__module__.startswith("auditapp"):
        autogen_context.imports.add("from auditapp.db import UtcDateTime")
        return f"{type(obj).__name__}()"
    if type_ == "type" and "JSON" in type(obj).__name__:
        autogen_context.imports.add("from auditapp.db import Json")
        return "Json"
    return False


def run(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        transaction_per_migration=True,
    )
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.commit()
    else:
        # Several workers may start at once: only one migrates.
        connection.exec_driver_sql("SELECT pg_advisory_lock(814203)")
        connection.exec_driver_sql("SET lock_timeout = '10s'")
        connection.commit()
    with context.begin_transaction():
        context.run_migrations()
    if is_sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration left broken references: {broken[:5]}")
    else:
        connection.exec_driver_sql("SELECT pg_advisory_unlock(814203)")
        connection.commit()


engine = create_engine(url, poolclass=pool.NullPool)
with engine.connect() as connection:
    run(connection)
