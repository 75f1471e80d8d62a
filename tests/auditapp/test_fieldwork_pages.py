"""The auditor's phone: from the list to the receipt, and everything that can go wrong on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from auditapp.factory import App
from auditapp.fieldwork import documents
from auditapp.fieldwork.service import check_times
from auditapp.models import AnswerRow, Submission, Visit
from checklists.lifecycle import Role, State
from checklists.problems import Problem
from tests import factories as make
from tests.pages import Page, Person
from tests.phone import ENTRY, ENTRY_WHOLE, TILL, TIMES, World, fill, make_world, save, send, start


@pytest.fixture
def world(app: App) -> World:
    return make_world(app)


@pytest.fixture
def auditor(world: World) -> Person:
    return Person(world.app, world.auditor)


def test_from_the_list_to_the_receipt(world: World, auditor: Person) -> None:
    home = auditor.get("/p/lumo/visits")
    assert "Czeka na Ciebie 1 wizyta." in home.text
    assert world.base in home.links()
    brief = auditor.get(world.base)
    # The car park does not exist here, so it is not counted; one of the others waits for a branch.
    assert "Najwyżej 10 pytań, około 5 minut. Niektóre pojawiają się tylko po określonych" in brief.text
    assert "Zapytaj o prezent do 50 zł." in brief.text
    assert start(auditor, world).location == f"{world.base}/sections/entry"
    page = auditor.get(f"{world.base}/sections/entry")
    assert "Czy ktoś z obsługi się przywitał?" in page.text
    assert "parking" not in page.text
    assert "Część 1 z 2 · 0 odpowiedzi" in page.text
    save(auditor, world, "entry", ENTRY_WHOLE)
    sections = auditor.get(world.base).text
    assert "Gotowe części: 1 z 2 · 3 odpowiedzi" in sections
    assert "✓ komplet" in sections
    assert "Część 2 z 2 · 3 odpowiedzi" in auditor.get(f"{world.base}/sections/till").text
    save(auditor, world, "till", TILL)
    check = auditor.get(f"{world.base}/check").text
    assert "Wszystkie odpowiedzi są na miejscu." in check
    assert "Gotowe części: 2 z 2 · 8 odpowiedzi" in check
    assert "torbę, kartę klienta" in check
    assert "19,9 zł" in check.replace("\u00a0", " ")
    assert send(auditor, world).location == f"{world.base}/sent"
    sent = auditor.get(f"{world.base}/sent").text
    assert "Otrzymaliśmy ją 12 sie 2026, 12:00" in sent
    assert world.document().status == "final"
    visit = world.visit()
    assert (visit.status, visit.quarter, visit.submitted_at) == (State.SUBMITTED, "2026Q3", make.NOW)
    assert visit.ended_at is not None
    assert visit.started_at is not None
    assert visit.ended_at - visit.started_at == timedelta(minutes=25)
    assert "wysłana, w weryfikacji" in auditor.get("/p/lumo/visits").text


def test_the_receipt_is_the_hash_of_the_final_document(world: World, auditor: Person) -> None:
    fill(auditor, world)
    send(auditor, world)
    with world.app.database.transaction(write=False) as session:
        row = session.scalars(select(Submission)).one()
        stored = dict(row.document)
        assert row.receipt == documents.receipt(documents.read(stored))
    assert row.receipt is not None
    assert row.receipt[:16] in auditor.get(f"{world.base}/sent").text
    changed = {**stored, "answers": stored["answers"][:-1]}
    assert documents.receipt(documents.read(changed)) != row.receipt


def test_a_new_question_of_the_same_section_is_shown_before_moving_on(world: World, auditor: Person) -> None:
    start(auditor, world)
    answer = save(auditor, world, "entry", ENTRY)
    assert answer.location == f"{world.base}/sections/entry"
    page = auditor.get(answer.location)
    assert "pojawiło się jeszcze jedno pytanie" in page.text
    assert "Jak brzmiało powitanie?" in page.text
    hidden = save(auditor, world, "entry", {**ENTRY_WHOLE, "a-M1": "no"})
    assert hidden.location == f"{world.base}/sections/till"
    assert "Jak brzmiało powitanie?" not in auditor.get(f"{world.base}/check").text


def test_a_branched_away_answer_waits_in_the_draft_and_leaves_the_final_document(world: World, auditor: Person) -> None:
    fill(auditor, world)
    save(auditor, world, "entry", {**ENTRY_WHOLE, "a-M1": "no"})
    assert world.given()["M2"] == "warm"
    save(auditor, world, "entry", {"shown": ["M1", "M4"], "a-M1": "yes", "a-M4": "14:05"})
    assert world.given()["M2"] == "warm"
    save(auditor, world, "entry", {"shown": ["M1", "M4"], "a-M1": "no", "a-M4": "14:05"})
    send(auditor, world)
    assert "M2" not in world.given()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("a-M4", "25:99", "nie jest godziną"),
        ("a-M1", "maybe", "Nie ma odpowiedzi „maybe”"),
        ("a-M1", "*na", "nie można wybrać „nie dotyczy”"),
    ],
)
def test_an_impossible_value_comes_back_as_it_was_typed_and_the_rest_is_saved(
    world: World, auditor: Person, field: str, value: str, said: str
) -> None:
    start(auditor, world)
    fields = {**ENTRY, "c-M1": "Pani przy drzwiach.", field: value}
    page = save(auditor, world, "entry", fields)
    assert page.status == 422
    assert page.document is not None
    assert said in page.text
    assert page.document.xpath("//title")[0].text.startswith("Błąd:")
    assert page.document.xpath(f"//a[@href='#{field}']"), "the summary leads to the field"
    other = "M1" if field == "a-M4" else "M4"
    assert list(world.given()) == [other]
    if field == "a-M4":
        assert page.document.xpath("//input[@id='a-M4']/@value") == ["25:99"]
    assert "Pani przy drzwiach." in page.html


def test_missing_answers_let_one_go_on_but_not_send(world: World, auditor: Person) -> None:
    start(auditor, world)
    assert save(auditor, world, "entry", {"shown": ["M1", "M4"]}).location == f"{world.base}/sections/till"
    save(auditor, world, "till", {**TILL, "a-M8": ""})
    check = auditor.get(f"{world.base}/check").text
    assert "Brakuje jeszcze 3 odpowiedzi." in check
    page = send(auditor, world)
    assert page.status == 422
    assert "Wejście: 2 odpowiedzi" in page.text
    assert "Kasa: 1 odpowiedź" in page.text
    assert world.visit().status == State.IN_PROGRESS
    assert world.document().status == "draft"


def test_what_the_auditor_declares_goes_with_the_visit(world: World, auditor: Person) -> None:
    fill(auditor, world)
    document = world.document()
    form = {**TIMES, "rev": document.rev, "round": document.round, "recognised": "y", "conflict": "x" * 5001}
    refused = auditor.post(f"{world.base}/submit", form)
    assert refused.status == 422
    assert "x" * 5001 in refused.text
    assert auditor.post(f"{world.base}/submit", form | {"conflict": "My cousin."}).location == f"{world.base}/sent"
    with world.app.database.transaction(write=False) as session:
        row = session.scalars(select(Submission)).one()
    assert (row.document["recognised"], row.document["conflict"]) == (True, "My cousin.")
    assert row.flags == ["recognised", "conflict"]


def test_sending_the_same_form_twice_gives_the_same_receipt(world: World, auditor: Person) -> None:
    fill(auditor, world)
    document = world.document()
    form = {**TIMES, "rev": document.rev, "round": document.round}
    first = auditor.post(f"{world.base}/submit", form)
    second = auditor.post(f"{world.base}/submit", form)
    assert first.location == second.location == f"{world.base}/sent"
    with world.app.database.transaction(write=False) as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 1
        assert set(session.scalars(select(AnswerRow.revision))) == {1}


def test_saving_the_same_form_twice_changes_nothing_more(world: World, auditor: Person) -> None:
    start(auditor, world)
    save(auditor, world, "entry", ENTRY_WHOLE, rev=0)
    before = world.document()
    again = save(auditor, world, "entry", ENTRY_WHOLE, rev=0)
    assert again.location == f"{world.base}/sections/till"
    assert world.document() == before


def test_an_old_page_does_not_write_over_newer_answers(world: World, auditor: Person) -> None:
    start(auditor, world)
    save(auditor, world, "entry", ENTRY_WHOLE, rev=0)
    stale = save(auditor, world, "entry", {**ENTRY_WHOLE, "a-M4": "9:15", "c-M1": "Inny komentarz"}, rev=0)
    assert stale.status == 409
    assert stale.document is not None
    assert "w innym oknie" in stale.text
    assert stale.document.xpath("//input[@id='a-M4']/@value") == ["9:15"]
    assert "Inny komentarz" in stale.html
    assert world.given()["M4"] == "14:05"
    rev = stale.document.xpath("//input[@name='rev']/@value")[0]
    save(auditor, world, "entry", {**ENTRY_WHOLE, "a-M4": "9:15"}, rev=rev)
    assert world.given()["M4"] == "09:15"


def test_answers_changed_after_the_last_look_are_not_sent_unseen(world: World, auditor: Person) -> None:
    fill(auditor, world)
    looked_at = world.document().rev
    save(auditor, world, "till", {**TILL, "a-M8": "no"})
    page = send(auditor, world, rev=looked_at)
    assert page.status == 409
    assert "zmienione w innym oknie" in page.text
    assert world.visit().status == State.IN_PROGRESS


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"started_on": "2026-08-13"}, "started_on", "13 sie 2026, 10:00 to przyszłość"),
        ({"started_on": "2026-08-12", "started_at": "12:01"}, "started_at", "12 sie 2026, 12:01 to przyszłość"),
        ({"started_on": "2026-05-01"}, "started_on", "1 maj 2026 jest dużo wcześniejsza niż początek terminu (1 lip"),
        ({"started_on": "yesterday"}, "started_on", ""),
        ({"started_at": ""}, "started_at", "nie można zostawić pustego"),
    ],
)
def test_impossible_times_are_refused_at_the_start(
    world: World, auditor: Person, changed: dict[str, str], field: str, said: str
) -> None:
    page = start(auditor, world, **changed)
    assert page.status == 422
    assert said in error_at(page, field)
    assert world.visit().status == State.ASSIGNED


def error_at(page: Page, field: str) -> str:
    """Return the error that stands at a field; it is the only one on the page."""
    assert page.document is not None
    (error,) = page.document.xpath("//p[@class='error']")
    assert error.getparent().get("id") == f"{field}-error"
    return str(error.text_content())


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"ended_at": "9:59"}, "ended_at", "musi być późniejszy niż początek (12 sie 2026, 10:00)"),
        ({"ended_at": "10:00"}, "ended_at", "musi być późniejszy"),
        ({"ended_on": "2026-08-11"}, "ended_on", "musi być późniejszy"),
        ({"ended_at": "23:00"}, "ended_at", "12 sie 2026, 23:00 to przyszłość"),
        ({"ended_on": "2026-08-13"}, "ended_on", "to przyszłość"),
        ({"ended_at": ""}, "ended_at", "pustego"),
        ({"started_on": "2026-07-24"}, "ended_on", "od 24 lip 2026, 10:00 do 12 sie 2026, 10:25: najdłużej może"),
        ({"started_on": "2026-08-11"}, "ended_on", "24 godziny"),
    ],
)
def test_impossible_times_are_refused_at_the_end(
    world: World, auditor: Person, changed: dict[str, str], field: str, said: str
) -> None:
    fill(auditor, world)
    page = send(auditor, world, **changed)
    assert page.status == 422
    assert said in error_at(page, field)
    assert world.visit().status == State.IN_PROGRESS


@pytest.mark.parametrize(
    ("channel", "length", "code"),
    [
        ("store_visit", timedelta(hours=24), None),
        ("store_visit", timedelta(hours=24, minutes=1), "visit_too_long"),
        ("phone", timedelta(hours=24, minutes=1), "visit_too_long"),
        ("chat", timedelta(hours=24, minutes=1), "visit_too_long"),
        ("email", timedelta(days=19), None),
        ("online_order", timedelta(days=60), None),
        ("online_order", timedelta(days=60, minutes=1), "visit_too_long"),
        ("email", timedelta(0), "visit_backwards"),
    ],
)
def test_how_long_a_visit_may_last_depends_on_its_channel(
    world: World, channel: str, length: timedelta, code: str | None
) -> None:
    began = make.NOW - timedelta(days=70)
    with world.app.database.transaction() as session:
        visit = session.get_one(Visit, world.visit_id)
        visit.channel = channel
        refused = None
        try:
            check_times(visit, began, began + length, make.NOW)
        except Problem as problem:
            refused = problem.code
    assert refused == code


def test_the_times_can_be_corrected_until_sending(world: World, auditor: Person) -> None:
    fill(auditor, world)
    send(auditor, world, started_on="2026-06-30", ended_on="2026-06-30", started_at="23:30", ended_at="23:50")
    visit = world.visit()
    assert visit.quarter == "2026Q2"
    assert str(visit.local_date) == "2026-06-30"
    assert world.document().started_at == visit.started_at


def test_a_wave_that_is_not_open_cannot_be_begun(world: World, auditor: Person) -> None:
    with world.app.database.transaction() as session:
        session.get_one(Visit, world.visit_id).wave.status = "planned"
    assert "nie jest teraz otwarta" in auditor.get(world.base).text
    assert start(auditor, world).status == 422
    assert world.visit().status == State.ASSIGNED


def test_switching_the_language_keeps_what_was_typed(world: World, auditor: Person) -> None:
    start(auditor, world)
    answer = save(auditor, world, "entry", {**ENTRY_WHOLE, "language": "en"})
    assert answer.location == f"{world.base}/sections/entry"
    page = auditor.get(answer.location)
    assert "Did anybody of the staff greet you?" in page.text
    assert page.document is not None
    assert page.document.xpath("//input[@id='a-M1']/@checked")
    broken = save(auditor, world, "entry", {**ENTRY_WHOLE, "a-M4": "soon", "language": "pl"})
    assert "Wystąpił problem" in broken.text
    assert broken.document is not None
    assert broken.document.xpath("//input[@id='a-M4']/@value") == ["soon"]


def test_back_saves_too(world: World, auditor: Person) -> None:
    start(auditor, world)
    assert save(auditor, world, "till", {**TILL, "go": "back"}).location == f"{world.base}/sections/entry"
    assert world.given()["M6"] == "all"
    assert save(auditor, world, "entry", {**ENTRY_WHOLE, "go": "back"}).location == world.base


@pytest.mark.parametrize("path", ["", "/sections/entry", "/check", "/sent"])
def test_somebody_elses_visit_does_not_exist(world: World, path: str) -> None:
    assert Person(world.app, world.other).get(world.base + path).status == 404


@pytest.mark.parametrize("path", ["/start", "/sections/entry", "/submit"])
def test_nobody_writes_into_somebody_elses_visit(world: World, auditor: Person, path: str) -> None:
    start(auditor, world)
    before = world.document()
    assert Person(world.app, world.other).post(world.base + path, {**ENTRY, **TIMES, "rev": 0}).status == 404
    assert world.document() == before


def test_a_reviewer_has_no_phone_pages(world: World) -> None:
    with world.app.database.transaction() as session:
        reviewer = make.make_member(session, session.get_one(Visit, world.visit_id).auditor.programme, Role.REVIEWER)
    assert Person(world.app, reviewer.user).get(world.base).status == 403


def test_after_sending_nothing_can_be_changed(world: World, auditor: Person) -> None:
    fill(auditor, world)
    send(auditor, world)
    before = world.document()
    assert auditor.get(f"{world.base}/sections/entry").location == world.base
    page = auditor.post(f"{world.base}/sections/entry", {**ENTRY, "a-M1": "no", "rev": before.rev})
    assert page.location == world.base
    assert world.document() == before


def test_unknown_parts_and_early_pages(world: World, auditor: Person) -> None:
    assert auditor.get(f"{world.base}/check").location == world.base, "nothing to check before the start"
    start(auditor, world)
    assert auditor.get(f"{world.base}/sections/nowhere").status == 404
    assert auditor.post(f"{world.base}/start", TIMES).location == f"{world.base}/sections/entry", "started already"


def test_a_change_leads_back_to_the_check(world: World, auditor: Person) -> None:
    start(auditor, world)
    save(auditor, world, "entry", ENTRY_WHOLE)
    save(auditor, world, "till", TILL)
    changes = [link for link in auditor.get(f"{world.base}/check").links() if link.endswith("check=1#q-M8")]
    assert changes
    section = auditor.get(changes[0].partition("#")[0])
    assert "Zapisz i wróć do sprawdzania" in section.text
    saved = save(auditor, world, "till", {**TILL, "check": "1"}, go="check")
    assert saved.location == f"{world.base}/check"
    assert "Zapisz i wróć" not in auditor.get(f"{world.base}/sections/till").text


def test_adding_no_photo_says_so(world: World, auditor: Person) -> None:
    start(auditor, world)
    assert save(auditor, world, "till", {}, go="photo:M10").location == f"{world.base}/sections/till#q-M10"
    assert "Najpierw wybierz zdjęcie" in auditor.get(f"{world.base}/sections/till").text


def test_the_check_of_a_returned_visit_names_what_was_asked(world: World, auditor: Person) -> None:
    start(auditor, world)
    save(auditor, world, "entry", ENTRY_WHOLE)
    save(auditor, world, "till", TILL)
    send(auditor, world)
    with world.app.database.transaction() as session:
        make.ask_back(session, session.get_one(Visit, world.visit_id), M8="Czy na pewno?")
    check = auditor.get(f"{world.base}/check").text
    assert "Pytania z weryfikacji" in check
    assert "Czy na pewno?" in check
