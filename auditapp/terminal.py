"""What every command needs: the instance it works on, a transaction, and refusals as plain sentences."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp.config import BadSetting, Settings
from auditapp.db import Database
from auditapp.models import Programme
from checklists.problems import Problem, Problems


@dataclass(frozen=True, slots=True)
class Instance:
    """The settings of the instance a command works on and its database."""

    settings: Settings
    database: Database

    @classmethod
    def open(cls, directory: Path | None) -> Instance:
        settings = Settings.from_env(directory)
        return cls(settings, Database(settings.database_url))


def locale() -> str:
    """Return the language of the terminal: English unless the environment says Polish."""
    return "pl" if os.environ.get("LANG", "").startswith("pl") else "en"


def now() -> datetime:
    return datetime.now(UTC)


def instance_command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--dir` and its `Instance`, and print refusals instead of a stack trace (exit status 1)."""

    @click.option(
        "--dir", "directory", envvar="AUDITAPP_DIR", type=click.Path(path_type=Path), help="The instance's folder."
    )
    @functools.wraps(function)
    def command(*args: Any, directory: Path | None, **kwargs: Any) -> Any:
        try:
            return function(Instance.open(directory), *args, **kwargs)
        except (Problem, Problems) as problem:
            click.echo(problem.text(locale()), err=True)
        except BadSetting as error:
            click.echo(str(error), err=True)
        sys.exit(1)

    return command


def get_programme(session: Session, code: str | None) -> Programme:
    """Return the programme named, or the only one there is; Problem unknown_programme or programme_needed."""
    programmes = session.scalars(select(Programme).order_by(Programme.code)).all()
    if code is None and len(programmes) == 1:
        return programmes[0]
    if code is None:
        raise Problem("programme_needed", allowed=[programme.code for programme in programmes])
    for programme in programmes:
        if programme.code == code:
            return programme
    raise Problem("unknown_programme", value=code)
