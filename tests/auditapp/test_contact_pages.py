"""Times out of the contact itself: the auditor's page, what is kept, and what the reviewer reads."""

from __future__ import annotations

import io
from datetime import timedelta
from importlib.resources import files
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from auditapp import sources
from auditapp.factory import App
from auditapp.fieldwork import contacts, service
from auditapp.models import Source, Visit
from auditapp.review import sources as review
from checklists.lifecycle import Role
from checklists.problems import Problem
from tests import factories as make
from tests.factories import NOW
from tests.pages import Page, Person

STANDARDS = files("checklists") / "standards"
CHAT = """10:14:05 Ja: Dzień dobry, jaki ekspres?
10:14:40 Bot Lumo: Cześć!
w czym pomóc?
10:15:00 Ja: Poproszę rozmowę z człowiekiem
10:15:02 Łączę z konsultantem
10:16:30 Anna: Dzień dobry
10:17:00 Ja: Jaka szerokość?
10:19:10 Anna: 18 cm
"""
QUESTION = b"From: Ola <ola@x.pl>\r\nDate: Mon, 10 Aug 2026 10:00:00 +0200\r\nSubject: Pytanie\r\n\r\nJaka koldra?\r\n"
REPLY = b"From: Sklep <s@y.pl>\r\nDate: Mon, 10 Aug 2026 18:40:00 +0200\r\n\r\nPuchowa.\r\n"


class Desk:
    """One started visit in a channel, its auditor, a reviewer and a manager of the place."""

    def __init__(self, app: App, channel: str) -> None:
        self.app = app
        with app.database.transaction() as session:
            programme = make.make_programme(session)
            version = make.make_checklist(
                session, programme, (STANDARDS / "sok.toml").read_text(), (STANDARDS / f"{channel}.toml").read_text()
            )
            location = make.make_location(session, programme, "C1", format="contact_centre")
            auditor = make.make_member(session, programme, Role.AUDITOR, name="Ola Nowak")
            self.visit = make.make_assignment(session, location, version, auditor)
            started = NOW - timedelta(hours=3)
            service.start(session, self.visit, started_at=started, new_id=uuid4(), actor_id=auditor.user_id, now=NOW)
            other = make.make_member(session, programme, Role.AUDITOR)
            reviewer = make.make_member(session, programme, Role.REVIEWER)
            manager = make.make_member(session, programme, Role.LOCATION_MANAGER, location=location)
            self.auditor_id = auditor.id
            users = [member.user for member in (auditor, other, reviewer, manager)]
        self.auditor, self.other, self.reviewer, self.manager = (Person(app, user) for user in users)
        self.path = f"/p/lumo/visits/{self.visit.id}/contact"

    def post(self, go: str, data: dict[str, Any]) -> Page:
        return self.auditor.post(self.path, {"go": go, **data})

    def rows(self) -> list[Source]:
        with self.app.database.reading() as session:
            return list(session.scalars(select(Source).order_by(Source.id)))

    def answers(self) -> dict[str, str]:
        with self.app.database.reading() as session:
            document = service.find_document(session, session.get_one(Visit, self.visit.id))
            assert document is not None
            return {given.item: given.value for given in document.answers}

    def reading(self) -> str:
        return str(self.rows()[-1].reading)


@pytest.fixture
def chat(app: App) -> Desk:
    return Desk(app, "chat")


