"""The command `auditapp`: every command is a thin call into a service and works on one instance (--dir)."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from sqlalchemy import select

from auditapp import links, migrate, rollups, server
from auditapp.demo.commands import demo
from auditapp.exchange.commands import export, import_
from auditapp.models import Programme, User
from auditapp.reporting.commands import reports
from auditapp.terminal import Instance, get_programme, instance_command, locale, now
from checklists.parse import parse_documents, shipped
from checklists.problems import Problems


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="auditapp")
def main() -> None:
    """Mystery-shopping audits, from the written standard to the quarterly report."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@instance_command
def serve(instance: Instance, host: str, port: int) -> None:
    """Serve the pages of an instance."""
    server.serve(instance.settings, host=host, port=port)


@main.group()
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


@main.group()
def standard() -> None:
    """Documents of the standard and its checklists."""


@standard.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_documents(files: tuple[Path, ...]) -> None:
    """Read FILES (TOML) and report every problem with its place. A checklist may refer to the shipped standard."""
    try:
        documents = {str(path): path.read_text(encoding="utf-8") for path in files}
        known = shipped()[0]
        standards, checklists = parse_documents(documents, {(known.code, known.version): known})
    except UnicodeDecodeError as error:
        click.echo(f"{error.reason}: the documents must be UTF-8 text", err=True)
        sys.exit(1)
    except Problems as problems:
        click.echo(problems.text(locale()), err=True)
        sys.exit(1)
    for found in standards:
        click.echo(f"{found.code} {found.version}: {len(found.criteria)} criteria, no problems")
    for checklist in checklists:
        click.echo(f"{checklist.code} {checklist.version}: {len(checklist.items)} items, no problems")


@main.group()
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


@main.group()
def admin() -> None:
    """People who look after the installation."""


@admin.command("add")
@click.argument("email")
@click.argument("name")
@instance_command
def add_administrator(instance: Instance, email: str, name: str) -> None:
    """Make EMAIL (called NAME) an administrator and print the link to choose a password."""
    with instance.database.transaction() as session:
        address = email.strip().lower()
        user = session.scalar(select(User).where(User.email == address))
        if user is None:
            user = User(email=address, name=name, created_at=now())
            session.add(user)
        user.is_administrator = True
        session.flush()
        token = links.make_link(session, user, "invitation", now())
    click.echo(f"{instance.settings.base_url}/link/{token}")


main.add_command(demo)
main.add_command(import_)
main.add_command(export)
main.add_command(reports)

if __name__ == "__main__":
    main()
