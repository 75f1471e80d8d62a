"""The commands `auditapp db`."""

from __future__ import annotations

import click

from auditapp import migrate
from auditapp.terminal import Instance, instance_command


@click.group()
def db() -> None:
    """Bring the database to the version of this program, or back."""


@db.command()
@instance_command
def upgrade(instance: Instance) -> None:
    """Run the migrations that are missing."""
    migrate.upgrade(instance.settings.database_url)
    click.echo("The database is up to date.")


@db.command()
@click.argument("revision")
@instance_command
def downgrade(instance: Instance, revision: str) -> None:
    """Go back to REVISION ("base" removes every table and all data)."""
    migrate.downgrade(instance.settings.database_url, revision)
    click.echo(f"The database is at {revision}.")
