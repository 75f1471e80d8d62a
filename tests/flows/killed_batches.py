"""Quarters whose reports are printed while processes are killed: `python -m tests.flows.killed_batches --help`.

A web process with a worker of its own and a worker beside it print the reports of a small network; at random moments
one of them, or one of the processes that print for them, is killed as a power cut does, and started again. Then every
report must be issued exactly once, whole, with one line in the journal, and everybody has one letter.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, func, select, text

from auditapp import migrate
from auditapp.config import Settings
from auditapp.db import Database
from auditapp.jobs import Jobs
from auditapp.models import (
    IssuedReport,
    Job,
    JournalLine,
    OrderedReport,
    OutgoingMail,
    Programme,
    Publication,
)
from auditapp.reporting import printing, publishing
from auditapp.reporting.publishing import Wanted
from auditapp.storage import Storage
from auditapp.terminal import now
from tests.auditapp.networks import NOW_SHOWN, make_network
from tests.ports import free_port
from tests.postgres import private_cluster
from tests.queues import running_redis

LIMIT = 600  # seconds for one batch


@dataclass
class House:
    """One instance and the processes that work in it."""

    settings: Settings
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        command = [sys.executable, "-m", "tests.flows.batch_process", name, str(self.settings.dir), str(free_port())]
        with (self.settings.dir / "processes.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log, env=self.environment)

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].wait()

    def printers(self) -> list[int]:
        """Return the processes that print for ours."""
        mine, found = {process.pid for process in self.processes.values()}, []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    parent = int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
                    if parent in mine and b"spawn_main" in (entry / "cmdline").read_bytes():
                        found.append(int(entry.name))
        return found

    def end(self) -> None:
        for name in self.processes:
            self.kill(name)


def play(queue: str, kills: int, seed: int) -> int:
    """Print one quarter with `kills` kills; returns the number of its reports. AssertionError when one is wrong."""
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder, _instance(Path(folder), queue) as house:
        settings = house.settings
        database, storage = Database(settings.database_url), Storage.open(settings)
        jobs = Jobs(settings, database, storage, now)
        with database.transaction() as session:
            make_network(session)
        try:
            for name in ("web", "worker"):
                house.start(name)
            with database.transaction() as session:
                programme = session.scalars(select(Programme)).one()
                publishing.publish(session, jobs, programme, NOW_SHOWN, Wanted(("pl", "en")), actor_id=None, now=now())
            done = _disturb(house, database, draw, kills)
            check(database, storage)
            return done
        finally:
            house.end()
            database.engine.dispose()


def _disturb(house: House, database: Database, draw: random.Random, kills: int) -> int:
    """Kill and start again until everything is printed; returns how many reports there are."""
    until, left = time.monotonic() + LIMIT, kills
    while True:
        time.sleep(draw.uniform(0.1, 1.5))
        with database.transaction(write=False) as session:
            publication = session.scalars(select(Publication)).one()
            issued = session.scalar(select(func.count()).select_from(IssuedReport)) or 0
        if publication.ended_at is not None:
            assert not publication.problem, publication.problem
            assert left < kills or not kills, "all was printed before anything was killed"
            return issued
        assert time.monotonic() < until, f"{issued} reports issued, and no end"
        if left:
            name = draw.choice(["web", "worker", "printer"])
            printers = house.printers()
            if name != "printer":
                house.kill(name)
                time.sleep(draw.uniform(0, 0.5))
                house.start(name)
            elif printers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(draw.choice(printers), signal.SIGKILL)
            left -= 1


def check(database: Database, storage: Storage) -> None:
    """Every ordered report is issued once, its bytes are whole, the journal has one line, each person one letter."""
    with database.transaction(write=False) as session:
        ordered = session.scalars(select(OrderedReport)).all()
        issued = {report.id: report for report in session.scalars(select(IssuedReport))}
        lines = Counter(session.scalars(select(JournalLine.subject_id).where(JournalLine.act == "issue")))
        letters = Counter(session.scalars(select(OutgoingMail.recipient)))
        unfinished = session.scalars(select(Job).where(Job.kind == "report", Job.state == "failed")).all()
    assert [order.problem for order in ordered if order.problem] == []
    assert Counter(order.issued_id for order in ordered) == Counter(list(issued))
    assert lines == Counter(report.number for report in issued.values())
    assert set(lines.values()) == {1}
    assert set(letters.values()) == {1}
    assert unfinished == []
    for report in issued.values():
        data = storage.get(printing.KIND, report.sha256)
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (report.sha256, report.size)
        assert data.startswith(b"%PDF"), report.number
        assert data.rstrip().endswith(b"%%EOF"), report.number


@contextlib.contextmanager
def _instance(folder: Path, queue: str) -> Iterator[House]:
    """Yield an instance with a queue: "sqlite", "redis", or "postgresql" (which then holds the data as well)."""
    with contextlib.ExitStack() as stack:
        environment = {**os.environ, "AUDITAPP_WORKERS": "1", "AUDITAPP_SECRET_KEY": "killed"}
        if queue == "redis":
            environment["AUDITAPP_QUEUE_URL"] = stack.enter_context(running_redis())
        elif queue == "postgresql":
            server = stack.enter_context(private_cluster(durable=False))
            engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                for name in ("audit", "queue"):
                    connection.execute(text(f"CREATE DATABASE {name}"))
            engine.dispose()
            environment["AUDITAPP_DATABASE_URL"] = f"{server}/audit".replace("+psycopg", "")
            environment["AUDITAPP_QUEUE_URL"] = f"{server}/queue".replace("+psycopg", "")
        before = dict(os.environ)
        os.environ.update(environment)
        try:
            settings = Settings.from_env(folder)
        finally:
            os.environ.clear()
            os.environ.update(before)
        migrate.upgrade(settings.database_url)
        yield House(settings, environment)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--queue", choices=["sqlite", "redis", "postgresql"], default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    started, left, total, seed = time.monotonic(), chosen.kills, 0, chosen.seed
    while left > 0:
        kills = min(left, 5)
        total += play(chosen.queue, kills, seed)
        left, seed = left - kills, seed + 1
    took = time.monotonic() - started
    print(f"{chosen.queue}: {total} reports, each issued exactly once, after {chosen.kills} kills in {took:.0f} s")


if __name__ == "__main__":
    main()
