"""What a hostile or broken sender gets: never a stack trace, never a redirect, nothing authenticated lost."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from itsdangerous import TimestampSigner
from PIL import Image
from sqlalchemy import func, select

from auditapp import parked
from auditapp.config import Settings
from auditapp.evidence import service as evidence
from auditapp.fieldwork import sending
from auditapp.models import Evidence, PhoneLog, User, Visit
from tests import factories as make
from tests.auditapp.sent import Office, open_office, picture, sha

A = UUID(int=1)


@pytest.fixture
def office(settings: Settings) -> Iterator[Office]:
    office = open_office(replace(settings, max_photo=200_000, max_photo_pixels=1_000_000))
    yield office
    office.app.database.engine.dispose()


@pytest.fixture
def either_office(either_settings: Settings) -> Iterator[Office]:
    office = open_office(either_settings)
    yield office
    office.app.database.engine.dispose()


def changed(office: Office, **values: Any) -> bytes:
    return json.dumps(office.document(A, **values)).encode()


UNREADABLE: dict[str, Any] = {
    "nothing": b"",
    "no JSON": b"<html>Sign in to the Wi-Fi</html>",
    "no UTF-8": b'{"id": "\xff"}',
    "cut off": lambda office: changed(office)[:-40],
    "another shape": b'{"id": 7}',
    "a list": b"[]",
    "very deep": b"[" * 100_000,
    "deep inside a field": b'{"gps": ' + b"[" * 100_000,
    "a field from the future": lambda office: changed(office, mood="fine"),
    "a time without a zone": lambda office: changed(office, started_at="2026-08-12T08:00:00"),
    "a time before all times": lambda office: changed(office, started_at="0001-01-01T00:00:00+14:00"),
    "the character NUL": lambda office: changed(office, conflict="a\0b"),
    "half a character": lambda office: changed(office, conflict="\ud800"),
    "a revision below zero": lambda office: changed(office, rev=-1),
    "a revision beyond all": lambda office: changed(office, rev=2**40),
    "no number for a place": lambda office: changed(office, gps={"lat": "NaN"}),
    "a photo without a hash": lambda office: changed(office).replace(
        b'"photos": []', b'"photos": [{"item": "M10", "sha": "x"}]'
    ),
    "another id than its address": lambda office: changed(office, id=str(UUID(int=9))),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_parked_as_it_came(either_office: Office, case: str) -> None:
    made = UNREADABLE[case]
    body = made(either_office) if callable(made) else made
    assert either_office.put(body, A).parked == "unreadable"
    assert [(row.body, row.round, row.submission_id) for row in either_office.parked()] == [(body, None, A)]
    assert either_office.rows() == []


def test_polish_letters_and_emoji_survive(either_office: Office) -> None:
    words = "Zażółć gęślą jaźń 🙂 \\u0000 „cudzysłów”"
    assert either_office.put(either_office.document(A, conflict=words)).receipt
    assert either_office.rows()[0].document["conflict"] == words


def test_too_long_a_document(office: Office) -> None:
    for size in (2**20 + 1, 10 * 2**20):
        answer = office.put(b" " * size, A)
        assert (answer.status, answer.json["error"]) == (413, "upload_too_large")
    assert office.parked() == []
    assert office.put(b" " * 2**20, A).parked == "unreadable"


def foreign_token(office: Office) -> str:
    with office.database.transaction() as session:
        visit = session.get_one(Visit, office.visit_id)
        other = make.make_assignment(session, visit.location, visit.checklist_version, visit.auditor)
        return sending.make_token("test", other)


def late_token(office: Office) -> str:
    patch = pytest.MonkeyPatch()
    made = TimestampSigner.get_timestamp
    with patch.context() as past:
        past.setattr(TimestampSigner, "get_timestamp", lambda signer: made(signer) - 30 * 86_400 - 60)
        return sending.make_token("test", office.visit())


TOKENS: dict[str, Any] = {
    "none": lambda _office: "",
    "no bearer": lambda office: office.token,
    "basic": lambda office: f"Basic {office.token}",
    "guessed": lambda _office: "Bearer eyJtIjoxLCJ2IjoxfQ.awJYzw.Z859o8hEdK7Quw_NbgGaHfKh851",
    "of another key": lambda office: f"Bearer {sending.make_token('other', office.visit())}",
    "of another visit": lambda office: f"Bearer {foreign_token(office)}",
    "expired": lambda office: f"Bearer {late_token(office)}",
}


@pytest.mark.parametrize("case", TOKENS)
def test_without_the_right_token_nothing_is_kept(office: Office, case: str) -> None:
    said = TOKENS[case](office)
    for answer in (
        office.put(office.document(A), Authorization=said),
        office.photo(picture(), Authorization=said),
        office.call("POST", "/api/v1/logs", b"x", Authorization=said) if case != "of another visit" else None,
    ):
        assert answer is None or (answer.status, answer.json["error"]) == (401, "token")
    assert (office.rows(), office.parked(), office.photos()) == ([], [], {})


def test_a_person_who_may_not_come_in_may_not_send(office: Office) -> None:
    with office.database.transaction() as session:
        session.get_one(User, office.auditor.user_id).active = False
    assert office.put(office.document(A)).status == 401


def test_sentences_follow_the_language_of_the_browser(office: Office) -> None:
    for language, word in (("pl", "Zaloguj"), ("en-GB,en;q=0.8", "Log in"), ("de", "Zaloguj")):
        answer = office.call("PUT", f"/api/v1/submissions/{A}", Authorization="", Accept_Language=language)
        assert answer.json["sentence"].startswith(word)


@pytest.mark.parametrize("path", ["/api/v1/submissions/no-uuid", "/api/v1/nothing", "/api/", "/api/v1/visits/1/photos"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_addresses_that_are_none_answer_in_json(office: Office, path: str, method: str) -> None:
    assert office.call(method, path).status in {404, 405}


def test_a_page_asked_for_where_none_is_gets_no_redirect(office: Office) -> None:
    assert office.call("GET", f"/api/v1/submissions/{A}").status == 405
    assert office.call("GET", "/api/v1/logs").status == 405


def test_so_many_documents_are_parked_in_a_day(either_office: Office) -> None:
    office = either_office
    for number in range(parked.MOST_OF_A_DAY):
        assert office.put(b"no document %d" % number, A).parked == "unreadable"
    answer = office.put(b"one more", A)
    assert (answer.status, answer.json["error"]) == (429, "too_many_attempts")
    assert len(office.parked()) == parked.MOST_OF_A_DAY
    assert office.put(b"no document 0", A).parked == "unreadable", "what is here already is no new one"
    assert office.put(office.document(A)).receipt, "what can be applied comes in as ever"
    assert office.with_a_new_visit().put(b"of another visit", A).parked == "unreadable"
    office.clock.now += parked.A_DAY
    assert office.put(b"one more", A).parked == "unreadable"


def test_finals_that_replace_each_other_are_parked_within_the_same_limit(office: Office) -> None:
    finals = [office.document(A, rev=rev, photos=[("M10", picture())]) for rev in range(9, 31)]
    assert [office.put(final).status for final in finals] == [200] * 21 + [429]
    assert office.rows()[0].rev == 29


# --- Photos


def test_a_photo_of_a_question_that_nobody_asked_is_not_even_looked_at(office: Office) -> None:
    answer = office.photo(b"no picture", "NOPE")
    assert (answer.status, answer.json["error"]) == (404, "not_found")
    assert office.photo(b"no picture", "M10").status == 422


def test_a_photo_that_a_document_names_is_taken_in_whatever_its_question(office: Office) -> None:
    red, blue = picture("red"), picture("blue")
    other = office.put(office.document(UUID(int=7), checklist="MINI-STORE 2", photos=[("OLD1", red)]))
    assert other.parked == "other_version"
    office.put(office.document(A, status="draft", photos=[("OLD2", blue)]))
    assert [office.photo(red, "OLD1").status, office.photo(blue, "OLD2").status] == [201, 201]
    assert [office.photo(blue, "OLD1").status, office.photo(red, "OLD2").status] == [404, 404]


def bomb() -> bytes:
    return picture("black", (1200, 1000))


PHOTOS: dict[str, tuple[bytes, int, str]] = {
    "no picture": (b"no picture", 422, "photo_not_an_image"),
    "nothing": (b"", 422, "photo_not_an_image"),
    "cut off": (picture("green", (900, 700))[:2500], 422, "photo_not_an_image"),
    "more pixels than allowed": (bomb(), 422, "photo_too_many_pixels"),
    "more bytes than allowed": (b"x" * 200_001, 413, "upload_too_large"),
}


@pytest.mark.parametrize("case", PHOTOS)
def test_what_is_no_photo(office: Office, case: str) -> None:
    data, status, code = PHOTOS[case]
    answer = office.photo(data)
    assert (answer.status, answer.json["error"]) == (status, code)
    assert office.photos() == {}


def test_a_photo_damaged_on_its_way(office: Office) -> None:
    data = picture()
    for damaged in (data[:-30], data + b"x", data.replace(b"\xff\xd9", b"\xff\xd8")):
        answer = office.photo(damaged, digest=sha(data))
        assert (answer.status, answer.json["error"]) == (422, "photo_damaged")
    assert office.photo(data).status == 201


def test_a_picture_that_is_also_a_page(office: Office) -> None:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, "JPEG", comment=b"<script>alert(1)</script>")
    data = out.getvalue() + b"<html><script>alert(2)</script></html>"
    assert office.photo(data).status == 201
    office.do_jobs()
    with office.database.transaction(write=False) as session:
        row = session.scalars(select(Evidence)).one()
        kept = office.app.extensions["auditapp.storage"].get(evidence.KIND, row.sha256)
    assert b"script" not in kept
    assert (row.sent_sha256, row.sha256) == (sha(data), sha(kept))
    assert Image.open(io.BytesIO(kept)).size == (60, 40)


def test_photos_follow_the_newest_document(either_office: Office) -> None:
    office, red, blue = either_office, picture("red"), picture("blue")
    office.photo(red)
    assert office.photos() == {sha(red): False}, "it came before any document"
    office.put(office.document(A, status="draft", rev=1, photos=[("M10", red), ("M10", blue)]))
    office.photo(blue)
    assert office.photos() == {sha(red): True, sha(blue): True}
    assert office.put(office.document(A, photos=[("M10", blue)])).receipt
    assert office.photos() == {sha(red): False, sha(blue): True}, "left out, and kept all the same"
    assert office.photo(picture("green")).status == 201
    assert office.photos()[sha(picture("green"))] is False, "too late to be part of the visit"


def test_one_photo_for_two_questions(office: Office) -> None:
    red = picture()
    final = office.document(A, photos=[("M10", red), ("M8", red)])
    assert len(office.put(final).json["missing"]) == 2
    assert [office.photo(red, item).status for item in ("M10", "M8")] == [201, 201]
    assert office.put(final).receipt


@pytest.mark.parametrize("item", ["x" * 41, "a%00b"])
def test_a_photo_of_no_item(office: Office, item: str) -> None:
    assert office.photo(picture(), item).status == 404


def test_too_many_photos(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "EVER", 3)
    shades = [picture(f"#0000{n:02x}") for n in range(0, 160, 40)]
    assert [office.photo(data).status for data in shades] == [201, 201, 201, 422]
    assert office.photo(shades[0]).status == 200, "one that is here already is no new one"


def test_a_document_with_more_photos_than_a_visit_may_have(office: Office) -> None:
    red = picture()
    many = [{"item": "M10", "sha": f"{n:064x}"} for n in range(30)]
    office.photo(red)
    document = office.document(A, photos=[("M10", red)])
    answer = office.put({**document, "photos": document["photos"] + many})
    assert len(answer.json["missing"]) == 19, "twenty for one item are kept, the first twenty"
    assert answer.json["flags"] == ["photos"]


# --- Logs


def test_logs_are_kept_and_numbered(either_office: Office) -> None:
    office = either_office
    for number in range(sending.LOGS):
        text = f"{number}: zażółć \0\xff".encode() + b"\xff"
        assert office.call("POST", "/api/v1/logs", text, X_Device="Pixel\t9").status == 201
    answer = office.call("POST", "/api/v1/logs", b"one more")
    assert (answer.status, answer.json["error"]) == (429, "too_many_attempts")
    assert office.call("POST", "/api/v1/logs", b"x" * (2**16 + 1)).status == 413
    with office.database.transaction(write=False) as session:
        first = session.scalars(select(PhoneLog).order_by(PhoneLog.id)).first()
        assert first is not None
        assert (first.text, first.device) == ("0: zażółć ÿ\ufffd", "Pixel 9")
    office.clock.now += sending.LOGS_FOR
    assert office.call("POST", "/api/v1/logs", b"the next day").status == 201
    with office.database.transaction(write=False) as session:
        assert session.scalar(select(func.count()).select_from(PhoneLog)) == sending.LOGS + 1
