"""Poor quarters: whatever is missing, every page of results says so in a sentence, without empty tables or pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from auditapp.documents import add_document
from auditapp.factory import App
from auditapp.models import ChecklistVersion, Location, Membership
from checklists.lifecycle import Role
from reports.periods import Quarter
from tests import factories as make
from tests.auditapp.networks import BEFORE, IN_QUARTER, NOW_SHOWN, open_app
from tests.documents import CHECKLIST, GOOD, STANDARD
from tests.pages import Person

HOME = "/p/lumo/results"
CODES = tuple(f"L{number:02d}" for number in range(1, 13))
LITTLE = ({**GOOD}, {**GOOD, "M1": "no"}, {**GOOD, "M6": "some"})
# All questions of the first version but those of the greeting have other codes, so other meanings.
REWRITTEN = CHECKLIST.replace("version = 1\nstandard", "version = 2\nstandard", 1)
for _code in ("M5", "M6", "M7", "M8"):
    REWRITTEN = REWRITTEN.replace(f'code = "{_code}"', f'code = "{_code}B"')
NEW = [
    {f"{code}B" if code in ("M5", "M6", "M7", "M8") else code: value for code, value in each.items()} for each in LITTLE
]
CAR_PARK = (
    STANDARD.rstrip()
    + """
