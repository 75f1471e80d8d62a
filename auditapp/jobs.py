"""Work that is done after the answer was given: a row says what is to be done, a queue wakes a worker.

huey hands a message to a worker at most once and forgets it. The row, written in the transaction that made the work
necessary, is what makes it at least once: a worker claims it for a while, a failure puts it off, and a sweep names
again what nobody has finished. So every job may run twice, and running twice must be like running once.
"""

from __future__ import annotations

import hashlib
import json
import logging
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from importlib import import_module
from typing import Any

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer
from redis import ConnectionPool
from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp.config import BadSetting, Settings
from auditapp.db import Database, after_commit
from auditapp.models import Job
from auditapp.storage import Storage, is_full
from checklists.problems import Problem

# kind: the module that has its JOB, loaded when a worker meets the first one
KINDS = {
    "mail": "auditapp.mail",
    "photo": "auditapp.evidence.preparing",
    "publication": "auditapp.reporting.publishing",
    "report": "auditapp.reporting.printing",
    "workbooks": "auditapp.reporting.workbook_edition",
}
MOST = 8  # attempts; with the pauses between them some three hours
PASSING = ("no_space",)  # refusals that somebody may soon have mended
PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
NEARLY_EMPTY, AT_ONCE = 10, 1000  # messages: a sweep waits until there are few, and adds no more than these
OPEN = ("queued", "running")

log = logging.getLogger("auditapp.jobs")


@dataclass(frozen=True, slots=True)
class Kind:
    """How work of one kind is done. `run` may be called twice for one key, even at the same time.

    A Problem from `run` is final but for PASSING, any other error is tried again. `give_up` notes in the same
    transaction that the job failed, with the code of the reason. A worker that is not done after `lease` is taken for
    dead.
    """

    run: Callable[[Jobs, str], None]
    give_up: Callable[[Jobs, Session, str, str], None]
    lease: timedelta


