"""What the office does with parked documents, and how a page and a phone take turns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from auditapp import parked
from auditapp.access import actor_for
from auditapp.actor import Actor
from auditapp.config import Settings
from auditapp.fieldwork import parking, sending, service
from auditapp.fieldwork.service import Typed
from auditapp.models import JournalLine, Membership, Visit
from checklists.lifecycle import Role
from checklists.problems import Problem
from tests import factories as make
from tests.auditapp.sent import Office, open_office, picture, sha
from tests.documents import GOOD
from tests.factories import NOW

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
RED, BLUE = picture("red"), picture("blue")


@pytest.fixture
def office(either_settings: Settings) -> Iterator[Office]:
    office = open_office(either_settings)
    yield office
    office.app.database.engine.dispose()


def actor(office: Office, member: Membership) -> Actor:
    with office.database.transaction(write=False) as session:
        found = actor_for(session, member.user_id, "", False, "lumo")
        assert found is not None
        return found


def waiting(office: Office) -> list[parked.Waiting]:
    """The list from its end: in the order in which the documents came."""
    with office.database.transaction(write=False) as session:
        return list(parked.waiting(session, actor(office, office.manager)))[::-1]


def apply(office: Office, parked_id: int, member: Membership | None = None) -> sending.Receipt:
    by = actor(office, member or office.manager)
    with office.database.transaction() as session:
        return parking.apply_parked(session, by, parked_id, new_id=C, now=office.clock.now)


def refusal(work: Any, *args: Any) -> str:
    with pytest.raises(Problem) as refused:
        work(*args)
    return refused.value.code


def test_the_list_says_what_waits(office: Office) -> None:
    office.put(office.document(A, status="draft"))
    body = json.dumps(office.document(B, status="draft", rev=3)).encode()
    office.put(body, B)
    office.put(b"?", C)
    first, second = waiting(office)
    assert (first.visit, first.place, first.reason, first.round, first.rev) == (
        office.code, "Sklep GD1", "other_phone", 1, 3,
    )  # fmt: skip
    assert (first.device, first.sender, first.body) == ("Pixel 9", office.auditor.pseudonym, body)
    assert (second.reason, second.round, second.body) == ("unreadable", None, b"?")


def test_another_programme_has_a_list_of_its_own(office: Office) -> None:
    office.put(b"?", A)
    with office.database.transaction() as session:
        rival = make.make_programme(session, "rival")
        manager = make.make_member(session, rival, Role.PROGRAMME_MANAGER)
    with office.database.transaction() as session:
        stranger = actor_for(session, manager.user_id, "", False, "rival")
        assert stranger is not None
        assert parked.waiting(session, stranger) == []
        here = waiting(office)[0].id
        assert refusal(lambda: parking.apply_parked(session, stranger, here, new_id=C, now=NOW)) == "not_found"
        assert refusal(lambda: parked.dismiss(session, stranger, here, "no", now=NOW)) == "not_found"


def test_applying_takes_the_place_of_the_draft(office: Office) -> None:
    draft = office.document(A, status="draft", values={"M1": "no"}, rev=3)
    office.put(draft)
    mine = office.document(B, status="draft", rev=3, values={**GOOD, "M9": "oj"}, photos=[("M10", RED), ("M10", BLUE)])
    answer = office.put(mine)
    assert len(answer.json["missing"]) == 2, "what is parked may still bring its photos"
    office.photo(BLUE)
    receipt = apply(office, waiting(office)[0].id)
    assert (receipt.id, receipt.sha) == (B, sha(json.dumps(mine).encode()))
    assert office.answers() == {**GOOD, "M10": "1"}, "one of the two photos came"
    assert office.photos() == {sha(BLUE): True}
    row = office.rows()[0]
    assert (row.id, row.status, row.receipt, row.flags) == (B, "final", receipt.sha, ["answer:M9", "no_photos"])
    assert office.visit().status == "submitted"
    assert [(row.reason, row.resolution) for row in office.parked()] == [("other_phone", "applied"), ("replaced", "")]
    again = office.put(mine)
    assert again.receipt is not None, "the phone that sends it again hears that it is done"
    assert again.receipt["sha"] == receipt.sha
    with office.database.transaction(write=False) as session:
        lines = session.scalars(select(JournalLine).order_by(JournalLine.id)).all()
        assert [(line.act, line.actor_id) for line in lines[-2:]] == [
            ("submit", office.manager.user_id),
            ("applied_parked", office.manager.user_id),
        ]
    assert refusal(apply, office, office.parked()[0].id) == "parked_resolved"


def test_a_round_too_late_becomes_the_present_round(office: Office) -> None:
    office.put(office.document(A))
    office.put(office.document(A, rev=10, values={**GOOD, "M8": "no"}))
    assert refusal(apply, office, waiting(office)[0].id) == "move_not_allowed"
    office.change(status="returned", round=2)
    receipt = apply(office, waiting(office)[0].id)
    assert receipt.id == C, "the id of the first round is taken"
    assert [(row.round, row.status) for row in office.rows()] == [(1, "final"), (2, "final")]
    assert office.answers()["M8"] == "no"


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "incomplete": ({"values": {"M1": "yes"}}, {}, "visit_incomplete"),
    "another version": ({"checklist": "MINI-STORE 2"}, {}, "parked_unfit"),
    "cancelled": ({"round": 2}, {"status": "cancelled"}, "move_not_allowed"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_applied(office: Office, case: str) -> None:
    document, visit, code = REFUSED[case]
    assert office.put(office.document(A, **document)).status == 409
    office.change(**visit)
    assert refusal(apply, office, waiting(office)[0].id) == code
    assert (office.rows(), office.parked()[0].resolution) == ([], "")


def test_what_cannot_be_applied_at_all(office: Office) -> None:
    office.put(b"?", A)
    assert refusal(apply, office, waiting(office)[0].id) == "parked_unfit"
    office.change(auditor_id=office.other.id)
    office.put(office.document(A))
    assert refusal(apply, office, waiting(office)[1].id) == "parked_unfit"
    assert refusal(apply, office, 999) == "not_found"


def test_a_document_of_another_visit_is_never_applied(office: Office) -> None:
    """One that came under an address that is not its own was parked before anybody looked which visit it is of."""
    assert office.put(office.document(A, visit="V-999999"), B).parked == "unreadable"
    assert refusal(apply, office, waiting(office)[0].id) == "parked_unfit"
    assert office.rows() == []


def test_who_may_apply(office: Office) -> None:
    office.put(office.document(A, round=2))
    with office.database.transaction() as session:
        programme = session.get_one(Visit, office.visit_id).location
        reviewer = Membership(programme_id=programme.programme_id, user_id=office.other.user_id, role=Role.REVIEWER)
        both = Membership(
            programme_id=programme.programme_id, user_id=office.auditor.user_id, role=Role.PROGRAMME_MANAGER
        )
        session.add_all([reviewer, both])
    number = waiting(office)[0].id
    assert refusal(apply, office, number, reviewer) == "forbidden"
    assert refusal(apply, office, number, both) == "own_visit"
    assert apply(office, number).id == A


def test_dismissing_needs_a_reason_and_keeps_the_bytes(office: Office) -> None:
    office.put(b"?", A)
    number, by = waiting(office)[0].id, actor(office, office.manager)
    with office.database.transaction() as session:
        assert refusal(lambda: parked.dismiss(session, by, number, "  ", now=NOW)) == "reason_missing"
        parked.dismiss(session, by, number, " Pomyłka ", now=NOW)
    row = office.parked()[0]
    assert (row.resolution, row.note, row.resolved_by, row.body) == ("dismissed", "Pomyłka", by.user_id, b"?")
    assert waiting(office) == []
    assert office.put(b"?", A).parked == "unreadable"
    assert waiting(office) == [], "the same bytes again ask nothing new"


def test_what_can_be_applied_later_leaves_the_list(office: Office) -> None:
    office.change(auditor_id=office.other.id)
    office.put(office.document(A))
    office.change(auditor_id=office.auditor.id)
    assert office.put(office.document(A)).receipt
    assert waiting(office) == []


# --- A page and a phone take turns


def start_on_page(office: Office) -> None:
    with office.database.transaction() as session:
        visit = session.get_one(Visit, office.visit_id)
        service.start(session, visit, started_at=NOW, new_id=B, actor_id=office.auditor.user_id, now=NOW)


def save_on_page(office: Office, rev: int, **typed: str) -> None:
    with office.database.transaction() as session:
        visit = session.get_one(Visit, office.visit_id)
        values = {code: Typed(value) for code, value in typed.items()}
        saved = service.save_section(session, visit, "entry", values, rev=rev, new_id=uuid4(), now=NOW)
        assert not saved.stale


def test_a_page_left_empty_is_in_nobodys_way(office: Office) -> None:
    start_on_page(office)
    assert office.put(office.document(A, status="draft", rev=1)).status == 200
    assert (office.rows()[0].id, office.parked()) == (A, [])


def test_a_page_that_was_filled_in_is(office: Office) -> None:
    start_on_page(office)
    save_on_page(office, 0, M1="yes")
    assert office.put(office.document(A, status="draft", rev=1)).parked == "other_phone"
    assert office.put(office.document(A)).receipt
    assert [row.reason for row in office.parked()] == ["other_phone", "replaced"]


def test_a_page_goes_on_from_a_phone_and_keeps_what_it_told(office: Office) -> None:
    office.put(office.document(A, status="draft", rev=4, conflict="Znam kierowniczkę."))
    save_on_page(office, 4, M1="no")
    row = office.rows()[0]
    assert row.id != A, "the phone's next draft must not write over it unseen"
    assert (row.rev, row.sha256, row.document["conflict"]) == (5, None, "Znam kierowniczkę.")
    assert office.put(office.document(A, status="draft", rev=5)).parked == "other_phone"


@pytest.mark.parametrize("sent", [False, True], ids=["saved", "submitted"])
def test_a_page_goes_on_from_a_final_whose_photos_are_missing(office: Office, sent: bool) -> None:
    final = office.document(A, photos=[("M10", RED)])
    office.put(final)
    if sent:
        with office.database.transaction() as session:
            visit = session.get_one(Visit, office.visit_id)
            service.submit(
                session, visit, started_at=make.NOW.replace(hour=8), ended_at=make.NOW.replace(hour=9), new_id=B,
                actor_id=office.auditor.user_id, now=NOW,
            )  # fmt: skip
    else:
        save_on_page(office, 9, M1="no")
    assert [(row.reason, row.sha256) for row in office.parked()] == [("replaced", sha(json.dumps(final).encode()))]
    row = office.rows()[0]
    assert (row.status, row.sha256, row.rev) == ("final" if sent else "draft", None, 10)


def test_a_draft_with_answers_that_are_none_can_be_shown_and_filled_in(office: Office) -> None:
    office.put(office.document(A, status="draft", rev=1, values={"M1": "maybe", "X": "?", "M4": "14:05"}))
    save_on_page(office, 1, M1="no")
    given = {entry["item"]: entry["value"] for entry in office.rows()[0].document["answers"]}
    assert given["M1"] == "no"
    assert given["M4"] == "14:05"
