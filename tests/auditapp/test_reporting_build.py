"""Building reports: the figures of a region are those of the pages, and locations show only what they may."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import criterion_facts, failures, results
from auditapp.db import Database
from auditapp.models import Evidence, Programme, Visit
from auditapp.reporting import printing
from auditapp.reporting.build_location import build_location
from auditapp.reporting.build_network import build_network
from auditapp.reporting.build_region import build_region
from auditapp.reporting.quarter import QuarterFacts
from auditapp.reporting.quarter import gather as read_quarter
from auditapp.storage import Storage
from checklists.lifecycle import State
from checklists.problems import Problem
from reports import attention, pdf, quarterly, regional
from reports.periods import Quarter
from reports.regional import RegionReport
from tests import factories as make
from tests.auditapp.networks import NONE, NOW_SHOWN, WORST, make_network
from tests.documents import GOOD
from tests.worlds import make_world

QUARTER = Quarter.of(make.NOW.date())


@pytest.fixture(scope="module")
def database_of_network(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("regions") / "audit.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        make_network(session)
    yield database
    database.engine.dispose()


@pytest.fixture
def session(database_of_network: Database) -> Iterator[Session]:
    with database_of_network.transaction(write=False) as session:
        yield session


def gather(session: Session) -> QuarterFacts:
    return read_quarter(session, session.scalars(select(Programme)).one(), NOW_SHOWN)


def codes_of(report: RegionReport) -> set[str]:
    return {row.location for row in report.rows}


def test_figures_of_a_region_are_those_of_the_pages(session: Session) -> None:
    report = build_region(gather(session), "Północ")
    programme = session.scalars(select(Programme)).one()
    facts = results.gather(session, programme, NOW_SHOWN, previous=NOW_SHOWN.previous(), history=12, criteria=5)
    north = {"L01", "L02", "L05", "L06", "L09", "L10", "L13", "L14"}
    assert codes_of(report) == north
    (whole,) = results.build_summaries(facts, regions=["Północ"])
    assert report.region == whole
    assert report.network == results.build_summaries(facts)[0]
    assert report.change == results.find_change(facts, "Północ")
    assert report.lost == results.points_lost(facts, north)
    assert sum(row.lost for row in report.lost) == pytest.approx(1 - (whole.score or 0), abs=1e-12)
    assert report.series == quarterly.since_first(results.build_series(facts, region="Północ"))
    assert list(report.rows) == [
        row for row in results.comparison_of(facts).rows if row.location in north and row.channel and row.n
    ]
    assert [(area.region, area.visited) for area in report.areas] == [("Północ/Mazury", 4), ("Północ/Pomorze", 4)]
    codes = [criterion.code for criterion, _, _ in report.criteria]
    found = results.build_summaries(facts, regions=["Północ", ""], criteria=codes)
    assert [summary for _, summary, _ in report.criteria] == list(found[: len(codes)])
    assert [score for _, _, score in report.criteria] == [each.score for each in found[len(codes) :]]


def test_changes_and_critical_questions_are_those_of_the_page_at_a_glance(session: Session) -> None:
    report = build_region(gather(session), "Północ")
    programme = session.scalars(select(Programme)).one()
    facts = results.gather(session, programme, NOW_SHOWN, previous=NOW_SHOWN.previous())
    before, after = criterion_facts.read_criteria(session, programme, facts)
    assert before is not None
    inside = codes_of(report)
    members = [code in inside for code in after.locations]
    comparable = criterion_facts.comparable_measures(facts, after.measures)
    expected = attention.criterion_changes(before, after, np.array(members), comparable)
    assert report.changes == expected
    failed, asked, hit = failures.read_critical(session, programme, facts).of(inside)
    assert sum(place.number for place in report.critical) == len(failed) > 0
    assert report.critical_visits == (asked, hit)
    assert report.critical[0].location == WORST


def test_a_region_begins_with_what_is_clearly_below(session: Session) -> None:
    report = build_region(gather(session), "Północ")
    first = report.first[0]
    assert (first.location, first.row is not None and first.row.level) == (WORST, "below")
    assert first.cost is not None
    assert first.critical == report.critical[0].number
    assert report.not_visited == ()
    south = build_region(gather(session), "Południe")
    assert south.not_visited == (f"Sklep {NONE}",)


def test_the_table_of_criteria_has_the_scores_of_every_location(session: Session) -> None:
    quarter = gather(session)
    report = build_region(quarter, "Północ")
    (matrix,) = report.matrices
    assert (matrix.by, matrix.left_out) == ("location", 0)
    assert {row.name for row in matrix.rows} == {row.name for row in report.rows}
    assert matrix.rows[0].name == f"Sklep {WORST}"
    assert matrix.rows[0].level == "below"
    shown = {
        (row.location, row.criterion): row.score
        for row in results.criterion_rows(quarter.facts, channel="store_visit", shown=codes_of(report))
    }
    codes = {row.name: row.location for row in report.rows}
    for row in matrix.rows:
        for criterion, cell in zip(matrix.criteria, row.cells, strict=True):
            assert cell.score == shown[codes[row.name], criterion.code]
    assert "below" in {cell.level for cell in matrix.rows[0].cells}


def test_too_many_locations_for_one_table(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regional, "IN_A_TABLE", 3)
    (matrix,) = build_region(gather(session), "Północ").matrices
    assert (matrix.by, [row.name for row in matrix.rows], matrix.left_out) == ("region", ["Mazury", "Pomorze"], 8)
    pomorze = build_region(gather(session), "Północ/Pomorze")
    (matrix,) = pomorze.matrices
    standing_out = {row.name for row in (*pomorze.fell, *pomorze.rose)} | {
        row.name for row in pomorze.rows if row.level in ("below", "above")
    }
    assert matrix.by == "standing_out"
    assert {row.name for row in matrix.rows} <= standing_out
    assert matrix.rows[0].name == f"Sklep {WORST}"
    assert len(matrix.rows) + matrix.left_out == 4


@pytest.mark.parametrize("path", ["Zachód", "", "Północ/", "Pół"])
def test_no_such_region(session: Session, path: str) -> None:
    with pytest.raises(Problem) as refused:
        build_region(gather(session), path)
    assert refused.value.code == "nothing_to_report"


def test_a_region_nobody_visited(database: Database) -> None:
    with database.transaction() as session:
        world = make_world(session)
        make.make_location(session, world.programme, "L9", "Wyspy")
        quarter = read_quarter(session, world.programme, QUARTER)
        with pytest.raises(Problem) as refused:
            build_region(quarter, "Wyspy")
        assert refused.value.code == "nothing_to_report"


@pytest.mark.parametrize("kind", ["location", "region", "network"])
@pytest.mark.parametrize("locale", ["pl", "en"])
def test_what_was_built_prints(session: Session, kind: str, locale: str) -> None:
    quarter = gather(session)
    report = {
        "location": lambda: build_location(quarter, WORST),
        "region": lambda: build_region(quarter, "Północ"),
        "network": lambda: build_network(quarter),
    }[kind]()
    assert pdf.render(report, "N-1", locale).startswith(b"%PDF")


def test_questions_of_a_location_are_counted_from_its_answers(database: Database) -> None:
    with database.transaction() as session:
        world = make_world(session)
        version, place = world.approved.checklist_version, make.make_location(session, world.programme, "L7")
        for answer in ("no", "no", "yes"):
            make.make_visit(session, place, version, world.other, {**GOOD, "M1": answer})
        make.make_visit(session, place, version, world.other, {**GOOD, "M1": "no"}, kind="revisit")
        make.make_visit(session, place, version, world.other, {**GOOD, "M1": "no"}, approve=False)
        quarter = read_quarter(session, world.programme, QUARTER)
        (question,) = build_location(quarter, "L7").questions
    assert (question.item, question.answers, question.yes_no) == ("M1", 3, True)
    assert question.earned == pytest.approx(1 / 3)


def add_photo(session: Session, visit: Visit, item: str, key: str, **values: object) -> None:
    session.add(
        Evidence(
            visit_id=visit.id, item=item, sent_sha256=f"sent {key}", sha256=key, size=1, width=4, height=3,
            created_at=make.NOW, **values,
        )
    )  # fmt: skip
    session.flush()


def test_photos_of_a_location_are_evidence_of_answers_of_approved_visits(database: Database, tmp_path: Path) -> None:
    storage = Storage.in_folder(tmp_path)
    with database.transaction() as session:
        world = make_world(session)
        key = storage.put("photo", b"picture")
        add_photo(session, world.approved, "M1", key)
        add_photo(session, world.approved, "M6", "lost")
        add_photo(session, world.approved, "M8", "receipt")
        add_photo(session, world.approved, "M1", "removed", removed_at=make.NOW)
        add_photo(session, world.approved, "M4", "no points")  # a time of arrival earns nothing
        add_photo(session, world.submitted, "M1", "not approved")
        quarter = read_quarter(session, world.programme, QUARTER)
        report = build_location(quarter, "L1")
        assert {photo.key for photo in report.photos} == {key, "lost"}
        assert printing.read_pictures(storage, pdf.inputs_of(report, "pl")["photos"]) == {key: b"picture"}
        assert pdf.inputs_of(build_network(quarter), "pl")["photos"] == []


def test_what_happened_in_the_field_is_counted(database: Database) -> None:
    with database.transaction() as session:
        world = make_world(session)
        count = read_quarter(session, world.programme, QUARTER).counts
        place, version = world.north, world.approved.checklist_version
        other = make.make_wave(session, world.programme, starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31))
        make.make_assignment(session, place, version, world.other, wave=world.wave)
        make.make_assignment(session, place, version, world.other, wave=world.wave, status=State.CANCELLED)
        make.make_assignment(session, place, version, world.other, wave=other)
        make.make_visit(session, place, version, world.other, wave=world.wave, kind="pilot")
        make.make_visit(session, place, version, world.other, wave=world.wave, approve=False)
        quarter = read_quarter(session, world.programme, QUARTER)
        after = quarter.counts
        assert count.planned is not None
        assert after.planned == count.planned + 3
        assert (after.made, after.approved, after.waiting) == (count.made + 2, count.approved + 1, count.waiting + 1)
        assert after.not_counted == count.not_counted + 1
        told = quarter.frame.waves
        assert [(wave.starts_on, wave.told_on, wave.told_by) for wave in told] == [
            (date(2026, 7, 1), date(2026, 6, 15), "intranet")
        ]


def test_a_comment_that_names_somebody_is_not_printed(database: Database) -> None:
    with database.transaction() as session:
        world = make_world(session)
        said = {"M1": "Pomogła mi pani Zofia, bardzo miło.", "M8": "Pomoc przyszła od razu."}
        make.make_visit(session, world.north, world.approved.checklist_version, world.other, comments=said)
        quarter = read_quarter(session, world.programme, QUARTER)
        texts = [quote.text for quote in build_location(quarter, "L1").quotes]
    assert "Pomoc przyszła od razu." in texts
    assert not any("Zofia" in text for text in texts)
