"""The page on which a programme manager decides about what phones sent and nobody could apply."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest

from auditapp import parked
from auditapp.config import Settings
from auditapp.fieldwork import sending
from auditapp.fieldwork.sending import Outcome, Sender, Sent
from auditapp.models import Membership, PhoneLog, User, Visit
from checklists.lifecycle import Role, State
from tests import factories as make
from tests.auditapp.sent import Office, open_office, picture
from tests.documents import GOOD
from tests.pages import Page, Person

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
RED, BLUE = picture("red"), picture("blue")
LIST = "/p/lumo/parked"


@dataclass
class Desk:
    office: Office
    manager: Person

    def put(self, id_: UUID, body: bytes | None = None, **changed: object) -> Outcome:
        """A document arrives from the auditor's phone."""
        sent = json.dumps(self.office.document(id_, **changed)).encode() if body is None else body
        sender = Sender(self.office.auditor.id, self.office.visit_id)
        (outcome,) = sending.take_in(self.office.database, [Sent(sender, id_, sent, None, self.office.clock.now)])
        return outcome

    def person(self, role: Role, locale: str = "pl") -> Person:
        with self.office.database.transaction() as session:
            programme = session.get_one(Visit, self.office.visit_id).programme_id
            member = Membership(
                programme_id=programme, user=make.make_user(session), role=role,
                pseudonym="TK-X" if role == Role.AUDITOR else None,
            )  # fmt: skip
            session.add(member)
            session.flush()
            user = member.user
        return Person(self.office.app, user, locale=locale)

    def rows(self, title: str = "Czekają na decyzję") -> list[str]:
        """The lines of one table of the list, as a person reads them."""
        page = self.manager.get(LIST)
        assert page.document is not None
        found = page.document.xpath(f"//section[h2='{title}']//tbody/tr")
        return [" ".join(" ".join(row.itertext()).split()) for row in found]

    def ids(self) -> list[int]:
        return [row.id for row in self.office.parked() if not row.resolution]

    def open(self, number: int = -1) -> Page:
        return self.manager.get(f"{LIST}/{self.ids()[number]}")


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    office = open_office(settings)
    with office.database.transaction() as session:
        user = session.get_one(User, office.manager.user_id)
    yield Desk(office, Person(office.app, user))
    office.app.database.engine.dispose()


def table(page: Page) -> dict[str, tuple[str, str, str]]:
    """By item: what the document says, what the visit says, and the word of the comparison."""
    assert page.document is not None
    found = {}
    for row in page.document.xpath("//table//tbody/tr"):
        cells = [" ".join(cell.text_content().split()) for cell in row.xpath("td")]
        found[row.xpath(".//small")[0].text_content()] = (cells[1], cells[2], cells[3])
    return found


def test_nothing_waits(desk: Desk) -> None:
    page = desk.manager.get(LIST)
    assert "Przyjęto wszystko, co przysłały telefony." in page.text
    assert "Czekają" not in page.text
    assert LIST in desk.manager.get("/p/lumo/programme").links(), "the menu leads there from everywhere"


def test_the_list_is_newest_first_and_says_why(desk: Desk) -> None:
    desk.put(A, status="draft")
    assert desk.put(B, status="draft", photos=[("M10", RED)]).parked == "other_phone"
    desk.office.clock.now += timedelta(minutes=5)
    assert desk.put(B, round=4).parked == "unknown_round"
    desk.office.clock.now += timedelta(minutes=5)
    assert desk.put(C, b"\xff\x00?").parked == "unreadable"
    unreadable, wrong, second = desk.rows()
    assert "Tego, co przyszło, nie da się odczytać" in unreadable
    assert unreadable.endswith("– –")
    assert "Podaje rundę, do której ta wizyta jeszcze nie doszła." in wrong
    assert wrong.endswith(f" {len(GOOD)} 0")
    assert "Tę rundę zaczęto już na innym telefonie albo na stronie." in second
    assert second.endswith(f" {len(GOOD)} 1")
    for said in (desk.office.code, "Sklep GD1", str(desk.office.auditor.pseudonym), "12 sie 2026, 12:00"):
        assert said in second
    assert "documents could not be taken in by themselves" in desk.person(Role.PROGRAMME_MANAGER, "en").get(LIST).text


