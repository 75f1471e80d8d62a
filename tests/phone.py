"""An auditor with one visit to make, and the ways through its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from auditapp.factory import App
from auditapp.fieldwork import documents
from auditapp.models import Submission, User, Visit
from checklists.lifecycle import Role
from tests import factories as make
from tests.pages import Page, Person

ENTRY: dict[str, Any] = {"shown": ["M1", "M4"], "a-M1": "yes", "a-M4": "14:05"}
ENTRY_WHOLE: dict[str, Any] = {"shown": ["M1", "M2", "M4"], "a-M1": "yes", "a-M2": "warm", "a-M4": "14:05"}
TILL: dict[str, Any] = {
    "shown": ["M5", "M6", "M7", "M8", "M9", "M10", "M11"],
    "a-M5": "2:00", "a-M6": "all", "a-M7": ["bag", "card"], "a-M8": "yes", "a-M9": "19,90", "c-M8": "Bez proszenia.",
}  # fmt: skip
TIMES = {"started_on": "2026-08-12", "started_at": "10:00", "ended_on": "2026-08-12", "ended_at": "10:25"}


@dataclass
class World:
    app: App
    auditor: User
    other: User
    visit_id: int

    @property
    def base(self) -> str:
        return f"/p/lumo/visits/{self.visit_id}"

    def document(self, round_: int = 1) -> documents.Document:
        with self.app.database.transaction(write=False) as session:
            row = session.scalars(
                select(Submission).where(Submission.visit_id == self.visit_id, Submission.round == round_)
            ).one()
            return documents.read(row.document)

    def given(self) -> dict[str, str]:
        return {given.item: given.value or given.state.value for given in self.document().answers}

    def visit(self) -> Visit:
        with self.app.database.transaction(write=False) as session:
            return session.get_one(Visit, self.visit_id)


def make_world(app: App) -> World:
    with app.database.transaction() as session:
        programme = make.make_programme(session)
        version = make.make_checklist(session, programme)
        auditor = make.make_member(session, programme, Role.AUDITOR)
        other = make.make_member(session, programme, Role.AUDITOR)
        location = make.make_location(session, programme, "GD1", name="Sklep Batory", city="Gdynia")
        visit = make.make_assignment(session, location, version, auditor, wave=make.make_wave(session, programme))
        return World(app, auditor.user, other.user, visit.id)


def start(person: Person, world: World, **changed: str) -> Page:
    return person.post(f"{world.base}/start", {"started_on": "2026-08-12", "started_at": "10:00", **changed})


def save(person: Person, world: World, section: str, fields: dict[str, Any], **more: Any) -> Page:
    data = {"rev": world.document().rev, **fields, **more}
    return person.post(f"{world.base}/sections/{section}", data)


def fill(person: Person, world: World) -> None:
    start(person, world)
    assert save(person, world, "entry", ENTRY_WHOLE).location == f"{world.base}/sections/till"
    assert save(person, world, "till", TILL).location == f"{world.base}/check"


def send(person: Person, world: World, **changed: Any) -> Page:
    document = world.document()
    return person.post(f"{world.base}/submit", {**TIMES, "rev": document.rev, "round": document.round, **changed})