class Jobs:
    """The jobs of one instance, with what they need."""

    def __init__(self, settings: Settings, database: Database, storage: Storage, clock: Callable[[], datetime]) -> None:
        self.settings, self.database, self.storage, self.clock = settings, database, storage, clock
        self.workers = max(1, settings.workers)  # jobs that this process does at once

    def ask(self, session: Session, kind: str, key: str, *, programme_id: int | None = None) -> None:
        """Have work done once the transaction of `session` is committed.

        Asked again, a failed job begins anew, one that was put off is due now, and the others stay as they are.
        """
        self.ask_many(session, kind, [key], programme_id=programme_id)

    def ask_many(self, session: Session, kind: str, keys: Sequence[str], *, programme_id: int | None = None) -> None:
        """Have many things done, as `ask` does one."""
        known: dict[str, Job] = {}
        for start in range(0, len(keys), 500):
            some = select(Job).where(Job.kind == kind, Job.key.in_(keys[start : start + 500]))
            known |= {job.key: job for job in session.scalars(some)}
        now = self.clock()
        for key in keys:
            job = known.setdefault(key, Job(kind=kind, key=key, programme_id=programme_id, due_at=now, created_at=now))
            session.add(job)
            if job.state == "failed":
                job.state, job.attempts, job.due_at, job.ended_at = "queued", 0, now, None
            elif job.state == "queued":
                job.due_at = min(job.due_at, now)
        session.flush()
        after_commit(session, partial(self._wake_all, [known[key].id for key in keys]))

    def work(self, job_id: int) -> None:
        """Do one job, unless it is done, put off, or in the hands of another worker."""
        if (claimed := self._claim(job_id)) is None:
            return
        job, kind = claimed
        try:
            kind.run(self, job.key)
        except Exception as error:  # whatever it was, the row must not be lost
            log.exception("job %s (%s %s), attempt %s", job.id, job.kind, job.key, job.attempts)
            final = isinstance(error, Problem) and error.code not in PASSING
            self._end(job, kind, _code(error), final=final or job.attempts >= MOST)
        else:
            self._end(job, kind)

    def sweep(self) -> int:
        """Wake workers for what is due and in no queue (one that is nearly empty): lost messages, put-off jobs, dead
        workers. Returns how many; a job that is named twice is done once."""
        if self.huey.pending_count() > NEARLY_EMPTY:
            return 0
        with self.database.transaction(write=False) as session:
            due = session.scalars(
                select(Job.id).where(Job.state.in_(OPEN), Job.due_at <= self.clock()).order_by(Job.id).limit(AT_ONCE)
            ).all()
        for job_id in due:
            self._wake(job_id)
        return len(due)

    def start(self, workers: int) -> Consumer:
        """Work in threads beside whatever else this process does. Its signals stay its own."""
        handlers = [(number, signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
        consumer = self.consumer(workers)
        consumer.start()
        for number, handler in handlers:
            signal.signal(number, handler)
        return consumer

    def consumer(self, workers: int) -> Consumer:
        """Return huey's consumer: worker threads, and one that asks for a sweep at the start and every minute.

        BadSetting when the queue is not to be had.
        """
        self.workers = workers
        try:
            self.huey.pending_count()
        except Exception as error:
            raise BadSetting(f"AUDITAPP_QUEUE_URL: the queue cannot be reached: {error}") from error
        return self.huey.create_consumer(
            workers=workers, max_delay=1.0, scheduler_interval=10, graceful_signal="TERM", shutdown_timeout=15
        )

    @cached_property
    def huey(self) -> Huey:
        """The queue; made when it is first needed."""
        huey = _open_queue(self.settings)
        self._message = huey.task(name="work")(self.work)
        huey.periodic_task(crontab(), name="sweep")(self.sweep)
        return huey

    def _wake_all(self, job_ids: Sequence[int]) -> None:
        for job_id in job_ids:
            self._wake(job_id)

    def _wake(self, job_id: int) -> None:
        try:
            self.huey.enqueue(self._message.s(job_id))
        except Exception:  # the row stands; the sweep names it again
            log.exception("the queue cannot be reached; job %s waits for the next sweep", job_id)

    def _claim(self, job_id: int) -> tuple[Job, Kind] | None:
        now = self.clock()
        with self.database.transaction() as session:
            job = session.scalar(
                select(Job).where(Job.id == job_id, Job.state.in_(OPEN), Job.due_at <= now).with_for_update()
            )
            if job is None:
                return None
            kind = _kind(job.kind)
            if job.state == "running":
                log.error("job %s (%s %s): its worker was lost", job.id, job.kind, job.key)
                job.error = "worker_lost"
            if job.attempts >= MOST:
                self._fail(session, job, kind)
                return None
            job.state, job.started_at, job.due_at = "running", now, now + kind.lease
            job.attempts += 1
            return job, kind

    def _end(self, mine: Job, kind: Kind, code: str = "", *, final: bool = False) -> None:
        """Note how the job went, if it is still this worker's."""
        with self.database.transaction() as session:
            still = select(Job).filter_by(id=mine.id, state="running", attempts=mine.attempts).with_for_update()
            job = session.scalar(still)
            if job is None:
                return
            job.error = code[:60]
            if final:
                self._fail(session, job, kind)
            elif code:
                pause = min(PAUSE * 4 ** (job.attempts - 1), LONGEST_PAUSE)
                job.state, job.due_at = "queued", self.clock() + pause
            else:
                job.state, job.ended_at = "done", self.clock()

    def _fail(self, session: Session, job: Job, kind: Kind) -> None:
        job.state, job.ended_at = "failed", self.clock()
        kind.give_up(self, session, job.key, job.error)


def _code(error: Exception) -> str:
    """Return what is noted of an error: a refusal's code, or the name of what nobody foresaw."""
    if isinstance(error, Problem):
        return error.code
    return "no_space" if is_full(error) else type(error).__name__


class _Messages(Serializer):  # type: ignore[misc]
    """JSON instead of huey's pickles: who can write into the queue must not be able to run code here."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(*json.loads(data))


def _kind(name: str) -> Kind:
    kind: Kind = import_module(KINDS[name]).JOB
    return kind


def _open_queue(settings: Settings) -> Huey:
    """Return the queue of an instance: named by its key, so that instances may share one server."""
    name = "auditapp" + hashlib.sha256(f"queue {settings.secret_key}".encode()).hexdigest()[:12]
    options: dict[str, Any] = {"results": False, "serializer": _Messages()}
    url = settings.queue_url
    if url.startswith("redis"):
        pool = ConnectionPool.from_url(url, socket_connect_timeout=3, socket_timeout=5)
        return RedisHuey(name, connection_pool=pool, **options)
    if url:
        huey = PostgresHuey(name, dsn=url, **options)
        huey.on_shutdown("close")(huey.storage.close)  # every worker listens on a connection of its own
        return huey
    # Losing the file loses nothing, so nobody waits for the disk.
    return SqliteHuey(name, filename=str(settings.dir / "queue.db"), fsync=False, **options)
