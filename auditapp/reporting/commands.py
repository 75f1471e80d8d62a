"""The command `auditapp reports`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from auditapp import terminal
from auditapp.progress import Bars
from auditapp.reporting import queries
from auditapp.reporting.bulk import issue_quarter
from auditapp.reporting.publishing import KINDS, LOCALES, Wanted
from auditapp.terminal import Instance, instance_command
from checklists.problems import Problem, at
from reports.periods import Quarter


@click.group()
def reports() -> None:
    """Quarterly reports as PDF."""


@reports.command()
@click.option("--quarter", required=True, help="For example 2026Q3.")
@click.option("--kind", type=click.Choice([*KINDS, "all"]), default="all", show_default=True)
@click.option("--region", default="", help="The path of a region: its report and those of everything in it.")
@click.option("--location", default="", help="The code of one location.")
@click.option("--locale", type=click.Choice([*LOCALES, "both"]), default="pl", show_default=True)
@click.option("--programme", help="Code; needed where there is more than one.")
@click.option("--note", default="", help="Why figures that were public are others now; printed in every new issue.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="A folder that gets a copy of every report."
)
@click.option("--jobs", type=click.IntRange(1), help="Processes; as many as there are processors when left out.")
@instance_command
def issue(
    instance: Instance,
    quarter: str,
    kind: str,
    region: str,
    location: str,
    locale: str,
    programme: str | None,
    note: str,
    out: Path | None,
    jobs: int | None,
) -> None:
    """Make a quarter public and issue its reports. What was issued from the same figures before stays as it is."""
    try:
        chosen = Quarter.parse(quarter)
    except ValueError as error:
        raise Problem("bad_quarter", at(field="quarter"), value=quarter) from error
    wanted = Wanted(
        locales=LOCALES if locale == "both" else (locale,),
        kinds=KINDS if kind == "all" else (kind,),
        region=region,
        location=location,
    )
    with Bars() as bars:
        outcome = issue_quarter(
            instance,
            programme,
            chosen,
            wanted,
            note=note,
            out=out,
            processes=jobs,
            progress=lambda done, total: bars.show("Reports", done, total),
        )
    for number in outcome.issued:
        click.echo(f"issued     {number}")
    for number in outcome.unchanged:
        click.echo(f"unchanged  {number}")
    for number, reason in outcome.failed:
        problem = queries.why(reason, "not_printable", number=number, quarter=quarter, location=location)
        click.echo(f"failed     {number}: {problem.sentence(terminal.locale())}", err=True)
    if outcome.failed:
        click.echo("The same command goes on with those.", err=True)
    sys.exit(1 if outcome.failed else 0)
