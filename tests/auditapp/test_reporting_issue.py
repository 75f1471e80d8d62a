"""Issuing: numbers, reprints, new issues, refusals, whole quarters, and figures equal to those of the export."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
import pytest
from click.testing import CliRunner
from obstore.exceptions import GenericError
from pypdfium2 import PdfDocument
from sqlalchemy import event, select

from auditapp import results, visits
from auditapp.cli import main
from auditapp.config import Settings
from auditapp.convert import checklist_of
from auditapp.db import Database
from auditapp.factory import App
from auditapp.models import IssuedReport, Programme
from auditapp.reporting.build_location import build_location
from auditapp.reporting.build_network import build_network
from auditapp.reporting.publishing import Wanted, build_drafts
from auditapp.reporting.quarter import gather
from checklists.answers import check
from checklists.lifecycle import Role
from reports import quarterly
from reports.periods import Quarter
from tests import factories as make
from tests.auditapp.issuing import Press
from tests.documents import GOOD
from tests.worlds import make_world

QUARTER = Quarter(2026, 3)


def read(data: bytes) -> str:
    document = PdfDocument(io.BytesIO(data))
    pages = [document[index].get_textpage().get_text_range() for index in range(len(document))]
    return re.sub(r"\s+", " ", " ".join(pages))


@pytest.fixture
def press(app: App) -> Press:
    return Press.of(app)


@pytest.mark.parametrize(
    ("code", "place"), [("L-7.b", "L-7.b"), ("NET", "_{id}"), ("za kładką/2", "_{id}"), ("x" * 40, "_{id}")]
)
def test_a_number_is_a_clean_file_name_whatever_the_code(press: Press, code: str, place: str) -> None:
    with press.database.transaction() as session:
        world = make_world(session)
        location = make.make_location(session, world.programme, code)
        make.make_visit(session, location, world.approved.checklist_version, world.other)
    press.publish(Wanted(kinds=("location",), location=code))
    press.publish(Wanted(kinds=("network",)))
    assert set(press.numbers()) == {"LUMO-2026Q3-NET-PL-1", f"LUMO-2026Q3-{place.format(id=location.id)}-PL-1"}


def test_no_auditor_in_any_report(press: Press) -> None:
    with press.database.transaction() as session:
        world = make_world(session)
        for number in range(4):
            make.make_visit(
                session,
                world.north,
                world.approved.checklist_version,
                world.auditor,
                {**GOOD, "M5": f"00:0{number + 1}:30"},
                at=make.NOW - timedelta(days=3 + number),
            )
        secrets = [
            secret
            for member in (world.auditor, world.other)
            for secret in (member.pseudonym, member.user.name, member.user.email)
        ]
        started = world.approved.started_at
    press.publish(Wanted(("pl", "en")))
    assert len(press.numbers()) == 12
    assert all(secrets)
    assert started is not None
    for number in press.numbers():
        data = press.data(number)
        text = read(data)
        assert len(text) > 1_000
        for secret in secrets:
            assert secret not in text
            assert secret.encode() not in data
        assert f"{started:%H:%M}" not in text


@pytest.fixture(scope="module")
def network(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Twelve locations with four visits each: enough for intervals, and one clearly below the others."""
    path = tmp_path_factory.mktemp("network") / "audit.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    with database.transaction() as session:
        programme = make.make_programme(session)
        version = make.make_checklist(session, programme)
        auditor = make.make_member(session, programme, Role.AUDITOR)
        for place in range(12):
            location = make.make_location(session, programme, f"L{place:02d}")
            for number in range(4):
                answers = {**GOOD, "M5": f"00:0{2 + 2 * (number % 2)}:30", "M8": "yes" if place else "no"}
                make.make_visit(session, location, version, auditor, answers, at=make.NOW - timedelta(days=number + 1))
    yield database
    database.engine.dispose()


