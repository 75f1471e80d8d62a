"""A very wide network: python -m tests.benchmarks.wide DIR [--locations 10000] [--criteria 60] [--quarters 20]

Only what statistics read is made: locations, one checklist, and the additive cells of every location, quarter and
criterion, as some three visits each would have left them. There are no visits behind them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from auditapp import documents, migrate
from auditapp.config import Settings
from auditapp.db import Database, insert_rows
from auditapp.exchange.tables import import_table
from auditapp.models import Cell, Location, Programme
from auditapp.programme import network
from checklists.model import Channel
from reports.periods import Quarter
from tests.benchmarks.million import NOW
from tests.benchmarks.office import draw_up

LAST = Quarter(2026, 3)
REGIONS = [f"R{n:02d}" for n in range(10)] + [f"R{n // 10:02d}/P{n:02d}" for n in range(100)]
MOST = 4  # visits of a location in a quarter
CHUNK = 100_000


def fill(settings: Settings, locations: int, criteria: int, quarters: int) -> None:
    """Create, migrate and fill the instance."""
    migrate.upgrade(settings.database_url)
    database = Database(settings.database_url)
    with database.transaction() as session:
        programme = _network(session, locations, criteria)
        ids = np.array(session.scalars(select(Location.id).order_by(Location.id)).all())
    random = np.random.default_rng(1)
    levels = np.clip(0.82 + 0.05 * random.standard_normal((locations, 1, 1)), 0.4, 0.97)
    norms = np.clip(0.05 * random.standard_normal((1, 1, criteria)), -0.2, 0.2)
    for quarter in Quarter.range(LAST.previous(quarters - 1), LAST):
        with database.transaction() as session:
            rows: list[dict[str, Any]] = []
            for row in _cells(random, programme.id, str(quarter), ids, levels + norms):
                rows.append(row)
                if len(rows) == CHUNK:
                    insert_rows(session, Cell.metadata.tables["cell"], rows)
                    rows.clear()
            insert_rows(session, Cell.metadata.tables["cell"], rows)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    database.engine.dispose()


def _network(session: Session, locations: int, criteria: int) -> Programme:
    programme = network.create_programme(session, code="big", name="Big", kind="own", actor_id=None, now=NOW)
    for name, document in zip(("standard", "checklist"), draw_up(2 * criteria, criteria), strict=True):
        documents.add_document(session, programme.id, document, name=name, actor_id=None, now=NOW)
    tables: dict[str, list[dict[str, str]]] = {
        "regions": [{"region": path, "name": path} for path in REGIONS],
        "locations": [
            {
                **dict.fromkeys(("lat", "lon", "attributes", "opened_on", "closed_on"), ""),
                "location": f"S{n:05d}",
                "name": f"Store {n:05d}",
                "region": REGIONS[10 + n % 100],
                "format": "store",
                "city": "Gdynia",
                "timezone": "Europe/Warsaw",
                "footfall": "1000",
            }
            for n in range(locations)
        ],
        "people": [
            {"email": f"{who}@example.pl", "name": who, "role": role, "scope": scope, "pseudonym": "", "locale": "pl"}
            for who, role, scope in (("manager", "programme_manager", ""), ("region", "regional_manager", "R00"))
        ],
    }
    for name, rows in tables.items():
        import_table(session, programme, name, rows, actor_id=None, now=NOW)
    return programme


def _cells(
    random: np.random.Generator, programme: int, quarter: str, ids: np.ndarray, levels: np.ndarray
) -> Iterator[dict[str, Any]]:
    """Yield the cells of one quarter in the order of their key; `levels` are (locations, 1, criteria)."""
    n = random.integers(2, MOST + 1, len(ids))
    made = (np.arange(MOST) < n[:, None])[:, :, None]
    day = 0.06 * random.standard_normal((len(ids), MOST, 1))
    share = np.clip(levels + day + 0.2 * random.standard_normal((len(ids), MOST, levels.shape[2])), 0, 1) * made
    whole = share.mean(axis=2, keepdims=True)
    lost = (made - share) / levels.shape[2]
    for code, scores, gone, answers in (
        ("", whole, lost.sum(axis=2, keepdims=True), 2 * levels.shape[2]),
        *((f"K{c}", share[:, :, [c]], lost[:, :, [c]], 2) for c in sorted(range(levels.shape[2]), key=str)),
    ):
        sums = (scores.sum(axis=(1, 2)), (scores**2).sum(axis=(1, 2)), gone.sum(axis=(1, 2)))
        columns = (ids, n, *sums, n * answers)
        for place, visits, total, squares, missing, given in zip(*(column.tolist() for column in columns), strict=True):
            yield {
                "programme_id": programme,
                "quarter": quarter,
                "channel": Channel.STORE_VISIT.value,
                "criterion": code,
                "location_id": place,
                "n": visits,
                "score_sum": total,
                "score_sum_sq": squares,
                "lost_sum": missing,
                "answers": given,
                "critical_failed": 0,
                "critical_applicable": 0,
            }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--locations", type=int, default=10_000)
    parser.add_argument("--criteria", type=int, default=60)
    parser.add_argument("--quarters", type=int, default=20)
    parser.add_argument("--url", default="")
    chosen = parser.parse_args()
    chosen.dir.mkdir(parents=True, exist_ok=True)
    url = chosen.url or f"sqlite:///{chosen.dir / 'audit.db'}"
    start = time.perf_counter()
    settings = Settings(dir=chosen.dir, database_url=url, secret_key="benchmark")
    fill(settings, chosen.locations, chosen.criteria, chosen.quarters)
    cells = chosen.locations * (chosen.criteria + 1) * chosen.quarters
    print(f"{cells:,} cells in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
