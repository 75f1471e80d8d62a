"""The commands `auditapp jobs`."""

from __future__ import annotations

from collections.abc import Sequence

import click
from sqlalchemy import func, select

from auditapp.jobs import Jobs
from auditapp.models import Job
from auditapp.storage import Storage
from auditapp.terminal import Instance, instance_command, now

STATES = ("queued", "running", "failed", "done")


@click.group()
def jobs() -> None:
    """Work that is done after the answer was given."""


@jobs.command()
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Jobs done at once.")
@instance_command
def work(instance: Instance, workers: int) -> None:
    """Do jobs until the process is ended, beside or instead of the workers of `serve`."""
    _jobs(instance).consumer(workers).run()


@jobs.command("list")
@click.option("--state", type=click.Choice(STATES), multiple=True, help="Those of one state; all when left out.")
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="How many of the newest.")
@instance_command
def list_jobs(instance: Instance, state: Sequence[str], last: int) -> None:
    """How many jobs stand in each state, and the newest ones."""
    chosen = state or STATES
    with instance.database.transaction(write=False) as session:
        counted = select(Job.state, func.count()).group_by(Job.state)
        counts = dict(session.execute(counted).all())
        rows = session.scalars(select(Job).where(Job.state.in_(chosen)).order_by(Job.id.desc()).limit(last)).all()
    click.echo(", ".join(f"{counts.get(name, 0)} {name}" for name in STATES))
    for row in rows:
        when = row.ended_at or row.started_at or row.created_at
        tries = f"attempt {row.attempts}" if row.attempts else "not begun"
        line = f"{row.id:>8}  {row.state:<8} {row.kind} {row.key}  {when:%Y-%m-%d %H:%M}  {tries}  {row.error}"
        click.echo(line.rstrip())


@jobs.command()
@instance_command
def retry(instance: Instance) -> None:
    """Begin every failed job anew."""
    known = _jobs(instance)
    with instance.database.transaction() as session:
        failed = session.scalars(select(Job).where(Job.state == "failed")).all()
        for job in failed:
            known.ask(session, job.kind, job.key)
    click.echo("1 job begins anew." if len(failed) == 1 else f"{len(failed)} jobs begin anew.")


def _jobs(instance: Instance) -> Jobs:
    return Jobs(instance.settings, instance.database, Storage.open(instance.settings), now)
