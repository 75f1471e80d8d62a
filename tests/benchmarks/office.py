"""A server in its own process, visits waiting to be sent to it, and phones that do nothing but send."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
from sqlalchemy import create_engine, func, insert, select, text
from sqlalchemy.orm import Session

from auditapp import migrate
from auditapp.config import Settings
from auditapp.db import Database
from auditapp.fieldwork.sending import make_token
from auditapp.models import (
    AnswerRow,
    ChecklistVersion,
    Location,
    Membership,
    Programme,
    Submission,
    Visit,
    VisitScoreRow,
)
from checklists.lifecycle import Role, State
from tests import factories as make
from tests.benchmarks import million
from tests.ports import free_port
from tests.postgres import private_cluster

SECRET = "benchmark"
TICK = os.sysconf("SC_CLK_TCK")
WORDS = '{pl = "Słowa", en = "Words"}'
KINDS = ("yes_no",) * 6 + ("scale",) * 2 + ("duration", "text")  # of ten questions
GIVEN = {"yes_no": ("yes", "no"), "scale": ("a", "c", "e"), "duration": ("00:02:30", "00:07:00"), "text": ("Miło.",)}
EXTRA = {
    "yes_no": "",
    "scale": "".join(
        f'[[item.option]]\ncode = "{code}"\npoints = {points}\ntext = {WORDS}\n' for points, code in enumerate("abcde")
    ),
    "duration": '[[item.band]]\nup_to = "00:03:00"\npoints = 2\n[[item.band]]\npoints = 0\n',
    "text": "",
}


def draw_up(items: int, norms: int = 20) -> tuple[str, str]:
    """Return a standard and a checklist of `items` questions in 8 sections, as documents."""
    criteria = "".join(
        f'[[criterion]]\ncode = "K{n}"\nsection = "A"\ntitle = {WORDS}\nprocedure = {WORDS}\ndimension = "courtesy"\n'
        'area = "people"\nstage = "welcome"\n'
        f'weight = {1 + n % 3}\nacceptance_level = 0.9\nchannels = ["store_visit"]\n'
        for n in range(norms)
    )
    sections = "".join(f'[[section]]\ncode = "S{n}"\ntitle = {WORDS}\n' for n in range(8))
    questions = "".join(
        f'[[item]]\ncode = "Q{n}"\nsection = "S{n * 8 // items}"\ncriterion = "K{n % norms}"\ntype = "{kind_of(n)}"\n'
        f'kind = "fact"\nquestion = {WORDS}\n{EXTRA[kind_of(n)]}'
        for n in range(items)
    )
    standard = (
        f'kind = "standard"\ncode = "LOAD{items}"\nversion = 1\nvalid_from = 2024-01-01\ncritical_policy = "flag"\n'
        f'title = {WORDS}\npurpose = {WORDS}\n[[section]]\ncode = "A"\ntitle = {WORDS}\n{criteria}'
    )
    checklist = (
        f'kind = "checklist"\ncode = "LOAD{items}-STORE"\nversion = 1\nstandard = "LOAD{items}"\nstandard_version = 1\n'
        f'channel = "store_visit"\nminutes = 14\ntitle = {WORDS}\nbrief = {WORDS}\n[[scenario]]\ncode = "S1"\n'
        f"title = {WORDS}\npersona = {WORDS}\ntask = {WORDS}\n{sections}{questions}"
    )
    return standard, checklist


def kind_of(number: int) -> str:
    """Return the type of the question with this number."""
    return KINDS[number % len(KINDS)]


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[str]:
    """Yield the address of an empty database: "sqlite", "postgresql" (a private, durable cluster) or as it is given."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'audit.db'}"
    elif kind == "postgresql":
        with private_cluster(durable=True) as server:
            engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("CREATE DATABASE audit"))
            engine.dispose()
            yield f"{server}/audit"
    else:
        yield kind


