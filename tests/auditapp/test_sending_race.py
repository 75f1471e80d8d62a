"""Forty finals at once against a real server: one document counts, every other one is kept."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from waitress.server import create_server

from auditapp.config import Settings
from auditapp.fieldwork import sending
from auditapp.models import AnswerRow, Programme, Visit
from checklists.lifecycle import Role
from checklists.model import AnswerState
from tests import factories as make
from tests.auditapp.sent import Answer, Office, open_office, picture, sha
from tests.documents import GOOD

A = UUID(int=1)
RED = picture("red")


@pytest.fixture
def office(either_settings: Settings) -> Iterator[Office]:
    office = open_office(either_settings)
    yield office
    office.app.database.engine.dispose()


@pytest.fixture
def port(office: Office) -> Iterator[int]:
    server = create_server(office.app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()
    thread.join(timeout=10)


def put(office: Office, port: int, id_: UUID, body: bytes, token: str = "") -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("PUT", f"/api/v1/submissions/{id_}", body, {"Authorization": f"Bearer {token or office.token}"})
    response = connection.getresponse()
    answer = Answer(response.status, json.loads(response.read()))
    connection.close()
    return answer


def race(office: Office, port: int, same: bytes) -> list[Answer]:
    """Send twenty times the same final and twenty others, all at once."""
    bodies = [(A, same)] * 20
    for number in range(20):
        other = uuid4()
        bodies.append((other, json.dumps(office.document(other, rev=number)).encode()))
    bodies = bodies[::2] + bodies[1::2]
    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(lambda each: put(office, port, *each), bodies))


def test_one_of_forty_counts(office: Office, port: int) -> None:
    """The visit waits for the photo of A, so that A is the one."""
    final = json.dumps(office.document(A, photos=[("M10", RED)])).encode()
    assert put(office, port, A, final).json["missing"]
    assert office.photo(RED).status == 201
    answers = race(office, port, final)
    assert Counter(answer.status for answer in answers) == {200: 20, 409: 20}
    receipts = {json.dumps(answer.receipt, sort_keys=True) for answer in answers if answer.status == 200}
    assert len(receipts) == 1
    assert json.loads(receipts.pop())["sha"] == sha(final)
    assert {answer.parked for answer in answers if answer.status == 409} == {"already_sent"}
    assert ([row.id for row in office.rows()], len(office.parked())) == ([A], 20)


def test_whoever_comes_first_counts(office: Office, port: int) -> None:
    same = json.dumps(office.document(A)).encode()
    answers = race(office, port, same)
    row = office.rows()[0]
    assert (len(office.rows()), row.status) == (1, "final")
    taken = [answer for answer in answers if answer.status == 200]
    assert len(taken) == (20 if row.id == A else 1)
    assert {answer.receipt["sha"] for answer in taken if answer.receipt} == {row.receipt}
    assert Counter(answer.status for answer in answers)[409] == 40 - len(taken)
    assert len(office.parked()) == 20, "twenty-one different documents came and one counts"
    assert office.visit().status == "submitted"


def test_visits_that_come_together_do_each_other_no_harm(office: Office, port: int) -> None:
    """Finals and drafts of different visits share transactions with what is refused, parked, or has another's id."""
    key, sent = office.app.config["SECRET_KEY"], []
    with office.database.transaction() as session:
        done = session.get_one(Visit, office.visit_id)
        for number in range(24):
            visit = make.make_assignment(session, done.location, done.checklist_version, done.auditor, wave=done.wave)
            id_ = A if number in (5, 6) else uuid4()  # two visits under one id: the later one is parked
            document = office.document(id_, visit=visit.code, status="draft" if number % 4 == 1 else "final")
            body = b"{" if number == 2 else json.dumps(document).encode()
            if number == 3:  # an auditor who has left
                auditor = make.make_member(session, session.get_one(Programme, visit.programme_id), Role.AUDITOR)
                auditor.active, visit.auditor = False, auditor
                session.flush()
            sent.append((visit.id, id_, body, sending.make_token(key, visit)))
    with ThreadPoolExecutor(len(sent)) as pool:
        answers = list(pool.map(lambda each: put(office, port, *each[1:]), sent))
    said = ["draft" if number % 4 == 1 else "final" for number in range(24)]
    said[2], said[3] = "unreadable", "token"
    got = [answer.parked or answer.json.get("error") or ("final" if answer.receipt else "draft") for answer in answers]
    assert sorted([got[5], got[6]]) in (["draft", "used_id"], ["final", "used_id"])
    assert got[:5] + got[7:] == said[:5] + said[7:]
    with office.database.transaction(write=False) as session:
        known = dict(
            session.execute(select(Visit.id, Visit.status).where(Visit.id.in_([id_ for id_, *_ in sent]))).all()
        )
        given = select(AnswerRow.visit_id, func.count()).where(AnswerRow.state == AnswerState.ANSWERED)
        answered = session.execute(given.group_by(AnswerRow.visit_id)).all()
    status = {"final": "submitted", "draft": "in_progress"}
    assert [known[id_] for id_, *_ in sent] == [status.get(what, "assigned") for what in got]
    assert dict(answered) == {id_: len(GOOD) for (id_, *_), what in zip(sent, got, strict=True) if what == "final"}
