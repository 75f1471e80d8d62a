"""Whatever two phones send, in whatever order, again, late and damaged: nothing is lost and one document counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from auditapp import visits
from auditapp.config import Settings
from auditapp.models import Visit
from checklists.lifecycle import Act, Role
from tests.auditapp.sent import Answer, Office, open_office, picture, sha
from tests.documents import GOOD
from tests.factories import NOW

PHOTOS = [picture(colour) for colour in ("red", "blue")]
DESK = (Role.REVIEWER, Role.PROGRAMME_MANAGER)


class Sending(RuleBasedStateMachine):
    """Two phones with a document each per round, and an office that returns, approves and cancels."""

    office: Office  # set by the test

    @initialize()
    def begin(self) -> None:
        self.here = self.office.with_a_new_visit()
        self.documents: dict[tuple[int, int], dict[str, Any]] = {}  # by phone and round
        self.sent: list[bytes] = []
        self.kept: dict[str, dict[str, Any]] = {}  # by hash, every document that was taken or parked
        self.parked: set[str] = set()
        self.superseded: set[str] = set()  # drafts whose content went on into a later document
        self.receipts: dict[str, dict[str, str]] = {}
        self.counted: dict[int, tuple[UUID, str]] = {}
        self.arrived: set[str] = set()
        self.reviewed = False

    def document(self, phone: int, round_: int) -> dict[str, Any]:
        key = (phone, round_)
        if key not in self.documents:
            self.documents[key] = self.here.document(uuid4(), round=round_, rev=0, device=f"phone {phone}")
        self.documents[key]["rev"] += 1
        return self.documents[key]

    def put(self, body: bytes) -> None:
        document, digest = json.loads(body), sha(body)
        before = {row.sha256: row for row in self.here.rows()}
        answer = self.here.put(body, document["id"])
        if answer.parked:
            self.parked.add(digest)
        else:
            assert answer.status == 200, answer
            self.taken(document, digest, answer, before)
        self.sent.append(body)

    def taken(self, document: dict[str, Any], digest: str, answer: Answer, before: dict[str | None, Any]) -> None:
        stored = {row.sha256 for row in self.here.rows()}
        if digest in stored:
            self.kept[digest] = document
            for old, row in before.items():
                goes_on = str(row.id) in (document["id"], document["parent"]) and document["rev"] > row.rev
                if old and old != digest and row.round == document["round"] and row.status == "draft" and goes_on:
                    self.superseded.add(old)
        else:
            assert document["status"] == "draft", "only an older draft may be passed over"
            assert answer.json["rev"] >= document["rev"]
        if answer.receipt is not None:
            assert answer.receipt["sha"] == digest
            assert self.receipts.setdefault(digest, answer.receipt) == answer.receipt, "receipts never change"

    phones, rounds = st.integers(0, 1), st.integers(0, 1)
    values = st.fixed_dictionaries({"M8": st.sampled_from(["yes", "no"]), "M9": st.sampled_from(["", "5", "7.5"])})
    photos = st.lists(st.sampled_from(PHOTOS), unique=True, max_size=2)

    @rule(phone=phones, values=values, photos=photos, final=st.booleans(), adopt=st.booleans(), back=rounds)
    def send(
        self, phone: int, values: dict[str, str], photos: list[bytes], final: bool, adopt: bool, back: int
    ) -> None:
        round_ = max(1, self.here.visit().round - back)
        document = self.document(phone, round_)
        if document["status"] == "final" and "text" in document:
            del self.documents[phone, round_]  # the phone froze it; what comes now is another document
            document = self.document(phone, round_)
        standing = next((row for row in self.here.rows() if row.round == round_), None)
        if adopt and standing is not None and document["rev"] == 1:
            document |= {"parent": str(standing.id), "base_rev": standing.rev, "rev": standing.rev + 1}
        answers = self.here.document(UUID(document["id"]), values={**GOOD, **values})["answers"]
        named = [{"item": "M10", "sha": sha(data), "bytes": len(data), "taken_at": ""} for data in photos]
        document |= {"answers": answers, "photos": named, "status": "final" if final else "draft"}
        body = json.dumps(document).encode()
        if final:
            document["text"] = True
        self.put(body)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        self.put(data.draw(st.sampled_from(self.sent)))

    @rule(data=st.sampled_from(PHOTOS))
    def photo(self, data: bytes) -> None:
        known = sha(data) in self.arrived
        assert self.here.photo(data).status == (200 if known else 201)
        self.arrived.add(sha(data))

    @rule(data=st.sampled_from(PHOTOS), cut=st.integers(1, 300))
    def damaged_photo(self, data: bytes, cut: int) -> None:
        assert self.here.photo(data[:-cut], digest=sha(data)).status == 422

    def act(self, act: Act) -> None:
        with self.here.database.transaction() as session:
            visit = session.get_one(Visit, self.here.visit_id)
            visits.move_visit(session, visit, act, roles=DESK, actor_id=None, now=NOW, reason="bo tak")
            visit.round += act is Act.RETURN

    @precondition(lambda self: self.here.visit().status == "submitted")
    @rule(act=st.sampled_from([Act.RETURN] * 6 + [Act.APPROVE, Act.REJECT]))
    def review(self, act: Act) -> None:
        self.act(act)

    @precondition(lambda self: self.here.visit().status in ("in_progress", "returned"))
    @rule(sure=st.sampled_from([False] * 9 + [True]))
    def cancel(self, sure: bool) -> None:
        if sure:
            self.act(Act.CANCEL)

    @invariant()
    def one_document_counts_in_each_round(self) -> None:
        for row in self.here.rows():
            assert (row.status == "final") == (row.receipt is not None)
            if row.receipt is not None:
                assert self.counted.setdefault(row.round, (row.id, row.receipt)) == (row.id, row.receipt)
        finals = {row.round for row in self.here.rows() if row.status == "final"}
        assert finals == set(self.counted), "a round that was completed stays so"

    @invariant()
    def nothing_is_lost(self) -> None:
        stored = {row.sha256 for row in self.here.rows()}
        aside = {row.sha256 for row in self.here.parked()}
        assert self.parked <= aside
        assert set(self.kept) <= stored | aside | self.superseded
        assert self.arrived == set(self.here.photos())

    @invariant()
    def the_visit_says_what_the_document_says(self) -> None:
        visit = self.here.visit()
        rows = {row.round: row for row in self.here.rows()}
        if visit.status == "submitted":
            assert rows[visit.round].status == "final"
        last = rows[max(self.counted)] if self.counted else None
        if last is None:
            assert self.here.answers() == {}
            return
        given = {entry["item"]: entry["value"] for entry in last.document["answers"] if entry["value"]}
        photos = {photo["sha"] for photo in last.document["photos"]}
        assert self.here.answers() == given | ({"M10": str(len(photos))} if photos else {})
        assert photos <= self.arrived
        if visit.round == last.round:
            assert {digest for digest, stands in self.here.photos().items() if stands} == photos


@pytest.fixture
def office(either_settings: Settings) -> Iterator[Office]:
    office = open_office(either_settings)
    yield office
    office.app.database.engine.dispose()


def test_any_sequence(office: Office) -> None:
    examples = 40 if office.database.engine.dialect.name == "sqlite" else 8

    class Here(Sending):
        pass

    Here.office = office
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