@contextmanager
def instance(kind: str, folder: Path, answers: int) -> Iterator[Settings]:
    """Yield an instance with about `answers` answers in its tables, 0 for an empty one."""
    folder.mkdir(parents=True)
    with databases(kind, folder) as url:
        settings = Settings(dir=folder, database_url=url, secret_key=SECRET)
        if answers:
            million.fill(settings, answers)
        else:
            migrate.upgrade(url)
        yield settings


@contextmanager
def opened(settings: Settings) -> Iterator[Session]:
    """Yield a session of the instance that commits."""
    database = Database(settings.database_url)
    try:
        with database.transaction() as session:
            yield session
    finally:
        database.engine.dispose()


def assign(settings: Settings, items: int, visits: int) -> list[bytes]:
    """Assign visits of `items` questions and return what their phones will send: one whole HTTP request for each."""
    with opened(settings) as session:
        programme = session.scalar(select(Programme)) or make.make_programme(session)
        if session.scalar(select(func.count()).select_from(Location)) == 0:
            for _ in range(50):
                make.make_location(session, programme)
                make.make_member(session, programme, Role.AUDITOR)
        version = session.scalar(select(ChecklistVersion).where(ChecklistVersion.code == f"LOAD{items}-STORE"))
        version = version or make.make_checklist(session, programme, *draw_up(items))
        today = datetime.now(UTC).date()
        wave = make.make_wave(session, programme, starts_on=today - timedelta(9), ends_on=today + timedelta(9))
        places = session.scalars(select(Location.id)).all()
        auditors = session.scalars(select(Membership.id).where(Membership.role == Role.AUDITOR)).all()
        mark = uuid4().hex[:8]
        rows = [
            {
                "programme_id": programme.id,
                "code": f"{mark}-{n}",
                "wave_id": wave.id,
                "location_id": places[n % len(places)],
                "checklist_version_id": version.id,
                "auditor_id": auditors[n % len(auditors)],
                "channel": version.channel,
                "window_from": wave.starts_on,
                "window_to": wave.ends_on,
            }
            for n in range(visits)
        ]
        session.execute(insert(Visit), rows)
        made = session.scalars(select(Visit).where(Visit.wave_id == wave.id)).all()
        return [_request(visit, f"{version.code} {version.version}", items, n) for n, visit in enumerate(made)]


