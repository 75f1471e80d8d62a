"""Photos of approved visits for those who answer for the location: each on a page of its own, none that tells who came.

A photo that only proves a visit, as a receipt does, stays with the desk.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from auditapp.evidence import service as evidence
from auditapp.factory import App
from auditapp.models import Evidence
from checklists.lifecycle import Role
from tests import factories as make
from tests.documents import GOOD
from tests.pages import Page, Person

HOME = "/p/lumo/results"


@dataclass
class Made:
    people: dict[str, Person]
    visit: int
    waiting: int
    photos: list[int]  # two of a scored question, one of the receipt
    foreign: int

    def page(self, photo: int, who: str = "store") -> Page:
        return self.people[who].get(f"{HOME}/visits/{self.visit}/photos/{photo}")


@pytest.fixture
def made(app: App) -> Made:
    with app.database.transaction() as session:
        programme = make.make_programme(session)
        version = make.make_checklist(session, programme)
        auditor = make.make_member(session, programme, Role.AUDITOR, name="Tajna Osoba")
        place, other = (make.make_location(session, programme, code) for code in ("L01", "L02"))
        visit = make.make_visit(session, place, version, auditor, {**GOOD, "M10": "1"})
        waiting = make.make_visit(session, place, version, auditor, approve=False)
        storage = app.extensions["auditapp.storage"]

        def keep(visit_id: int, item: str, number: int) -> int:
            row = Evidence(
                visit_id=visit_id,
                item=item,
                sent_sha256=f"{number:064x}",
                sha256=storage.put(evidence.KIND, b"photo"),
                size=5,
                width=1200,
                height=900,
                created_at=make.NOW,
            )
            session.add(row)
            session.flush()
            return row.id

        # Kept in another order than the questions stand.
        photos = [keep(visit.id, item, number) for number, item in enumerate(("M10", "M8", "M1"))]
        foreign = keep(waiting.id, "M8", 9)
        users = {
            "desk": make.make_member(session, programme, Role.REVIEWER).user,
            "region": make.make_member(session, programme, Role.REGIONAL_MANAGER, region=place.region).user,
            "store": make.make_member(session, programme, Role.LOCATION_MANAGER, location=place).user,
            "neighbour": make.make_member(session, programme, Role.LOCATION_MANAGER, location=other).user,
        }
        made = Made({}, visit.id, waiting.id, photos, foreign)
    made.people = {name: Person(app, user, locale="en") for name, user in users.items()}
    return made


def test_photos_stand_in_the_order_of_the_questions_and_lead_to_one_another(made: Made) -> None:
    _receipt, of_m8, of_m1 = made.photos
    first, last = made.page(of_m1), made.page(of_m8)
    assert "Photo 1 of 2" in first.text
    assert "Did anybody of the staff greet you?" in first.text
    assert first.document is not None
    assert last.document is not None
    assert first.document.xpath("//a[@rel]/@rel") == ["next"]
    assert first.document.xpath("//a[@rel='next']/@href") == [f"{HOME}/visits/{made.visit}/photos/{of_m8}"]
    assert last.document.xpath("//a[@rel]/@href") == [f"{HOME}/visits/{made.visit}/photos/{of_m1}"]
    assert f"{HOME}/visits/{made.visit}#q-M1" in first.links()
    (image,) = first.document.xpath("//main//img")
    assert image.get("src") == f"/p/lumo/evidence/{of_m1}"
    assert image.get("alt") == "Photo for “Did anybody of the staff greet you?”: Sklep L01, 10 Aug 2026"


@pytest.mark.parametrize(("who", "shown"), [("desk", 3), ("region", 2), ("store", 2)])
def test_a_photo_of_the_receipt_stays_with_the_desk(made: Made, who: str, shown: int) -> None:
    receipt, person = made.photos[0], made.people[who]
    location, visit = person.get(f"{HOME}/locations/L01?quarter=2026Q3"), person.get(f"{HOME}/visits/{made.visit}")
    assert f"{shown} photos" in location.text
    assert f"See {shown} photos" in visit.text
    kept = "The photo is kept and not shown, so that nobody can tell who visited."
    assert (kept in visit.text) is (who != "desk")
    status = 200 if who == "desk" else 404
    assert made.page(receipt, who).status == person.get(f"/p/lumo/evidence/{receipt}").status == status
    for page in (location, visit):
        assert (str(receipt) in {link.rpartition("/")[2] for link in page.links() if "/photos/" in link}) is (
            who == "desk" and page is visit
        )


def test_photos_are_those_of_this_visit_and_of_ones_own_locations(made: Made) -> None:
    assert made.page(made.foreign).status == 404  # of another visit, not approved
    assert made.page(made.foreign, "desk").status == 404
    assert made.people["desk"].get(f"{HOME}/visits/{made.waiting}/photos/{made.foreign}").status == 404
    assert made.page(made.photos[1], "neighbour").status == 404


def test_the_page_of_a_photo_names_no_visitor(made: Made) -> None:
    assert "Tajna" not in made.page(made.photos[1]).html
