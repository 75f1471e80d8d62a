"""What the reviewer asked about the whole visit gets its reply; what stands on the check before sending."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from auditapp.factory import App
from auditapp.models import Evidence, Submission, Visit
from checklists.lifecycle import Role
from tests import factories as make
from tests.pages import Page, Person
from tests.phone import ENTRY_WHOLE, TILL, World, fill, make_world, save, send, start

ASKED, REPLY = "Dlaczego wizyta\ntrwała tak krótko?", "Sklep zamykano <b>wcześniej</b>."


@pytest.fixture
def world(app: App) -> World:
    return make_world(app)


@pytest.fixture
def auditor(world: World) -> Person:
    return Person(world.app, world.auditor)


def ask_back(world: World, **notes: str) -> None:
    with world.app.database.transaction() as session:
        make.ask_back(session, session.get_one(Visit, world.visit_id), make.NOW + timedelta(hours=1), **notes)


def reviewer(world: World) -> Person:
    with world.app.database.transaction() as session:
        programme = session.get_one(Visit, world.visit_id).auditor.programme
        user = make.make_member(session, programme, Role.REVIEWER).user
    return Person(world.app, user)


def texts(page: Page, path: str) -> list[str]:
    assert page.document is not None
    return [" ".join("".join(found.itertext()).split()) for found in page.document.xpath(path)]


def test_a_question_about_the_whole_visit_is_replied_to(world: World, auditor: Person) -> None:
    fill(auditor, world)
    send(auditor, world)
    ask_back(world, **{"": ASKED})
    brief, check = auditor.get(world.base), auditor.get(f"{world.base}/check")
    assert f"{world.base}/check#reply" in brief.links()
    assert texts(check, "//label[@for='reply']") == ["Twoja odpowiedź na pytanie z weryfikacji (nieobowiązkowe)"]
    refused = auditor.post(f"{world.base}/submit", {"rev": 0, "round": 2, "reply": REPLY})
    assert texts(refused, "//textarea[@id='reply']") == [REPLY]  # a missing time does not cost what was typed
    fields = {"started_on": "2026-08-12", "started_at": "10:00", "ended_on": "2026-08-12", "ended_at": "10:25"}
    assert auditor.post(f"{world.base}/submit", {**fields, "rev": 0, "round": 2, "reply": REPLY}).status == 303
    assert world.document(2).reply == REPLY
    assert world.document(1).reply == ""
    seen = reviewer(world).get(f"/p/lumo/review/{world.visit_id}").text
    assert "Odpowiedź audytora:" in seen
    assert REPLY in seen  # as words, not as markup
    assert "Odpowiedzi w ankiecie są bez zmian; jest odpowiedź dotycząca całej wizyty." in seen


def test_without_such_a_question_nobody_is_asked_for_a_reply(world: World, auditor: Person) -> None:
    fill(auditor, world)
    assert texts(auditor.get(f"{world.base}/check"), "//*[@id='reply']") == []
    send(auditor, world)
    ask_back(world, M8="Czy na pewno?")
    assert texts(auditor.get(f"{world.base}/check"), "//*[@id='reply']") == []
    assert texts(auditor.get(f"{world.base}/form/2"), "//*[@id='reply']") == []


def test_the_form_of_the_phone_has_the_same_field(world: World, auditor: Person) -> None:
    fill(auditor, world)
    send(auditor, world)
    ask_back(world, **{"": ASKED})
    page = auditor.get(f"{world.base}/form/2")
    assert texts(page, "//section[@data-screen='check']//textarea[@id='reply']") == [""]
    assert len(texts(page, "//section[@data-screen='parts']//a[@href='#reply']")) == 1


def test_the_check_shows_every_answer_and_what_is_missing_first(world: World, auditor: Person) -> None:
    start(auditor, world)
    save(auditor, world, "entry", ENTRY_WHOLE)
    out = io.BytesIO()
    Image.new("RGB", (80, 60)).save(out, "JPEG")
    out.seek(0)
    partly = {**TILL, "shown": ["M5", "M8", "M9", "M10", "M11"], "p-M8": (out, "a.jpg")}
    save(auditor, world, "till", partly)
    check = auditor.get(f"{world.base}/check")
    till = texts(check, "//section[h2='Kasa']//dt")
    assert till[:2] == ["Ile kas było otwartych?", "Co zaproponowano przy kasie?"]
    assert texts(check, "//section[h2='Kasa']//dd")[0].startswith("brak odpowiedzi Zmień")
    assert len(till) == 7
    assert check.document is not None
    shown = check.document.xpath("//section[h2='Kasa']//dd[.//img]/preceding-sibling::dt")
    assert ["".join(found.itertext()).replace("\u00a0", " ") for found in shown] == ["Czy wydano paragon?"]


def test_the_reviewer_reads_whose_time_a_photo_has(world: World, auditor: Person) -> None:
    start(auditor, world)
    save(auditor, world, "entry", ENTRY_WHOLE)
    out = io.BytesIO()
    Image.new("RGB", (80, 60)).save(out, "JPEG")
    out.seek(0)
    save(auditor, world, "till", {**TILL, "p-M10": (out, "a.jpg")})
    send(auditor, world)
    desk, said = reviewer(world), []
    for source in ("", "camera", "file"):
        with world.app.database.transaction() as session:
            row = session.scalars(select(Submission)).one()
            (photo,) = row.document["photos"]
            row.document = {**row.document, "photos": [{**photo, "source": source}]}
            session.scalars(select(Evidence)).one().taken_at = "2026:08:12 11:20:30"
        said.append(desk.get(f"/p/lumo/review/{world.visit_id}").text)
    assert ["czas pliku, aparat nie podał swojego" in text for text in said] == [False, False, True]
    assert all("12 sie 2026, 11:20" in text for text in said)