def test_every_reason_has_a_sentence_of_its_own(desk: Desk) -> None:
    with desk.office.database.transaction() as session:
        visit = session.get_one(Visit, desk.office.visit_id)
        for number, reason in enumerate(parked.REASONS):
            parked.park(
                session, visit, submission_id=A, sender_id=visit.auditor_id, body=b"%d" % number, reason=reason,
                now=desk.office.clock.now,
            )  # fmt: skip
    english = desk.person(Role.PROGRAMME_MANAGER, "en")
    for person in (desk.manager, english):
        document = person.get(LIST).document
        assert document is not None
        assert len({cell.text_content() for cell in document.xpath("//tbody/tr/td[4]")}) == len(parked.REASONS)


def test_a_long_list_has_pages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parked, "PER_PAGE", 5)
    for number in range(parked.PER_PAGE + 1):
        desk.put(UUID(int=number + 1), b"?%d" % number)
    assert len(desk.rows()) == parked.PER_PAGE
    older = desk.manager.get(f"{LIST}?page=2")
    assert older.document is not None
    assert len(older.document.xpath("//tbody/tr")) == 1
    assert "Na tej stronie nic nie ma." in desk.manager.get(f"{LIST}?page=3").text


def test_a_final_that_waits_for_photos_is_listed_until_they_come(desk: Desk) -> None:
    desk.put(A, photos=[("M10", RED), ("M10", BLUE)])
    assert desk.rows() == []
    assert desk.rows("Czekają na zdjęcia")[0].endswith("12 sie 2026, 12:00 2 zdjęcia Zdecyduj bez zdjęć")
    desk.office.photo(RED)
    assert desk.rows("Czekają na zdjęcia")[0].endswith(" 1 zdjęcie Zdecyduj bez zdjęć")
    desk.office.photo(BLUE)
    assert desk.rows("Czekają na zdjęcia")[0].endswith("niczego; telefon musi jeszcze potwierdzić Zdecyduj bez zdjęć")
    assert desk.put(A, photos=[("M10", RED), ("M10", BLUE)]).receipt
    assert desk.rows("Czekają na zdjęcia") == []


def test_a_final_whose_photos_are_lost_is_decided_about_by_hand(desk: Desk) -> None:
    photos = [("M10", RED), ("M10", BLUE)]
    desk.put(A, photos=photos)
    desk.office.photo(RED)
    form = f"{LIST}/visits/{desk.office.visit_id}"
    assert desk.manager.post(f"{LIST}/visits/999").status == 404
    led = desk.manager.post(form)
    assert led.status == 303
    assert led.location is not None
    assert desk.manager.post(form).location == led.location, "once is enough"
    assert "Jest ostateczny, a jego zdjęcia nie dotarły." in desk.manager.get(led.location).text
    assert desk.manager.post(f"{led.location}/apply").status == 303
    assert desk.office.visit().status == State.SUBMITTED
    assert desk.rows() == []
    assert "zdjęcia nie dotarły" in desk.person(Role.REVIEWER).get("/p/lumo/review").text
    again = desk.put(A, photos=photos)
    assert again.receipt is not None, "the lost phone, found again, learns that it is done"
    assert desk.manager.post(form).status == 404, "nothing waits any more"


def test_a_set_aside_final_is_completed_by_its_phone_when_the_photos_come(desk: Desk) -> None:
    desk.put(A, photos=[("M10", RED)])
    desk.manager.post(f"{LIST}/visits/{desk.office.visit_id}")
    desk.office.photo(RED)
    assert desk.put(A, photos=[("M10", RED)]).receipt
    assert desk.rows() == []


def test_a_document_stands_beside_the_draft_of_the_visit(desk: Desk) -> None:
    desk.put(A, status="draft", values={**GOOD, "M1": "no"})
    desk.put(B, status="draft", values={**GOOD, "M9": "oj", "X1": "5"}, photos=[("M10", RED), ("M10", BLUE)])
    desk.office.photo(BLUE)
    page = desk.open()
    lines = table(page)
    assert lines["M1"] == ("Tak", "Nie", "inaczej")
    assert lines["M4"][2] == "tak samo"
    assert lines["M9"][0] == "oj to nie może być odpowiedź"
    assert lines["X1"] == ("5 to nie może być odpowiedź", "brak odpowiedzi", "inaczej")
    assert lines["M10"] == ("2 zdjęcia", "brak odpowiedzi", "inaczej")
    assert "2 zdjęcia, w tym doszło: 1" in page.text
    assert "szkic, runda 1" in page.text


