"""Fill an instance with a million answers: python -m tests.benchmarks.million DIR [--answers N] [--url URL]

A thousand stores over twelve quarters. 400 visits are drawn and imported for real; the rest are copies of them by SQL,
so that every table has the size and the shape it would have, in a minute instead of an hour.
"""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sqlalchemy import column, func, insert, select, table, text
from sqlalchemy.orm import Session

from auditapp import documents, migrate, rollups
from auditapp.config import Settings
from auditapp.db import Database
from auditapp.demo.network import DemoLocation
from auditapp.demo.truth import draw_truth
from auditapp.demo.visits import VisitMaker, VisitRows
from auditapp.exchange.tables import import_table
from auditapp.exchange.visits import import_visits
from auditapp.models import AnswerRow, CriterionScoreRow, Location, Membership, Programme, User, Visit, VisitScoreRow
from auditapp.programme import network
from checklists.lifecycle import Role
from checklists.model import Channel
from checklists.parse import shipped, shipped_documents
from reports.periods import Quarter

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FIRST, QUARTERS, STORES, TEMPLATES = Quarter(2023, 4), 12, 1000, 400
COPIES = table("copies", column("id"), column("source"))


def fill(settings: Settings, answers: int) -> None:
    """Create, migrate and fill the instance."""
    migrate.upgrade(settings.database_url)
    database = Database(settings.database_url)
    with database.transaction() as session:
        programme = _network(session)
        _templates(session, programme)
    with database.transaction() as session:
        _copy(session, answers)
    with database.transaction() as session:
        rollups.rebuild(session, session.scalars(select(Programme.id)).one())
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    database.engine.dispose()


def _network(session: Session) -> Programme:
    programme = network.create_programme(session, code="big", name="Big", kind="own", actor_id=None, now=NOW)
    for name, document in shipped_documents().items():
        documents.add_document(session, programme.id, document, name=name, actor_id=None, now=NOW)
    regions = [f"R{n:02d}" for n in range(10)] + [f"R{n // 4:02d}/P{n:02d}" for n in range(40)]
    import_table(
        session, programme, "regions", [{"region": path, "name": path} for path in regions], actor_id=None, now=NOW
    )
    rows = [
        {
            "location": f"S{n:04d}",
            "name": f"Store {n:04d}",
            "region": regions[10 + n % 40],
            "format": "store",
            "city": "Gdynia",
            "lat": "",
            "lon": "",
            "timezone": "Europe/Warsaw",
            "attributes": "car_park;service_desk",
            "footfall": "1000",
            "opened_on": "",
            "closed_on": "",
        }
        for n in range(STORES)
    ]
    import_table(session, programme, "locations", rows, actor_id=None, now=NOW)
    people = [
        {
            "email": f"tk{n}@example.pl",
            "name": f"TK {n}",
            "role": "auditor",
            "scope": "",
            "pseudonym": f"TK-{n}",
            "locale": "pl",
        }
        for n in range(60)
    ]
    people.append(
        {
            "email": "manager@example.pl",
            "name": "M",
            "role": "programme_manager",
            "scope": "",
            "pseudonym": "",
            "locale": "pl",
        }
    )
    people.append(
        {
            "email": "region@example.pl",
            "name": "R",
            "role": "regional_manager",
            "scope": "R00",
            "pseudonym": "",
            "locale": "pl",
        }
    )
    import_table(session, programme, "people", people, actor_id=None, now=NOW)
    return programme


def _templates(session: Session, programme: Programme) -> None:
    random = Random(1)
    standard, checklists = shipped()
    places = [
        DemoLocation(f"S{n:04d}", "", "", "store", "", None, None, ("car_park", "service_desk"), 1)
        for n in range(TEMPLATES)
    ]
    truth = draw_truth(
        random, [p.code for p in places], [c.code for c in standard.criteria], [f"TK-{n}" for n in range(60)], QUARTERS
    )
    store = {c.channel: c for c in checklists if c.channel == Channel.STORE_VISIT}
    maker, rows = VisitMaker(random, truth, standard, store, FIRST), VisitRows()
    for place in places:
        maker.visit(place, Channel.STORE_VISIT, 0, datetime(2023, 11, 7, 12, tzinfo=UTC), rows)
    import_visits(session, programme, rows.visits, rows.answers, actor_id=None, now=NOW, progress=None)


def _copy(session: Session, answers: int) -> None:
    """Copy the template visits until there are `answers` answers, two or so a store and quarter."""
    per_visit = session.scalar(select(func.count()).select_from(AnswerRow)) or 1
    visits = session.scalars(select(Visit).order_by(Visit.id)).all()
    wanted = round(answers / (per_visit / len(visits))) - len(visits)
    stores = session.scalars(select(Location.id).order_by(Location.id)).all()
    shoppers = session.scalars(select(Membership.id).where(Membership.role == Role.AUDITOR)).all()
    quarters = [FIRST.next(n) for n in range(QUARTERS)]
    next_id = visits[-1].id
    rows, sources = [], []
    for number in range(wanted):
        source, quarter = visits[number % len(visits)], quarters[(number // STORES) % QUARTERS]
        first, _last = quarter.bounds()
        at = datetime(first.year, first.month, 5 + number % 23, 12, number % 60, tzinfo=UTC)
        next_id += 1
        sources.append((next_id, source.id))
        rows.append(
            {
                "id": next_id,
                "programme_id": source.programme_id,
                "code": f"C-{next_id:07d}",
                "wave_id": None,
                "location_id": stores[number % STORES],
                "checklist_version_id": source.checklist_version_id,
                "auditor_id": shoppers[(number * 7) % len(shoppers)],
                "channel": source.channel,
                "kind": "regular",
                "scenario": "",
                "window_from": None,
                "window_to": None,
                "status": "approved",
                "round": 1,
                "started_at": at,
                "ended_at": at,
                "submitted_at": at,
                "local_date": at.date(),
                "quarter": str(quarter),
                "imported": True,
            }
        )
    for start in range(0, len(rows), 5000):
        session.execute(insert(Visit), rows[start : start + 5000])
    if session.get_bind().dialect.name == "postgresql":  # which counts only the ids that it gave itself
        session.execute(text("SELECT setval(pg_get_serial_sequence('visit', 'id'), (SELECT max(id) FROM visit))"))
    session.execute(text("CREATE TEMPORARY TABLE copies (id INTEGER, source INTEGER)"))
    session.execute(text("INSERT INTO copies VALUES (:id, :source)"), [{"id": i, "source": s} for i, s in sources])
    for model, key in ((AnswerRow, "id"), (VisitScoreRow, None), (CriterionScoreRow, None)):
        columns = [c.name for c in model.__mapper__.columns if c.name not in {"visit_id", key}]
        query = select(COPIES.c.id, *(getattr(model, name) for name in columns)).join_from(
            model, COPIES, model.visit_id == COPIES.c.source
        )
        session.execute(insert(model).from_select(["visit_id", *columns], query))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--url", default="")
    chosen = parser.parse_args()
    chosen.dir.mkdir(parents=True, exist_ok=True)
    url = chosen.url or f"sqlite:///{chosen.dir / 'audit.db'}"
    start = time.perf_counter()
    fill(Settings(dir=chosen.dir, database_url=url, secret_key="benchmark"), chosen.answers)
    database = Database(url)
    with database.reading() as session:
        counts = {
            m.__tablename__: session.scalar(select(func.count()).select_from(m)) for m in (Visit, AnswerRow, User)
        }
    print(f"{counts} in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
