"""The command `auditapp demo`: migrate, fill, print the log-ins, serve, and issue last quarter's reports.

`auditapp demo truth` says how well three ways of naming poor stores do on it.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread

import click

from auditapp import i18n, migrate, results, server
from auditapp.demo import build, verdicts
from auditapp.progress import Bars
from auditapp.reporting import bulk
from auditapp.reporting.publishing import Wanted
from auditapp.terminal import Instance, get_programme, instance_command, now
from checklists.model import Channel
from reports.periods import Quarter


@click.group(invoke_without_command=True)
@click.option("--no-serve", is_flag=True, help="Build and exit.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option(
    "--dir", "directory", envvar="AUDITAPP_DIR", type=click.Path(path_type=Path), help="The instance's folder."
)
@click.pass_context
def demo(context: click.Context, directory: Path | None, no_serve: bool, host: str, port: int) -> None:
    """Try everything: a retail network with twelve quarters of visits, ready to click through."""
    if context.invoked_subcommand is None:
        _show(directory=directory, no_serve=no_serve, host=host, port=port)
    context.default_map = {"truth": {"directory": directory}}


@instance_command
def _show(instance: Instance, no_serve: bool, host: str, port: int) -> None:
    if not no_serve and not _free(host, port):
        click.echo(f"Port {port} is taken. Choose another one: auditapp demo --port {port + 1}", err=True)
        sys.exit(1)
    i18n.compile_catalogue()
    migrate.upgrade(instance.settings.database_url)
    with instance.database.transaction(write=False) as session:
        built = build.is_built(session)
    quarter = None
    if not built:
        with Bars() as bars:
            quarter = build.build(instance, now(), bars.show)
            if no_serve:
                _issue(instance, quarter, lambda done, total: bars.show("Reports of the last quarter", done, total))
        click.echo(f"The true levels behind the visits: {instance.settings.dir / 'demo-truth.csv'}")
    _print_log_ins(f"http://{host}:{port}")
    if not no_serve:
        if quarter is not None:
            # Nobody should wait for sixty reports before the first look; they appear on the page as they are recorded.
            Thread(target=_issue, args=(instance, quarter), daemon=True).start()
        server.serve(instance.settings, host=host, port=port)


@demo.command()
@instance_command
def truth(instance: Instance) -> None:
    """Count whom a ranking, a list of significant stores and our list would have named wrongly."""
    path = instance.settings.dir / "demo-truth.csv"
    if not path.exists():
        click.echo(f"There is no {path}: build the demo first with auditapp demo --no-serve.", err=True)
        sys.exit(1)
    found = {}
    with instance.database.transaction(write=False) as session:
        programme = get_programme(session, "lumo")
        for quarter, levels in sorted(verdicts.read_truth(path).items()):
            comparison = results.build_comparison(session, programme, quarter, channel=Channel.STORE_VISIT.value)
            found[quarter] = verdicts.judge(comparison, levels)
    last = max(found)
    _print_verdicts(f"{last}, store visits", found[last])
    together = {
        name: sum((verdict[name] for verdict in found.values()), verdicts.Verdict(0, 0, 0)) for name in verdicts.NAMES
    }
    _print_verdicts(f"{len(found)} quarters together", together)


def _print_verdicts(title: str, found: Mapping[str, verdicts.Verdict]) -> None:
    click.echo(f"| {title} | listed | truly not below the mean | of the truly ten worst |\n|---|---|---|---|")
    for name, verdict in found.items():
        click.echo(f"| {name} | {verdict.listed} | {verdict.not_below} | {verdict.of_worst} |")
    click.echo("")


def _issue(instance: Instance, quarter: Quarter, progress: Callable[[int, int], None] | None = None) -> None:
    """Issue the reports of the quarter into the folder `reports` of the instance and say how it went."""
    folder = instance.settings.dir / "reports"
    outcome = bulk.issue_quarter(instance, "lumo", quarter, Wanted(), out=folder, progress=progress)
    click.echo(f"Reports of {quarter}: {folder}")
    for number, reason in outcome.failed:
        click.echo(f"{number} could not be printed: {reason}", err=True)


def _free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) != 0


def _print_log_ins(address: str) -> None:
    click.echo(f"\n  {address}\n\n  Password for everybody: {build.PASSWORD}\n")
    width = max(len(log_in.email) for log_in in build.LOG_INS)
    for log_in in build.LOG_INS:
        click.echo(f"  {log_in.email:<{width}}  {log_in.role}: {log_in.note}")
    click.echo("")