def test_a_sent_visit_is_compared_by_the_answers_that_count(desk: Desk) -> None:
    desk.put(A)
    desk.put(A, rev=10, values={**GOOD, "M8": "no"})
    page = desk.open()
    assert [code for code, line in table(page).items() if line[2] == "inaczej"] == ["M8"]
    assert "1 odpowiedź jest inna niż obecna odpowiedź wizyty." in page.text


def test_what_cannot_be_read_is_offered_as_it_came(desk: Desk) -> None:
    desk.put(A, b"<script>\xff")
    page = desk.open()
    assert "Przejmij" not in page.text
    assert f"{LIST}/{desk.ids()[0]}/bytes" in page.links()
    got = desk.manager.get(f"{LIST}/{desk.ids()[0]}/bytes").response
    assert (got.data, got.mimetype, got.headers["X-Content-Type-Options"]) == (b"<script>\xff", "text/plain", "nosniff")
    assert got.headers["Content-Disposition"].startswith("attachment;")


def test_taking_over(desk: Desk) -> None:
    desk.put(A, status="draft", values={"M1": "no"})
    desk.put(B, status="draft")
    number = desk.ids()[0]
    page = desk.manager.post(f"{LIST}/{number}/apply")
    assert (page.status, page.location) == (303, LIST)
    assert desk.office.visit().status == State.SUBMITTED
    assert desk.office.answers() == GOOD
    after = desk.manager.get(LIST)
    assert f"{desk.office.code}: Dokument stał się odpowiedziami wizyty." in after.text
    assert "Jego miejsce zajął późniejszy dokument." in desk.rows()[0], "what the visit said before waits now"
    assert "1 rozstrzygnięty ostatnio" in after.text
    decided = desk.manager.get(f"{LIST}/{number}")
    assert f"Decyzja już zapadła: przejęcie: {desk.office.manager.user.name}, 12 sie 2026, 12:00" in decided.text
    assert "Przejmij" not in decided.text
    again = desk.manager.post(f"{LIST}/{number}/apply")
    assert again.status == 422
    assert "O tym dokumencie już zdecydowano." in again.text


@pytest.mark.parametrize(
    ("status", "values", "code", "said"),
    [
        ("cancelled", GOOD, 409, "Wizyty w stanie"),
        ("in_progress", {"M1": "yes"}, 422, "Wizyta jest niekompletna."),
    ],
)
def test_a_refusal_changes_nothing_and_the_document_still_waits(
    desk: Desk, status: str, values: dict[str, str], code: int, said: str
) -> None:
    desk.put(A, status="draft")
    desk.put(B, status="draft", values=values)
    desk.office.change(status=status)
    page = desk.manager.post(f"{LIST}/{desk.ids()[0]}/apply")
    assert page.status == code
    assert said in page.text
    assert (len(desk.rows()), desk.office.visit().status, desk.office.answers()) == (1, status, {})


def test_a_visit_in_the_review_takes_nothing_over(desk: Desk) -> None:
    desk.put(A)
    desk.put(B, values={**GOOD, "M8": "no"})
    page = desk.manager.post(f"{LIST}/{desk.ids()[0]}/apply")
    assert page.status == 409
    assert "Wizyty w stanie" in page.text
    assert (len(desk.rows()), desk.office.answers()) == (1, GOOD)


def test_setting_aside_needs_a_reason_and_stays_to_be_read(desk: Desk) -> None:
    desk.put(A, b"?")
    number = desk.ids()[0]
    refused = desk.manager.post(f"{LIST}/{number}/dismiss", {"reason": "  "})
    assert (refused.status, len(desk.rows())) == (422, 1)
    assert "Podaj krótko powód." in refused.text
    assert desk.manager.post(f"{LIST}/{number}/dismiss", {"reason": "Próba <telefonu>"}).location == LIST
    page = desk.manager.get(LIST)
    assert "Dokument odłożono." in page.text
    assert f"odłożenie: {desk.office.manager.user.name}, 12 sie 2026, 12:00: Próba <telefonu>" in page.text
    assert "Przyjęto wszystko" in page.text
    assert desk.manager.get(f"{LIST}/{number}/bytes").response.data == b"?"
    assert desk.manager.post(f"{LIST}/{number}/dismiss", {"reason": "Znowu"}).status == 422


