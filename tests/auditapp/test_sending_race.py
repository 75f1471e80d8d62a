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
from waitress.server import create_server

from auditapp.config import Settings
from tests.auditapp.sent import Answer, Office, open_office, picture, sha

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


def put(office: Office, port: int, id_: UUID, body: bytes) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("PUT", f"/api/v1/submissions/{id_}", body, {"Authorization": f"Bearer {office.token}"})
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