def file(data: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def test_a_pasted_chat_answers_the_durations(chat: Desk) -> None:
    assert chat.path in chat.auditor.get(chat.path.removesuffix("/contact")).links()
    page = chat.auditor.get(chat.path)
    assert page.status == 200
    assert "Wklej całą rozmowę" in page.text
    assert chat.post("keep", {"text": CHAT}).status == 303
    page = chat.auditor.get(chat.path)
    assert "Pierwsza odpowiedź: <strong>35\u00a0s" in page.html
    assert "1\u00a0min 30\u00a0s" in page.html
    chosen = page.document.xpath("//select[@name='part']/option[@selected]/@value")
    assert chosen == ["me", "bot", "notice", "person"]
    assert not chat.answers()
    values = {"reading": chat.reading(), "part": chosen, "asked": "3", "v-CH04": "0:35", "v-CH08": "00:01:30"}
    assert chat.post("use", {**values, "v-CH11": "00:02:10"}).status == 303
    assert chat.answers() == {"CH04": "00:00:35", "CH08": "00:01:30", "CH11": "00:02:10"}
    (row,) = chat.rows()
    assert row.confirmed_at == NOW
    assert row.measured["bot"] is True
    assert row.measured["used"] == chat.answers()
    assert {time["measure"]: time["seconds"] for time in row.measured["times"]} == {
        "first_response": 35,
        "longest_wait": 130,
        "hand_over": 90,
        "total_time": 305,
    }


def test_the_guess_can_be_changed(chat: Desk) -> None:
    chat.post("keep", {"text": CHAT})
    values = {"reading": chat.reading(), "part": ["person", "bot", "notice", "me"]}
    page = chat.post("show", values)
    assert page.status == 200
    assert page.document.xpath("//select[@name='part']/option[@selected]/@value") == ["person", "bot", "notice", "me"]
    assert chat.rows()[0].measured == {}
    page = chat.post("use", {**values, "part": ["person", "bot", "notice", "person"]})
    assert page.status == 422
    assert "Zaznacz, które wiadomości są Twoje." in page.text


def test_comments_stay_and_a_wrong_value_is_named(chat: Desk) -> None:
    with chat.app.database.transaction() as session:
        visit = session.get_one(Visit, chat.visit.id)
        typed = {"CH04": service.Typed("0:10", comment="na oko")}
        service.save_section(session, visit, "start", typed, rev=0, new_id=uuid4(), now=NOW)
    chat.post("keep", {"text": CHAT})
    page = chat.post("use", {"reading": chat.reading(), "v-CH04": "szybko", "v-CH11": "2:10"})
    assert page.status == 422
    assert page.document.xpath("//input[@id='v-CH04']/@value") == ["szybko"]
    assert chat.rows()[0].confirmed_at is None
    chat.post("use", {"reading": chat.reading(), "v-CH04": "0:35"})
    with chat.app.database.reading() as session:
        document = service.get_document(session, session.get_one(Visit, chat.visit.id))
    assert [(given.value, given.comment) for given in document.answers if given.item == "CH04"] == [
        ("00:00:35", "na oko")
    ]
    assert document.rev == 3  # typed by hand, the value that was right, the value that was wrong


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        ({"text": "nic tu nie ma"}, 422, "Wiersz 1: nie ma tu wiadomości z godziną."),
        ({"text": "10:14 Ja: hej\n25:61 Ja: x"}, 422, "Wiersz 2: „25:61” nie jest możliwą datą"),
        ({"text": "10:20 Ja: hej\n10:17 Anna: x\n10:18 Ja: y"}, 422, "Wiersz 2: czas 10:17 jest wcześniejszy"),
        ({"text": "   "}, 422, "Nie ma czego odczytać"),
        ({"text": "10:14 Ja: " + "a" * 2**20}, 413, "Plik jest za duży: może mieć najwyżej 1 MB."),
        ({"text": "10:14 Ja: a\n" * 5001}, 422, "ponad 5000 wiadomości"),
    ],
)
def test_refusals_bring_back_what_was_typed(chat: Desk, data: dict[str, str], status: int, sentence: str) -> None:
    page = chat.post("keep", data)
    assert page.status == status
    assert sentence in page.text
    assert page.document.xpath("//textarea[@name='text']")[0].text.strip() == data["text"].strip()
    assert chat.rows() == []


def test_a_file_that_is_refused_stands_in_the_form(chat: Desk) -> None:
    page = chat.post("keep", {"file": file("10:14 Ja: źle\n99:99 Ja: x".encode(), "czat.txt")})
    assert page.document.xpath("//textarea[@name='text']")[0].text.strip() == "10:14 Ja: źle\n99:99 Ja: x"
    page = chat.post("keep", {"file": file(b"%PDF-1.7\x00\x01", "czat.pdf")})
    assert "nie da się odczytać jako tekstu" in page.text


def test_hostile_names_stay_text(chat: Desk) -> None:
    hostile = (
        "10:14 <script>alert(1)</script>: hej\n10:15 \u202eannA: cześć\n10:16 " + "x" * 10_000 + ": tak\n10:17 a:b: o"
    )
    assert chat.post("keep", {"text": hostile}).status == 303
    page = chat.auditor.get(chat.path)
    assert page.status == 200
    assert "<script>alert" not in page.html
    assert "\u202e" not in page.html
    assert "a:b" in page.text


def test_the_same_file_again_is_the_same_reading_and_can_be_taken_out(chat: Desk) -> None:
    chat.post("keep", {"text": CHAT})
    chat.post("use", {"reading": chat.reading(), "v-CH04": "0:35"})
    chat.post("keep", {"text": CHAT})
    (row,) = chat.rows()
    assert row.confirmed_at == NOW
    chat.post("remove", {"reading": chat.reading()})
    assert chat.rows()[0].removed_at == NOW
    assert "Wklej całą rozmowę" in chat.auditor.get(chat.path).text
    assert chat.auditor.get(f"/p/lumo/sources/{row.id}").status == 404
    chat.post("keep", {"text": CHAT})
    (row,) = chat.rows()
    assert (row.removed_at, row.confirmed_at) == (None, None)


def test_a_lost_file_leaves_a_page_to_add_another_one(app: App, chat: Desk) -> None:
    chat.post("keep", {"text": CHAT})
    app.extensions["auditapp.storage"].delete(sources.KIND, chat.rows()[0].sha256)
    page = chat.auditor.get(chat.path)
    assert page.status == 422
    assert "Tego pliku nie ma w magazynie plików." in page.text
    assert "Wklej całą rozmowę" in page.text
    assert chat.post("keep", {"text": CHAT.replace("10:14", "10:13")}).status == 303


