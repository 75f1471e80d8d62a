"""The command `auditapp demo`: migrate, fill, issue last quarter's reports, print the log-ins, serve."""

from __future__ import annotations

import socket
import sys

import click

from auditapp import i18n, migrate, server
from auditapp.demo import build
from auditapp.progress import Bars
from auditapp.reporting import bulk
from auditapp.terminal import Instance, instance_command, now


@click.command()
@click.option("--no-serve", is_flag=True, help="Build and exit.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@instance_command
def demo(instance: Instance, no_serve: bool, host: str, port: int) -> None:
    """Try everything: a retail network with twelve quarters of visits, ready to click through."""
    if not no_serve and not _free(host, port):
        click.echo(f"Port {port} is taken. Choose another one: auditapp demo --port {port + 1}", err=True)
        sys.exit(1)
    i18n.compile_catalogue()
    migrate.upgrade(instance.settings.database_url)
    with instance.database.transaction(write=False) as session:
        built = build.is_built(session)
    if not built:
        with Bars() as bars:
            quarter = build.build(instance, now(), bars.show)
            folder = instance.settings.dir / "reports"
            outcome = bulk.issue_quarter(
                instance,
                "lumo",
                quarter,
                locales=("pl",),
                out=folder,
                progress=lambda done, total: bars.show("Reports of the last quarter", done, total),
            )
        click.echo(f"Reports of {quarter}: {folder}")
        for number, reason in outcome.failed:
            click.echo(f"{number} could not be printed: {reason}", err=True)
        click.echo(f"The true levels behind the visits: {instance.settings.dir / 'demo-truth.csv'}")
    _print_log_ins(f"http://{host}:{port}")
    if not no_serve:
        server.serve(instance.settings, host=host, port=port)


def _free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) != 0


def _print_log_ins(address: str) -> None:
    click.echo(f"\n  {address}\n\n  Password for everybody: {build.PASSWORD}\n")
    width = max(len(log_in.email) for log_in in build.LOG_INS)
    for log_in in build.LOG_INS:
        click.echo(f"  {log_in.email:<{width}}  {log_in.role}: {log_in.note}")
    click.echo("")
