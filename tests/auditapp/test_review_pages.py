"""The quality desk's pages: queue, visit, decisions, and two people at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from auditapp import visits
from auditapp.access import Actor
from auditapp.factory import App
from auditapp.models import Programme, Submission, User, Visit
from auditapp.review import queries, service
from auditapp.review.queries import Filters
from checklists.lifecycle import Act, Role, State
from tests import factories as make
from tests.documents import GOOD
from tests.pages import Page, Person
from tests.phone import TILL, TIMES
from tests.workers import do_jobs, read_letters

OLDEST = make.NOW - timedelta(days=9)


@dataclass
class Bureau:
    app: App
    reviewer: User
    auditor: User
    pseudonym: str
    first: int
    second: int

    def visit(self, visit_id: int) -> Visit:
        with self.app.database.transaction(write=False) as session:
            return session.get_one(Visit, visit_id)


@pytest.fixture
def bureau(app: App) -> Bureau:
    with app.database.transaction() as session:
        programme = make.make_programme(session)
        version = make.make_checklist(session, programme)
        auditor = make.make_member(session, programme, Role.AUDITOR, name="Ola Kos")
        reviewer = make.make_member(session, programme, Role.REVIEWER)
        batory = make.make_location(session, programme, "GD1", name="Sklep Batory", city="Gdynia")
        hallera = make.make_location(session, programme, "GD2", name="Sklep Hallera", city="Gdańsk")
        wave = make.make_wave(session, programme, code="W1")
        second = make.make_visit(session, hallera, version, auditor, approve=False)
        first = make.make_visit(session, batory, version, auditor, approve=False, at=OLDEST, wave=wave)
        return Bureau(app, reviewer.user, auditor.user, auditor.pseudonym or "", first.id, second.id)


@pytest.fixture
def desk(bureau: Bureau) -> Person:
    return Person(bureau.app, bureau.reviewer)


def seal(page: Page) -> str:
    assert page.document is not None
    return str(page.document.xpath("//input[@name='seen']/@value")[0])


def decide(desk: Person, visit_id: int, act: str, **fields: str) -> Page:
    """Open the visit and press one of its buttons."""
    page = desk.get(f"/p/lumo/review/{visit_id}")
    return desk.post(f"/p/lumo/review/{visit_id}/{act}", {"seen": seal(page), **fields})


def test_the_queue_shows_what_waited_longest_first(bureau: Bureau, desk: Person) -> None:
    page = desk.get("/p/lumo/review")
    assert "2 wizyty czekają na decyzję." in page.text
    assert page.text.index("Sklep Batory") < page.text.index("Sklep Hallera")
    assert bureau.pseudonym in page.text
    assert "Ola Kos" not in page.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("channel=store_visit", {"Sklep Batory", "Sklep Hallera"}),
        ("channel=phone", set()),
        ("wave=W1", {"Sklep Batory"}),
        ("q=gdańsk", {"Sklep Hallera"}),
        ("q=%25", set()),
        ("status=approved", set()),
        ("status=nonsense&channel=nonsense&page=0", {"Sklep Batory", "Sklep Hallera"}),
        ("page=2", set()),
    ],
)
def test_filters(bureau: Bureau, desk: Person, query: str, shown: set[str]) -> None:
    page = desk.get(f"/p/lumo/review?{query}")
    assert {name for name in ("Sklep Batory", "Sklep Hallera") if name in page.text} == shown


def test_signs_are_a_short_visit_and_a_late_form(bureau: Bureau, desk: Person) -> None:
    assert "bardzo krótka" not in desk.get("/p/lumo/review").text
    with bureau.app.database.transaction() as session:
        visit = session.get_one(Visit, bureau.first)
        assert visit.started_at is not None
        visit.ended_at = visit.started_at + timedelta(minutes=2, seconds=29)  # the checklist says 5
        visit.submitted_at = visit.ended_at + timedelta(hours=24, seconds=1)
    text = desk.get("/p/lumo/review").text
    assert text.count("bardzo krótka") == 1
    assert text.count("wysłana ponad dobę po wizycie") == 1
    assert "bardzo krótka" in desk.get(f"/p/lumo/review/{bureau.first}").text


@pytest.mark.parametrize(
    ("stored", "sign"),
    [
        (timedelta(seconds=-1), "pierwsza odpowiedź sprzed wizyty"),
        (timedelta(0), ""),
        (timedelta(hours=48, minutes=20), ""),
        (timedelta(hours=48, minutes=20, seconds=1), "pierwsza odpowiedź ponad dwa dni po wizycie"),
    ],
)
def test_a_first_answer_stored_at_an_odd_time_is_a_sign(
    bureau: Bureau, desk: Person, stored: timedelta, sign: str
) -> None:
    """The visit lasts 20 minutes."""
    with bureau.app.database.transaction() as session:
        visit = session.get_one(Visit, bureau.first)
        assert visit.started_at is not None
        stamps = (visit.started_at + timedelta(days=9), visit.started_at + stored)
        session.add(
            Submission(
                id=UUID(int=7),
                visit_id=visit.id,
                round=1,
                rev=1,
                status="final",
                document={"answers": [{"item": "ST01", "value": "yes", "at": f"{stamp:%FT%TZ}"} for stamp in stamps]},
                updated_at=make.NOW,
                received_at=make.NOW,
                receipt="0" * 64,
            )
        )
    text = desk.get(f"/p/lumo/review/{bureau.first}").text
    assert sign in text
    assert ("pierwsza odpowiedź" in text) == bool(sign)


def test_the_reviewer_reads_what_came_with_the_visit(bureau: Bureau, desk: Person) -> None:
    """Declared in the first round, sent again from a phone whose clock was slow, with a value that nobody can read."""
    common = {"visit_id": bureau.first, "rev": 1, "status": "final", "updated_at": make.NOW, "received_at": make.NOW}
    given = {"item": "ST01", "value": "<b>maybe</b>", "at": "2026-08-01T10:00:00Z"}
    with bureau.app.database.transaction() as session:
        session.add(
            Submission(
                id=UUID(int=7),
                round=1,
                receipt="0" * 64,
                flags=["recognised", "conflict", "late"],
                document={"answers": [given], "conflict": "My <i>cousin</i> works there."},
                **common,
            )
        )
        session.add(
            Submission(
                id=UUID(int=8),
                round=2,
                receipt="1" * 64,
                skew=720.0,
                flags=["clock", "times", "photos", "answer:ST01"],
                document={
                    "answers": [given],
                    "gps": {"lat": 54.51887, "lon": 18.53054, "accuracy": 12.4, "at": None, "error": ""},
                },
                **common,
            )
        )
    tags = ["obsługa rozpoznała wizytę", "możliwy brak bezstronności", "zegar telefonu szedł źle", "niemożliwe godziny"]
    queue = desk.get("/p/lumo/review").text
    assert [tag for tag in tags if tag in queue] == tags
    assert "wysłana po terminie" not in queue  # that was true of the first round only
    text = desk.get(f"/p/lumo/review/{bureau.first}").text
    assert "Zdaniem audytora obsługa rozpoznała Tajemniczego Klienta." in text
    assert "My <i>cousin</i> works there." in text  # as words, not as markup
    assert "Zegar telefonu spóźniał się o 12 min." in text
    assert "Zdjęć było więcej" in text
    assert "Telefon był w miejscu 54.5189, 18.5305 (±12 m)." in text
    assert "przy pytaniu ST01, nie może być odpowiedzią i się nie liczy: <b>maybe</b>" in text


def test_a_long_visit_begins_with_what_stands_on_its_page(bureau: Bureau, desk: Person) -> None:
    base = f"/p/lumo/review/{bureau.first}"
    for item, value in {"M6": "some", "M8": "no", "M2": "*na"}.items():
        form = {"seen": seal(desk.get(f"{base}/correct/{item}")), "value": value, "reason": "Zdjęcie."}
        assert desk.post(f"{base}/correct/{item}", form).status == 303
    page = desk.get(base)
    assert page.document is not None
    (contents,) = page.document.xpath("//nav[@aria-labelledby='contents']")
    lines = [" ".join(line.text_content().split()) for line in contents.xpath(".//li")]
    assert lines == ["Wejście 1 raz „nie dotyczy”", "Kasa strata punktów w 2 pytaniach", "Decyzja"]
    for target in contents.xpath(".//a/@href"):
        assert page.document.xpath(f"//h2[@id='{target[1:]}']"), target
    assert "„Nie zadano”: pytanie wyłączyła" in page.text


@pytest.mark.parametrize(
    ("number", "tab"), [(1, "1 wysłana"), (2, "2 wysłane"), (5, "5 wysłanych"), (12, "12 wysłanych")]
)
def test_tabs_count_in_polish(bureau: Bureau, desk: Person, number: int, tab: str) -> None:
    with bureau.app.database.transaction() as session:
        visit = session.get_one(Visit, bureau.second)
        if number == 1:
            visit.status = State.APPROVED
        for _ in range(number - 2):
            make.make_visit(session, visit.location, visit.checklist_version, visit.auditor, approve=False)
    page = desk.get("/p/lumo/review")
    assert page.document is not None
    assert page.document.xpath("//nav[contains(@class, 'tabs')]/a[1]")[0].text_content() == tab


def test_an_own_visit_is_left_to_somebody_else(bureau: Bureau) -> None:
    with bureau.app.database.transaction() as session:
        visit = session.get_one(Visit, bureau.first)
        programme = session.get_one(Programme, visit.programme_id)
        make.make_member(session, programme, Role.REVIEWER, user=session.get_one(User, bureau.auditor.id))
        seen = service.seen(session, visit)
    both, base = Person(bureau.app, bureau.auditor), f"/p/lumo/review/{bureau.first}"
    page = both.get(base)
    assert page.document is not None
    assert not page.document.xpath("//main//form | //main//button | //main//a[contains(@href, '/correct/')]")
    assert "decyzję podejmie inna osoba" in page.text
    assert both.get(f"{base}/correct/M6").status == 403
    for act in ("approve", "return", "reject", "correct/M6"):
        refused = both.post(f"{base}/{act}", {"seen": seen, "reason": "Powód.", "note-M8": "?", "value": "some"})
        assert refused.status == 403, act
        assert "O własnej wizycie decyduje ktoś inny." in refused.text
    assert bureau.visit(bureau.first).status == State.SUBMITTED


def test_the_queue_costs_six_queries_however_long_it_is(bureau: Bureau) -> None:
    actor = Actor(bureau.reviewer.id, "", bureau.visit(bureau.first).programme_id, "lumo", frozenset({Role.REVIEWER}))
    with bureau.app.database.transaction() as session:
        visit = session.get_one(Visit, bureau.first)
        for _ in range(60):
            make.make_visit(session, visit.location, visit.checklist_version, visit.auditor, approve=False)
    asked: list[str] = []
    with bureau.app.database.transaction(write=False) as session:
        event.listen(bureau.app.database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        page = queries.queue(session, actor, Filters())
    assert (len(page.rows), page.more, page.counts) == (50, True, {"submitted": 62})
    queried = [statement for statement in asked if statement.startswith("SELECT")]
    assert 0 < len(queried) <= 6, queried


def test_the_visit_as_the_auditor_saw_it(bureau: Bureau, desk: Person) -> None:
    text = desk.get(f"/p/lumo/review/{bureau.first}").text.replace("\u00a0", " ")
    assert "Wizyta zdobyła 100 % możliwych punktów." in text
    assert "torbę, kartę klienta 2 / 2 pkt" in text
    assert "Ola Kos" not in text
    assert f"wysłana {bureau.pseudonym}, 3 sie 2026" in text


def test_approving_leads_to_the_next_visit_that_waits(bureau: Bureau, desk: Person) -> None:
    assert decide(desk, bureau.first, "approve").location == f"/p/lumo/review/{bureau.second}"
    assert "jest zatwierdzona" in desk.get(f"/p/lumo/review/{bureau.second}").text
    assert bureau.visit(bureau.first).status == State.APPROVED
    assert decide(desk, bureau.second, "approve").location == "/p/lumo/review"
    assert "Kolejka jest pusta" in desk.get("/p/lumo/review").text


def test_a_question_that_was_typed_and_not_sent_is_not_lost_by_approving(bureau: Bureau, desk: Person) -> None:
    page = desk.get(f"/p/lumo/review/{bureau.first}")
    typed = {"seen": seal(page), "note-M8": "Czy na pewno?"}
    refused = desk.post(f"/p/lumo/review/{bureau.first}/approve", typed)
    assert refused.status == 422
    assert "Wpisane pytanie nie zostało wysłane." in refused.text
    assert "Czy na pewno?" in refused.text
    assert bureau.visit(bureau.first).status == State.SUBMITTED
    assert desk.post(f"/p/lumo/review/{bureau.first}/approve", typed | {"note-M8": " "}).status == 303


def test_two_buttons_cannot_both_act_on_one_page(bureau: Bureau, desk: Person) -> None:
    seen = seal(desk.get(f"/p/lumo/review/{bureau.first}"))
    base = f"/p/lumo/review/{bureau.first}"
    desk.post(f"{base}/return", {"seen": seen, "note-M8": "Brak paragonu."})
    late = desk.post(f"{base}/approve", {"seen": seen})
    assert late.status == 409
    assert "O tej wizycie już zdecydowano" in late.text
    assert f"Wizyta wróciła już do uzupełnienia ({bureau.reviewer.name}, 12 sie 2026, 12:00)." in late.text
    assert "zdecyduj" not in late.text
    assert bureau.visit(bureau.first).status == State.RETURNED
    again = desk.post(f"{base}/return", {"seen": seen, "note-M8": "Brak paragonu."})
    assert again.status == 409
    assert bureau.visit(bureau.first).round == 2


@pytest.mark.parametrize(
    ("act", "fields", "said"),
    [
        ("approve", {}, "Wizyta jest już zatwierdzona"),
        ("reject", {"reason": "Nie ta placówka."}, "Wizyta jest już odrzucona"),
        ("return", {"note-": "?"}, "Wizyta wróciła już do uzupełnienia"),
    ],
)
def test_an_old_tab_learns_who_decided_what_and_when(
    bureau: Bureau, desk: Person, act: str, fields: dict[str, str], said: str
) -> None:
    base = f"/p/lumo/review/{bureau.first}"
    seen = seal(desk.get(base))
    desk.post(f"{base}/{act}", {"seen": seen, **fields})
    for late in ("approve", "reject", "correct/M6"):
        page = desk.post(f"{base}/{late}", {"seen": seen, "reason": "Za późno.", "value": "some"})
        assert page.status == 409
        assert f"{said} ({bureau.reviewer.name}, 12 sie 2026, 12:00)." in page.text
        assert "Nie trzeba już o niczym decydować." in page.text
        assert "zdecyduj" not in page.text


def test_an_old_tab_of_a_visit_that_still_waits_may_decide_again(bureau: Bureau, desk: Person) -> None:
    base = f"/p/lumo/review/{bureau.first}"
    seen = seal(desk.get(base))
    desk.post(f"{base}/correct/M6", {"seen": seen, "value": "some", "reason": "Paragon."})
    page = desk.post(f"{base}/approve", {"seen": seen})
    assert page.status == 409
    assert f"Odpowiedź M6 jest już poprawiona ({bureau.reviewer.name}, 12 sie 2026, 12:00)." in page.text
    assert "Wpisany tekst jest zachowany" in page.text


def test_a_second_round_is_late_only_when_the_first_was(bureau: Bureau, desk: Person) -> None:
    late = "wysłana ponad dobę po wizycie"
    decide(desk, bureau.first, "return", **{"note-": "Czy to na pewno ta placówka?"})
    assert late not in desk.get("/p/lumo/review?status=returned").text
    with bureau.app.database.transaction() as session:
        visit = session.get_one(Visit, bureau.first)  # what the second sending does, days after the visit
        visit.status, visit.submitted_at = State.SUBMITTED, OLDEST + timedelta(days=8)
    assert late not in desk.get("/p/lumo/review").text
    assert late not in desk.get(f"/p/lumo/review/{bureau.first}").text
    with bureau.app.database.transaction() as session:
        visit = session.get_one(Visit, bureau.first)  # the visit was over two days before it was first sent
        visit.started_at, visit.ended_at = OLDEST - timedelta(days=3), OLDEST - timedelta(days=2)
    assert late in desk.get("/p/lumo/review").text
    assert late in desk.get(f"/p/lumo/review/{bureau.first}").text


def test_when_an_imported_visit_was_first_sent_is_unknown_once_it_came_back(bureau: Bureau, desk: Person) -> None:
    with bureau.app.database.transaction() as session:
        known = session.get_one(Visit, bureau.first)
        known.status = State.APPROVED
        when = {"started_at": OLDEST, "ended_at": OLDEST, "submitted_at": make.NOW, "quarter": "2026Q3"}
        place, version = known.location, known.checklist_version
        make.make_assignment(session, place, version, known.auditor, status=State.SUBMITTED, round=2, **when)
    page = desk.get("/p/lumo/review")
    assert "runda 2" in page.text
    assert "wysłana ponad dobę po wizycie" not in page.text


def test_what_changed_since_the_visit_was_asked_back(bureau: Bureau, desk: Person) -> None:
    decide(desk, bureau.first, "return", **{"note-M8": "Na zdjęciu nie ma paragonu."})
    page = desk.get(f"/p/lumo/review/{bureau.first}")
    assert "bez zmian" not in page.text
    phone, base = Person(bureau.app, bureau.auditor), f"/p/lumo/visits/{bureau.first}"
    assert phone.post(f"{base}/submit", {**TIMES, "rev": 0, "round": 2}).location == f"{base}/sent"
    page = desk.get(f"/p/lumo/review/{bureau.first}")
    assert "bez zmian od zwrotu do uzupełnienia" in page.text
    form = {"seen": seal(page), "value": "some", "reason": "Paragon."}
    desk.post(f"/p/lumo/review/{bureau.first}/correct/M6", form)
    corrected = desk.get(f"/p/lumo/review/{bureau.first}").text
    assert "bez zmian od zwrotu do uzupełnienia" in corrected, "a correction of the desk is no answer of the auditor"


def test_a_note_typed_on_an_old_page_is_not_lost(bureau: Bureau, desk: Person) -> None:
    page = desk.post(f"/p/lumo/review/{bureau.first}/return", {"seen": "old", "note-M8": "Gdzie jest paragon?"})
    assert page.status == 409
    assert "Gdzie jest paragon?" in page.html
    assert "Wpisany tekst jest zachowany" in page.text


@pytest.mark.parametrize(
    ("act", "fields", "said"),
    [("return", {}, "Napisz, o co pytasz."), ("reject", {"reason": " "}, "Podaj krótko powód.")],
)
def test_empty_words_are_refused_in_place(
    bureau: Bureau, desk: Person, act: str, fields: dict[str, str], said: str
) -> None:
    page = decide(desk, bureau.first, act, **fields)
    assert page.status == 422
    assert said in page.text
    assert bureau.visit(bureau.first).status == State.SUBMITTED


def test_asked_back_answered_sent_again_and_approved(bureau: Bureau, desk: Person) -> None:
    decide(desk, bureau.first, "return", **{"note-M8": "Na zdjęciu nie ma paragonu.", "note-": "Dziękuję za opis."})
    do_jobs(bureau.app)
    (letter,) = read_letters(bureau.app.extensions["auditapp.settings"].mail_dir)
    assert letter["To"] == bureau.auditor.email
    assert letter["Subject"].endswith("prośba o uzupełnienie")
    assert f"http://localhost/p/lumo/visits/{bureau.first}" in letter.get_content()
    phone, base = Person(bureau.app, bureau.auditor), f"/p/lumo/visits/{bureau.first}"
    assert "jest pytanie z weryfikacji" in phone.get("/p/lumo/visits").text
    brief = phone.get(base).text
    assert "Dziękuję za opis." in brief
    assert "1 pytanie z weryfikacji" in brief
    till = phone.get(f"{base}/sections/till")
    assert "Na zdjęciu nie ma paragonu." in till.text
    assert till.document is not None
    assert till.document.xpath("//input[@id='a-M8']/@checked"), "the old answers are there"
    phone.post(f"{base}/sections/till", {**TILL, "a-M8": "no", "rev": 0})
    assert phone.post(f"{base}/submit", {**TIMES, "rev": 1, "round": 2}).location == f"{base}/sent"
    page = desk.get(f"/p/lumo/review/{bureau.first}")
    assert "1 pytanie krytyczne nie zostało spełnione." in page.text
    assert "liczy się jako 0 %" in page.text.replace("\u00a0", " ")
    assert "1 wcześniejsza odpowiedź" in page.text
    assert "runda 2" in page.text
    assert "W rundzie 2 zmieniły się 2 pytania: M8 , M9" in page.text
    assert page.text.count("zmienione w rundzie 2") == 2
    decide(desk, bureau.first, "approve")
    assert "przyjęta" in phone.get("/p/lumo/visits").text


def test_a_rejected_visit_tells_the_auditor_why_and_can_be_reopened(bureau: Bureau, desk: Person) -> None:
    decide(desk, bureau.first, "reject", reason="To nie ta placówka.")
    assert "To nie ta placówka." in Person(bureau.app, bureau.auditor).get(f"/p/lumo/visits/{bureau.first}").text
    answer = decide(desk, bureau.first, "reopen", reason="Jednak właściwa.")
    assert answer.location == f"/p/lumo/review/{bureau.first}"
    assert bureau.visit(bureau.first).status == State.SUBMITTED


@pytest.mark.parametrize(
    ("act", "form", "field"),
    [
        ("reject", {"reason": " "}, "reject-reason"),
        ("return", {}, "note-all"),
        ("approve", {"note-M1": "Na pewno?"}, "note-all"),
        ("correct/M6", {"value": "some", "reason": ""}, "reason"),
        ("correct/M6", {"reason": "Paragon."}, "value"),
    ],
)
def test_a_refusal_leads_to_the_field_it_is_about(
    bureau: Bureau, desk: Person, act: str, form: dict[str, str], field: str
) -> None:
    base = f"/p/lumo/review/{bureau.first}"
    page = desk.post(f"{base}/{act}", {"seen": seal(desk.get(base)), **form})
    assert page.status == 422
    document = page.document
    assert document is not None
    (link,) = document.xpath("//*[@role='alert']//a/@href")
    assert link == f"#{field}"
    (target,) = document.xpath(f"//*[@id='{field}']")
    if target.tag == "textarea":
        assert target.get("aria-invalid") == "true"
        (words,) = document.xpath(f"//*[@id='{field}-error']")
        assert f"{field}-error" in target.get("aria-describedby").split()
        assert words.text_content().strip()
    assert not target.xpath("./ancestor::details[not(@open)]"), "the field can be seen"


def test_a_correction_that_opens_a_question_asks_it_in_the_same_form(bureau: Bureau, desk: Person) -> None:
    base = f"/p/lumo/review/{bureau.first}"
    page = f"{base}/correct/M1"
    desk.post(page, {"seen": seal(desk.get(page)), "value": "no", "reason": "Widać na zdjęciu."})
    form = {"seen": seal(desk.get(page)), "value": "yes", "reason": "A jednak."}
    further = desk.post(page, form)
    assert further.status == 422
    assert "Przy tej odpowiedzi pytamy dalej." in further.text
    assert further.document is not None
    assert further.document.xpath("//input[@name='value' and @value='yes']/@checked"), "the choice is kept"
    assert further.document.xpath("//*[@name='value-M2']")
    assert "niekompletna" not in further.text
    done = desk.post(page, form | {"value-M2": GOOD["M2"]})
    assert done.location == f"{base}#q-M1"
    assert "Widać na zdjęciu." in desk.get(base).text


def test_correcting_an_answer(bureau: Bureau, desk: Person) -> None:
    base = f"/p/lumo/review/{bureau.first}"
    form = desk.get(f"{base}/correct/M6")
    seen = seal(form)
    empty = desk.post(f"{base}/correct/M6", {"seen": seen, "value": "some", "reason": ""})
    assert empty.status == 422
    assert empty.document is not None
    assert empty.document.xpath("//input[@value='some']/@checked"), "the choice is kept"
    done = desk.post(f"{base}/correct/M6", {"seen": seen, "value": "some", "reason": "Dwie kasy zamknięte."})
    assert done.location == f"{base}#q-M6"
    text = desk.get(base).text.replace("\u00a0", " ")
    assert "Wizyta zdobyła 90 % możliwych punktów." in text
    assert "Dwie kasy zamknięte." in text
    assert desk.post(f"{base}/correct/M6", {"seen": seen, "value": "all", "reason": "x"}).status == 409


@pytest.mark.parametrize("item", ["M2", "M4", "M5", "M7", "M9", "M11"])
def test_every_kind_of_answer_can_be_corrected(bureau: Bureau, desk: Person, item: str) -> None:
    values = {"M2": "*na", "M4": "15:00", "M5": "4:30", "M7": ["bag"], "M9": "12,50", "M11": "Nic więcej."}
    address = f"/p/lumo/review/{bureau.first}/correct/{item}"
    seen = seal(desk.get(address))
    assert desk.post(address, {"seen": seen, "value": values[item], "reason": "Paragon."}).status == 303
    with bureau.app.database.transaction(write=False) as session:
        answer = visits.current_answers(session, bureau.first)[item]
    said = {"M2": "", "M4": "15:00", "M5": "00:04:30", "M7": "bag", "M9": "12.5", "M11": "Nic więcej."}
    assert answer.value == said[item]


@pytest.mark.parametrize("path", ["", "/correct/M6"])
def test_another_programmes_visit_does_not_exist(bureau: Bureau, path: str) -> None:
    with bureau.app.database.transaction() as session:
        rival = make.make_programme(session, "rondo")
        manager = make.make_member(session, rival, Role.PROGRAMME_MANAGER).user
    person = Person(bureau.app, manager)
    assert person.get(f"/p/rondo/review/{bureau.first}{path}").status == 404
    assert person.get(f"/p/lumo/review/{bureau.first}{path}").status == 404


@pytest.mark.parametrize("act", ["approve", "return", "reject", "reopen", "correct/M6"])
def test_an_auditor_decides_nothing(bureau: Bureau, act: str) -> None:
    auditor = Person(bureau.app, bureau.auditor)
    assert auditor.post(f"/p/lumo/review/{bureau.first}/{act}", {"seen": "x"}).status == 403
    assert bureau.visit(bureau.first).status == State.SUBMITTED


def test_a_visit_still_being_filled_in_can_be_looked_at(bureau: Bureau, desk: Person) -> None:
    with bureau.app.database.transaction() as session:
        done = session.get_one(Visit, bureau.first)
        begun = make.make_assignment(session, done.location, done.checklist_version, done.auditor)
        visits.move_visit(session, begun, Act.START, roles={Role.AUDITOR}, actor_id=None, now=make.NOW)
    page = desk.get(f"/p/lumo/review/{begun.id}")
    assert "Odpowiedzi pojawią się tutaj po wysłaniu wizyty." in page.text
    assert page.document is not None
    assert not page.document.xpath("//main//button")
