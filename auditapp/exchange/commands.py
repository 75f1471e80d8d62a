"""The commands `auditapp import` and `auditapp export`."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from auditapp.exchange import exports, service
from auditapp.exchange.columns import EXPORTS, IMPORTS
from auditapp.exchange.findings import Refused
from auditapp.exchange.readers import Upload
from auditapp.terminal import Instance, get_programme, instance_command, locale, now

PATIENCE = 2.0  # seconds without a sign of life


class Patience:
    """A line that counts visits once the work has taken a while."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.completed} visits"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self.task = self.progress.add_task("", total=None)

    def show(self, done: int) -> None:
        if time.monotonic() - self.started > PATIENCE:
            self.progress.start()
        self.progress.update(self.task, completed=done)

    def stop(self) -> None:
        if self.progress.live.is_started:
            self.progress.stop()


@click.command("import")
@click.argument("kind", type=click.Choice(IMPORTS))
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--programme", help="Code; needed where there is more than one.")
@click.option("--dry-run", is_flag=True, help="Check everything, store nothing.")
@instance_command
def import_(instance: Instance, kind: str, files: tuple[Path, ...], programme: str | None, dry_run: bool) -> None:
    """Bring FILES of one KIND into a programme: all of it or, when anything is wrong, nothing.

    With KIND visits the files hold the visits and their answers; with KIND answers, corrections of stored visits.
    """
    patience = Patience()
    try:
        with ExitStack() as opened, instance.database.transaction() as session:
            opened.callback(patience.stop)
            uploads = [Upload(path.name, opened.enter_context(path.open("rb"))) for path in files]
            result = service.import_files(
                session,
                get_programme(session, programme),
                kind,
                uploads,
                actor_id=None,
                now=now(),
                dry_run=dry_run,
                progress=patience.show,
            )
    except Refused as refused:
        click.echo(refused.text(locale()), err=True)
        if refused.more:
            click.echo(f"... and {refused.more} more problems", err=True)
        click.echo("Nothing was stored.", err=True)
        sys.exit(1)
    click.echo(f"{result.new} new, {result.changed} changed, {result.unchanged} unchanged.")
    if dry_run:
        click.echo("Nothing was stored: this was a dry run.")


@click.command("export")
@click.argument("kind", type=click.Choice((*EXPORTS, "all")))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--programme", help="Code; needed where there is more than one.")
@click.option("--quarter", default="", help="Only this quarter, for example 2026Q3.")
@click.option("--format", "format_", type=click.Choice(("csv", "xlsx")), help="Default: what FILE ends with.")
@instance_command
def export(instance: Instance, kind: str, out: Path, programme: str | None, quarter: str, format_: str | None) -> None:
    """Write one KIND of a programme's data as a table, or all tables as one workbook.

    Several documents of the standard or of checklists are written as one zip.
    """
    with instance.database.transaction() as session:
        prepared = exports.prepare(
            session,
            get_programme(session, programme),
            kind,
            quarter=quarter,
            spreadsheet=(format_ or out.suffix[1:].lower()) == "xlsx",
            actor_id=None,
            now=now(),
        )
    with out.open("wb") as file:
        for piece in exports.stream(instance.database, prepared):
            file.write(piece)
    click.echo(f"{out}: {out.stat().st_size} bytes ({prepared.format}).")
