"""Doing the jobs of an instance as a worker does, in the thread of the test."""

from __future__ import annotations

from sqlalchemy import select

from auditapp.factory import App
from auditapp.jobs import Jobs
from auditapp.models import Job


def do_jobs(app: App) -> None:
    """Do what is due by the clock of the instance."""
    jobs: Jobs = app.extensions["auditapp.jobs"]
    with app.database.transaction(write=False) as session:
        due = session.scalars(select(Job.id).where(Job.due_at <= jobs.clock())).all()
    for job_id in due:
        jobs.work(job_id)
