"""The commands `auditapp cells`."""

from __future__ import annotations

import sys

import click
from sqlalchemy import select

from auditapp import rollups
from auditapp.models import Programme
from auditapp.terminal import Instance, get_programme, instance_command


@click.group()
def cells() -> None:
    """The additive sums that every result is made of."""


@cells.command()
@click.option("--programme", help="Code; needed where there is more than one.")
@instance_command
def rebuild(instance: Instance, programme: str | None) -> None:
    """Score every approved visit again from its answers and rebuild all cells."""
    with instance.database.transaction() as session:
        count = rollups.rebuild_from_answers(session, get_programme(session, programme).id)
    click.echo(f"{count} visits scored, cells rebuilt.")


@cells.command("check")
@click.option("--programme", help="Code; all programmes when left out.")
@instance_command
def check_cells(instance: Instance, programme: str | None) -> None:
    """Recount everything from the answers and list the cells that differ (exit status 1)."""
    wrong = 0
    with instance.database.transaction(write=False) as session:
        codes = [programme] if programme else session.scalars(select(Programme.code).order_by(Programme.code)).all()
        for code in codes:
            differing = rollups.check(session, get_programme(session, code).id)
            wrong += len(differing)
            click.echo(f"{code}: {'clean' if differing.empty else differing.to_string()}")
    sys.exit(1 if wrong else 0)
