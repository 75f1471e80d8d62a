"""The commands `auditapp standard`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from auditapp.terminal import locale
from checklists.parse import parse_documents, shipped
from checklists.problems import Problems


@click.group()
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
