"""Making a quarter public: what is frozen, what is issued anew and why, refusals, failures, letters, workers."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from auditapp import rollups
from auditapp.config import Settings
from auditapp.convert import checklist_of
from auditapp.factory import create_app
from auditapp.models import (
    Job,
    JournalLine,
    Programme,
    Publication,
    Region,
    Visit,
)
from auditapp.reporting import printing, queries, verification
from auditapp.reporting.publishing import Wanted
from auditapp.visits import write_answers
from checklists.answers import check
from checklists.lifecycle import Role, State
from checklists.problems import Problem
from reports.pdf import ReportProblem
from reports.periods import Quarter
from tests import factories as make
from tests.auditapp.issuing import Press
from tests.documents import GOOD
from tests.workers import read_letters
from tests.worlds import World, make_world

NORTH = Wanted(kinds=("location",), location="L1")


@pytest.fixture
def press(either_settings: Settings) -> Iterator[Press]:
    app = create_app(either_settings, clock=lambda: make.NOW)
    yield Press.of(app)
    app.database.engine.dispose()


@pytest.fixture
def world(press: Press) -> World:
    with press.database.transaction() as session:
        return make_world(session)


def add_visit(press: Press, world: World, **changes: Any) -> None:
    with press.database.transaction() as session:
        approved = session.get_one(Visit, world.approved.id)
        values = {**GOOD, **changes.pop("values", {})}
        make.make_visit(session, approved.location, approved.checklist_version, approved.auditor, values, **changes)


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Problem) as problem:
        yield
    assert problem.value.code == code


def numbers(*places: str, issue: int = 1, locale: str = "PL") -> list[str]:
    return sorted(f"LUMO-2026Q3-{place}-{locale}-{issue}" for place in places)


def test_everything_of_a_quarter(press: Press, world: World) -> None:
    publication = press.publish()
    assert (publication.edition, publication.note, publication.problem) == (1, "", "")
    assert publication.ended_at is not None
    issued = press.numbers()
    with press.database.transaction(write=False) as session:
        regions = session.scalars(select(Region.id).where(Region.programme_id == world.programme.id)).all()
    assert len(regions) == 3
    assert issued == numbers("L1", "L2", "NET", *(f"REG_{region}" for region in regions))
    assert all(press.data(number).startswith(b"%PDF") for number in issued)
    assert {order.issued_id for order in press.ordered()} == {report.id for report in press.issued()}


def test_what_is_frozen(press: Press, world: World) -> None:
    add_visit(press, world, kind="revisit")
    publication = press.publish(NORTH)
    record = json.loads(gzip.decompress(press.jobs.storage.get("publications", publication.record)))
    assert record["parameters"]["change_q"] == publication.parameters["change_q"] == 0.1
    assert (record["quarter"], len(record["standards"]), len(record["checklists"])) == ("2026Q3", 1, 1)
    reasons = [visit["left_out"] for visit in record["visits"]]
    assert reasons.count("") == publication.counted
    assert "revisit" in reasons
    assert len(reasons) - reasons.count("") == publication.left_out
    scores = {visit["visit"]: visit["score"] for visit in record["visits"]}
    assert scores[world.approved.id] == 1


def test_the_same_figures_are_the_same_edition(press: Press, world: World) -> None:
    press.publish(NORTH)
    before = press.data("LUMO-2026Q3-L1-PL-1")
    again = press.publish(NORTH)
    assert (again.edition, again.orders, press.numbers()) == (1, 2, numbers("L1"))
    more = press.publish(Wanted(("pl", "en"), ("location",)))
    assert more.edition == 1
    assert press.numbers() == sorted(numbers("L1", "L2") + numbers("L1", "L2", locale="EN"))
    assert press.data("LUMO-2026Q3-L1-PL-1") == before


def test_another_address_issues_nothing_anew(press: Press, world: World) -> None:
    """Where a report can be checked is printed on it, and is no figure of it."""
    press.publish(NORTH)
    (order,) = press.ordered()
    page = json.loads(press.jobs.storage.get("inputs", order.inputs))["page"]
    base = press.jobs.settings.base_url
    assert page["verify"] == {"address": f"{base}/verify", "link": f"{base}/verify?number=LUMO-2026Q3-L1-PL-1"}
    press.jobs.settings = replace(press.jobs.settings, base_url="https://audit.example.com/lumo")
    press.publish(NORTH)
    assert press.numbers() == numbers("L1")
    press.publish(Wanted(kinds=("location",), location="L2"))
    other = json.loads(press.jobs.storage.get("inputs", press.ordered()[-1].inputs))["page"]["verify"]
    assert other["link"] == "https://audit.example.com/lumo/verify?number=LUMO-2026Q3-L2-PL-1"


def test_a_correction_is_a_new_issue_that_says_what_changed(press: Press, world: World) -> None:
    press.publish(Wanted(kinds=("location",)))
    first = press.data("LUMO-2026Q3-L1-PL-1")
    add_visit(press, world, values={"M8": "no"})
    with refused("note_missing"):
        press.order(Wanted(kinds=("location",)))
    publication = press.publish(Wanted(kinds=("location",)), note=" Wizyta  uznana po odwołaniu. ")
    assert (publication.edition, publication.note) == (2, "Wizyta uznana po odwołaniu.")
    assert "LUMO-2026Q3-L1-PL-2" in press.numbers()
    assert press.data("LUMO-2026Q3-L1-PL-1") == first
    (order,) = [order for order in press.ordered() if order.number == "LUMO-2026Q3-L1-PL-2"]
    said = json.loads(press.jobs.storage.get("inputs", order.inputs))["page"]["correction"]
    assert said["replaces"] == "To wydanie zastępuje wydanie 1 z 12.08.2026."
    assert said["reason"] == "Powód: Wizyta uznana po odwołaniu."
    assert any(line.startswith("Wynik: ") for line in said["changes"])


def standing(press: Press) -> list[str]:
    with press.database.transaction(write=False) as session:
        programme = session.scalars(select(Programme.id)).one()
        newest = queries.newest_issues(session, programme, Quarter(2026, 3)).values()
        return sorted(report.number for report in newest if report.withdrawn is None)


def test_a_new_edition_leaves_no_older_figures_standing(press: Press, world: World) -> None:
    """Whichever report is asked for: what stands in another language or of another place is issued again, too."""
    press.publish(Wanted(("pl", "en"), ("location", "network")))
    add_visit(press, world, values={"M8": "no"})
    press.publish(Wanted(kinds=("location",), location="L2"), note="Wizyta uznana.")
    assert standing(press) == sorted(
        numbers("L1", "NET", issue=2) + numbers("L1", "NET", issue=2, locale="EN")
        # What L2 prints beside its own score has changed as well: the mean of the network.
        + numbers("L2", issue=2) + numbers("L2", issue=2, locale="EN")
    )  # fmt: skip
    press.publish(Wanted(kinds=("region",)))
    assert len(standing(press)) == 9, "the same edition: nothing is looked at but what is asked for"


def withdraw_visit(press: Press, visit: Visit, back: bool = False) -> None:
    with press.database.transaction() as session:
        found = session.get_one(Visit, visit.id)
        found.status = State.APPROVED if back else State.REJECTED
        rollups.rebuild(session, found.programme_id)


def test_the_report_of_a_place_without_visits_is_withdrawn(press: Press, world: World) -> None:
    press.publish(Wanted(kinds=("location",)))
    letters = len(read_letters(press.jobs.settings.mail_dir))
    withdraw_visit(press, world.approved)
    publication = press.publish(Wanted(kinds=("network",)), note="Wizyta odrzucona.")
    assert (publication.problem, standing(press)) == ("", numbers("L2", issue=2) + numbers("NET"))
    with press.database.transaction(write=False) as session:
        found = verification.find_by_number(session, "LUMO-2026Q3-L1-PL-1")
        assert found is not None
        assert (found.newer, found.withdrawn_at) == (None, make.NOW)
        (line,) = session.scalars(select(JournalLine).where(JournalLine.act == "withdraw"))
        assert line.subject_id == "LUMO-2026Q3-L1-PL-1"
    told = [letter["To"] for letter in read_letters(press.jobs.settings.mail_dir)[letters:]]
    assert world.users[Role.LOCATION_MANAGER].email in told, "whoever holds the report hears that it no longer stands"

    withdraw_visit(press, world.approved, back=True)
    press.publish(Wanted(kinds=("location",), location="L1"), note="Odwołanie uznane.")
    assert standing(press) == [*numbers("L1", issue=2), *numbers("L2", issue=3), *numbers("NET", issue=2)]


def test_a_comment_taken_out_is_a_correction(press: Press, world: World) -> None:
    """Not one score changes, and yet what was printed of an answer must not stay."""

    def comment(text: str) -> None:
        with press.database.transaction() as session:
            visit = session.get_one(Visit, world.approved.id)
            checklist = checklist_of(visit.checklist_version)
            answer = {"M1": check(checklist.item("M1"), "yes", comment=text)}
            write_answers(session, visit, answer, author_id=None, reason="test", now=make.NOW)

    comment("Ekspedientka od razu podeszła i pomogła.")
    press.publish(NORTH)
    comment("")
    press.publish(NORTH, note="Komentarz usunięty.")
    assert press.numbers() == ["LUMO-2026Q3-L1-PL-1", "LUMO-2026Q3-L1-PL-2"]


@pytest.mark.parametrize("quarter", [Quarter(2026, 1), Quarter(2030, 4)])
def test_a_quarter_without_visits_is_refused(press: Press, world: World, quarter: Quarter) -> None:
    with refused("nothing_to_report"):
        press.order(quarter=quarter)
    assert press.ordered() == []


def test_a_location_without_visits_is_refused_when_it_is_the_one(press: Press, world: World) -> None:
    with press.database.transaction() as session:
        make.make_location(session, session.get_one(Programme, world.programme.id), "L3")
    publication = press.publish(Wanted(kinds=("location",), location="L3"))
    assert (publication.problem, publication.prepared_at) == ("location_not_visited", None)
    assert press.ordered() == []
    press.publish(Wanted(kinds=("location",)))
    assert press.numbers() == numbers("L1", "L2")


def test_visits_that_change_before_the_reports_are_made(press: Press, world: World) -> None:
    publication = press.order(NORTH)
    add_visit(press, world)
    press.work()
    with press.database.transaction(write=False) as session:
        failed = session.get_one(Publication, publication.id)
        assert (failed.problem, failed.prepared_at) == ("changed_meanwhile", None)
        assert failed.ended_at is not None
    again = press.publish(NORTH)  # nothing was issued, so it is no correction
    assert (again.edition, again.problem, press.numbers()) == (1, "", numbers("L1"))


def test_another_order_waits_and_the_same_one_goes_on(press: Press, world: World) -> None:
    first = press.order(NORTH)
    assert press.order(NORTH).id == first.id
    with refused("publication_running"):
        press.order(Wanted())
    press.work()
    assert press.numbers() == numbers("L1")


def test_two_people_publish_at_once(press: Press, world: World) -> None:
    barrier = threading.Barrier(2)

    def order(kind: str) -> object:
        barrier.wait()
        try:
            return press.order(Wanted(kinds=(kind,))).id
        except Problem as problem:
            return problem.code

    with ThreadPoolExecutor(2) as pool:
        got = list(pool.map(order, ("location", "network")))
    assert sorted(map(type, got), key=str) == [int, str]
    assert "publication_running" in got
    press.work()
    with press.database.transaction(write=False) as session:
        assert [row.edition for row in session.scalars(select(Publication))] == [1]


def test_one_bad_report_does_not_stop_the_rest(press: Press, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def render(self, inputs: dict[str, Any], _pictures: dict[str, bytes]) -> bytes:
            if "-L1-" in inputs["page"]["number"]:
                raise ReportProblem("unknown letter")
            return b"%PDF " + inputs["page"]["number"].encode()

    with monkeypatch.context() as patched:
        patched.setattr(printing, "_printer", lambda _processes: Broken())
        publication = press.publish(Wanted(kinds=("location",)))
    assert press.numbers() == numbers("L2")
    assert publication.ended_at is not None
    assert {order.number: order.problem for order in press.ordered()} == {
        "LUMO-2026Q3-L1-PL-1": "not_printable",
        "LUMO-2026Q3-L2-PL-1": "",
    }
    press.publish(Wanted(kinds=("location",)))  # the one that failed is ordered once more
    assert press.numbers() == numbers("L1", "L2")
    assert [order.problem for order in press.ordered()] == ["", ""]


def test_a_lost_worker_is_replaced(press: Press, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    class Dying:
        def render(self, inputs: dict[str, Any], _pictures: dict[str, bytes]) -> bytes:
            calls.append(inputs["page"]["number"])
            if len(calls) == 1:
                raise OSError("no space left on device")
            return b"%PDF"

    monkeypatch.setattr(printing, "_printer", lambda _processes: Dying())
    clock = [make.NOW]
    monkeypatch.setattr(press.jobs, "clock", lambda: clock[0])
    publication = press.publish(NORTH)
    assert (publication.ended_at, press.numbers()) == (None, [])
    clock[0] += timedelta(minutes=1)
    press.work()
    assert press.numbers() == numbers("L1")
    assert calls == ["LUMO-2026Q3-L1-PL-1"] * 2


def test_several_workers_issue_each_report_once(press: Press, world: World) -> None:
    press.order(Wanted(("pl", "en")))
    with press.database.transaction(write=False) as session:
        (prepare,) = session.scalars(select(Job.id).where(Job.kind == "publication"))
    press.jobs.work(prepare)
    with press.database.transaction(write=False) as session:
        ids = session.scalars(select(Job.id).where(Job.kind == "report")).all()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(press.jobs.work, [*ids, *ids]))
    assert len(press.issued()) == len(ids) == len(press.ordered())
    with press.database.transaction(write=False) as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.act == "issue")).all()
        assert sorted(line.subject_id for line in lines) == press.numbers()
        (publication,) = session.scalars(select(Publication))
        assert publication.ended_at is not None


@pytest.mark.parametrize(
    ("wanted", "roles"),
    [
        (Wanted(), {Role.PROGRAMME_MANAGER, Role.REGIONAL_MANAGER, Role.LOCATION_MANAGER}),
        (NORTH, {Role.PROGRAMME_MANAGER, Role.REGIONAL_MANAGER, Role.LOCATION_MANAGER}),
        (Wanted(kinds=("location",), location="L2"), {Role.PROGRAMME_MANAGER}),
        (Wanted(kinds=("network",)), {Role.PROGRAMME_MANAGER}),
    ],
    ids=["all", "north", "south", "network"],
)
def test_letters_go_to_those_who_may_read_what_was_issued(
    press: Press, world: World, wanted: Wanted, roles: set[Role]
) -> None:
    press.publish(wanted)
    letters = read_letters(press.jobs.settings.mail_dir)
    assert sorted(letter["To"] for letter in letters) == sorted(world.users[role].email for role in roles)
    for letter in letters:
        assert "III kwartał 2026" in letter.get_content()
        assert "/p/lumo/reports" in letter.get_content()
    press.publish(wanted)
    again = read_letters(press.jobs.settings.mail_dir)
    assert len(again) == len(letters), "nothing was issued the second time, so nobody is told"


@pytest.mark.parametrize("statement", ["UPDATE issued_report SET size = 1", "DELETE FROM issued_report"])
def test_what_is_issued_is_never_changed(press: Press, world: World, statement: str) -> None:
    press.publish(NORTH)
    with press.database.engine.begin() as connection, pytest.raises(IntegrityError, match="issued_report"):
        connection.exec_driver_sql(statement)
