"""A phone as the office meets it: one visit, a token, documents and photos put over HTTP."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from PIL import Image
from sqlalchemy import select

from auditapp.config import Settings
from auditapp.db import Database
from auditapp.factory import App, create_app
from auditapp.fieldwork import sending
from auditapp.models import AnswerRow, Evidence, Membership, Parked, Submission, Visit
from checklists.lifecycle import Role
from tests import factories as make
from tests.documents import GOOD
from tests.factories import NOW
from tests.workers import do_jobs


@dataclass(frozen=True)
class Answer:
    status: int
    json: dict[str, Any]

    @property
    def parked(self) -> str:
        return str(self.json["error"]) if self.status == 409 and self.json["parked"] else ""

    @property
    def receipt(self) -> dict[str, str] | None:
        return self.json.get("receipt")


def picture(colour: str = "red", size: tuple[int, int] = (80, 60)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Office:
    """The receiving side with one visit of `auditor`; `other` audits as well."""

    app: App
    clock: Clock
    visit_id: int
    code: str
    checklist: str
    auditor: Membership
    other: Membership
    manager: Membership
    token: str

    @property
    def database(self) -> Database:
        return self.app.database

    def document(self, id_: UUID, **changed: Any) -> dict[str, Any]:
        """A final document that is complete; `values` are answers by item, `photos` are (item, bytes)."""
        values: dict[str, str] = changed.pop("values", GOOD)
        photos: list[tuple[str, bytes]] = changed.pop("photos", [])
        return {
            "id": str(id_), "visit": self.code, "round": 1, "checklist": self.checklist, "device": "Pixel 9",
            "app": "abc123", "rev": 9, "status": "final", "started_at": "2026-08-12T08:00:00+00:00",
            "ended_at": "2026-08-12T08:25:00Z", "tz": "Europe/Warsaw", "base_rev": None, "parent": None,
            "gps": {"lat": 54.5, "lon": 18.5, "accuracy": 12, "at": "2026-08-12T08:00:05Z"},
            "recognised": False, "conflict": "",
            "answers": [
                {"item": item, "state": "na" if value == "na" else "answered", "value": "" if value == "na" else value,
                 "comment": "", "at": "2026-08-12T08:10:00Z"}
                for item, value in values.items()
            ],
            "photos": [{"item": i, "sha": sha(data), "bytes": len(data), "taken_at": ""} for i, data in photos],
            **changed,
        }  # fmt: skip

    def put(self, document: dict[str, Any] | bytes, id_: UUID | str = "", **headers: str) -> Answer:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        path = id_ or (document["id"] if isinstance(document, dict) else uuid4())
        return self.call("PUT", f"/api/v1/submissions/{path}", body, **headers)

    def photo(self, data: bytes, item: str = "M10", digest: str = "", **headers: str) -> Answer:
        return self.call("PUT", f"/api/v1/visits/{self.visit_id}/photos/{item}/{digest or sha(data)}", data, **headers)

    def call(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        known = {
            "Authorization": f"Bearer {self.token}",
            "X-Device-Now": str(int(self.clock().timestamp() * 1000)),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        response = self.app.test_client().open(path, method=method, data=body, headers=known)
        assert response.status_code < 500, response.text
        assert response.mimetype == "application/json"
        assert response.headers["Cache-Control"] == "no-store"
        assert "WWW-Authenticate" not in response.headers
        assert "Set-Cookie" not in response.headers
        return Answer(response.status_code, response.json or {})

    def change(self, **values: Any) -> None:
        """Change columns of the visit: what the office did while the phone was away."""
        with self.database.transaction() as session:
            visit = session.get_one(Visit, self.visit_id)
            for name, value in values.items():
                setattr(visit, name, value)

    def visit(self) -> Visit:
        with self.database.transaction(write=False) as session:
            return session.get_one(Visit, self.visit_id)

    def rows(self) -> list[Submission]:
        with self.database.transaction(write=False) as session:
            rows = list(
                session.scalars(
                    select(Submission).where(Submission.visit_id == self.visit_id).order_by(Submission.round)
                )
            )
            assert all(row.body is None or sha(row.body) == row.sha256 for row in rows)
            return rows

    def parked(self) -> list[Parked]:
        with self.database.transaction(write=False) as session:
            rows = list(session.scalars(select(Parked).where(Parked.visit_id == self.visit_id).order_by(Parked.id)))
            assert all(sha(row.body) == row.sha256 for row in rows)
            return rows

    def answers(self) -> dict[str, str]:
        """The visit's answers as they count now: values, and "na"."""
        with self.database.transaction(write=False) as session:
            rows = session.scalars(
                select(AnswerRow).where(AnswerRow.visit_id == self.visit_id, AnswerRow.is_current)
            ).all()
            return {row.item: row.value or row.state for row in rows if row.state in ("answered", "na")}

    def photos(self) -> dict[str, bool]:
        """Kept photos by the hash they were sent with; whether they are part of the visit."""
        with self.database.transaction(write=False) as session:
            rows = session.scalars(select(Evidence).where(Evidence.visit_id == self.visit_id))
            return {row.sent_sha256: row.removed_at is None for row in rows}

    def do_jobs(self) -> None:
        """Do what is due, as a worker does."""
        do_jobs(self.app)

    def with_a_new_visit(self) -> Office:
        """The same office with another visit of the same auditor, as if nothing had been sent."""
        with self.database.transaction() as session:
            old = session.get_one(Visit, self.visit_id)
            visit = make.make_assignment(session, old.location, old.checklist_version, old.auditor, wave=old.wave)
            return replace(self, visit_id=visit.id, code=visit.code, token=sending.make_token("test", visit))


def open_office(settings: Settings) -> Office:
    clock = Clock()
    app = create_app(settings, clock=clock)
    with app.database.transaction() as session:
        programme = make.make_programme(session)
        version = make.make_checklist(session, programme)
        auditor = make.make_member(session, programme, Role.AUDITOR)
        other = make.make_member(session, programme, Role.AUDITOR)
        manager = make.make_member(session, programme, Role.PROGRAMME_MANAGER)
        location = make.make_location(session, programme, "GD1")
        visit = make.make_assignment(session, location, version, auditor, wave=make.make_wave(session, programme))
        return Office(
            app=app,
            clock=clock,
            visit_id=visit.id,
            code=visit.code,
            checklist=f"{version.code} {version.version}",
            auditor=auditor,
            other=other,
            manager=manager,
            token=sending.make_token(settings.secret_key, visit),
        )
