"""Decisions of the quality desk as rules of the domain, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auditapp import rollups, visits
from auditapp.access import Actor, actor_for
from auditapp.db import Database
from auditapp.fieldwork import service as fieldwork
from auditapp.fieldwork.service import Typed
from auditapp.models import AnswerRow, Cell, JournalLine, Membership, Programme, ReviewNote, Visit, VisitScoreRow
from auditapp.review import queries, service
from auditapp.review.service import FollowUpMissing
from checklists.lifecycle import Act, Role, State, allowed
from checklists.model import AnswerState
from checklists.problems import Problem
from tests import documents
from tests import factories as make


@dataclass
class Desk:
    """A reviewer, and one visit that waits."""

    session: Session
    visit: Visit
    reviewer: Actor
    auditor: Membership
    programme_id: int

    def score(self) -> float | None:
        self.session.flush()
        return self.session.scalar(select(VisitScoreRow.score).where(VisitScoreRow.visit_id == self.visit.id))

    def cell(self) -> tuple[int, float] | None:
        row = self.session.execute(select(Cell.n, Cell.score_sum).where(Cell.criterion == "")).one_or_none()
        return None if row is None else (row.n, row.score_sum)

    def correct(
        self,
        item: str,
        value: str,
        *,
        na: bool = False,
        reason: str = "Widać na zdjęciu.",
        follow_ups: dict[str, tuple[str, bool]] | None = None,
    ) -> bool:
        return service.correct(
            self.session,
            self.visit,
            item,
            value,
            na=na,
            reason=reason,
            actor=self.reviewer,
            now=make.NOW,
            follow_ups=follow_ups,
        )

    def approve(self) -> None:
        service.approve(self.session, self.visit, actor=self.reviewer, now=make.NOW)

    def ask(self, **notes: str) -> None:
        service.return_visit(self.session, self.visit, notes, actor=self.reviewer, now=make.NOW)

    def fill(self, section: str, rev: int, **values: str) -> fieldwork.Saved:
        return fieldwork.save_section(
            self.session,
            self.visit,
            section,
            {item: Typed(value) for item, value in values.items()},
            rev=rev,
            new_id=UUID(int=100 * self.visit.id + self.visit.round),
            now=make.NOW,
        )

    def submit(self) -> None:
        start = make.NOW - timedelta(hours=2)
        fieldwork.submit(
            self.session,
            self.visit,
            started_at=start,
            ended_at=start + timedelta(minutes=30),
            new_id=UUID(int=100 * self.visit.id + self.visit.round),
            actor_id=self.auditor.user_id,
            now=make.NOW,
        )


def make_desk(session: Session) -> Desk:
    programme = make.make_programme(session)
    version = make.make_checklist(session, programme)
    auditor = make.make_member(session, programme, Role.AUDITOR)
    reviewer = make.make_member(session, programme, Role.REVIEWER)
    location = make.make_location(session, programme)
    visit = make.make_visit(session, location, version, auditor, approve=False)
    actor = actor_for(session, reviewer.user_id, "Reviewer", False, programme.code)
    assert actor is not None
    return Desk(session, visit, actor, auditor, programme.id)


def test_returned_answered_again_approved_and_counted(either_database: Database) -> None:
    with either_database.transaction() as session:
        desk = make_desk(session)
        assert desk.score() == 1
        assert desk.cell() is None
        desk.ask(M8="Na zdjęciu nie ma paragonu.", M5="  ")
        assert (desk.visit.status, desk.visit.round) == (State.RETURNED, 2)
        assert session.scalars(select(ReviewNote.item)).all() == ["M8"]
        document = fieldwork.get_document(session, desk.visit)
        assert document.rev == 0
        assert {given.item: given.value for given in document.answers if given.value} == documents.GOOD
        saved = desk.fill("till", 0, M8="no", M5="4:00")
        assert (saved.document.rev, saved.document.round) == (1, 2)
        desk.submit()
        assert (desk.visit.status, desk.visit.round) == (State.SUBMITTED, 2)
        # M8 (3 of 15) lost whole, M5 (3 of 15) half.
        assert desk.score() == pytest.approx(1 - 4.5 / 15)
        assert desk.cell() is None
        desk.approve()
        assert desk.cell() == (1, pytest.approx(0.7))
        revisions = session.execute(
            select(AnswerRow.revision, AnswerRow.value, AnswerRow.is_current)
            .where(AnswerRow.item == "M8")
            .order_by(AnswerRow.revision)
        ).all()
        assert [tuple(row) for row in revisions] == [(1, "yes", False), (2, "no", True)]
        assert rollups.check(session, desk.programme_id).empty


def test_a_returned_visit_may_be_sent_again_unchanged(either_database: Database) -> None:
    with either_database.transaction() as session:
        desk = make_desk(session)
        desk.ask(**{"": "Czy to na pewno ta placówka?"})
        desk.submit()
        receipt = fieldwork.find_receipt(session, desk.visit.id, 2)
        assert receipt is not None
        assert (receipt.id, receipt.rev) == (UUID(int=100 * desk.visit.id + 2), 1)
        assert session.scalar(select(func.max(AnswerRow.revision))) == 1


def test_a_correction_is_a_revision_that_scores_and_counts_again(either_database: Database) -> None:
    with either_database.transaction() as session:
        desk = make_desk(session)
        desk.approve()
        assert desk.cell() == (1, 1)
        assert desk.correct("M6", "some")
        assert desk.score() == pytest.approx(13.5 / 15)
        assert desk.cell() == (1, pytest.approx(13.5 / 15))
        row = session.scalars(select(AnswerRow).where(AnswerRow.item == "M6", AnswerRow.is_current)).one()
        assert (row.revision, row.reason, row.author_id) == (2, "Widać na zdjęciu.", desk.reviewer.user_id)
        line = session.scalars(select(JournalLine).where(JournalLine.act == Act.CORRECT)).one()
        assert line.detail["item"] == "M6"
        assert not desk.correct("M6", "some"), "the same answer again changes nothing"
        assert session.scalar(select(func.count()).select_from(JournalLine).where(JournalLine.act == Act.CORRECT)) == 1
        assert rollups.check(session, desk.programme_id).empty


def test_a_correction_that_closes_a_branch_takes_its_questions_along(either_database: Database) -> None:
    with either_database.transaction() as session:
        desk = make_desk(session)
        desk.correct("M1", "no")
        assert visits.current_answers(session, desk.visit.id)["M2"].state is AnswerState.NOT_ASKED
        with pytest.raises(FollowUpMissing) as refused:
            desk.correct("M1", "yes")
        assert [item.code for item in refused.value.items] == ["M2"]
        assert visits.current_answers(session, desk.visit.id)["M1"].value == "no", "nothing is half corrected"
        with pytest.raises(Problem):
            desk.correct("M1", "yes", follow_ups={"M2": ("no such option", False)})
        answers = {"M2": (documents.GOOD["M2"], False), "M8": ("no", False), "NOPE": ("1", False)}
        assert desk.correct("M1", "yes", follow_ups=answers)
        now = visits.current_answers(session, desk.visit.id)
        assert (now["M1"].value, now["M2"].value) == ("yes", documents.GOOD["M2"])
        assert now["M8"].value != "no", "only what the correction opens is answered with it"


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda desk: desk.correct("M6", "some", reason=" "), "reason_missing"),
        (lambda desk: desk.correct("M6", "none of them"), "not_an_option"),
        (lambda desk: desk.correct("M6", ""), "answer_missing"),
        (lambda desk: desk.correct("M8", "", na=True), "na_not_allowed"),
        (lambda desk: desk.correct("M3", "yes"), "not_found"),
        (lambda desk: desk.correct("X1", "yes"), "not_found"),
        (lambda desk: desk.ask(M8=" "), "query_empty"),
        (lambda desk: desk.ask(X1="?"), "not_found"),
        (lambda desk: desk.ask(M8="?" * 2001), "text_too_long"),
        (
            lambda desk: service.reject(desk.session, desk.visit, "", actor=desk.reviewer, now=make.NOW),
            "reason_missing",
        ),
        (
            lambda desk: service.reopen(desk.session, desk.visit, "x", actor=desk.reviewer, now=make.NOW),
            "move_not_allowed",
        ),
        (lambda desk: desk.submit(), "move_not_allowed"),
        (lambda desk: service.check_seen(desk.session, desk.visit, "submitted.1.10"), "stale_form"),
    ],
)
def test_refusals_change_nothing(database: Database, act: Callable[[Desk], object], code: str) -> None:
    with database.transaction() as session:
        desk = make_desk(session)
        before = service.seen(session, desk.visit)
        with pytest.raises(Problem) as refused:
            act(desk)
        assert refused.value.code == code
        session.flush()
        assert service.seen(session, desk.visit) == before
        assert session.scalar(select(func.count()).select_from(ReviewNote)) == 0


def test_nobody_decides_about_an_own_visit(either_database: Database) -> None:
    with either_database.transaction() as session:
        desk = make_desk(session)
        visit = desk.visit
        make.make_member(session, session.get_one(Programme, desk.programme_id), Role.REVIEWER, user=desk.auditor.user)
        both = actor_for(session, desk.auditor.user_id, "Both", False, "lumo")
        assert both is not None
        assert {Role.REVIEWER, Role.AUDITOR} <= both.roles
        desk.reviewer = both
        acts = {
            "approve": desk.approve,
            "return": lambda: desk.ask(M8="?"),
            "reject": lambda: service.reject(session, visit, "Zła placówka.", actor=both, now=make.NOW),
            "correct": lambda: desk.correct("M6", "some"),
            "reopen": lambda: service.reopen(session, visit, "Pomyłka.", actor=both, now=make.NOW),
        }
        for status, names in {
            State.SUBMITTED: ("approve", "return", "reject", "correct"),
            State.APPROVED: ("correct", "reopen"),
            State.REJECTED: ("reopen",),
        }.items():
            visit.status = status
            session.flush()
            before = service.seen(session, visit)
            for name in names:
                with pytest.raises(Problem) as refused:
                    acts[name]()
                assert refused.value.code == "own_visit", (status, name)
            session.flush()
            assert service.seen(session, visit) == before
            assert queries.visit_file(session, both, visit, "pl").acts == (), status
        assert queries.find_next(session, both) is None
        assert session.scalar(select(func.count()).select_from(ReviewNote)) == 0


def test_a_decision_taken_back_leaves_the_results(either_database: Database) -> None:
    with either_database.transaction() as session:
        desk = make_desk(session)
        desk.approve()
        service.reopen(session, desk.visit, "Pomyłka.", actor=desk.reviewer, now=make.NOW)
        assert desk.cell() is None
        service.reject(session, desk.visit, "Nie ta placówka.", actor=desk.reviewer, now=make.NOW)
        assert session.scalars(select(ReviewNote.text)).all() == ["Nie ta placówka."]
        assert desk.cell() is None


ANSWERS = {"M5": ("1:00", "4:00", "9:00"), "M6": ("all", "some"), "M7": ("bag", "bag;card"), "M8": ("yes", "no")}


STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 9), st.sampled_from(sorted(ANSWERS)), st.integers(0, 9)),
    min_size=1,
    max_size=40,
)


def test_after_any_sequence_of_decisions_the_cells_are_what_the_answers_say(either_database: Database) -> None:
    done: set[Act] = set()

    @settings(max_examples=40, deadline=None, derandomize=True)
    @given(STEPS)
    def property_(steps: list[tuple[int, int, str, int]]) -> None:
        """A step picks a visit, one of the acts that its status allows, an item and one of its answers."""
        with Session(either_database.engine, expire_on_commit=False) as session:  # never committed
            desk = make_desk(session)
            version, location = desk.visit.checklist_version, desk.visit.location
            waiting = [
                desk.visit,
                *(make.make_visit(session, location, version, desk.auditor, approve=False) for _ in "ab"),
            ]
            for which, chosen, item, value in steps:
                desk.visit = waiting[which]
                roles = {Role.REVIEWER, Role.AUDITOR}
                can = [act for act in allowed(State(desk.visit.status), roles) if act is not Act.SAVE]
                act = can[chosen % len(can)]
                done.add(act)
                decide(desk, act, item, ANSWERS[item][value % len(ANSWERS[item])])
                session.flush()
            differences = rollups.check(session, desk.programme_id)
            assert differences.empty, differences.to_string()
            overall = desk.cell()
            assert (overall[0] if overall else 0) == sum(visit.status == State.APPROVED for visit in waiting)

    property_()
    assert done == {Act.APPROVE, Act.RETURN, Act.SUBMIT, Act.REJECT, Act.REOPEN, Act.CORRECT}


def decide(desk: Desk, act: Act, item: str, value: str) -> None:
    match act:
        case Act.APPROVE:
            desk.approve()
        case Act.RETURN:
            desk.ask(**{item: "Proszę sprawdzić."})
        case Act.REJECT:
            service.reject(desk.session, desk.visit, "Zła placówka.", actor=desk.reviewer, now=make.NOW)
        case Act.REOPEN:
            service.reopen(desk.session, desk.visit, "Pomyłka.", actor=desk.reviewer, now=make.NOW)
        case Act.CORRECT:
            desk.correct(item, value)
        case _:
            desk.fill("till", 0, **{item: value})
            desk.submit()
