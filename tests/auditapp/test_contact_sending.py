"""What phones send of a contact: the source is kept, the answer tells who wrote and which times were measured."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from flask import render_template
from lxml import html
from sqlalchemy import select

from auditapp import sources
from auditapp.factory import App
from auditapp.fieldwork import sending
from auditapp.models import Membership, Source, Visit
from auditapp.review import sources as review
from checklists.transcripts import Transcript
from tests.auditapp.test_contact_pages import CHAT, QUESTION, REPLY, Desk
from tests.factories import NOW


class Phone:
    """A phone with the token of the visit."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.token = sending.make_token("test", desk.visit)

    def post(self, data: dict[str, Any], language: str = "en") -> tuple[int, dict[str, Any]]:
        response = self.desk.app.test_client().post(
            f"/api/v1/visits/{self.desk.visit.id}/contact",
            data=data,
            headers={"Authorization": f"Bearer {self.token}", "Accept-Language": language},
        )
        assert response.mimetype == "application/json"
        assert response.headers["Cache-Control"] == "no-store"
        return response.status_code, response.json


@pytest.fixture
def phone(app: App) -> Phone:
    return Phone(Desk(app, "chat"))


def test_a_chat_is_kept_measured_and_confirmed(phone: Phone) -> None:
    status, told = phone.post({"text": CHAT})
    assert status == 200
    assert told["kind"] == "chat"
    assert told["bot"]
    assert not told["confirmed"]
    assert [(p["who"], p["part"], p["messages"]) for p in told["participants"]] == [
        ("Ja", "me", 3),
        ("Bot Lumo", "bot", 1),
        ("", "notice", 1),
        ("Anna", "person", 2),
    ]
    assert told["asked"] == 3
    assert [own["number"] for own in told["own"]] == [1, 3, 6]
    first = told["times"][0]
    assert (first["measure"], first["seconds"], first["words"]) == ("first_response", 35, "35\u00a0s")
    assert (first["from"]["number"], first["to"]["who"], first["to"]["time"]) == (1, "Bot Lumo", "12.08 10:14:40")
    assert [(use["item"], use["value"], use["decides"]) for use in first["answers"]] == [("CH04", "0:35", False)]
    assert first["answers"][0]["question"].startswith("How long between")
    assert phone.desk.answers() == {}  # the phone's own document brings the answers
    chosen = {"reading": told["reading"], "part": ["me", "person", "notice", "person"], "asked": "0"}
    _status, again = phone.post(chosen)
    assert {time["measure"] for time in again["times"]} == {"first_response", "longest_wait", "total_time"}
    assert phone.desk.rows()[0].confirmed_at is None
    status, done = phone.post({**chosen, "confirm": "1", "v-CH04": "0:36"})
    assert done["confirmed"]
    (row,) = phone.desk.rows()
    assert row.confirmed_at == NOW
    assert row.measured["used"] == {"CH04": "00:00:36", "CH11": "00:02:10"}
    assert row.measured["parts"] == {"Ja": "me", "Bot Lumo": "person", "": "notice", "Anna": "person"}


def test_sending_again_changes_nothing(phone: Phone) -> None:
    told = phone.post({"text": CHAT, "confirm": "1"})
    assert phone.post({"text": CHAT, "confirm": "1"}) == told
    assert phone.post({"text": CHAT}) == told
    assert len(phone.desk.rows()) == 1


def test_the_language_of_the_phone(phone: Phone) -> None:
    _status, told = phone.post({"text": CHAT}, "pl")
    assert told["times"][0]["answers"][0]["question"].startswith("Ile czasu")
    status, told = phone.post({"text": "10:14 Ja: x\n10:99 Ja: y"}, "pl")
    assert (status, told["error"]) == (422, "transcript_bad_time")
    assert told["sentence"].startswith("Wiersz 2: „10:99” nie jest możliwą")


def test_e_mails_and_calls(app: App) -> None:
    desk = Desk(app, "email")
    told = Phone(desk).post({"file": [(io.BytesIO(QUESTION), "a.eml"), (io.BytesIO(REPLY), "b.eml")]})[1]
    assert [(time["measure"], time["seconds"]) for time in told["times"]] == [
        ("first_response", 31_200),
        ("total_time", 31_200),
    ]
    assert [row.name for row in desk.rows()] == ["a.eml", "b.eml"]


