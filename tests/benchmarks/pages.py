"""Server time of the managers' pages and of the streamed export: python -m tests.benchmarks.pages DIR [--url URL]

DIR holds an instance made by tests.benchmarks.million or tests.benchmarks.wide. Times are of the whole request inside
the application (routing, access, queries, statistics, template), without the network, on the machine's cores as they
"""

from __future__ import annotations

import argparse
import csv
import io
import resource
import statistics
import time
from pathlib import Path

from sqlalchemy import event, func, select, text

from auditapp.config import Settings
from auditapp.factory import App, create_app
from auditapp.models import Cell, Location, User, Visit
from auditapp.server import settle
from tests.factories import NOW
from tests.pages import Person

PAGES = {
    "compare, whole network": "compare",
    "compare, one region": "compare?region=R00",
    "location": "locations/{location}",
    "at a glance": "agenda",
    "overview": "",
    "criteria": "criteria",
    "criterion": "criteria/{criterion}",
}
BARE = (
    "SELECT visit.code, item, state, value, points, comment, revision FROM visit JOIN answer ON visit_id = visit.id "
    "WHERE is_current ORDER BY visit.id, item"
)
CELLS = (
    "SELECT location_id, criterion, n, score_sum, score_sum_sq, lost_sum FROM cell "
    "WHERE programme_id = 1 AND quarter = '2026Q3'"
)


def _person(app: App, email: str) -> Person:
    with app.database.reading() as session:
        return Person(app, session.scalars(select(User).where(User.email == email)).one())


def _pages(app: App, rounds: int) -> None:
    queries = 0

    @event.listens_for(app.database.engine, "before_cursor_execute")
    def count(*_: object) -> None:
        nonlocal queries
        queries += 1

    with app.database.reading() as session:
        some = {
            "location": session.scalar(select(Location.code).order_by(Location.code).limit(1)),
            "criterion": session.scalar(select(Cell.criterion).where(Cell.criterion != "").limit(1)),
        }
    print(f"{'page':<34}{'first ms':>9}{'p50 ms':>8}{'p95 ms':>8}{'queries':>9}{'kB':>7}{'memory MB':>11}")
    for who, email in (("manager", "manager@example.pl"), ("region", "region@example.pl")):
        client = _person(app, email).client
        for name, path in PAGES.items():
            path, start = "/p/big/results/" + path.format(**some), time.perf_counter()
            path = path.rstrip("/")
            client.get(path)
            first, times = (time.perf_counter() - start) * 1000, []
            for _ in range(rounds):
                queries, start = 0, time.perf_counter()
                response = client.get(path)
                times.append((time.perf_counter() - start) * 1000)
            times.sort()
            status = "" if response.status_code == 200 else f"  status {response.status_code}"
            print(
                f"{name + ', ' + who:<34}{first:>9.0f}{statistics.median(times):>8.0f}"
                f"{times[int(len(times) * 0.95)]:>8.0f}{queries:>9}{len(response.data) / 1000:>7.0f}"
                f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:>11.0f}{status}"
            )


def _export(app: App) -> None:
    person = _person(app, "manager@example.pl")
    token = person.get("/p/big/exchange").token()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    response = person.client.post(
        "/p/big/exchange/export",
        data={"csrf_token": token, "kind": "answers", "format": "csv", "quarter": ""},
        buffered=False,
    )
    first, size = 0.0, 0
    for chunk in response.response:
        first = first or time.perf_counter() - start
        size += len(chunk)
    response.close()
    total = time.perf_counter() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"answers as CSV: {total:.2f} s, first byte {first:.3f} s, {size / 1e6:.1f} MB, memory grew {grown:.0f} MB")


def _bare(app: App) -> None:
    """What the export is measured against on this machine: the driver's rows and the csv module, nothing else."""
    start = time.perf_counter()
    with app.database.engine.connect() as connection:
        found = connection.exec_driver_sql(BARE).cursor
        while rows := found.fetchmany(4000):
            buffer = io.StringIO(newline="")
            csv.writer(buffer).writerows(rows)
            buffer.getvalue().encode()
    print(f"the same rows from the driver through csv, nothing checked: {time.perf_counter() - start:.2f} s")


def _cells(app: App) -> None:
    with app.database.engine.connect() as connection:
        start = time.perf_counter()
        rows = connection.execute(text(CELLS)).all()
        print(f"location x criterion of a quarter: {len(rows)} cells in {time.perf_counter() - start:.3f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--url", default="")
    parser.add_argument("--rounds", type=int, default=40)
    chosen = parser.parse_args()
    url = chosen.url or f"sqlite:///{chosen.dir / 'audit.db'}"
    app = create_app(Settings(dir=chosen.dir, database_url=url, secret_key="benchmark"), clock=lambda: NOW)
    settle()  # as the server does
    _cells(app)
    _pages(app, chosen.rounds)
    with app.database.reading() as session:
        visits = session.scalar(select(func.count()).select_from(Visit))
    if visits:  # a wide network has none
        _export(app)
        _bare(app)


if __name__ == "__main__":
    main()
