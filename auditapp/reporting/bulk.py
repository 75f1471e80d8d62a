"""All reports of a quarter from the command line: published here, printed by this process and by whoever helps.

The same jobs as on the pages, so that it may be ended at any moment and begun again: what is issued stays issued.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import String, and_, cast, func, select
from sqlalchemy.orm import Session

from auditapp.jobs import Jobs
from auditapp.models import Job, Location, OrderedReport, Publication, Region
from auditapp.reporting import printing, publishing, queries
from auditapp.reporting.publishing import Wanted
from auditapp.storage import Storage
from auditapp.terminal import Instance, get_programme, now
from checklists.problems import Problem, at
from reports.periods import Quarter

OFTEN = 0.2  # seconds between two looks at what others print
PATIENCE = timedelta(minutes=1)  # what was put off for longer is left to a server's workers, or to the next time


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order: numbers newly issued, numbers that stood already, and what failed or is still to be
    tried again, with the code of the reason."""

    issued: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]


def issue_quarter(
    instance: Instance,
    programme_code: str | None,
    quarter: Quarter,
    wanted: Wanted,
    *,
    note: str = "",
    out: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    processes: int | None = None,
) -> Outcome:
    """Publish a quarter and print its reports in `processes` processes; one that fails does not stop the others.

    `out` is a folder that gets a copy of every report that stands. Problem unknown_location, unknown_region, those of
    `publishing.publish`, and what kept the reports from being prepared.
    """
    jobs = Jobs(instance.settings, instance.database, Storage.open(instance.settings), now)
    jobs.workers = processes or os.cpu_count() or 1
    with instance.database.transaction() as session:
        programme = get_programme(session, programme_code)
        _check_places(session, programme.id, wanted)
        publication = publishing.publish(session, jobs, programme, quarter, wanted, note=note, actor_id=None, now=now())
        id_, orders = publication.id, publication.orders
    _prepare(jobs, id_, orders, {"quarter": str(quarter), "location": wanted.location})
    _print(jobs, id_, progress or (lambda _done, _all: None))
    _keep_workbooks(jobs, id_)
    return _outcome(jobs, id_, orders, wanted, out)


def _check_places(session: Session, programme_id: int, wanted: Wanted) -> None:
    """Refuse a place that is not there: Problem unknown_location, unknown_region."""
    places = (
        ("location", wanted.location, select(Location.id).where(Location.code == wanted.location), Location),
        ("region", wanted.region, select(Region.id).where(Region.path == wanted.region), Region),
    )
    for field, value, query, model in places:
        if value and session.scalar(query.where(model.programme_id == programme_id)) is None:
            raise Problem(f"unknown_{field}", at(field=field), value=value)


def _prepare(jobs: Jobs, publication_id: int, orders: int, words: dict[str, str]) -> None:
    """Do the job that prepares, or wait for the worker who has it. Problem with `words` when it cannot be done."""
    key = f"{publication_id}.{orders}"
    tried = False
    while True:
        with jobs.database.transaction(write=False) as session:
            job = session.scalars(select(Job).where(Job.kind == "publication", Job.key == key)).one()
        if job.state == "done":
            return
        # A worker may try again later; nobody waits for that here.
        if job.state == "failed" or (tried and job.state == "queued" and job.error):
            raise queries.why(job.error, **words)
        jobs.work(job.id)
        tried = True
        time.sleep(OFTEN)


def _print(jobs: Jobs, publication_id: int, progress: Callable[[int, int], None]) -> None:
    """Print what the publication wants, beside any worker who does so too, until nothing is left but what has failed
    several times and is put off for longer than PATIENCE."""
    with ThreadPoolExecutor(jobs.workers) as pool:
        while True:
            with jobs.database.transaction(write=False) as session:
                orders = select(OrderedReport).where(OrderedReport.publication_id == publication_id)
                rows = session.scalars(orders).all()
                left = [str(row.id) for row in rows if row.issued_id is None and not row.problem]
                due, more = _due(session, left)
            progress(len(rows) - len(left), len(rows))
            if not due and not more:
                return
            for count, _done in enumerate(pool.map(jobs.work, due), start=1):
                progress(len(rows) - len(left) + count, len(rows))
            time.sleep(OFTEN)


def _keep_workbooks(jobs: Jobs, publication_id: int) -> None:
    """Write the managers' parts of the workbook, unless a worker does."""
    with jobs.database.transaction(write=False) as session:
        job = session.scalars(select(Job.id).where(Job.kind == "workbooks", Job.key == str(publication_id))).one()
    jobs.work(job)


def _due(session: Session, keys: Sequence[str]) -> tuple[list[int], bool]:
    """Return the jobs of these reports that are due, and whether others are in somebody's hands or will be due soon."""
    found: list[int] = []
    moment, more = now(), False
    for start in range(0, len(keys), 500):
        mine = (Job.kind == "report", Job.key.in_(keys[start : start + 500]))
        for id_, state, due_at in session.execute(select(Job.id, Job.state, Job.due_at).where(*mine).order_by(Job.id)):
            if due_at <= moment:
                found.append(id_)
            elif state == "running" or due_at <= moment + PATIENCE:
                more = True
    return found, more


def _outcome(jobs: Jobs, publication_id: int, orders: int, wanted: Wanted, out: Path | None) -> Outcome:
    """Say what this order issued, and copy what stands into `out`."""
    with jobs.database.transaction(write=False) as session:
        publication = session.get_one(Publication, publication_id)
        failed = session.execute(
            select(OrderedReport.number, func.coalesce(func.nullif(OrderedReport.problem, ""), Job.error))
            .join(Job, and_(Job.kind == "report", Job.key == cast(OrderedReport.id, String)))
            .where(OrderedReport.publication_id == publication_id, OrderedReport.issued_id.is_(None))
            .order_by(OrderedReport.number)
        ).all()
        quarter = Quarter.parse(publication.quarter)
        fresh = set(
            session.scalars(
                select(OrderedReport.number).where(
                    OrderedReport.publication_id == publication_id,
                    OrderedReport.order == orders,
                    OrderedReport.issued_id.is_not(None),
                )
            )
        )
        standing = publishing.wanted_standing(session, publication.programme_id, quarter, wanted)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for row in standing:
            (out / f"{row.number}.pdf").write_bytes(jobs.storage.get(printing.KIND, row.sha256))
    return Outcome(
        issued=tuple(sorted(fresh)),
        unchanged=tuple(sorted(row.number for row in standing if row.number not in fresh)),
        failed=tuple((number, problem) for number, problem in failed),
    )
