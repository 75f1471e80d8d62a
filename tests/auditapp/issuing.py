"""Publishing as the tests do it: the order, and a worker who does all that waits, printing in this process."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from auditapp.db import Database
from auditapp.factory import App
from auditapp.jobs import Jobs
from auditapp.models import IssuedReport, Job, OrderedReport, Programme, Publication
from auditapp.reporting import publishing
from auditapp.reporting.publishing import Wanted
from reports.periods import Quarter

QUARTER = Quarter(2026, 3)


@dataclass
class Press:
    """The jobs of one instance, done when a test says so."""

    jobs: Jobs

    @classmethod
    def of(cls, app: App) -> Press:
        jobs: Jobs = app.extensions["auditapp.jobs"]
        jobs.workers = 0  # print here
        return cls(jobs)

    @property
    def database(self) -> Database:
        return self.jobs.database

    def publish(
        self, wanted: Wanted | None = None, *, note: str = "", quarter: Quarter = QUARTER, code: str = "lumo"
    ) -> Publication:
        """Order reports and print them."""
        publication = self.order(wanted, note=note, quarter=quarter, code=code)
        self.work()
        with self.database.transaction(write=False) as session:
            return session.get_one(Publication, publication.id)

    def order(
        self, wanted: Wanted | None = None, *, note: str = "", quarter: Quarter = QUARTER, code: str = "lumo"
    ) -> Publication:
        with self.database.transaction() as session:
            programme = session.scalars(select(Programme).where(Programme.code == code)).one()
            return publishing.publish(
                session,
                self.jobs,
                programme,
                quarter,
                wanted or Wanted(),
                note=note,
                actor_id=None,
                now=self.jobs.clock(),
            )

    def work(self) -> int:
        """Do every job that is due, and those that come of it; returns how many there were."""
        count = 0
        while True:
            with self.database.transaction(write=False) as session:
                due = select(Job.id).where(Job.state == "queued", Job.due_at <= self.jobs.clock()).order_by(Job.id)
                ids = session.scalars(due).all()
            if not ids:
                return count
            for job_id in ids:
                self.jobs.work(job_id)
            count += len(ids)

    def issued(self) -> list[IssuedReport]:
        with self.database.transaction(write=False) as session:
            return list(session.scalars(select(IssuedReport).order_by(IssuedReport.id)))

    def numbers(self) -> list[str]:
        return sorted(report.number for report in self.issued())

    def ordered(self) -> list[OrderedReport]:
        with self.database.transaction(write=False) as session:
            return list(session.scalars(select(OrderedReport).order_by(OrderedReport.id)))

    def data(self, number: str) -> bytes:
        (report,) = [report for report in self.issued() if report.number == number]
        return self.jobs.storage.get("reports", report.sha256)
