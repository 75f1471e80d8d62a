"""Facts and figures from the stored cells: the same as `reports` gives, on both databases, always up to date."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import select

from auditapp import documents, journal, results, visits
from auditapp.db import Database
from auditapp.models import ChecklistVersion, Location, Visit
from checklists.lifecycle import Act, Role
from reports.periods import Quarter
from tests import factories as make
from tests.auditapp.networks import (
    BEFORE,
    CODES,
    NONE,
    NOW_SHOWN,
    ONE_VISIT,
    TWO_VISITS,
    WORST,
    add_visits,
    expected,
    make_network,
)
from tests.documents import CHECKLIST, GOOD

Q3, Q4 = Quarter(2026, 3), Quarter(2026, 4)


@pytest.mark.parametrize(
    ("quarters", "today", "chosen"),
    [
        ((), date(2026, 8, 1), None),
        ((Q3,), date(2026, 8, 1), Q3),  # nothing has ended yet
        ((NOW_SHOWN, Q3), date(2026, 8, 1), NOW_SHOWN),
        ((NOW_SHOWN, Q3), date(2026, 9, 30), NOW_SHOWN),  # its last day still counts
        ((NOW_SHOWN, Q3), date(2026, 10, 1), Q3),
        ((BEFORE, Q4), date(2026, 8, 1), BEFORE),
    ],
)
def test_the_quarter_shown_first_is_the_last_finished_one(
    quarters: tuple[Quarter, ...], today: date, chosen: Quarter | None
) -> None:
    assert results.default_quarter(quarters, today) == chosen


def test_a_comparison_is_what_reports_makes_of_the_cells(either_database: Database) -> None:
    with either_database.transaction() as session:
        network = make_network(session)
        make_network(session, "rival")  # the same codes elsewhere change nothing
    with either_database.reading() as session:
        programme = session.get_one(type(network.programme), network.programme.id)
        built = results.build_comparison(session, programme, NOW_SHOWN, previous=BEFORE)
        assert built.rows == expected(session, programme.id).rows
        assert results.quarters_with_results(session, programme.id) == (BEFORE, NOW_SHOWN)
        assert results.gather(session, programme, NOW_SHOWN).items == {
            ("store_visit", ""): 7,
            ("store_visit", "A1"): 3,
            ("store_visit", "B1"): 3,
            ("store_visit", "B2"): 1,
        }
    levels = {row.location: row.level for row in built.rows if row.channel == ""}
    assert levels[WORST] == "below"
    assert (levels[TWO_VISITS], levels[ONE_VISIT], levels[NONE]) == ("indicative", "single", None)


def test_points_lost_are_what_is_missing_to_one(either_database: Database) -> None:
    with either_database.transaction() as session:
        network = make_network(session)
        facts = results.gather(session, network.programme, NOW_SHOWN, criteria=5)
        for codes in ([WORST], CODES):
            score = sum(
                row.score or 0.0
                for row in results.comparison_of(facts).rows
                if row.channel == "" and row.location in codes
            )
            lost = sum(row.lost for row in results.points_lost(facts, codes))
            if codes == [WORST]:
                assert lost == pytest.approx(1 - score)
            else:
                assert lost == pytest.approx(1 - (results.build_summaries(facts)[0].score or 0.0))


def test_a_fresh_programme_has_an_empty_comparison(either_database: Database) -> None:
    with either_database.transaction() as session:
        programme = make.make_programme(session)
        assert results.quarters_with_results(session, programme.id) == ()
        assert results.build_comparison(session, programme, NOW_SHOWN, previous=BEFORE).rows == ()
        make.make_location(session, programme, "L01")
        for channel in (None, "phone"):
            (row,) = results.build_comparison(session, programme, NOW_SHOWN, channel=channel).rows
            assert (row.location, row.n, row.score, row.level) == ("L01", 0, None, None)
        facts = results.gather(session, programme, NOW_SHOWN, criteria=5)
        assert results.points_lost(facts, ["L01"]) == ()
        assert results.build_summaries(facts)[0].not_visited == ("L01",)


@pytest.mark.parametrize(
    ("opened", "closed", "listed"),
    [
        (None, None, True),
        (None, date(2026, 3, 31), False),  # closed the day before the quarter
        (None, date(2026, 4, 1), True),
        (date(2026, 6, 30), None, True),
        (date(2026, 7, 1), None, False),
    ],
)
def test_locations_count_while_they_are_open(
    database: Database, opened: date | None, closed: date | None, listed: bool
) -> None:
    with database.transaction() as session:
        programme = make.make_programme(session)
        make.make_checklist(session, programme)
        make.make_location(session, programme, "L01", opened_on=opened, closed_on=closed)
        facts = results.gather(session, programme, NOW_SHOWN)
        assert [row.location for row in results.comparison_of(facts).rows] == (["L01"] if listed else [])
        assert results.build_summaries(facts)[0].locations == (1 if listed else 0)


def test_what_is_kept_in_memory_follows_every_change(either_database: Database) -> None:
    def lost(code: str) -> dict[str, float]:
        with either_database.reading() as session:
            programme = session.get_one(type(network.programme), network.programme.id)
            facts = results.gather(session, programme, NOW_SHOWN, criteria=1)
            return {row.criterion: round(row.lost, 6) for row in results.points_lost(facts, [code])}

    with either_database.transaction() as session:
        network = make_network(session)
    before = lost("L02")
    with either_database.transaction() as session:
        add_visits(session, network, "L02", NOW_SHOWN, [{**GOOD, "M8": "no", "M1": "no"}])
    after = lost("L02")
    assert after["B2"] > before["B2"]
    # A correction that moves the same weight from one criterion to another leaves every overall sum as it was.
    with either_database.transaction() as session:
        visit = session.scalars(select(Visit).order_by(Visit.id.desc())).first()
        assert visit is not None
        moves = {"roles": {Role.PROGRAMME_MANAGER}, "actor_id": None, "now": make.NOW, "reason": "odwołanie"}
        visits.move_visit(session, visit, Act.REOPEN, **moves)
        answers = visits.current_answers(session, visit.id)
        swapped = {"M8": GOOD["M8"], "M5": "00:09:00"}  # each weighs 3
        checked = {
            code: make.check(make.checklist_of(network.version).item(code), value) for code, value in swapped.items()
        }
        visits.write_answers(session, visit, {**answers, **checked}, author_id=None, reason="odwołanie", now=make.NOW)
        visits.move_visit(session, visit, Act.APPROVE, **moves)
    swapped_lost = lost("L02")
    assert sum(swapped_lost.values()) == pytest.approx(sum(after.values()), abs=1e-5)
    assert swapped_lost["B2"] < after["B2"]
    assert swapped_lost["B1"] > after["B1"]


def test_a_visit_approved_elsewhere_shows_at_once(either_database: Database) -> None:
    def visits_counted() -> tuple[str | None, dict[str, int]]:
        with either_database.reading() as session:
            programme = session.get_one(type(network.programme), network.programme.id)
            facts = results.gather(session, programme, NOW_SHOWN, previous=BEFORE, history=2, criteria=5)
            rows = results.criterion_rows(facts, channel="store_visit", shown=["L02"], criterion="B2")
            return rows[0].basis, {
                "comparison": results.comparison_of(facts).get_row("L02").n,
                "summary": results.build_summaries(facts)[0].n,
                "lost": next(row.n for row in results.points_lost(facts, ["L02"]) if row.criterion == "B2"),
                "series": results.build_series(facts, location="L02").points[-1].n,
            }

    with either_database.transaction() as session:
        network = make_network(session)
    basis, before = visits_counted()
    assert visits_counted() == (basis, before)
    assert basis == "four_quarters"
    elsewhere = Database(either_database.engine.url.render_as_string(hide_password=False))
    with elsewhere.transaction() as session:
        add_visits(session, network, "L02", NOW_SHOWN, [GOOD])
    elsewhere.engine.dispose()
    # One visit more is enough for the criterion to stand on the quarter alone.
    assert visits_counted() == ("quarter", {name: n + 1 for name, n in before.items()})
    with either_database.transaction() as session:
        location = session.scalars(select(Location).where(Location.code == "L02")).one()
        location.name = "Nowa nazwa"  # touches no cell; whoever changes the network writes it down
        journal.write(
            session,
            programme_id=network.programme.id,
            actor_id=None,
            now=make.NOW,
            act="change",
            subject="location",
            subject_id="L02",
        )
    with either_database.reading() as session:
        programme = session.get_one(type(network.programme), network.programme.id)
        facts = results.gather(session, programme, NOW_SHOWN, previous=BEFORE, history=2, criteria=5)
        assert results.comparison_of(facts).get_row("L02").name == "Nowa nazwa"


NEW = CHECKLIST.replace("version = 1\nstandard", "version = 2\nstandard", 1)
# M5 gets a new code: 12 of 17 points of weight stay common.
RENAMED = NEW.replace('code = "M5"', 'code = "M5B"')
# And M6 and M8 as well: 6 of 17.
REWRITTEN = RENAMED.replace('code = "M6"', 'code = "M6B"').replace('code = "M8"', 'code = "M8B"')


def test_a_change_across_versions_rests_on_the_common_items(either_database: Database) -> None:
    with either_database.transaction() as session:
        programme = make.make_programme(session)
        old = make.make_checklist(session, programme)
        auditor = make.make_member(session, programme, Role.AUDITOR)
        places = [make.make_location(session, programme, code) for code in CODES]
        new = documents.add_document(session, programme.id, RENAMED, name="v2.toml", actor_id=None, now=make.NOW)
        assert isinstance(new, ChecklistVersion)
        renamed = {("M5B" if code == "M5" else code): value for code, value in GOOD.items()}
        for place in places:
            for number in range(3):
                # Old: the receipt is missing every time and the wait is short; new: receipt given, wait long.
                _visit(session, place, old, auditor, {**GOOD, "M8": "no"}, date(2026, 2, 3 + number))
                _visit(session, place, new, auditor, {**renamed, "M5B": "00:09:00"}, date(2026, 5, 5 + number))
        facts = results.gather(session, programme, NOW_SHOWN, previous=BEFORE, history=2)
        row = results.comparison_of(facts).get_row("L01")
        assert row.score == pytest.approx(12 / 15)
        assert row.previous_score == pytest.approx(9 / 12)  # without the wait: the receipt is 3 of 12
        assert row.change == pytest.approx(1 - 9 / 12)
        assert results.comparison_of(facts).restated == ("store_visit",)
        assert facts.common.overlaps == {"store_visit": pytest.approx(14 / 17)}
        change = results.find_change(facts)
        assert change is not None
        assert change.change == pytest.approx(1 / 4)
        assert not any(point.breaks for point in results.build_series(facts).points)


def test_versions_with_too_little_in_common_break_the_series(database: Database) -> None:
    with database.transaction() as session:
        programme = make.make_programme(session)
        old = make.make_checklist(session, programme)
        auditor = make.make_member(session, programme, Role.AUDITOR)
        place = make.make_location(session, programme, "L01")
        new = documents.add_document(session, programme.id, REWRITTEN, name="v2.toml", actor_id=None, now=make.NOW)
        assert isinstance(new, ChecklistVersion)
        renamed = {(code + "B" if code in {"M5", "M6", "M8"} else code): value for code, value in GOOD.items()}
        for number in range(3):
            _visit(session, place, old, auditor, GOOD, date(2026, 2, 3 + number))
            _visit(session, place, new, auditor, renamed, date(2026, 5, 5 + number))
        facts = results.gather(session, programme, NOW_SHOWN, previous=BEFORE, history=2)
        assert results.comparison_of(facts).get_row("L01").change_label == "not_comparable"
        assert results.find_change(facts) is None
        assert [point.breaks for point in results.build_series(facts).points] == [False, True]


def _visit(session: object, place: object, version: object, auditor: object, answers: object, day: date) -> None:
    at = datetime.combine(day, time(11), UTC)
    make.make_visit(session, place, version, auditor, answers, at=at)