def _request(visit: Visit, checklist: str, items: int, number: int) -> bytes:
    ended = datetime.now(UTC) - timedelta(minutes=20)
    began = ended - timedelta(minutes=25)
    answers = [
        {
            "item": f"Q{n}",
            "state": "answered",
            "value": GIVEN[kind_of(n)][(number + n) % len(GIVEN[kind_of(n)])],
            "comment": "",
            "at": (began + timedelta(seconds=5 * n)).isoformat(timespec="milliseconds"),
        }
        for n in range(items)
    ]
    document = {
        "id": str(uuid4()),
        "visit": visit.code,
        "round": 1,
        "checklist": checklist,
        "device": "Pixel 9",
        "rev": items,
        "status": "final",
        "started_at": began.isoformat(),
        "ended_at": ended.isoformat(),
        "tz": "Europe/Warsaw",
        "answers": answers,
        "photos": [],
    }
    body = msgspec.json.encode(document)
    head = (
        f"PUT /api/v1/submissions/{document['id']} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {make_token(SECRET, visit)}\r\nX-Device-Now: {time.time() * 1000:.0f}\r\n"
        f"Accept-Language: pl\r\nAccept-Encoding: gzip, br\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def serving(settings: Settings, *options: str) -> Iterator[tuple[int, int]]:
    """Start `auditapp serve`; yield its port and its process, which leads a group."""
    port = free_port()
    command = [sys.executable, "-m", "auditapp.cli", "serve", "--dir", str(settings.dir), "--port", str(port), *options]
    environment = {**os.environ, "AUDITAPP_DATABASE_URL": settings.database_url, "AUDITAPP_SECRET_KEY": SECRET}
    with (settings.dir / "server.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/sw.js", timeout=5):
                break
            time.sleep(0.1)
        yield port, process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def seconds_of_group(leader: int) -> float:
    """Return the processor time of a process group so far."""
    return sum(int(fields[11]) + int(fields[12]) for fields in _processes().values() if int(fields[2]) == leader) / TICK


def seconds_of_postgres(settings: Settings) -> float:
    """Return the processor time of the database's own processes so far; 0 for SQLite, which has none."""
    if settings.database_url.startswith("sqlite"):
        return 0.0
    with opened(settings) as session:
        backend = str(session.scalar(select(func.pg_backend_pid())))
        processes = _processes()
        main = processes[backend][1]
        ended = sum(map(int, processes[main][13:15]))  # backends that are gone
        alive = (fields for pid, fields in processes.items() if main in (pid, fields[1]))
        return (ended + sum(int(fields[11]) + int(fields[12]) for fields in alive)) / TICK


def _processes() -> dict[str, list[str]]:
    """Return the fields of /proc/PID/stat behind the name (the first is the state) by process."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                found[entry.name] = (entry / "stat").read_text().rpartition(") ")[2].split()
    return found


class Line:
    """One kept connection of a phone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, request: bytes) -> None:
        """Send a final document and wait for its receipt; AssertionError when there is none."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        body = await self.reader.readexactly(int(length.partition(b":")[2]))
        assert b'"receipt"' in body, head + body


@contextlib.asynccontextmanager
async def lines(port: int, count: int) -> AsyncIterator[Sequence[Line]]:
    """Open `count` connections."""
    opened = [Line(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(count)]
    try:
        yield opened
    finally:
        for line in opened:
            line.writer.close()


async def send_all(port: int, requests: Sequence[bytes], connections: int) -> list[float]:
    """Send every request, each connection the next one as soon as it has its answer. Returns the seconds of each."""
    waiting, seconds = iter(requests), []

    async def one(line: Line) -> None:
        for request in waiting:
            start = time.perf_counter()
            await line.send(request)
            seconds.append(time.perf_counter() - start)

    async with lines(port, connections) as opened:
        await asyncio.gather(*(one(line) for line in opened))
    return seconds


async def send_steadily(port: int, requests: Sequence[bytes], rate: float, connections: int) -> list[float]:
    """Send `rate` requests a second whether or not earlier ones are answered; seconds count from when each was due."""
    free: asyncio.Queue[Line] = asyncio.Queue()
    seconds = []

    async def one(request: bytes, due: float) -> None:
        line = await free.get()
        await line.send(request)
        seconds.append(time.perf_counter() - due)
        free.put_nowait(line)

    async with lines(port, connections) as opened, asyncio.TaskGroup() as group:
        for line in opened:
            free.put_nowait(line)
        begin = time.perf_counter()
        for number, request in enumerate(requests):
            due = begin + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(request, due))
    return seconds


def count_accepted(settings: Settings, items: int) -> int:
    """Return how many visits of the last wave are submitted with a receipt, every answer and a score."""
    with opened(settings) as session:
        wave = session.scalar(select(func.max(Visit.wave_id)))
        whole = select(AnswerRow.visit_id).group_by(AnswerRow.visit_id).having(func.count() == items).scalar_subquery()
        query = (
            select(func.count())
            .select_from(Visit)
            .join(Submission, Submission.visit_id == Visit.id)
            .join(VisitScoreRow, VisitScoreRow.visit_id == Visit.id)
            .where(Visit.wave_id == wave, Visit.status == State.SUBMITTED, Submission.receipt.is_not(None))
            .where(Visit.id.in_(whole))
        )
        return session.scalar(query) or 0


def percentiles(seconds: Sequence[float]) -> list[str]:
    """Return p50, p95 and p99 in milliseconds."""
    ordered = sorted(seconds)
    return [f"{ordered[int(len(ordered) * share)] * 1000:.0f}" for share in (0.5, 0.95, 0.99)]


def load_average() -> str:
    """Return the machine's load of the last minute: who else was at work."""
    return f"{os.getloadavg()[0]:.1f}"
