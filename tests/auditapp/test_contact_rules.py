"""Rules of keeping a contact, on both databases."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from auditapp import sources
from auditapp.access import actor_for
from auditapp.db import Database
from auditapp.fieldwork import contacts, service
from auditapp.fieldwork.contacts import Choice
from auditapp.models import Source, Visit
from auditapp.storage import Storage
from checklists.lifecycle import Role
from checklists.problems import Problem
from tests import factories as make
from tests.factories import NOW

STANDARDS = files("checklists") / "standards"
ONE, TWO = UUID(int=1), UUID(int=2)
CHAT = b"10:14:05 Ola: hej\n10:14:45 Sklep: tak\n10:15:00 Ola: a?\n10:17:00 Sklep: b\n"


def make_chat(session: Session) -> Visit:
    programme = make.make_programme(session)
    version = make.make_checklist(
        session, programme, (STANDARDS / "sok.toml").read_text(), (STANDARDS / "chat.toml").read_text()
    )
    location = make.make_location(session, programme, "C1", format="contact_centre")
    auditor = make.make_member(session, programme, Role.AUDITOR, name="Ola Nowak")
    visit = make.make_assignment(session, location, version, auditor)
    started = NOW - timedelta(hours=3)
    service.start(session, visit, started_at=started, new_id=uuid4(), actor_id=auditor.user_id, now=NOW)
    return visit


def test_kept_measured_confirmed_and_answered(either_database: Database, tmp_path: Path) -> None:
    storage = Storage.in_folder(tmp_path / "files")
    with either_database.transaction() as session:
        visit = make_chat(session)
        rows = contacts.keep(session, storage, visit, [("chat.txt", CHAT)], new_id=ONE, now=NOW)
        reading = contacts.read(storage, visit, rows, Choice(), ["Ola"])
        wrong = contacts.answer(
            session, visit, reading, {"CH04": "0:40", "CH11": "2:00", "CH01": "10:14"}, new_id=uuid4(),
            actor_id=visit.auditor.user_id, now=NOW,
        )  # fmt: skip
        assert not wrong
        number = visit.id
    with either_database.transaction(write=False) as session:
        visit = session.get_one(Visit, number)
        document = service.get_document(session, visit)
        assert {given.item: given.value for given in document.answers} == {"CH04": "00:00:40", "CH11": "00:02:00"}
        (row,) = contacts.rows_of(session, visit, ONE)
        assert row.measured["used"] == {"CH04": "00:00:40", "CH11": "00:02:00"}  # CH01 has no measure
        assert row.measured["parts"] == {"Ola": "me", "Sklep": "person"}
        assert storage.get(sources.KIND, row.sha256) == CHAT
        again = contacts.read(storage, visit, [row], Choice(), [])
        assert [person.part for person in again.people] == ["me", "person"]


def test_files_read_together_are_one_reading(either_database: Database, tmp_path: Path) -> None:
    storage = Storage.in_folder(tmp_path / "files")
    with either_database.transaction() as session:
        visit = make_chat(session)
        first = contacts.keep(session, storage, visit, [("a", CHAT)], new_id=ONE, now=NOW)
        assert contacts.keep(session, storage, visit, [("b", CHAT)], new_id=TWO, now=NOW) == first
        assert contacts.find_newest(session, visit) == ONE
        both = contacts.keep(session, storage, visit, [("a", CHAT), ("b", CHAT + b"\n")], new_id=TWO, now=NOW)
        assert {row.reading for row in both} == {TWO}
        assert len(both) == 2
        with pytest.raises(Problem, match="no such page"):
            contacts.rows_of(session, visit, ONE)
        with pytest.raises(Problem, match="too many files"):
            contacts.keep(session, storage, visit, [("a", CHAT)] * 11, new_id=ONE, now=NOW)


def test_who_may_read_a_source(either_database: Database, tmp_path: Path) -> None:
    storage = Storage.in_folder(tmp_path / "files")
    with either_database.transaction() as session:
        visit = make_chat(session)
        (row,) = contacts.keep(session, storage, visit, [("", CHAT)], new_id=ONE, now=NOW)
        visit.started_at, visit.quarter, visit.status = NOW, "2026Q3", "approved"
        programme, user = session.get_one(make.Programme, visit.programme_id), visit.auditor.user
        region = visit.location.region
        both = make.make_user(session)  # manages the region and audits elsewhere
        make.make_member(session, programme, Role.REGIONAL_MANAGER, region=region, user=both)
        make.make_member(session, programme, Role.AUDITOR, user=both)
        manager = make.make_member(session, programme, Role.REGIONAL_MANAGER, region=region).user
        reviewer = make.make_member(session, programme, Role.REVIEWER).user
        found = {}
        for name, person in {"own": user, "both": both, "manager": manager, "reviewer": reviewer}.items():
            actor = actor_for(session, person.id, person.name, False, programme.code)
            assert actor is not None
            try:
                found[name] = contacts.get_source(session, actor, row.id) is row
            except Problem:
                found[name] = False
        assert found == {"own": True, "both": False, "manager": False, "reviewer": True}


@pytest.mark.parametrize("change", [{"kind": "fax"}, {"confirmed_at": NOW}])
def test_the_database_is_the_last_guard(either_database: Database, tmp_path: Path, change: dict[str, object]) -> None:
    storage = Storage.in_folder(tmp_path / "files")
    with either_database.transaction() as session:
        (row,) = contacts.keep(session, storage, make_chat(session), [("", CHAT)], new_id=ONE, now=NOW)
        number = row.id

    def run() -> None:
        with either_database.transaction() as session:
            for name, value in change.items():
                setattr(session.get_one(Source, number), name, value)

    with pytest.raises(IntegrityError):
        run()