def test_what_came_again_and_fitted_is_told_as_such(desk: Desk) -> None:
    desk.office.change(auditor_id=desk.office.other.id)
    assert desk.put(A).parked == "reassigned"
    assert f"wizyta należy teraz do: {desk.office.other.pseudonym}" in desk.open().text
    desk.office.change(auditor_id=desk.office.auditor.id)
    assert desk.put(A).receipt
    assert desk.rows() == []
    assert "przyszedł ponownie i został przyjęty, 12 sie 2026, 12:00" in desk.manager.get(LIST).text


def test_nobody_decides_about_an_own_visit(desk: Desk) -> None:
    desk.put(A, status="draft")
    desk.put(B, status="draft")
    with desk.office.database.transaction() as session:
        programme = session.get_one(Visit, desk.office.visit_id).programme_id
        user = session.get_one(User, desk.office.auditor.user_id)
        session.add(Membership(programme_id=programme, user_id=user.id, role=Role.PROGRAMME_MANAGER))
    page = Person(desk.office.app, user).post(f"{LIST}/{desk.ids()[0]}/apply")
    assert page.status == 403
    assert "O własnej wizycie decyduje ktoś inny." in page.text
    assert len(desk.rows()) == 1


def test_whose_it_is_not(desk: Desk) -> None:
    desk.put(A, b"?")
    number = desk.ids()[0]
    with desk.office.database.transaction() as session:
        rival = make.make_programme(session, "rival")
        stranger = make.make_member(session, rival, Role.PROGRAMME_MANAGER).user
    reviewer, foreign = desk.person(Role.REVIEWER), Person(desk.office.app, stranger)
    for page, status in ((reviewer, 403), (foreign, 404)):
        for path in ("", f"/{number}", f"/{number}/bytes"):
            assert page.get(LIST + path).status == status
        for path in ("apply", "dismiss"):
            assert page.post(f"{LIST}/{number}/{path}", {"reason": "x"}).status == status
    for path in (f"/{number}", f"/{number}/bytes"):
        assert foreign.get(f"/p/rival/parked{path}").status == 404
    assert "Przyjęto wszystko" in foreign.get("/p/rival/parked").text
    assert "Z telefonów" not in reviewer.get("/p/lumo/review").text
    assert len(desk.rows()) == 1


def test_a_log_that_a_phone_sent_can_be_read_here(desk: Desk) -> None:
    assert "dziennik" not in desk.manager.get(LIST).text
    with desk.office.database.transaction() as session:
        now = desk.office.clock.now
        text = "2026-08-12T10:00:00Z opened\n<b>not saved</b>: QuotaExceededError"
        session.add(PhoneLog(visit_id=desk.office.visit_id, device="Pixel 9", text=text, received_at=now))
    page = desk.manager.get(LIST)
    assert "1 dziennik telefonu" in page.text
    (address,) = [link for link in page.links() if "/parked/logs/" in link]
    opened = desk.manager.get(address)
    assert "<b>not saved</b>: QuotaExceededError" in opened.text  # as text, not as markup
    assert "Pixel 9" in opened.text
    with desk.office.database.transaction() as session:
        other = make.make_programme(session, "rondo")
        user = make.make_user(session)
        session.add(Membership(programme_id=other.id, user=user, role=Role.PROGRAMME_MANAGER))
        session.flush()
    assert Person(desk.office.app, user).get(address.replace("/lumo/", "/rondo/")).status == 404


def test_acts_need_their_token(desk: Desk) -> None:
    desk.put(A, b"?")
    path = f"{LIST}/{desk.ids()[0]}/dismiss"
    assert desk.manager.client.post(path, data={"reason": "x"}).status_code == 400
    assert len(desk.rows()) == 1
