"""What customers met: comments of a location's approved visits, those of the printed report, each with its visit."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from auditapp.factory import App
from auditapp.models import ChecklistVersion, Location, Membership, Programme
from auditapp.reporting.build_location import build_location
from auditapp.reporting.quarter import gather
from checklists.lifecycle import Role
from reports.periods import Quarter
from reports.quotes import may_be_printed
from tests import factories as make
from tests.documents import GOOD
from tests.pages import Page, Person

HOME = "/p/lumo/results"
QUARTER = Quarter(2026, 3)
GOOD_WORDS = "Pomoc przyszła od razu, bez proszenia."
BAD_WORDS = "Paragonu nie było, nawet po pytaniu."
NAMED = "Pani Katarzyna z kasy była bardzo miła."
OTHERS = "Drugi sklep, zupełnie inna historia."
EARLY = "Ta wizyta czeka jeszcze na weryfikację."
AGAIN = "Powtórna wizyta, też z komentarzem."


@dataclass
class Made:
    app: App
    people: dict[str, Person]
    visits: dict[str, int]

    def page(self, who: str = "store", code: str = "L01") -> Page:
        return self.people[who].get(f"{HOME}/locations/{code}?quarter={QUARTER}")

    def visit(self, name: str, code: str, said: dict[str, str], **values: object) -> None:
        """Add a visit with comments; a comment on M8 is one on a receipt that was not given."""
        with self.app.database.transaction() as session:
            place = session.scalars(select(Location).where(Location.code == code)).one()
            version = session.scalars(select(ChecklistVersion)).one()
            auditor = session.scalars(select(Membership).where(Membership.role == Role.AUDITOR)).one()
            given = {**GOOD, "M8": "no"} if "M8" in said else GOOD
            self.visits[name] = make.make_visit(session, place, version, auditor, given, comments=said, **values).id


@pytest.fixture
def made(app: App) -> Made:
    with app.database.transaction() as session:
        programme = make.make_programme(session)
        make.make_checklist(session, programme)
        make.make_member(session, programme, Role.AUDITOR, name="Tajna Osoba")
        place, _, _ = (make.make_location(session, programme, code) for code in ("L01", "L02", "L03"))
        users = {
            "desk": make.make_member(session, programme, Role.PROGRAMME_MANAGER).user,
            "region": make.make_member(session, programme, Role.REGIONAL_MANAGER, region=place.region).user,
            "store": make.make_member(session, programme, Role.LOCATION_MANAGER, location=place).user,
        }
    made = Made(app, {name: Person(app, user, locale="en") for name, user in users.items()}, {})
    made.visit("first", "L01", {"M1": GOOD_WORDS, "M8": BAD_WORDS})
    made.visit("second", "L01", {"M5": NAMED})
    made.visit("other", "L02", {"M1": OTHERS})
    made.visit("waiting", "L01", {"M1": EARLY}, approve=False)
    made.visit("again", "L01", {"M6": AGAIN}, kind="revisit")
    return made


def said(page: Page) -> dict[str, list[tuple[str, str]]]:
    """Praise and criticism as the page has them: (comment, address of its visit)."""
    assert page.document is not None
    return {
        heading.text_content(): [
            (line.xpath("./blockquote")[0].text_content(), line.xpath(".//a[contains(@href, '/visits/')]/@href")[0])
            for line in heading.getnext().xpath("./li")
        ]
        for heading in page.document.xpath("//section[h2='What customers met']/h3")
    }


@pytest.mark.parametrize("who", ["desk", "region", "store"])
def test_praise_and_criticism_stand_apart_with_their_visit(made: Made, who: str) -> None:
    visit = f"{HOME}/visits/{made.visits['first']}"
    page = made.page(who)
    assert said(page) == {"Keep it up": [(GOOD_WORDS, visit)], "To improve": [(BAD_WORDS, visit)]}
    assert made.people[who].get(visit).status == 200


def test_nobody_is_named_or_described(made: Made) -> None:
    assert not may_be_printed(NAMED)
    page = made.page()
    assert "Katarzyna" not in page.html
    assert "Such as may name or describe somebody are left out." in page.text
    assert "Tajna" not in page.html


@pytest.mark.parametrize("words", [OTHERS, EARLY, AGAIN], ids=["other location", "not approved", "re-visit"])
def test_comments_are_those_of_the_visits_that_the_report_quotes(made: Made, words: str) -> None:
    assert may_be_printed(words)
    assert words not in made.page("desk").text


def test_the_page_chooses_as_the_printed_report_does(made: Made) -> None:
    long = ("Długa kolejka i tylko jedna czynna kasa.", "Kolejka.", "Towar był dobrze opisany. " * 20)
    made.visit("third", "L01", dict(zip(("M5", "M6", "M7"), long, strict=True)))
    made.visit("fourth", "L01", {"M1": GOOD_WORDS, "M2": "Powitanie z uśmiechem i krótka rozmowa o pogodzie."})
    with made.app.database.reading() as session:
        programme = session.scalars(select(Programme)).one()
        quarter = gather(session, programme, QUARTER)
        chosen = build_location(quarter, "L01").quotes
    assert {quote.good for quote in chosen} == {True, False}
    assert 2 < len(chosen) < len(quarter.quotes["L01"]) - 2
    page = said(made.page())
    assert [words for words, _ in page["Keep it up"]] == [quote.text for quote in chosen if quote.good]
    assert [words for words, _ in page["To improve"]] == [quote.text for quote in chosen if not quote.good]


def test_a_location_without_comments_says_so(made: Made) -> None:
    assert said(made.page("desk", "L02")) == {"Keep it up": [(OTHERS, f"{HOME}/visits/{made.visits['other']}")]}
    made.visit("silent", "L03", {"M1": "ok"})
    page = made.page("desk", "L03")
    assert said(page) == {}
    assert "No comment of an approved visit can be shown for this quarter." in page.text
