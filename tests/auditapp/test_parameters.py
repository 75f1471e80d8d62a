"""A public quarter keeps the settings it was published with, on pages and in files, until its next edition."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import parameters, results
from auditapp.config import Settings
from auditapp.documents import add_document
from auditapp.factory import App, create_app
from auditapp.models import ChecklistVersion, OrderedReport, Programme, Publication, User
from auditapp.reporting.build_location import build_location
from auditapp.reporting.build_network import build_network
from auditapp.reporting.publishing import Wanted
from auditapp.reporting.quarter import gather
from checklists.lifecycle import Role
from reports import method
from reports.periods import Quarter
from reports.thresholds import Thresholds
from tests import documents
from tests import factories as make
from tests.auditapp.exchange_rows import exported
from tests.auditapp.issuing import Press
from tests.auditapp.networks import BAD, BEFORE, IN_QUARTER, NOW_SHOWN, ORDINARY
from tests.pages import Person

BOTH = "L01"  # visited in both channels, well in the store and badly on the phone
HOME = "/p/lumo/results"
OLD, NEW = {"store_visit": 3.0}, {"phone": 3.0}
ONE = Wanted(kinds=("location",), location=BOTH)


@pytest.fixture
def app(either_settings: Settings) -> Iterator[App]:
    app = create_app(either_settings, clock=lambda: make.NOW)
    with app.database.transaction() as session:
        make_channels(session)
    yield app
    app.database.engine.dispose()


@pytest.fixture
def press(app: App) -> Press:
    return Press.of(app)


@pytest.fixture
def desk(app: App) -> Person:
    with app.database.transaction() as session:
        programme = session.scalars(select(Programme)).one()
        user: User = make.make_member(session, programme, Role.PROGRAMME_MANAGER).user
    return Person(app, user, locale="en")


def make_channels(session: Session) -> None:
    """Twelve locations, visited four times in the store and three times on the phone in each of two quarters."""
    programme = make.make_programme(session)
    programme.channel_weights = dict(OLD)
    both = documents.STANDARD.replace('channels = ["store_visit"]', 'channels = ["store_visit", "phone"]')
    store = make.make_checklist(session, programme, both)
    text = documents.CHECKLIST.replace("MINI-STORE", "MINI-PHONE").replace('"store_visit"', '"phone"')
    phone = add_document(session, programme.id, text, name="c.toml", actor_id=None, now=make.NOW)
    assert isinstance(phone, ChecklistVersion)
    auditor = make.make_member(session, programme, Role.AUDITOR)
    for index in range(12):
        place = make.make_location(session, programme, f"L{index + 1:02d}", ("Północ", "Południe")[index % 2])
        for quarter in (BEFORE, NOW_SHOWN):
            given = [(store, ORDINARY[(index + step) % 4]) for step in range(4)]
            given += [
                (phone, BAD[step % 2] if place.code == BOTH else ORDINARY[(index + step) % 4]) for step in range(3)
            ]
            for step, (version, answers) in enumerate(given):
                at = IN_QUARTER[quarter] + timedelta(days=5 * step)
                make.make_visit(session, place, version, auditor, answers, at=at)


def weigh(press: Press, weights: dict[str, float]) -> None:
    with press.database.transaction() as session:
        session.scalars(select(Programme)).one().channel_weights = dict(weights)


def headline(press: Press, quarter: Quarter) -> float:
    with press.database.reading() as session:
        built = results.build_comparison(session, session.scalars(select(Programme)).one(), quarter)
        score = built.get_row(BOTH).score
        assert score is not None
        return score


def weighed(press: Press, quarter: Quarter, weights: dict[str, float]) -> float:
    """Return the headline by hand: sum(W*score)/sum(W)."""
    with press.database.reading() as session:
        built = results.build_comparison(session, session.scalars(select(Programme)).one(), quarter)
        scores = {name: built.get_row(BOTH, name).score or 0.0 for name in ("store_visit", "phone")}
    shares = {name: weights.get(name, 1.0) for name in scores}
    return sum(shares[name] * scores[name] for name in scores) / sum(shares.values())


def test_the_weights_of_a_public_quarter_stay(press: Press) -> None:
    press.publish(ONE, quarter=BEFORE)
    weigh(press, NEW)
    assert headline(press, BEFORE) == pytest.approx(weighed(press, BEFORE, OLD), abs=1e-12)
    assert headline(press, NOW_SHOWN) == pytest.approx(weighed(press, NOW_SHOWN, NEW), abs=1e-12)
    assert weighed(press, BEFORE, OLD) - weighed(press, BEFORE, NEW) > 0.1
    again = press.publish(ONE, quarter=BEFORE, note="Nowe wagi kanałów.")
    assert (again.edition, again.weights) == (2, NEW)
    assert headline(press, BEFORE) == pytest.approx(weighed(press, BEFORE, NEW), abs=1e-12)


def test_a_change_counts_both_quarters_with_the_weights_of_the_later(press: Press) -> None:
    press.publish(ONE, quarter=BEFORE)
    weigh(press, NEW)
    with press.database.reading() as session:
        programme = session.scalars(select(Programme)).one()
        row = results.build_comparison(session, programme, NOW_SHOWN, previous=BEFORE).get_row(BOTH)
        facts = results.gather(session, programme, NOW_SHOWN, previous=BEFORE, history=2)
        series = results.build_series(facts, location=BOTH)
    assert row.previous_score == pytest.approx(weighed(press, BEFORE, NEW), abs=1e-12)
    assert row.change == pytest.approx((row.score or 0.0) - (row.previous_score or 0.0), abs=1e-12)
    # The series holds what each quarter's own pages say, and says that they cannot be compared.
    assert [(point.score, point.breaks) for point in series.points] == [
        (headline(press, BEFORE), False),
        (headline(press, NOW_SHOWN), True),
    ]


def test_pages_and_files_of_a_public_quarter_are_those_of_its_publication(press: Press, desk: Person) -> None:
    def everything() -> dict[str, object]:
        with press.database.reading() as session:
            programme = session.scalars(select(Programme)).one()
            quarter = gather(session, programme, BEFORE)
            table = exported(press.database, programme, "comparison").decode()
            rows = csv.DictReader(io.StringIO(table, newline=""))
            return {
                "location": build_location(quarter, BOTH).headline,
                "network": build_network(quarter).network,
                "series": build_network(quarter).series,
                "box": method.notes(quarter.frame, quarter.channels, quarter.frame.comparison.populations, "pl"),
                "export": [row for row in rows if row["quarter"] == str(BEFORE)],
                "compare": desk.get(f"{HOME}/compare?quarter={BEFORE}&channel=all&format=csv").response.get_data(),
            }

    before = everything()
    press.publish(ONE, quarter=BEFORE)
    assert everything() == before
    weigh(press, NEW)
    assert everything() == before
    press.publish(ONE, quarter=BEFORE, note="Nowe wagi kanałów.")
    after = everything()
    assert {name for name in before if after[name] != before[name]} == set(before)


def test_a_preview_shows_what_the_next_edition_would(press: Press) -> None:
    press.publish(ONE, quarter=BEFORE)
    weigh(press, NEW)
    with press.database.reading() as session:
        programme = session.scalars(select(Programme)).one()
        scores = [
            build_location(gather(session, programme, BEFORE, anew=anew), BOTH).headline.score for anew in (False, True)
        ]
    assert scores == pytest.approx([weighed(press, BEFORE, OLD), weighed(press, BEFORE, NEW)], abs=1e-12)


def test_thresholds_of_an_earlier_release_stay(press: Press, desk: Person) -> None:
    """A quarter published when a verdict took five visits has none with four, whatever a verdict takes today."""
    press.publish(ONE, quarter=BEFORE)
    with press.database.transaction() as session:
        publication = session.scalars(select(Publication)).one()
        publication.parameters = {**publication.parameters, "label_visits": 5, "rank_draws": 500, "dropped_since": 1}
    with press.database.reading() as session:
        programme = session.scalars(select(Programme)).one()
        earlier, now = (results.build_comparison(session, programme, each) for each in (BEFORE, NOW_SHOWN))
    assert earlier.settings == Thresholds(label_visits=5, rank_draws=500)
    assert {row.level for row in earlier.rows if row.channel == "store_visit"} == {"indicative"}
    assert {row.level for row in now.rows if row.channel == "store_visit"} <= {"below", "none", "above"}
    box = desk.get(f"{HOME}/method?quarter={BEFORE}").text
    assert "a verdict from 5" in box
    assert "The programme's present settings differ (thresholds)" in box
    assert "a verdict from 3" in desk.get(f"{HOME}/method?quarter={NOW_SHOWN}").text


@pytest.mark.parametrize("page", ["method", "compare"])
def test_the_box_says_which_settings_hold(press: Press, desk: Person, page: str) -> None:
    def said(quarter: Quarter = BEFORE) -> str:
        return desk.get(f"{HOME}/{page}?quarter={quarter}&previous={quarter.previous()}").text

    own = "Published with these settings on 12 Aug 2026."
    other = "The programme's present settings differ (weights of the channels)"
    assert "This quarter is not public yet: it is computed with the programme's present settings." in said()
    press.publish(ONE, quarter=BEFORE)
    assert own in said()
    assert "not public yet" not in said()
    assert other not in said()
    weigh(press, NEW)
    assert own in said()
    assert other in said()
    assert "not public yet" in said(NOW_SHOWN)
    earlier = "was published with other weights of the channels; for the change"
    assert (earlier in said(NOW_SHOWN)) is (page == "compare")


@pytest.mark.parametrize(
    ("problem", "reports", "counts"),
    [
        ("", False, True),  # being prepared
        ("", True, True),
        ("changed_meanwhile", False, False),  # could not be prepared at all
        ("changed_meanwhile", True, True),  # public, and more reports of it could not be prepared
    ],
)
def test_what_could_not_be_prepared_counts_for_nothing(press: Press, problem: str, reports: bool, counts: bool) -> None:
    press.publish(ONE, quarter=BEFORE)
    with press.database.transaction() as session:
        first = session.scalars(select(Publication)).one()
        values = {column.name: getattr(first, column.name) for column in Publication.__table__.columns}
        second = Publication(**{**values, "id": None, "edition": 2, "weights": NEW, "problem": problem})
        session.add(second)
        session.flush()
        if reports:
            order = session.scalars(select(OrderedReport)).first()
            assert order is not None
            copied = {column.name: getattr(order, column.name) for column in OrderedReport.__table__.columns}
            session.add(OrderedReport(**{**copied, "id": None, "publication_id": second.id, "issued_id": None}))
        programme_id = first.programme_id
    with press.database.reading() as session:
        found = parameters.editions(session, programme_id, [BEFORE, NOW_SHOWN])
    assert {quarter: edition.number for quarter, edition in found.items()} == {BEFORE: 2 if counts else 1}
    frozen = found[BEFORE].parameters
    assert (frozen.settings, frozen.weights) == (Thresholds(), NEW if counts else OLD)


def test_what_is_frozen_is_read_back_as_it_was(press: Press) -> None:
    publication = press.publish(ONE, quarter=BEFORE)
    assert publication.parameters == asdict(Thresholds())
    with press.database.reading() as session:
        programme = session.scalars(select(Programme)).one()
        (edition,) = parameters.editions(session, programme.id, [BEFORE]).values()
        assert edition.parameters == parameters.next_edition(session, programme, BEFORE)
    assert edition.published_at == publication.created_at