def test_there_is_an_end_to_files(chat: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts, "PER_VISIT", 1)
    chat.post("keep", {"text": CHAT})
    page = chat.post("keep", {"text": CHAT + "10:20:00 Ja: dzięki"})
    assert "Plików jest za dużo: jedna wizyta może ich mieć najwyżej 1." in page.text


def test_a_source_leaves_the_house_as_plain_text(chat: Desk) -> None:
    chat.post("keep", {"file": file(b"<html><script>x</script><p>Ja (10:14)</p><p>a</p>", "czat.html")})
    (row,) = chat.rows()
    path = f"/p/lumo/sources/{row.id}"
    for person in (chat.auditor, chat.reviewer):
        answer = person.client.get(path)
        assert answer.status_code == 200
        assert answer.mimetype == "text/plain"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.data.startswith(b"<html>")
    assert chat.other.client.get(path).status_code == 404
    assert chat.manager.client.get(path).status_code == 403


def test_nobody_else_reaches_the_page(chat: Desk) -> None:
    assert chat.other.get(chat.path).status == 404
    assert chat.reviewer.get(chat.path).status == 403
    assert chat.other.post(chat.path, {"go": "keep", "text": CHAT}).status == 404
    assert chat.rows() == []


def test_the_reviewer_reads_it_as_text(app: App, chat: Desk) -> None:
    chat.post("keep", {"text": CHAT.replace("18 cm", "<b>18</b>")})
    chat.post("use", {"reading": chat.reading(), "v-CH04": "0:35"})
    with app.database.reading() as session, app.test_request_context():
        (source,) = review.sources_of(
            session, app.extensions["auditapp.storage"], session.get_one(Visit, chat.visit.id)
        )
    assert source.bot
    assert not source.late
    assert (source.times[0].measure, source.times[0].words) == ("first_response", "35\u00a0s")
    assert [line.message.number for line in source.lines if "first_response" in line.marks] == [1, 2]
    assert source.lines[-1].message.text == "<b>18</b>"
    assert source.used == {"CH04": "00:00:35"}


def test_a_reading_that_a_later_one_replaced_is_marked(app: App, chat: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, text in enumerate((CHAT, CHAT.replace("10:14", "10:13"))):
        monkeypatch.setitem(app.extensions, "auditapp.clock", lambda number=number: NOW + timedelta(minutes=number))
        chat.post("keep", {"text": text})
        chat.post("use", {"reading": chat.reading(), "v-CH04": "0:35"})
    with app.database.reading() as session, app.test_request_context():
        visit = session.get_one(Visit, chat.visit.id)
        found = review.sources_of(session, app.extensions["auditapp.storage"], visit)
    assert [source.replaced for source in found] == [True, False]


def test_a_thread_of_eml_files(app: App) -> None:
    desk = Desk(app, "email")
    page = desk.post("keep", {"file": [file(QUESTION, "pytanie.eml"), file(REPLY, "re.eml")]})
    assert page.status == 303
    page = desk.auditor.get(desk.path)
    assert "8\u00a0h 40\u00a0min" in page.html
    desk.post("use", {"reading": desk.reading(), "v-EM05": "08:40:00"})
    assert desk.answers() == {"EM05": "08:40:00"}
    assert [(row.name, row.confirmed_at) for row in desk.rows()] == [("pytanie.eml", NOW), ("re.eml", NOW)]
    page = desk.post("keep", {"file": file(b"PK\x03\x04", "zip.eml")})
    assert "nie da się odczytać jako e-maila" in page.text


def test_the_times_of_a_call(app: App) -> None:
    desk = Desk(app, "phone")
    typed = {"started": "10:14:00", "picked_up": "10:12", "ended": "10:20:00"}
    page = desk.post("keep", typed)
    assert page.status == 422
    assert "Te godziny do siebie nie pasują." in page.text
    assert page.document.xpath("//input[@id='picked_up']/@value") == ["10:12"]
    desk.post("keep", {**typed, "picked_up": "10:15"})
    page = desk.auditor.get(desk.path)
    assert "od 1\u00a0min do 2\u00a0min, liczone jako 1\u00a0min 30\u00a0s" in page.html
    assert page.document.xpath("//input[@id='v-PH05']/@value") == ["1:30"]
    assert "Od dokładnego czasu zależą tu punkty." in page.text
    desk.post("use", {"reading": desk.reading(), "v-PH05": "1:10"})
    assert desk.answers() == {"PH05": "00:01:10"}


def test_a_store_has_no_contact_and_a_sent_visit_takes_none(app: App) -> None:
    desk = Desk(app, "store_visit")
    assert desk.auditor.get(desk.path).status == 303
    assert desk.post("keep", {"text": CHAT}).status == 303
    assert desk.rows() == []
    with app.database.transaction() as session:
        session.get_one(Visit, desk.visit.id).status = "cancelled"
    assert desk.auditor.get(desk.path).status == 303


def test_closed_visits_take_no_source() -> None:
    visit = Visit(auditor_id=7, status="approved")
    with pytest.raises(Problem, match="already been submitted"):
        contacts.check_open(visit, 7)
    with pytest.raises(Problem, match="not allowed"):
        contacts.check_open(visit, 8)
