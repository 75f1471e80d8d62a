"""Few shoppers: estimated at publication, frozen, and in every interval of a location of that public quarter."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from auditapp import few_shoppers, results
from auditapp.db import Database
from auditapp.factory import App
from auditapp.models import Location, Membership, Programme, Publication, User, Visit
from auditapp.reporting.publishing import Wanted
from auditapp.reporting.quarter import gather
from checklists.lifecycle import Role
from reports import method
from reports.compare import ComparisonRow
from reports.intervals import mover, wilson
from reports.parameters import FewShoppers
from tests import factories as make
from tests.auditapp.exchange_rows import exported
from tests.auditapp.issuing import Press
from tests.auditapp.networks import BEFORE, IN_QUARTER, NOW_SHOWN
from tests.documents import GOOD
from tests.pages import Person

HOME = "/p/lumo/results"
ONE, PAIR, MANY = "L01", "L02", "L03"  # all visits by one shopper, by two, each by another
KEPT = Wanted(kinds=("location",), location=ONE)
STORE = "store_visit"
STRICT, LENIENT = {**GOOD, "M8": "no", "M6": "some"}, {**GOOD}
LUCK = {**GOOD, "M5": "00:05:00"}


def make_shops(session: Session, people: int = 6) -> Programme:
    """Fourteen locations with four visits in each of two quarters; every other shopper is strict."""
    programme = make.make_programme(session)
    version = make.make_checklist(session, programme)
    shoppers: list[Membership] = [make.make_member(session, programme, Role.AUDITOR) for _ in range(people)]
    for index in range(14):
        code = f"L{index + 1:02d}"
        place = make.make_location(session, programme, code, ("Północ", "Południe")[index % 2])
        plan = {ONE: [0, 0, 0, 0], PAIR: [1, 1, 2, 2]}.get(code, [index, index + 1, index + 2, index + 3])
        for quarter in (BEFORE, NOW_SHOWN):
            for step, who in enumerate(plan):
                luck = LUCK if (index * 3 + step + quarter.number) % 5 == 0 else LENIENT
                given = STRICT if who % 2 else luck
                at = IN_QUARTER[quarter] + timedelta(days=5 * step)
                make.make_visit(session, place, version, shoppers[who % people], given, at=at)
    return programme


@pytest.fixture
def press(app: App) -> Press:
    with app.database.transaction() as session:
        make_shops(session)
    return Press.of(app)


@pytest.fixture
def desk(app: App, press: Press) -> Person:
    with press.database.transaction() as session:
        user: User = make.make_member(session, get_programme(session), Role.PROGRAMME_MANAGER).user
    return Person(app, user, locale="en")


def get_programme(session: Session) -> Programme:
    return session.scalars(select(Programme)).one()


def compared(press: Press, *, with_before: bool = False) -> dict[str, ComparisonRow]:
    with press.database.reading() as session:
        before = BEFORE if with_before else None
        built = results.build_comparison(session, get_programme(session), NOW_SHOWN, previous=before)
        return {row.location: row for row in built.rows if row.channel == STORE}


def known(press: Press) -> FewShoppers:
    with press.database.reading() as session:
        (found,) = few_shoppers.read_known(session.scalars(select(Publication)).one().shoppers) or ()
        return found


def test_estimated_the_same_on_both_databases(either_database: Database) -> None:
    with either_database.transaction() as session:
        programme_id = make_shops(session).id
    with either_database.reading() as session:
        (found,), effects = few_shoppers.estimate(session, programme_id, NOW_SHOWN)
        assert ((found,), effects) == few_shoppers.estimate(session, programme_id, NOW_SHOWN)
    assert (found.format, found.channel) == ("store", STORE)
    assert found.var_shopper is not None
    assert found.var_rest is not None
    whole = found.var_shopper + found.var_rest
    by_hand = {
        code: (4 * share * found.var_shopper + found.var_rest) / whole for code, share in ((ONE, 1), (PAIR, 0.5))
    }
    assert effects == pytest.approx({(code, str(NOW_SHOWN), STORE): each for code, each in by_hand.items()}, abs=1e-12)


def test_the_interval_of_a_public_quarter_knows_its_shoppers(press: Press) -> None:
    before = compared(press)
    assert {row.effect for row in before.values()} == {1.0}
    press.publish(KEPT, quarter=NOW_SHOWN)
    after, found = compared(press), known(press)
    vs, ve = found.var_shopper or 0.0, found.var_rest or 0.0
    assert vs > 0
    for code, shared in ((ONE, 1.0), (PAIR, 0.5), (MANY, 0.25)):
        row, phi = after[code], after[code].phi or 0.0
        n_star = row.n * (vs + ve) / phi / (row.n * shared * vs + ve)
        low, high = wilson(row.score or 0.0, n_star)
        assert (row.low, row.high) == pytest.approx((float(low), float(high)), abs=1e-12)
    widths = {code: (row.high or 0.0) - (row.low or 0.0) for code, row in after.items()}
    assert widths[ONE] > (before[ONE].high or 0.0) - (before[ONE].low or 0.0) + 0.02
    assert after[MANY] == before[MANY]
    # Levels and ranks rest on V = var_within / n (section 3), which knows nothing of shoppers.
    for name in ("score", "shrunken", "p_below", "reliability", "level", "rank_low", "rank_high", "phi"):
        assert getattr(after[ONE], name) == getattr(before[ONE], name)


@pytest.mark.parametrize("public", [(BEFORE,), (NOW_SHOWN,), (BEFORE, NOW_SHOWN)], ids=["before", "now", "both"])
def test_a_change_rests_on_the_intervals_of_both_quarters(press: Press, public: tuple[Any, ...]) -> None:
    plain = compared(press, with_before=True)
    for quarter in public:
        press.publish(KEPT, quarter=quarter)
    row = compared(press, with_before=True)[ONE]
    assert ((row.effect or 0.0) > 1) is (NOW_SHOWN in public)
    one = (row.previous_score, row.previous_low, row.previous_high)
    two = (row.score, row.low, row.high)
    change, low, high = mover(*(end or 0.0 for end in (*one, *two)))
    assert (row.change, row.change_low, row.change_high) == pytest.approx((float(change), float(low), float(high)))
    assert (row.previous_low != plain[ONE].previous_low) is (BEFORE in public)
    assert row.change_p == plain[ONE].change_p  # the score test of section 4 counts visits


def test_pages_files_and_reports_print_one_interval(press: Press, desk: Person) -> None:
    press.publish(KEPT, quarter=NOW_SHOWN)
    row = compared(press)[ONE]
    with press.database.reading() as session:
        programme = get_programme(session)
        quarter = gather(session, programme, NOW_SHOWN)
        series = results.build_series(quarter.facts, location=ONE)
        preview = gather(session, programme, NOW_SHOWN, anew=True)
    table = csv.DictReader(io.StringIO(exported(press.database, programme, "comparison").decode(), newline=""))
    (told,) = [each for each in table if (each["location"], each["channel"], each["quarter"]) == (ONE, "", "2026Q2")]
    assert (float(told["low"]), float(told["high"])) == pytest.approx((row.low, row.high), abs=1e-9)
    recomputed = wilson(float(told["score"]), float(told["n"]) / float(told["phi"]))
    assert recomputed == pytest.approx((row.low, row.high), abs=1e-9)
    for each in (quarter, preview):
        shown = each.frame.comparison.get_row(ONE)
        assert (shown.low, shown.high) == pytest.approx((row.low, row.high), abs=1e-12)
    assert (series.points[-1].low, series.points[-1].high) == (row.low, row.high)
    page = desk.get(f"{HOME}/locations/{ONE}?quarter={NOW_SHOWN}").text
    assert "because few shoppers made these visits" in page
    assert "few shoppers" not in desk.get(f"{HOME}/locations/{MANY}?quarter={NOW_SHOWN}").text


@pytest.mark.parametrize("role", [Role.REGIONAL_MANAGER, Role.LOCATION_MANAGER])
def test_managers_are_not_told_that_one_person_made_all_visits(app: App, press: Press, role: Role) -> None:
    press.publish(KEPT, quarter=NOW_SHOWN)
    with press.database.transaction() as session:
        place = session.scalars(select(Location).where(Location.code == ONE)).one()
        scope = {"location": place} if role is Role.LOCATION_MANAGER else {"region": place.region}
        user = make.make_member(session, get_programme(session), role, **scope).user
    page = Person(app, user, locale="en").get(f"{HOME}/locations/{ONE}?quarter={NOW_SHOWN}").text
    assert "independent observations." in page
    assert "few shoppers" not in page


WIDER = "is wider where one shopper made several"
NOT_KNOWN = "do not take into account that one shopper"


@pytest.mark.parametrize("people", [6, 1])
def test_the_box_says_what_intervals_know(app: App, people: int) -> None:
    with app.database.transaction() as session:
        programme = make_shops(session, people)
        user = make.make_member(session, programme, Role.PROGRAMME_MANAGER).user
    press, desk = Press.of(app), Person(app, user, locale="en")
    later = "Few shoppers are taken into account when the quarter is published."
    assert later in desk.get(f"{HOME}/method?quarter={NOW_SHOWN}").text
    press.publish(KEPT, quarter=NOW_SHOWN)
    box = desk.get(f"{HOME}/method?quarter={NOW_SHOWN}").text
    assert later not in box
    assert (WIDER in box, NOT_KNOWN in box) == (people == 6, people == 1)
    with press.database.reading() as session:
        quarter = gather(session, get_programme(session), NOW_SHOWN)
        notes = " ".join(method.notes(quarter.frame, quarter.channels, quarter.frame.comparison.populations, "en"))
    assert (WIDER in notes, NOT_KNOWN in notes) == (people == 6, people == 1)


def test_an_edition_keeps_what_it_froze(press: Press) -> None:
    """Neither another order of the same edition nor an exchange of shoppers changes what is public."""
    press.publish(KEPT, quarter=NOW_SHOWN)
    frozen = compared(press)
    with press.database.transaction() as session:
        first = session.scalars(select(Visit.auditor_id).order_by(Visit.id)).first()
        session.execute(update(Visit).values(auditor_id=first))
    again = press.publish(Wanted(("en",), ("location",), location=ONE), quarter=NOW_SHOWN)
    assert again.edition == 1
    assert compared(press) == frozen


def test_a_publication_that_did_not_look_applies_nothing(press: Press, desk: Person) -> None:
    plain = compared(press)
    press.publish(KEPT, quarter=NOW_SHOWN)
    with press.database.transaction() as session:
        session.execute(update(Publication).values(shoppers=None, effects=None))
    assert compared(press) == plain
    assert NOT_KNOWN in desk.get(f"{HOME}/method?quarter={NOW_SHOWN}").text


def test_effects_are_read_once_a_process(press: Press, desk: Person) -> None:
    press.publish(KEPT, quarter=NOW_SHOWN)
    seen: list[str] = []

    def on_query(_c: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    page = f"{HOME}/compare?quarter={NOW_SHOWN}"
    desk.get(page)
    event.listen(press.database.engine, "before_cursor_execute", on_query)
    desk.get(page)
    event.remove(press.database.engine, "before_cursor_execute", on_query)
    assert any("publication.parameters" in statement for statement in seen)
    assert not any("publication.effects" in statement for statement in seen)