@pytest.mark.parametrize("code", ["L00", "L05"])
def test_figures_of_a_location_are_those_of_the_export_and_the_pages(network: Database, code: str) -> None:
    with network.transaction(write=False) as session:
        programme = session.scalars(select(Programme)).one()
        report = build_location(gather(session, programme, QUARTER), code)
        exported = results.build_comparison(session, programme, QUARTER, previous=QUARTER.previous()).to_frame()
        facts = results.gather(session, programme, QUARTER, criteria=5)
    line = exported[(exported["location"] == code) & (exported["channel"] == "")].iloc[0]
    row = report.headline
    assert (row.n, row.score, row.low, row.high, row.level) == tuple(
        line[name] for name in ("n", "score", "low", "high", "level")
    )
    assert row.level == ("below" if code == "L00" else "none")
    assert sum(lost.lost for lost in report.lost) == pytest.approx(1 - line["score"], abs=1e-12)
    counted = [visit.score for visit in report.counted if visit.score is not None]
    assert sum(counted) / len(counted) == pytest.approx(line["score"], abs=1e-12)
    assert report.series.points[-1].score == pytest.approx(line["score"], abs=1e-12)
    everywhere = results.points_lost(facts, facts.open_locations(), channel="store_visit")
    assert {each.criterion.code: each.network for each in report.criteria} == pytest.approx(
        {each.criterion: each.score for each in everywhere}, abs=1e-12
    )
    assert [each.row for each in report.criteria] == list(
        results.criterion_rows(facts, channel="store_visit", shown=[code])
    )


def test_figures_of_the_network_are_those_of_the_pages(network: Database) -> None:
    with network.transaction(write=False) as session:
        programme = session.scalars(select(Programme)).one()
        report = build_network(gather(session, programme, QUARTER))
        facts = results.gather(session, programme, QUARTER, previous=QUARTER.previous(), history=12, criteria=5)
    (whole,) = results.build_summaries(facts)
    assert report.network == whole
    assert sum(row.lost for row in report.dimensions) == pytest.approx(1 - (whole.score or 0), abs=1e-12)
    assert [row.location for row in report.below] == ["L00"]
    assert report.facts == quarterly.Facts(
        planned=None, made=48, approved=48, rejected=0, waiting=0, not_counted=0, auditors=1
    )
    assert [summary.criterion for _, summary in report.criteria] == ["A1", "B1", "B2"]


