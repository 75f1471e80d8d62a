"""One instance per test, on SQLite and, where a test asks for `database`, on a real PostgreSQL as well."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from auditapp import migrate
from auditapp.config import Settings
from auditapp.db import Database
from auditapp.factory import App, create_app
from tests.factories import NOW
from tests.pages import Person
from tests.postgres import find_binaries, private_cluster


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a private PostgreSQL cluster, started for this test session and stopped after it."""
    if find_binaries() is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL's server programs (initdb, pg_ctl) are needed in CI")
        pytest.skip("PostgreSQL's server programs are not installed: only SQLite is tested here")
    with private_cluster(durable=False) as address:
        yield address


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "audit.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    engine = create_engine(f"{postgres_server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE template_audit"))
    engine.dispose()
    migrate.upgrade(f"{postgres_server}/template_audit")
    return postgres_server


def instance_settings(folder: Path, url: str) -> Settings:
    return Settings(dir=folder, database_url=url, secret_key="test", testing=True, base_url="http://localhost")


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Settings:
    """An empty, migrated instance on SQLite."""
    shutil.copy(sqlite_template, tmp_path / "audit.db")
    return instance_settings(tmp_path, f"sqlite:///{tmp_path / 'audit.db'}")


@pytest.fixture(params=["sqlite", "postgresql"])
def either_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """An empty, migrated instance, once on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("settings")
        return
    server = request.getfixturevalue("postgres_template")
    name = "t" + os.urandom(6).hex()
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_audit"))
    yield instance_settings(tmp_path, f"{server}/{name}")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The SQLite instance's database."""
    database = Database(settings.database_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def either_database(either_settings: Settings) -> Iterator[Database]:
    """The database of an instance, once on SQLite and once on PostgreSQL: for rules of the domain."""
    database = Database(either_settings.database_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def app(settings: Settings) -> Iterator[App]:
    app = create_app(settings, clock=lambda: NOW)
    yield app
    app.database.engine.dispose()


@pytest.fixture
def nobody(app: App) -> Person:
    """Somebody who is not logged in."""
    return Person(app)
