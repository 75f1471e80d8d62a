"""Doing the jobs of an instance as a worker does, in the thread of the test, and reading the letters it sent."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

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


def read_letters(folder: Path) -> list[EmailMessage]:
    """Return the letters that an instance without a mail server put into its mail folder, in their order."""
    return [email.message_from_bytes(path.read_bytes(), policy=SMTP) for path in sorted(folder.glob("*.eml"))]
