"""What a contact leaves open: lines that were not understood, ranges, times that do not fit together."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from auditapp import wording
from auditapp.factory import App
from auditapp.fieldwork import service
from auditapp.models import AnswerRow, Visit
from checklists.answers import check
from checklists.contacts import as_duration
from checklists.model import Channel, ItemType
from checklists.parse import shipped
from tests.auditapp.test_contact_pages import CHAT, Desk
from tests.auditapp.test_contact_sending import Phone
from tests.checklists.test_contacts import CASES
from tests.factories import NOW

WARSAW = ZoneInfo("Europe/Warsaw")
ODD = CHAT.replace("10:16:30 Anna:", "Anna o 10:16:30 pisze:") + "Zapraszamy do 21:30, codziennie\n"
MINUTES = "10:14 Ja: hej\n10:15 Anna: tak\n10:16 Ja: a?\n10:18 Anna: b\n"


@pytest.fixture
def chat(app: App) -> Desk:
    return Desk(app, "chat")


def review(desk: Desk, status: str = "submitted") -> str:
    with desk.app.database.transaction() as session:
        visit = session.get_one(Visit, desk.visit.id)
        visit.status, visit.submitted_at, visit.quarter = status, NOW, "2026Q3"
        visit.started_at, visit.ended_at = NOW - timedelta(hours=3), NOW
    return " ".join(desk.reviewer.get(f"/p/lumo/review/{desk.visit.id}").text.split())


def recorded(desk: Desk, **values: str) -> None:
    """Record answers as a visit that was sent has them."""
    with desk.app.database.transaction() as session:
        for code, value in values.items():
            session.add(
                AnswerRow(visit_id=desk.visit.id, item=code, revision=1, state="answered", value=value, created_at=NOW)
            )


def answered(desk: Desk, code: str, value: str) -> None:
    with desk.app.database.transaction() as session:
        visit = session.get_one(Visit, desk.visit.id)
        rev = service.get_document(session, visit).rev
        section = next(c for c in shipped()[1] if c.channel == visit.channel).item(code).section
        typed = {code: service.Typed(value)}
        service.save_section(session, visit, section, typed, rev=rev, new_id=uuid4(), now=NOW)


def test_every_message_stands_on_the_page_before_its_times_are_used(chat: Desk) -> None:
    chat.post("keep", {"text": CHAT})
    page = chat.auditor.get(chat.path)
    read = page.document.xpath("//section[@id='read']")[0]
    assert len(read.xpath(".//ol[@class='messages']/li")) == 7
    assert not read.xpath(".//*[@class='warn'] | .//input[@name='looked']")
    assert "12.08 10:14:40 Bot Lumo" in " ".join(read.text_content().split())


def test_a_line_that_was_not_understood_has_to_be_looked_at(chat: Desk) -> None:
    chat.post("keep", {"text": "Rozmowa z Anną\n" + ODD})
    page = chat.auditor.get(chat.path)
    warned = page.document.xpath("//section[@id='read']//div[@class='warn']")[0].text_content()
    assert "Wiersz 7: Anna o 10:16:30 pisze: Dzień dobry" in " ".join(warned.split())
    assert "21:30" not in warned
    assert "Wiersz 10: Zapraszamy do 21:30, codziennie" in " ".join(page.text.split())
    assert "Wiersz 1: Rozmowa z Anną" in " ".join(page.text.split())
    values = {"reading": chat.reading(), "v-CH04": "0:36"}
    page = chat.post("use", values)
    assert page.status == 422
    assert "Przejrzyj wiersze, których nie udało się odczytać" in page.text
    assert page.document.xpath("//input[@id='v-CH04']/@value") == ["0:36"]
    assert not chat.answers()
    assert chat.post("use", {**values, "looked": "1"}).status == 303
    assert chat.answers() == {"CH04": "00:00:36"}
    assert "Wiersz 7: Anna o 10:16:30 pisze: Dzień dobry" in review(chat)


def test_the_text_of_a_reading_can_be_mended(chat: Desk) -> None:
    chat.post("keep", {"text": ODD})
    page = chat.auditor.get(chat.path)
    (link,) = [link for link in page.links() if f"new={chat.reading()}" in link]
    page = chat.auditor.get(link)
    assert page.document.xpath("//textarea[@name='text']")[0].text.strip() == ODD.strip()
    chat.post("keep", {"text": CHAT})
    assert len(chat.rows()) == 2  # what came first stays as evidence
    other = f"{chat.path}?new={uuid4()}"
    assert "Nie ma takiej strony" in chat.auditor.get(other).text


def test_a_phone_is_told_every_message_and_doubt(app: App) -> None:
    phone = Phone(Desk(app, "chat"))
    told = phone.post({"text": "Rozmowa\n" + ODD})[1]
    assert [(m["number"], m["who"], m["time"]) for m in told["messages"]][:2] == [
        (1, "Ja", "12.08 10:14:05"), (2, "Bot Lumo", "12.08 10:14:40"),
    ]  # fmt: skip
    assert told["aside"] == [{"line": 1, "text": "Rozmowa"}]
    assert [(doubt["line"], doubt["begins"]) for doubt in told["doubts"]] == [(7, True), (10, False)]
    status, _told = phone.post({"reading": told["reading"], "confirm": "1"})
    assert status == 200  # a phone that does not know the lines yet is not kept waiting


def test_a_range_is_offered_by_its_middle_and_stays_in_sight(chat: Desk) -> None:
    chat.post("keep", {"text": MINUTES})
    page = chat.auditor.get(chat.path)
    assert "od 0\u00a0s do 2\u00a0min, liczone jako 1\u00a0min" in page.html
    assert page.document.xpath("//input[@id='v-CH04']/@value") == ["1:00"]
    assert "Od dokładnego czasu zależą tu punkty." in page.text
    chat.post("use", {"reading": chat.reading(), "v-CH04": "1:00", "v-CH11": "0:10"})
    recorded(chat, CH04="00:01:00", CH11="00:00:10")
    words = review(chat)
    assert "Z samego kontaktu: od 0 s do 2 min, liczone jako 1 min. W tym przedziale zmieniają się punkty." in words
    assert "Z samego kontaktu: od 1 min do 3 min, liczone jako 2 min." in words
    assert words.count("odpowiedź jest inna") == 1  # ten seconds are not two minutes
    assert "CH04 1 min, CH11 10 s" in words


def test_a_time_to_the_second_needs_no_words_beside_its_answer(chat: Desk) -> None:
    chat.post("keep", {"text": CHAT})
    chat.post("use", {"reading": chat.reading(), "v-CH04": "0:35"})
    recorded(chat, CH04="00:00:35")
    assert "Z samego kontaktu:" not in review(chat)


@pytest.mark.parametrize(("seconds", "canonical", "typed"), CASES["durations"])
def test_a_duration_is_shown_as_it_is_typed(seconds: int, canonical: str, typed: str) -> None:
    chat = next(checklist for checklist in shipped()[1] if checklist.channel is Channel.CHAT)
    item = next(item for item in chat.items if item.type is ItemType.DURATION)
    assert wording.duration_typed(as_duration(seconds)) == typed
    assert check(item, typed).value == canonical


def test_a_contact_outside_the_visit_is_said_to_both(chat: Desk) -> None:
    began = NOW - timedelta(hours=3)
    inside = began.astimezone(WARSAW).strftime("%H:%M")
    chat.post("keep", {"text": f"{inside} Ja: hej\n{inside} Anna: tak\n"})
    answered(chat, "CH01", inside)
    assert "idź dalej" not in chat.auditor.get(chat.path).text
    answered(chat, "CH01", (began + timedelta(hours=2)).astimezone(WARSAW).strftime("%H:%M"))
    words = " ".join(chat.auditor.get(chat.path).text.split())
    assert "nie mieści się w czasie kontaktu (12 sie 2026" in words
    assert "Sprawdź dzień i godziny. Jeśli się zgadzają, idź dalej." in words
    chat.post("remove", {"reading": chat.reading()})
    chat.post("keep", {"text": "11.08.2026 10:14 Ja: hej\n11.08.2026 10:15 Anna: tak\n"})
    words = " ".join(chat.auditor.get(chat.path).text.split())
    assert "Kontakt (11 sie 2026, 10:14–10:15) wykracza poza czas wizyty (od 12 sie 2026" in words
    told = Phone(chat).post({"reading": chat.reading()})[1]
    assert told["odd"][0].startswith("The contact (11 Aug 2026, 10:14–10:15) lies outside the times of the visit")
    assert "Godziny, które do siebie nie pasują Kontakt (11 sie 2026, 10:14–10:15)" in review(chat)


def test_times_that_fit_are_no_sign(app: App) -> None:
    desk = Desk(app, "phone")
    began = NOW - timedelta(hours=3)
    at = [(began + timedelta(minutes=number)).astimezone(WARSAW).strftime("%H:%M:%S") for number in (1, 2, 9)]
    desk.post("keep", dict(zip(("started", "picked_up", "ended"), at, strict=True)))
    assert "idź dalej" not in desk.auditor.get(desk.path).text
    assert "Godziny, które do siebie nie pasują" not in review(desk)