[[criterion]]
code = "B3"
section = "B"
title = {pl = "Parking", en = "Car park"}
procedure = {pl = "Parking jest oznaczony.", en = "The car park is signposted."}
dimension = "accuracy"
area = "touch_points"
stage = "welcome"
weight = 1
acceptance_level = 0.9
channels = ["store_visit"]
"""
)


@dataclass
class Made:
    """A programme under construction."""

    session: Session
    version: ChecklistVersion
    auditors: list[Membership]
    places: dict[str, Location]

    def visits(
        self,
        quarter: Quarter,
        answers: tuple[dict[str, str], ...] = LITTLE,
        *,
        codes: tuple[str, ...] = CODES,
        n: int = 4,
        version: ChecklistVersion | None = None,
        shoppers: int = 2,
    ) -> None:
        for index, code in enumerate(codes):
            for number in range(n):
                make.make_visit(
                    self.session,
                    self.places[code],
                    version or self.version,
                    self.auditors[(index + number) % shoppers],
                    answers[(index + number) % len(answers)],
                    at=IN_QUARTER[quarter] + timedelta(days=7 * number),
                )


def no_visits(made: Made) -> None:
    made.visits(BEFORE)


def one_store(made: Made) -> None:
    made.visits(BEFORE, codes=("L01",), n=12)
    made.visits(NOW_SHOWN, codes=("L01",), n=12)


def all_equal(made: Made) -> None:
    made.visits(BEFORE)
    made.visits(NOW_SHOWN, LITTLE[2:])


def all_perfect(made: Made) -> None:
    made.visits(BEFORE)
    made.visits(NOW_SHOWN, (GOOD,))


def one_shopper(made: Made) -> None:
    made.visits(BEFORE, shoppers=1)
    made.visits(NOW_SHOWN, shoppers=1)


def never_asked(made: Made) -> None:
    made.visits(BEFORE)
    made.visits(NOW_SHOWN)


def no_overlap(made: Made) -> None:
    made.visits(BEFORE)
    new = add_document(made.session, made.version.programme_id, REWRITTEN, name="v2.toml", actor_id=None, now=make.NOW)
    assert isinstance(new, ChecklistVersion)
    made.visits(NOW_SHOWN, tuple(NEW), version=new)


def moved(made: Made) -> None:
    made.visits(BEFORE)
    made.visits(NOW_SHOWN)
    made.places["L01"].region_id = made.places["L02"].region_id


def closed(made: Made) -> None:
    made.visits(BEFORE)
    made.visits(NOW_SHOWN, codes=CODES[1:])
    made.places["L01"].closed_on = date(2026, 3, 1)


SITUATIONS = {
    each.__name__: each
    for each in (no_visits, one_store, all_equal, all_perfect, one_shopper, never_asked, no_overlap, moved, closed)
}
PARKING = CHECKLIST.replace(
    'code = "M3"\nsection = "entry"\ncriterion = "A1"', 'code = "M3"\nsection = "entry"\ncriterion = "B3"'
)
DOCUMENTS = {"never_asked": (CAR_PARK, PARKING)}  # no location has the car park that the question is about


def build(app: App, situation: str) -> Person:
    """Build a network and return the person who runs its programme."""
    with app.database.transaction() as session:
        programme = make.make_programme(session)
        version = make.make_checklist(session, programme, *DOCUMENTS.get(situation, (STANDARD, CHECKLIST)))
        auditors = [make.make_member(session, programme, Role.AUDITOR) for _ in range(2)]
        codes = ("L01",) if situation == "one_store" else CODES
        places = {
            code: make.make_location(session, programme, code, ("Północ", "Południe")[index % 2])
            for index, code in enumerate(codes)
        }
        SITUATIONS[situation](Made(session, version, auditors, places))
        desk = make.make_member(session, programme, Role.PROGRAMME_MANAGER).user
    return Person(app, desk, locale="en")


PAGES = {
    "agenda": "/agenda",
    "network": "",
    "region": "/regions/Północ",
    "location": "/locations/L01",
    "criteria": "/criteria",
    "criterion": "/criteria/B1",
    "compare": "/compare",
    "side": "/side?location=L01&location=L02",
    "heat by region": "/heat?by=region",
    "heat by location": "/heat?by=location",
    "method": "/method",
    "questions": "/method/questions",
    "funnel": "/method/funnel",
    "shoppers": "/method/shoppers",
    "planner": "/method/planner",
    "rules": "/method/rules",
}


# What a page says of a situation; () where nothing about it is special there.
NOTHING = "No visit counts in this quarter yet"
ALONE = "Only one location was visited, so there is nothing to compare it with."
CALM = "No clear differences between locations this quarter: what separates them can be chance."
ALIKE = "though within each location the visits were all alike."
SAME = "All locations have the same score."
PERFECT = "Every visit earned all its points."
CHANGED = "Not comparable with Q1 2026: the checklist"
NOT_SEPARABLE = "Not separable: strict shoppers cannot be told from poor locations here."
TODAY = "A location counts in the region where it stands today, also in"
TOLD: dict[str, dict[str, str]] = {
    "no_visits": {
        "agenda": NOTHING,
        "network": NOTHING,
        "region": NOTHING,
        "location": "Not visited this quarter, so there is no score.",
        "criteria": "No visit of this quarter asked about any criterion.",
        "criterion": "No visit asked for this criterion in this quarter.",
        "compare": NOTHING,
        "side": "These locations were not visited in this quarter, so there is nothing to compare.",
        "heat by region": NOTHING,
        "heat by location": NOTHING,
        "method": NOTHING,
        "questions": NOTHING,
        "funnel": NOTHING,
        "shoppers": NOTHING,
        "planner": NOTHING,
        "rules": NOTHING,
    },
    "one_store": {
        "agenda": ALONE,
        "network": ALONE,
        "region": ALONE,
        "location": "The network has too few yet to say how far chance reaches.",
        "criteria": "For no criterion can it be said yet whether the network meets its acceptance level.",
        "criterion": "there are too few visits yet to say how far chance reaches",
        "compare": ALONE,
        "side": "There is only one location to choose, so there is none to put beside it.",
        "heat by region": "Only one region was visited, so there is nothing to compare it with.",
        "heat by location": ALONE,
        "method": "They are too few to tell differences from chance.",
        "questions": "There are too few visits to say how the questions work.",
        "funnel": "Too few visits for limits.",
        "shoppers": NOT_SEPARABLE,
        "rules": "How much visits vary is not known",
    },
    "all_equal": {
        "agenda": SAME,
        "network": SAME,
        "region": ALIKE,
        "criterion": ALIKE,
        "compare": SAME,
        "side": "Their scores do not differ clearly.",
        "heat by region": "No clear differences",
        "heat by location": "No clear differences",
        "method": "Of the differences between the locations' scores about 0% are real",
    },
    "all_perfect": {
        "agenda": PERFECT,
        "network": PERFECT,
        "region": ALIKE,
        "location": "No point was lost this quarter.",
        "criterion": ALIKE,
        "compare": PERFECT,
        "side": "Their scores do not differ clearly.",
        "heat by region": "No clear differences",
        "heat by location": "No clear differences",
        "questions": "nearly everyone passes",
        "funnel": "mean 100%",
    },
    "one_shopper": {"shoppers": NOT_SEPARABLE, "compare": CALM, "agenda": "No clear differences this quarter."},
    "never_asked": {
        "agenda": "Nobody was asked about: Car park",
        "criteria": "About 1 criterion no visit asked.",
        "car park": "No visit asked for this criterion in this quarter.",
        "location": "Too few visits for a score: 1 criterion",
        "side": "No visit in this table was asked about: Car park",
        "heat by region": "No visit in this table was asked about: Car park",
        "heat by location": "No visit in this table was asked about: Car park",
        "questions": "Of 7 questions with points: in",
    },
    "no_overlap": {
        "agenda": CHANGED,
        "network": CHANGED,
        "region": CHANGED,
        "location": CHANGED,
        "compare": "In Q2 2026 the checklist changed so much that scores before and after it cannot be compared.",
        "side": "“New checklist”: scores before and after that quarter cannot be compared.",
    },
    "moved": {"agenda": TODAY, "region": TODAY, "compare": CALM},
    "closed": {
        "location": "This location closed on 1 Mar 2026.",
        "side": "closed on 1 Mar 2026",
        "region": "5 of 5 locations",
        "compare": CALM,
    },
}
CASES = [
    pytest.param(situation, name, marks=pytest.mark.xdist_group(situation), id=f"{situation}-{name}")
    for situation in SITUATIONS
    for name in (*PAGES, *(["car park"] if situation == "never_asked" else []))
]


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Callable[[str], Person]]:
    """Return who runs the programme of a situation; each is built when it is first asked for."""
    apps: list[App] = []

    @cache
    def person(situation: str) -> Person:
        apps.append(open_app(tmp_path_factory.mktemp(situation), sqlite_template))
        return build(apps[-1], situation)

    yield person
    for app in apps:
        app.database.engine.dispose()


@pytest.mark.parametrize(("situation", "name"), CASES)
def test_every_page_has_a_sentence_for_a_poor_quarter(
    people: Callable[[str], Person], situation: str, name: str
) -> None:
    person = people(situation)
    path = {**PAGES, "car park": "/criteria/B3"}[name]
    if situation == "one_store":
        path = path.replace("&location=L02", "")
    page = person.get(f"{HOME}{path}{'&' if '?' in path else '?'}quarter={NOW_SHOWN}&previous={BEFORE}")
    assert page.status == 200
    assert page.document is not None
    assert TOLD[situation].get(name, "") in page.text
    for table in page.document.xpath("//main//table"):
        assert table.xpath(".//tbody/tr"), "a table without a row"
    for address in page.document.xpath("//main//img/@src"):
        picture = person.get(address)
        assert picture.status == 200
        assert "nan" not in picture.response.text.lower().replace("nan-", "")
    for wrong in ("nan", "inf", "None", "–%"):
        assert wrong not in page.text.split(), wrong


def test_a_location_that_nobody_ever_visited_has_no_picture(app: App) -> None:
    with app.database.transaction() as session:
        programme = make.make_programme(session)
        make.make_checklist(session, programme)
        make.make_location(session, programme, "L01")
        desk = make.make_member(session, programme, Role.PROGRAMME_MANAGER).user
    page = Person(app, desk, locale="en").get(f"{HOME}/locations/L01")
    assert page.document is not None
    assert "No visit counts in these quarters yet." in page.text
    assert not page.document.xpath("//main//img")
