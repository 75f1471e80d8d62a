"""Import of visits with their answers, and of corrections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auditapp import rollups, visits
from auditapp.db import Database
from auditapp.exchange.findings import Refused
from auditapp.exchange.service import import_files
from auditapp.exchange.visits import import_visits
from auditapp.models import AnswerRow, Cell, JournalLine, Visit, VisitScoreRow
from checklists.lifecycle import Act, Role
from checklists.model import AnswerState
from tests import documents
from tests.auditapp.exchange_rows import answer_row, answer_rows, csv_file, make_ready, visit_row, workbook_file
from tests.factories import NOW, make_assignment, make_programme, make_visit

Rows = list[dict[str, str]]


def bring_in(session: Session, programme: Any, rows: Rows, answers: Rows) -> Any:
    return import_visits(session, programme, rows, answers, actor_id=None, now=NOW)


def refusals(session: Session, programme: Any, rows: Rows, answers: Rows) -> list[tuple[Any, ...]]:
    """What is wrong as (code, file, row, column)."""
    with pytest.raises(Refused) as refused:
        bring_in(session, programme, rows, answers)
    places = [(problem.code, problem.place) for problem in refused.value.problems]
    return [(code, place.find("file"), place.find("row"), place.find("column")) for code, place in places if place]


def count(session: Session, model: Any) -> int:
    return session.scalars(select(func.count()).select_from(model)).one()


def test_a_visit_made_elsewhere_ends_like_one_made_here(either_database: Database) -> None:
    with either_database.transaction() as session:
        ready = make_ready(session)
        assert bring_in(session, ready.programme, [visit_row()], answer_rows()) == (8, 0, 0)
        twin = make_visit(session, ready.location, ready.version, ready.auditor)
        foreign = session.scalars(select(Visit).where(Visit.code == "EXT-1")).one()
        assert (foreign.imported, foreign.status, foreign.channel, foreign.quarter) == (
            True,
            "approved",
            "store_visit",
            "2026Q3",
        )
        assert str(foreign.local_date) == "2026-07-31"
        assert visits.current_answers(session, foreign.id) == visits.current_answers(session, twin.id)
        scores = [session.get_one(VisitScoreRow, visit.id) for visit in (foreign, twin)]
        assert scores[0].score == scores[1].score == 1.0
        assert session.get_one(Cell, (ready.programme.id, "2026Q3", "store_visit", "", ready.location.id)).n == 2
        assert rollups.check(session, ready.programme.id).empty
        lines = session.scalars(select(JournalLine).where(JournalLine.subject_id == str(foreign.id))).all()
        assert [(line.act, line.detail) for line in lines] == [("import", {"after": "approved"})]


def test_the_same_files_twice_change_nothing(either_database: Database) -> None:
    with either_database.transaction() as session:
        ready = make_ready(session)
        bring_in(session, ready.programme, [visit_row()], answer_rows())
        before = [count(session, model) for model in (Visit, AnswerRow, Cell, JournalLine)]
        assert bring_in(session, ready.programme, [visit_row()], answer_rows()) == (0, 0, 8)
        assert [count(session, model) for model in (Visit, AnswerRow, Cell, JournalLine)] == before


def test_a_correction_made_here_outlives_the_same_files(either_database: Database) -> None:
    with either_database.transaction() as session:
        ready = make_ready(session)
        bring_in(session, ready.programme, [visit_row()], answer_rows())
        assert bring_in(session, ready.programme, [], [answer_row("EXT-1", "M6", "some")]) == (0, 1, 0)
        assert bring_in(session, ready.programme, [visit_row()], answer_rows()) == (0, 0, 8)
        visit = session.scalars(select(Visit)).one()
        assert visits.current_answers(session, visit.id)["M6"].value == "some"
        back = [answer_row("EXT-1", "M6", "all", revision="3")]
        assert bring_in(session, ready.programme, [], back) == (0, 1, 0)
        assert visits.current_answers(session, visit.id)["M6"].value == "all"


def test_a_correction_is_a_new_revision_and_moves_the_score(either_database: Database) -> None:
    with either_database.transaction() as session:
        ready = make_ready(session)
        bring_in(session, ready.programme, [visit_row()], answer_rows())
        bring_in(session, ready.programme, [], [answer_row("EXT-1", "M8", "no", comment="Brak paragonu")])
        visit = session.scalars(select(Visit)).one()
        rows = session.scalars(select(AnswerRow).where(AnswerRow.item == "M8").order_by(AnswerRow.revision)).all()
        assert [(row.revision, row.value, row.is_current, row.comment) for row in rows] == [
            (1, "yes", False, ""),
            (2, "no", True, "Brak paragonu"),
        ]
        score = session.get_one(VisitScoreRow, visit.id)
        assert (score.critical_failed, score.score_gated) == (1, 0.0)
        cell = session.get_one(Cell, (ready.programme.id, "2026Q3", "store_visit", "", ready.location.id))
        assert (cell.critical_failed, cell.score_sum) == (1, score.score)
        assert rollups.check(session, ready.programme.id).empty
        last = session.scalars(select(JournalLine).order_by(JournalLine.id.desc())).first()
        assert last is not None
        assert (last.act, last.detail) == ("correct", {"reason": "import"})


@pytest.mark.parametrize("status", ["submitted", "rejected"])
def test_only_approved_visits_enter_cells(database: Database, status: str) -> None:
    with database.transaction() as session:
        ready = make_ready(session)
        bring_in(session, ready.programme, [visit_row(status=status)], answer_rows())
        assert session.scalars(select(Visit.status)).one() == status
        assert count(session, VisitScoreRow) == 1
        assert count(session, Cell) == 0


def test_a_status_decided_here_stands(database: Database) -> None:
    with database.transaction() as session:
        ready = make_ready(session)
        bring_in(session, ready.programme, [visit_row(status="submitted")], answer_rows())
        visit = session.scalars(select(Visit)).one()
        visits.move_visit(session, visit, Act.APPROVE, roles={Role.REVIEWER}, actor_id=None, now=NOW)
        assert bring_in(session, ready.programme, [visit_row(status="submitted")], answer_rows()) == (0, 0, 8)
        assert visit.status == "approved"


def test_points_given_stand_and_points_left_out_are_decided_by_the_checklist(database: Database) -> None:
    given = answer_rows()
    given[1]["points"] = "3"  # M2: "warm" is worth 4
    with database.transaction() as session:
        ready = make_ready(session)
        bring_in(session, ready.programme, [visit_row()], given)
        points = dict(session.execute(select(AnswerRow.item, AnswerRow.points)).all())
        assert (points["M2"], points["M6"], points["M4"]) == (3.0, 2.0, None)


def test_what_the_file_is_silent_about_is_missing_or_not_asked(database: Database) -> None:
    given = {**documents.GOOD, "M1": "no"}
    del given["M2"]
    with database.transaction() as session:
        ready = make_ready(session)
        bring_in(session, ready.programme, [visit_row()], answer_rows(given=given))
        states = dict(session.execute(select(AnswerRow.item, AnswerRow.state)).all())
        assert (states["M2"], states["M3"], states["M9"]) == ("not_asked", "not_asked", "missing")
        assert len(states) == 11


def test_the_quarter_follows_the_calendar_of_the_location(database: Database) -> None:
    with database.transaction() as session:
        ready = make_ready(session)
        row = visit_row(started_at="2026-06-30T22:30:00+00:00", ended_at="", submitted_at="", quarter="")
        bring_in(session, ready.programme, [row], answer_rows())
        visit = session.scalars(select(Visit)).one()
        assert (str(visit.local_date), visit.quarter) == ("2026-07-01", "2026Q3")


@pytest.mark.parametrize(
    ("values", "code", "column"),
    [
        ({"visit": ""}, "empty_value", "visit"),
        ({"visit": "x" * 61}, "text_too_long", "visit"),
        ({"location": "S9"}, "unknown_location", "location"),
        ({"checklist": "NOPE"}, "unknown_checklist", "checklist"),
        ({"version": "2"}, "unknown_checklist", "checklist"),
        ({"version": "1.0"}, "bad_number", "version"),
        ({"version": ""}, "empty_value", "version"),
        ({"channel": "phone"}, "bad_enum", "channel"),
        ({"visit_kind": "secret"}, "bad_enum", "visit_kind"),
        ({"shopper": "Jan Kowalski"}, "unknown_person", "shopper"),
        ({"started_at": ""}, "empty_value", "started_at"),
        ({"started_at": "2026-02-30T10:00:00+01:00"}, "bad_datetime", "started_at"),
        ({"started_at": "2026-07-31T14:05:00"}, "bad_datetime", "started_at"),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "bad_datetime", "started_at"),
        ({"ended_at": "2026-07-31T14:00:00+02:00"}, "window_backwards", "ended_at"),
        ({"submitted_at": "yesterday"}, "bad_datetime", "submitted_at"),
        ({"status": "assigned"}, "bad_enum", "status"),
        ({"quarter": "2026Q2"}, "quarter_differs", "quarter"),
        ({"quarter": "Q3"}, "bad_quarter", "quarter"),
    ],
)
def test_a_bad_visit_is_refused(database: Database, values: dict[str, str], code: str, column: str) -> None:
    row = visit_row(**values)
    with database.transaction() as session:
        ready = make_ready(session)
        wrong = refusals(session, ready.programme, [row], answer_rows(row["visit"]))
        assert wrong == [(code, "visits", "2", column)]
        assert [count(session, model) for model in (Visit, AnswerRow, JournalLine)] == [0, 0, 2]  # documents in force


@pytest.mark.parametrize(
    ("values", "code", "column"),
    [
        ({"visit": "EXT-9"}, "unknown_visit", "visit"),
        ({"item": "M99"}, "unknown_item", "item"),
        ({"item": "M1"}, "duplicate_id", "item"),
        ({"state": "yes"}, "bad_enum", "state"),
        ({"state": ""}, "bad_enum", "state"),
        ({"value": "maybe"}, "not_an_option", "value"),
        ({"value": ""}, "answer_missing", "value"),
        ({"state": "na"}, "value_not_expected", "value"),
        ({"state": "na", "value": ""}, "na_not_allowed", "state"),
        ({"state": "missing", "value": "", "points": "1"}, "value_not_expected", "points"),
        ({"points": "2.5"}, "out_of_range", "points"),
        ({"points": "-1"}, "out_of_range", "points"),
        ({"points": "1,5"}, "bad_number", "points"),
        ({"revision": "0"}, "bad_number", "revision"),
        ({"comment": "x" * 5001}, "text_too_long", "comment"),
    ],
)
def test_a_bad_answer_is_refused(database: Database, values: dict[str, str], code: str, column: str) -> None:
    others = {item: value for item, value in documents.GOOD.items() if item != "M6"}
    with database.transaction() as session:
        ready = make_ready(session)
        rows = [*answer_rows(given=others), answer_row("EXT-1", "M6", "some", state="answered") | values]
        wrong = refusals(session, ready.programme, [visit_row()], rows)
        assert (code, "answers", "8", column) in wrong
        assert [count(session, model) for model in (Visit, AnswerRow)] == [0, 0]


def test_points_on_an_unscored_item_are_refused(database: Database) -> None:
    with database.transaction() as session:
        ready = make_ready(session)
        rows = [*answer_rows(), answer_row("EXT-1", "M11", "Miło.", points="1")]
        wrong = refusals(session, ready.programme, [visit_row()], rows)
        assert wrong == [("value_not_expected", "answers", "9", "points")]


@pytest.mark.parametrize("status", ["approved", "submitted", "rejected"])
def test_a_visit_without_all_its_answers_is_refused(either_database: Database, status: str) -> None:
    with either_database.transaction() as session:
        ready = make_ready(session)
        rows = [visit_row(), visit_row("EXT-2", status=status)]
        with pytest.raises(Refused) as refused:
            bring_in(session, ready.programme, rows, [*answer_rows(), *answer_rows("EXT-2")[:-1]])
        (problem,) = refused.value.problems
        assert (problem.code, problem.arguments) == ("visit_incomplete", {"items": ["M8"]})
        assert problem.text("en").startswith("File visits, row 3: ")
        assert [count(session, model) for model in (Visit, AnswerRow, Cell)] == [0, 0, 0]


def test_every_problem_of_both_files_is_told(database: Database) -> None:
    rows = [visit_row("A", location="S9"), visit_row("B"), visit_row("B"), visit_row("C")]
    answers = [*answer_rows("A"), *answer_rows("B"), answer_row("C", "M1", "maybe"), answer_row("D", "M1", "yes")]
    with database.transaction() as session:
        ready = make_ready(session)
        assert refusals(session, ready.programme, rows, answers) == [
            ("unknown_location", "visits", "2", "location"),
            ("duplicate_id", "visits", "4", "visit"),
            ("not_an_option", "answers", "16", "value"),
            ("unknown_visit", "answers", "17", "visit"),
        ]


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"ended_at": "2026-07-31T14:31:00+02:00"}, "ended_at"),
        ({"visit_kind": "pilot"}, "visit_kind"),
        ({"submitted_at": ""}, "submitted_at"),
    ],
)
def test_a_stored_visit_is_never_rewritten(database: Database, values: dict[str, str], column: str) -> None:
    with database.transaction() as session:
        ready = make_ready(session)
        bring_in(session, ready.programme, [visit_row()], answer_rows())
        wrong = refusals(session, ready.programme, [visit_row(**values)], [])
        assert wrong == [("differs_from_stored", "visits", "2", column)]


def test_a_visit_still_with_its_auditor_cannot_be_corrected_from_outside(database: Database) -> None:
    with database.transaction() as session:
        ready = make_ready(session)
        make_assignment(session, ready.location, ready.version, ready.auditor, code="V-1")
        wrong = refusals(session, ready.programme, [], [answer_row("V-1", "M1", "yes")])
        assert wrong == [("move_not_allowed", "answers", "2", "visit")]


def test_a_correction_that_leaves_a_visit_incomplete_is_refused(database: Database) -> None:
    with database.transaction() as session:
        ready = make_ready(session)
        bring_in(session, ready.programme, [visit_row()], answer_rows())
        withdrawn = [answer_row("EXT-1", "M8", "", state="missing")]
        assert refusals(session, ready.programme, [], withdrawn) == [("visit_incomplete", "answers", "2", None)]
        visit = session.scalars(select(Visit)).one()
        assert visits.current_answers(session, visit.id)["M8"].state is AnswerState.ANSWERED


def test_visits_of_another_programme_are_out_of_reach(database: Database) -> None:
    with database.transaction() as session:
        make_ready(session, "theirs")
        mine = make_programme(session, "mine")
        wrong = [code for code, *_ in refusals(session, mine, [visit_row()], [])]
        assert wrong == ["unknown_checklist", "unknown_person", "unknown_location"]


def test_files_are_told_apart_by_their_columns_and_may_be_one_workbook(database: Database) -> None:
    with database.transaction() as session:
        ready = make_ready(session)
        files = [csv_file("answers", answer_rows(), "b.csv"), csv_file("visits", [visit_row()], "a.csv")]
        result = import_files(session, ready.programme, "visits", files, actor_id=None, now=NOW, dry_run=True)
        assert result == (8, 0, 0)
        assert count(session, Visit) == 0
        book = workbook_file({"visits": [visit_row()], "answers": answer_rows()})
        assert import_files(session, ready.programme, "visits", [book], actor_id=None, now=NOW) == (8, 0, 0)
        with pytest.raises(Refused, match="Missing"):
            import_files(
                session, ready.programme, "answers", [csv_file("visits", [visit_row()])], actor_id=None, now=NOW
            )


def test_answers_are_stored_while_they_are_read(database: Database) -> None:
    """Memory is bounded by a piece, not by the file."""
    number = 1000
    told: list[int] = []
    stored: list[int] = []
    with database.transaction() as session:
        ready = make_ready(session)

        def answers() -> Iterator[dict[str, str]]:
            for n in range(number):
                yield from answer_rows(f"X{n}")
                if n % 500 == 499:
                    stored.append(count(session, AnswerRow))

        rows = (visit_row(f"X{n}") for n in range(number))
        result = import_visits(session, ready.programme, rows, answers(), actor_id=None, now=NOW, progress=told.append)
    assert result.new == number * 8
    assert stored == [2000, 6000]  # of 3,500 and 7,000 read
    assert told == sorted(told)
    assert told[-1] == number