def test_the_times_of_a_call(app: App) -> None:
    phone = Phone(Desk(app, "phone"))
    typed = {"started": "10:14:00", "picked_up": "", "ended": "10:24:00"}
    status, told = phone.post({**typed, "confirm": "1", "v-PH05": "00:10:00"})
    assert status == 200
    assert [(time["measure"], time["low"], time["from"]) for time in told["times"]] == [
        ("pick_up", 600, None),
        ("total_time", 600, None),
    ]
    assert phone.desk.rows()[0].measured["used"] == {"PH05": "00:10:00"}
    status, told = phone.post({**typed, "ended": "noon"})
    assert (status, told["error"]) == (422, "bad_time")


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        ({}, 422, "source_empty"),
        ({"text": "x"}, 422, "transcript_unreadable"),
        ({"reading": "7"}, 404, "not_found"),
        ({"reading": "00000000-0000-0000-0000-000000000007"}, 404, "not_found"),
        ({"text": "10:14 Ja: " + "x" * 2**20}, 413, "upload_too_large"),
    ],
)
def test_refusals(phone: Phone, data: dict[str, Any], status: int, code: str) -> None:
    found, told = phone.post(data)
    assert (found, told["error"]) == (status, code)
    assert phone.desk.rows() == []


def test_another_visits_reading_does_not_exist(phone: Phone, app: App) -> None:
    told = phone.post({"text": CHAT})[1]
    with app.database.transaction() as session:
        mine = session.get_one(Visit, phone.desk.visit.id)
        member = session.get_one(Membership, phone.desk.auditor_id)
        other = Visit(
            programme_id=mine.programme_id, code="V-other", location_id=mine.location_id,
            checklist_version_id=mine.checklist_version_id, auditor_id=member.id, channel="chat",
        )  # fmt: skip
        session.add(other)
        session.flush()
        phone.desk.visit, phone.token = other, sending.make_token("test", other)
    assert phone.post({"reading": told["reading"]})[0] == 404


@pytest.mark.parametrize(("change", "status"), [({"status": "cancelled"}, 409), ({"auditor_id": 2}, 403)])
def test_visits_that_take_none(phone: Phone, app: App, change: dict[str, Any], status: int) -> None:
    with app.database.transaction() as session:
        for name, value in change.items():
            setattr(session.get_one(Visit, phone.desk.visit.id), name, value)
    assert phone.post({"text": CHAT})[0] == status
    assert phone.desk.rows() == []


def test_what_the_reviewer_reads(phone: Phone, app: App) -> None:
    hostile = CHAT.replace("18 cm", "<img src=x onerror=alert(1)>") + "10:20:00 </section><b>Zła</b>: pa\n"
    phone.post({"text": hostile, "confirm": "1"})
    with app.database.reading() as session, app.test_request_context():
        visit = session.get_one(Visit, phone.desk.visit.id)
        page = html.fromstring(
            render_template(
                "review/_sources.html",
                sources=review.sources_of(session, app.extensions["auditapp.storage"], visit),
                odd=[],
                visit=visit,
                actor=SimpleNamespace(programme="lumo"),
                locale="pl",
            )
        )
    words = page.text_content()
    assert "<img src=x onerror=alert(1)>" in words
    assert "<b>Zła</b>: pa" in words
    assert not page.xpath("//img | //b")
    assert "z botem" in words
    assert "Czasy potwierdzone: 12 sie 2026" in words
    marked = page.xpath("//li[@class='marked']/@id")
    assert [name.rpartition("-")[2] for name in marked] == ["1", "2", "3", "5", "6", "7", "8"]
    assert set(page.xpath("//table//a/@href")) <= {f"#{name}" for name in page.xpath("//li/@id")}


def test_a_lost_file_does_not_hide_the_visit(phone: Phone, app: App) -> None:
    phone.post({"text": CHAT, "confirm": "1"})
    with app.database.transaction() as session:
        (row,) = session.scalars(select(Source))
        row.sha256 = "0" * 64
        session.get_one(Visit, phone.desk.visit.id).status = "returned"
    page = phone.desk.reviewer.get(f"/p/lumo/review/{phone.desk.visit.id}")
    assert page.status == 200
    assert "Tego pliku nie ma w magazynie plików." in page.text
    assert "wiadomość 2" in page.text


def test_others_write_while_a_file_is_read(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    read, times = sources.read_source, list[int]()

    def slow(*parts: Any, **more: Any) -> Transcript:
        with phone.desk.app.database.transaction() as session:  # waits for ever where the request is writing already
            session.get_one(Visit, phone.desk.visit.id).scenario = "S1"
        times.append(1)
        return read(*parts, **more)

    monkeypatch.setattr(sources, "read_source", slow)
    status, told = phone.post({"text": CHAT + "\nNobody has read this one yet."})
    assert (status, len(times)) == (200, 1), "and it is read once for the whole request"
    assert told["messages"]