def test_a_quarter_is_read_in_few_queries(network: Database) -> None:
    statements: list[str] = []
    with network.transaction(write=False) as session:
        programme = session.scalars(select(Programme)).one()
        event.listen(network.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        drafts = list(build_drafts(session, programme, gather(session, programme, QUARTER), Wanted()))
    assert len(drafts) == 14
    assert len(statements) <= 20, "\n".join(statements)


def test_what_does_not_count_is_shown_and_not_averaged(database: Database) -> None:
    with database.transaction() as session:
        world = make_world(session)
        version = world.approved.checklist_version
        before = build_location(gather(session, world.programme, QUARTER), "L1")
        make.make_visit(session, world.north, version, world.other, {**GOOD, "M8": "no"}, kind="revisit")
        after = build_location(gather(session, world.programme, QUARTER), "L1")
        assert (after.headline.n, after.headline.score) == (before.headline.n, before.headline.score)
        assert [visit.kind for visit in after.visits].count("revisit") == 1
        assert len(after.counted) == len(before.counted)


def test_comments_are_printed_only_from_approved_visits(database: Database) -> None:
    with database.transaction() as session:
        world = make_world(session)
        for visit, text in (
            (world.approved, "Obsługa od razu podeszła i pomogła."),
            (world.submitted, "Tego nikt jeszcze nie zatwierdził."),
        ):
            item = checklist_of(visit.checklist_version).item("M1")
            answer = {"M1": check(item, "yes", comment=text)}
            visits.write_answers(session, visit, answer, author_id=None, reason="test", now=make.NOW)
        report = build_location(gather(session, world.programme, QUARTER), "L1")
        assert [(quote.text, quote.good) for quote in report.quotes] == [("Obsługa od razu podeszła i pomogła.", True)]


@pytest.fixture
def instance(settings: Settings) -> Settings:
    database = Database(settings.database_url)
    with database.transaction() as session:
        make_world(session)
    database.engine.dispose()
    return settings


def run(settings: Settings, *arguments: str) -> tuple[int, str]:
    result = CliRunner(env={"LANG": "C"}).invoke(
        main, ["reports", "issue", "--dir", str(settings.dir), "--jobs", "1", *arguments]
    )
    return result.exit_code, result.output


def issued(text: str, word: str = "issued") -> list[str]:
    return [line.split()[1] for line in text.splitlines() if line.startswith(word)]


def test_command(instance: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out"
    status, text = run(instance, "--quarter", "2026Q3", "--kind", "location", "--out", str(out))
    numbers = ["LUMO-2026Q3-L1-PL-1", "LUMO-2026Q3-L2-PL-1"]
    assert (status, issued(text)) == (0, numbers), text
    assert sorted(path.stem for path in out.iterdir()) == numbers
    first = (out / "LUMO-2026Q3-L1-PL-1.pdf").read_bytes()
    assert first.startswith(b"%PDF")

    again = tmp_path / "again"
    status, text = run(instance, "--quarter", "2026Q3", "--locale", "both", "--kind", "location", "--out", str(again))
    assert (status, issued(text, "unchanged")) == (0, numbers)
    assert issued(text) == ["LUMO-2026Q3-L1-EN-1", "LUMO-2026Q3-L2-EN-1"]
    assert (again / "LUMO-2026Q3-L1-PL-1.pdf").read_bytes() == first


class FullDisk:
    """The edge of the world: a disk that is too full for files whose path begins so."""

    def __init__(self, begins: str) -> None:
        self.put, self.begins, self.full = obstore.put, begins, True

    def __call__(self, store: Any, path: str, data: bytes, **how: Any) -> Any:
        if self.full and path.startswith(self.begins):
            raise GenericError(f"Generic LocalFileSystem error: Unable to write {path}: No space left on device")
        return self.put(store, path, data, **how)


@pytest.mark.parametrize("begins", ["", "inputs/", "reports/"])
def test_a_full_disk_is_named_and_the_same_command_goes_on(
    instance: Settings, monkeypatch: pytest.MonkeyPatch, begins: str
) -> None:
    disk = FullDisk(begins)
    monkeypatch.setattr("auditapp.storage.obstore.put", disk)
    monkeypatch.setattr("auditapp.storage.Storage._try_out", lambda _storage: None)
    monkeypatch.setattr("auditapp.reporting.bulk.PATIENCE", timedelta())
    arguments = ("--quarter", "2026Q3", "--kind", "location")
    status, text = run(instance, *arguments)
    assert (status, issued(text)) == (1, [])
    assert "The server's disk is full. Make room on it and try again." in text
    if begins == "reports/":
        assert issued(text, "failed") == ["LUMO-2026Q3-L1-PL-1:", "LUMO-2026Q3-L2-PL-1:"]
        assert "The same command goes on with those." in text
    disk.full = False
    status, text = run(instance, *arguments)
    assert (status, issued(text)) == (0, ["LUMO-2026Q3-L1-PL-1", "LUMO-2026Q3-L2-PL-1"]), text


def test_command_for_a_region(instance: Settings) -> None:
    status, text = run(instance, "--quarter", "2026Q3", "--region", "Północ")
    assert status == 0, text
    places = [number.split("-")[2] for number in issued(text)]
    assert [place for place in places if "REG" not in place] == ["L1"]
    assert len(places) == 3  # its own report and that of the region in it


def test_command_for_one_location(instance: Settings) -> None:
    status, text = run(instance, "--quarter", "2026Q3", "--location", "L2")
    assert status == 0, text
    assert "LUMO-2026Q3-L2-PL-1" in text
    assert "NET" not in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--quarter", "2026-3"), "2026-3"),
        (("--quarter", "2026Q1"), "nothing to report"),
        (("--quarter", "2026Q3", "--location", "L9"), "L9"),
        (("--quarter", "2026Q3", "--region", "Wschód"), "Wschód"),
        (("--quarter", "2026Q3", "--programme", "nix"), "nix"),
    ],
)
def test_command_refuses(instance: Settings, arguments: tuple[str, ...], said: str) -> None:
    status, text = run(instance, *arguments)
    assert status == 1
    assert said in text
    database = Database(instance.database_url)
    with database.transaction(write=False) as session:
        assert session.scalars(select(IssuedReport)).all() == []
    database.engine.dispose()
