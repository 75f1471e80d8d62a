"""Run the migrations from inside the product; nobody needs the alembic command or a file beside it."""

from __future__ import annotations

from importlib.resources import files

from alembic import command
from alembic.config import Config


def config(database_url: str) -> Config:
    """Return Alembic's configuration for one database."""
    alembic = Config()
    alembic.set_main_option("script_location", str(files("migrations")))
    alembic.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return alembic


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring the database to `revision`."""
    command.upgrade(config(database_url), revision)


def downgrade(database_url: str, revision: str) -> None:
    """Take the database back to `revision` ("base" removes every table)."""
    command.downgrade(config(database_url), revision)
