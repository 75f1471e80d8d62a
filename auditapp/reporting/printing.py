"""The job that prints one ordered report and issues it, and what happens when a publication's last one is done.

Printing is done in processes of their own: Typst's memory grows with every report, and a process that is lost takes
one report with it, which is tried again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from auditapp import journal
from auditapp.evidence import service as evidence
from auditapp.jobs import Jobs, Kind
from auditapp.models import IssuedReport, OrderedReport, Publication
from auditapp.reporting import delivery, drafts
from auditapp.reporting.drafts import Draft
from auditapp.storage import Storage
from checklists.model import Text
from checklists.problems import Problem
from reports.pdf import Printer, ReportProblem

KIND = delivery.KIND
PREVIEW = Text("Podgląd – nie wydano", "Preview – not issued")
log = logging.getLogger("auditapp.reporting")


@lru_cache(maxsize=1)
def _printer(processes: int) -> Printer:
    return Printer(processes)


def print_report(jobs: Jobs, key: str) -> None:
    """Print a report from its kept inputs and issue it; done already: nothing happens. Problem not_printable."""
    with jobs.database.transaction(write=False) as session:
        order = session.get(OrderedReport, int(key))
        if order is None or order.issued_id is not None:
            return
    inputs = drafts.read_inputs(jobs.storage, order.inputs)
    try:
        data = _printer(jobs.workers).render(inputs, read_pictures(jobs.storage, inputs["photos"]))
    except ReportProblem as error:
        log.exception("the report %s cannot be printed", order.number)
        raise Problem("not_printable", number=order.number) from error
    digest = jobs.storage.put(KIND, data)
    with jobs.database.transaction() as session:
        publication = session.get_one(Publication, order.publication_id, with_for_update=True)
        held = session.get(OrderedReport, order.id, populate_existing=True)
        if held is None or held.issued_id is not None:
            return  # another worker was quicker
        _issue(session, jobs, publication, held, digest, len(data))
        end_if_done(session, jobs, publication)


def print_draft(jobs: Jobs, draft: Draft) -> bytes:
    """Return a report that is not issued, with a word in the place of its number; ReportProblem."""
    inputs = {**draft.inputs, "page": {**draft.inputs["page"], "number": PREVIEW.get(draft.locale)}}
    return _printer(jobs.workers).render(inputs, read_pictures(jobs.storage, inputs["photos"]))


def _issue(
    session: Session, jobs: Jobs, publication: Publication, order: OrderedReport, digest: str, size: int
) -> None:
    """Issue a printed report: a row that nobody changes, and its line in the journal."""
    now = jobs.clock()
    report = IssuedReport(
        programme_id=publication.programme_id,
        publication_id=publication.id,
        number=order.number,
        kind=order.kind,
        location_id=order.location_id,
        region_id=order.region_id,
        quarter=publication.quarter,
        locale=order.locale,
        issue=order.issue,
        fingerprint=order.fingerprint,
        sha256=digest,
        size=size,
        created_at=now,
        author_id=publication.author_id,
    )
    session.add(report)
    session.flush()
    order.issued_id, order.problem = report.id, ""
    session.flush()
    journal.write(
        session,
        programme_id=publication.programme_id,
        actor_id=publication.author_id,
        now=now,
        act="issue",
        subject="report",
        subject_id=report.number,
        sha256=digest,
    )


def read_pictures(storage: Storage, keys: Iterable[str]) -> dict[str, bytes]:
    """Return the photos that a report shows, by their key; one that is no longer there is left out."""
    found = {}
    for key in keys:
        try:
            found[key] = storage.get(evidence.KIND, key)
        except FileNotFoundError:
            log.warning("the photo %s is not in storage", key)
    return found


def end_if_done(session: Session, jobs: Jobs, publication: Publication) -> None:
    """End a publication whose last report is printed or cannot be; whoever is entitled gets a letter, once.

    The caller holds the publication's row, so that two last reports do not both leave it to the other.
    """
    waiting = exists().where(
        OrderedReport.publication_id == publication.id,
        OrderedReport.issued_id.is_(None),
        OrderedReport.problem == "",
    )
    if publication.ended_at is not None or session.scalar(select(waiting)):
        return
    publication.ended_at = jobs.clock()
    session.flush()
    delivery.announce(session, jobs, publication)


def give_up(jobs: Jobs, session: Session, key: str, code: str) -> None:
    """Note why a report could not be printed; the others do not wait for it."""
    order = session.get_one(OrderedReport, int(key))
    publication = session.get_one(Publication, order.publication_id, with_for_update=True)
    if order.issued_id is None:
        order.problem = code
        session.flush()
        end_if_done(session, jobs, publication)


JOB = Kind(print_report, give_up, timedelta(minutes=2))
