"""What becomes of a document that a phone sends: every rule of the protocol, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from auditapp.config import Settings
from auditapp.models import JournalLine, Membership, VisitScoreRow, Wave
from tests.auditapp.sent import Office, open_office, picture, sha
from tests.documents import GOOD
from tests.factories import NOW

A, B = UUID(int=1), UUID(int=2)
RED, BLUE = picture("red"), picture("blue")


@pytest.fixture
def office(either_settings: Settings) -> Iterator[Office]:
    office = open_office(either_settings)
    yield office
    office.app.database.engine.dispose()


def acts(office: Office) -> list[str]:
    with office.database.transaction(write=False) as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.subject == "visit").order_by(JournalLine.id))
        return [line.act for line in lines]


def test_a_whole_visit_with_a_photo(office: Office) -> None:
    draft = office.document(A, status="draft", rev=2, ended_at=None, values={"M1": "yes"})
    assert office.put(draft).json == {"rev": 2, "missing": [], "flags": []}
    assert (office.visit().status, office.answers()) == ("in_progress", {})
    final = office.document(A, photos=[("M10", RED)])
    waiting = office.put(final).json
    assert waiting == {"rev": 9, "missing": [{"item": "M10", "sha": sha(RED)}], "flags": []}
    assert office.rows()[0].status == "waiting"
    assert office.visit().status == "in_progress"
    assert (office.photo(RED).status, office.photo(RED).status) == (201, 200)
    office.clock.now += timedelta(hours=1)
    done = office.put(final)
    body = json.dumps(final).encode()
    at = office.clock.now.isoformat()
    assert done.receipt == {"id": str(A), "sha": sha(body), "at": at}
    visit = office.visit()
    assert (visit.status, visit.submitted_at, visit.quarter) == ("submitted", office.clock.now, "2026Q3")
    assert (visit.started_at, visit.ended_at) == (NOW - timedelta(hours=2), NOW - timedelta(minutes=95))
    assert office.answers() == {**GOOD, "M10": "1"}
    assert acts(office) == ["start", "submit"]
    with office.database.transaction(write=False) as session:
        assert session.scalars(select(VisitScoreRow)).one().score == 1
    office.clock.now += timedelta(days=3)
    assert office.put(final).receipt == done.receipt, "a replay has the very same receipt"
    assert office.parked() == []


def test_a_final_starts_and_submits_at_once(office: Office) -> None:
    assert office.put(office.document(A)).receipt
    assert (office.visit().status, acts(office)) == ("submitted", ["start", "submit"])
    row = office.rows()[0]
    assert (row.device, row.skew, row.flags) == ("Pixel 9", 0, [])
    assert row.document["gps"]["lat"] == 54.5


@pytest.mark.parametrize(
    ("rev", "stored"), [(3, {"M1": "no"}), (2, {"M1": "yes"}), (1, {"M1": "yes"})], ids=["newer", "equal", "older"]
)
def test_revisions_order_drafts(office: Office, rev: int, stored: dict[str, str]) -> None:
    office.put(office.document(A, status="draft", rev=2, values={"M1": "yes"}))
    answer = office.put(office.document(A, status="draft", rev=rev, values={"M1": "no"}))
    assert (answer.status, answer.json["rev"]) == (200, max(rev, 2))
    row = office.rows()[0]
    assert {given["item"]: given["value"] for given in row.document["answers"]} == stored
    assert office.parked() == []


# What was here before, what comes, and what becomes of it: "" is taken, else the reason why it is parked.
CASES: dict[str, tuple[list[dict[str, Any]], dict[str, Any], str]] = {
    "draft after its final, older": ([{}], {"status": "draft", "rev": 8}, ""),
    "draft after its final, newer": ([{}], {"status": "draft", "rev": 10}, "already_sent"),
    "other bytes after completion": ([{}], {"rev": 10}, "already_sent"),
    "another final after completion": ([{}], {"id": str(B)}, "already_sent"),
    "another draft after completion": ([{}], {"id": str(B), "status": "draft"}, "already_sent"),
    "final beats another phone's draft": ([{"status": "draft"}], {"id": str(B)}, ""),
    "draft against another phone's draft": ([{"status": "draft"}], {"id": str(B), "status": "draft"}, "other_phone"),
    "draft that goes on from the stored one": (
        [{"status": "draft"}], {"id": str(B), "status": "draft", "rev": 10, "parent": str(A), "base_rev": 9}, "",
    ),
    "draft that goes on from an older revision": (
        [{"status": "draft"}], {"id": str(B), "status": "draft", "rev": 10, "parent": str(A), "base_rev": 8},
        "other_phone",
    ),
    "draft that goes on from something else": (
        [{"status": "draft"}], {"id": str(B), "status": "draft", "rev": 10, "parent": str(B), "base_rev": 9},
        "other_phone",
    ),
    "final of a lower revision than its draft": ([{"status": "draft", "rev": 20}], {}, ""),
    "another final while photos are missing": ([{"photos": [("M10", RED)]}], {"id": str(B)}, "already_sent"),
    "another draft while photos are missing": (
        [{"photos": [("M10", RED)]}], {"id": str(B), "status": "draft"}, "already_sent",
    ),
    "newer draft of a final that waits": ([{"photos": [("M10", RED)]}], {"status": "draft", "rev": 10}, "already_sent"),
    "older draft of a final that waits": ([{"photos": [("M10", RED)]}], {"status": "draft", "rev": 8}, ""),
    "newer final of one that waits": ([{"photos": [("M10", RED)]}], {"rev": 10}, ""),
    "older final of one that waits": ([{"photos": [("M10", RED)]}], {"rev": 8}, "already_sent"),
    "final that goes on from one that waits": (
        [{"photos": [("M10", RED)]}], {"id": str(B), "rev": 10, "parent": str(A), "base_rev": 9}, "",
    ),
    "round that has not begun": ([], {"round": 2}, "unknown_round"),
    "another version of the checklist": ([], {"checklist": "MINI-STORE 2"}, "other_version"),
    "required answer missing": ([], {"values": {**GOOD, "M6": ""}}, "incomplete"),
    "required answer that is none": ([], {"values": {**GOOD, "M8": "maybe"}}, "incomplete"),
    "incomplete final against another phone's draft": (
        [{"status": "draft", "rev": 3}], {"id": str(B), "values": {"M1": "yes"}}, "incomplete",
    ),
    "required answer missing, draft kept": (
        [{"status": "draft", "rev": 3}], {"values": {"M1": "yes"}}, "incomplete",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_documents_meet(office: Office, case: str) -> None:
    before, coming, reason = CASES[case]
    for each in before:
        assert office.put(office.document(A, **each)).status == 200
    rows, answers = office.rows(), office.answers()
    document = office.document(A, **coming)
    answer = office.put(document)
    if reason:
        assert (answer.status, answer.parked) == (409, reason)
        assert [(row.reason, row.sha256) for row in office.parked()] == [(reason, sha(json.dumps(document).encode()))]
        assert [(row.id, row.rev, row.status) for row in office.rows()] == [(r.id, r.rev, r.status) for r in rows]
        assert office.answers() == answers
        again = office.put(document)
        assert (again.parked, len(office.parked())) == (reason, 1), "the same bytes are parked once"
    else:
        assert answer.status == 200, answer
        assert len(office.rows()) == 1
        taken = office.rows()[0].sha256 == sha(json.dumps(document).encode())
        assert taken or document["rev"] < rows[0].rev


REPLACED = {
    "final beats another phone's draft": 1,
    "final of a lower revision than its draft": 1,
    "newer final of one that waits": 1,
    "final that goes on from one that waits": 1,
    "draft that goes on from the stored one": 0,
}


@pytest.mark.parametrize(("case", "count"), REPLACED.items(), ids=REPLACED)
def test_what_is_replaced_is_kept(office: Office, case: str, count: int) -> None:
    before, coming, _reason = CASES[case]
    old = office.document(A, **before[0])
    office.put(old)
    office.put(office.document(A, **coming))
    kept = [("replaced", sha(json.dumps(old).encode()))]
    assert [(row.reason, row.sha256) for row in office.parked()] == kept * count


@pytest.mark.parametrize("status", ["submitted", "approved", "rejected", "cancelled"])
def test_a_visit_that_takes_nothing(office: Office, status: str) -> None:
    office.change(status=status, started_at=NOW, quarter="2026Q3")
    assert office.put(office.document(A)).parked == status
    assert (office.visit().status, office.answers()) == (status, {})


def test_a_visit_given_to_somebody_else(office: Office) -> None:
    office.change(auditor_id=office.other.id)
    assert office.photo(RED).status == 201
    assert office.put(office.document(A, photos=[("M10", RED)])).parked == "reassigned"
    assert (office.visit().status, office.photos()) == ("assigned", {sha(RED): False})
    assert office.parked()[0].sender_id == office.auditor.id


def test_an_auditor_who_left_may_not_send(office: Office) -> None:
    with office.database.transaction() as session:
        session.get_one(Membership, office.auditor.id).active = False
    assert (office.put(office.document(A)).status, office.photo(RED).status) == (401, 401)
    assert (office.parked(), office.photos()) == ([], {})


def test_a_returned_visit(office: Office) -> None:
    first = office.document(A, photos=[("M10", RED)])
    office.photo(RED)
    receipt = office.put(first).receipt
    office.change(status="returned", round=2)
    assert office.put(first).receipt == receipt, "a replay of the first round"
    assert office.put(office.document(A, rev=10)).parked == "old_round"
    assert office.put(office.document(uuid4())).parked == "old_round"
    again = office.put(office.document(B, round=2, values={**GOOD, "M8": "no"}, photos=[("M10", RED), ("M10", BLUE)]))
    assert again.json["missing"] == [{"item": "M10", "sha": sha(BLUE)}], "photos of earlier rounds are known"
    office.photo(BLUE)
    final = office.put(office.document(B, round=2, values={**GOOD, "M8": "no"}, photos=[("M10", RED), ("M10", BLUE)]))
    assert final.receipt is not None
    assert office.answers() == {**GOOD, "M8": "no", "M10": "2"}
    assert [(row.round, row.status) for row in office.rows()] == [(1, "final"), (2, "final")]


def test_an_id_belongs_to_one_document(office: Office) -> None:
    office.put(office.document(A, status="draft"))
    office.change(round=2, status="returned")
    assert office.put(office.document(A, round=2, rev=10)).parked == "used_id"


@pytest.mark.parametrize("first", ["draft", "final"])
@pytest.mark.parametrize("second", ["draft", "final"])
def test_an_id_belongs_to_one_visit(office: Office, first: str, second: str) -> None:
    office.put(office.document(A, status=first))
    late = office.with_a_new_visit()
    assert late.put(late.document(A, status=second)).parked == "used_id"
    assert (late.rows(), late.visit().status, len(late.parked())) == ([], "assigned", 1)


FLAGS: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "nothing": ({}, {}, []),
    "window passed": ({"window_to": date(2026, 8, 11)}, {}, ["late"]),
    "last day of the window": ({"window_to": date(2026, 8, 12)}, {}, []),
    "unknown item": ({}, {"values": {**GOOD, "X1": "yes"}}, ["answer:X1"]),
    "value that is none": ({}, {"values": {**GOOD, "M9": "dużo"}}, ["answer:M9"]),
    "too long a text": ({}, {"values": {**GOOD, "M11": "x" * 5001}}, ["answer:M11"]),
    "not applicable where that is not possible": ({}, {"values": {**GOOD, "M9": "na"}}, ["answer:M9"]),
    "in the future": ({}, {"started_at": "2026-08-13T08:00:00Z"}, ["times"]),
    "backwards": ({}, {"ended_at": "2026-08-12T07:00:00Z"}, ["times"]),
    "in another age": ({}, {"started_at": "1970-01-01T00:00:00Z", "ended_at": None}, ["times"]),
}


@pytest.mark.parametrize("case", FLAGS)
def test_what_is_odd_is_taken_and_flagged(office: Office, case: str) -> None:
    visit, document, flags = FLAGS[case]
    office.change(**visit)
    answer = office.put(office.document(A, **document))
    assert answer.receipt is not None, answer
    assert (answer.json["flags"], office.rows()[0].flags) == (flags, flags)
    wrong = {flag.partition(":")[2] for flag in flags}
    assert office.answers() == {code: value for code, value in GOOD.items() if code not in wrong}
    assert office.visit().started_at <= NOW


def test_a_closed_wave_takes_what_comes_late(office: Office) -> None:
    with office.database.transaction() as session:
        session.scalars(select(Wave)).one().status = "closed"
    assert office.put(office.document(A)).json["flags"] == ["late"]


@pytest.mark.parametrize(
    ("told", "skew", "flags"),
    [("", None, []), ("soon", None, []), ("inf", None, []), ("299", 299, []), ("-301", -301, ["clock"])],
)
def test_the_clock_of_the_phone(office: Office, told: str, skew: float | None, flags: list[str]) -> None:
    header = str(int((NOW.timestamp() - float(told)) * 1000)) if skew is not None else told
    assert office.put(office.document(A), X_Device_Now=header).json["flags"] == flags
    assert office.rows()[0].skew == skew


def test_times_of_a_wrong_clock_are_read_by_ours(office: Office) -> None:
    ahead = timedelta(days=365)
    document = office.document(A, started_at="2027-08-12T08:00:00Z", ended_at="2027-08-12T08:25:00Z")
    answer = office.put(document, X_Device_Now=str(int((NOW + ahead).timestamp() * 1000)))
    assert answer.json["flags"] == ["clock", "times"]
    visit = office.visit()
    assert (visit.started_at, visit.quarter) == (NOW - timedelta(hours=2), "2026Q3")
    assert office.rows()[0].document["started_at"] == "2027-08-12T08:00:00Z", "what the phone said stays"


def test_flags_are_those_of_the_first_arrival(office: Office) -> None:
    document = office.document(A, photos=[("M10", RED)])
    office.put(document)
    office.change(window_to=date(2026, 8, 12))
    office.clock.now += timedelta(days=5)
    office.photo(RED)
    assert office.put(document).json["flags"] == [], "it was not late: its photos were"
