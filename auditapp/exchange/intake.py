"""What one import of visits knows while it runs: the network, the visits met so far, and the counts."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Row as SqlRow
from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session, joinedload

from auditapp.convert import checklist_of
from auditapp.db import Base
from auditapp.exchange.findings import Findings
from auditapp.models import ChecklistVersion, Location, Membership, Programme, Visit
from checklists.lifecycle import Role, State
from checklists.model import Answer, Checklist, Item

Progress = Callable[[int], None]
STATES = (State.APPROVED.value, State.SUBMITTED.value, State.REJECTED.value)
COLUMN_OF = {
    "location_id": "location",
    "checklist_version_id": "checklist",
    "auditor_id": "shopper",
    "kind": "visit_kind",
    "started_at": "started_at",
    "ended_at": "ended_at",
    "submitted_at": "submitted_at",
}
REASON = "import"


@dataclass(frozen=True, slots=True)
class Version:
    """A checklist version with its items by code, each with its number."""

    id: int
    checklist: Checklist
    items: Mapping[str, tuple[int, Item]]


@dataclass(slots=True)
class Known:
    """A visit of this import: one just stored, or a stored one whose answers come again."""

    id: int
    location_id: int
    version: Version
    status: State
    new: bool
    file: str
    row: int
    rows: array[int]  # by item: the line that answered it, 0 for none yet
    touched: bool
    failed: bool = False


class Intake:
    """One import. Of a visit only its place in the files is kept, never its answers."""

    def __init__(
        self,
        session: Session,
        programme: Programme,
        findings: Findings,
        actor_id: int | None,
        now: datetime,
        progress: Progress | None,
    ) -> None:
        self.session, self.findings, self.actor_id, self.now = session, findings, actor_id, now
        self.programme_id = programme.id
        self.progress = progress or (lambda _done: None)
        self.new = self.changed = self.unchanged = 0
        self.known: dict[str, Known] = {}
        self.seen: dict[str, int] = {}
        self.refused: set[str] = set()
        places = session.execute(
            select(Location.code, Location.id, Location.timezone, Location.attributes).where(
                Location.programme_id == programme.id
            )
        ).all()
        self.locations = {code: (key, ZoneInfo(zone)) for code, key, zone, _ in places}
        self.attributes = {key: frozenset(attributes) for _, key, _, attributes in places}
        shoppers = select(Membership.pseudonym, Membership.id).where(
            Membership.programme_id == programme.id, Membership.role == Role.AUDITOR
        )
        self.shoppers: dict[str | None, int] = dict(session.execute(shoppers).all())
        self.versions: dict[int, Version] = {}
        for row in session.scalars(
            select(ChecklistVersion)
            .where(ChecklistVersion.programme_id == programme.id)
            .options(joinedload(ChecklistVersion.standard_version))
        ):
            checklist = checklist_of(row)
            items = {item.code: (number, item) for number, item in enumerate(checklist.items)}
            self.versions[row.id] = Version(row.id, checklist, items)
        self.by_code = {(v.checklist.code, v.checklist.version): v for v in self.versions.values()}

    def find(self, codes: list[str]) -> dict[str, SqlRow[Any]]:
        if not codes:
            return {}
        columns = [Visit.id, Visit.code, Visit.status, *(getattr(Visit, name) for name in COLUMN_OF)]
        rows = self.session.execute(
            select(*columns).where(Visit.programme_id == self.programme_id, Visit.code.in_(codes))
        )
        return {row.code: row for row in rows}

    def remember(self, visit: SqlRow[Any], file: str, number: int, *, new: bool) -> None:
        version = self.versions[visit.checklist_version_id]
        self.known[visit.code] = Known(
            id=visit.id,
            location_id=visit.location_id,
            version=version,
            status=State(visit.status),
            new=new,
            file=file,
            row=number,
            rows=array("l", bytes(array("l").itemsize * len(version.items))),
            touched=new,
        )

    def insert(self, model: type[Base], rows: list[dict[str, object]]) -> None:
        """Insert through the table: the mapped way would cut the rows wherever a value is None."""
        if rows:
            self.session.execute(insert(cast(Table, model.__table__)), rows)

    def answer_values(self, visit_id: int, answer: Answer, revision: int) -> dict[str, object]:
        return {
            "visit_id": visit_id,
            "item": answer.item,
            "revision": revision,
            "state": answer.state.value,
            "value": answer.value,
            "points": answer.points,
            "comment": answer.comment,
            "is_current": True,
            "author_id": self.actor_id,
            "reason": REASON,
            "created_at": self.now,
        }
