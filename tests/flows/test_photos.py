"""Photos of a visit as its location sees them, on a dark phone and at a desk: large, by keyboard, without scripts."""

from __future__ import annotations

import io

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from auditapp.evidence import service as evidence
from auditapp.evidence.photos import accept_photo
from auditapp.models import User
from checklists.lifecycle import Role
from tests import factories as make
from tests.flows.conftest import Live, Open

pytestmark = pytest.mark.browser
HOME = "/p/lumo/results"


def picture(colour: str, size: tuple[int, int]) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "JPEG")
    return data.getvalue()


@pytest.fixture
def manager(live: Live) -> tuple[User, int]:
    with live.app.database.transaction() as session:
        programme = make.make_programme(session)
        place = make.make_location(session, programme, "L01")
        version = make.make_checklist(session, programme)
        visit = make.make_visit(session, place, version, make.make_member(session, programme, Role.AUDITOR))
        storage = live.app.extensions["auditapp.storage"]
        for colour, size in (("navy", (2400, 1600)), ("maroon", (1200, 3200)), ("olive", (300, 200))):
            photo = accept_photo(picture(colour, size), limit=10_000_000, max_pixels=50_000_000)
            evidence.keep_photo(session, storage, visit, "M8", photo, make.NOW)
        return make.make_member(session, programme, Role.LOCATION_MANAGER, location=place).user, visit.id


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
def test_photos_open_large_and_lead_on(open_as: Open, live: Live, manager: tuple[User, int], phone: bool) -> None:
    user, visit = manager
    page = open_as(user, phone=phone, color_scheme="dark" if phone else "light")
    page.goto(f"{live.address}{HOME}/visits/{visit}")
    page.click("dd .photos a >> nth=0")
    for number in (1, 2, 3):
        assert page.inner_text("h1") == f"Zdjęcie {number} z 3"
        assert not Axe().run(page).response["violations"]
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        image = page.locator("main img")
        image.evaluate("image => image.decode()")
        box, whole = image.bounding_box(), page.viewport_size
        assert box is not None
        assert whole is not None
        assert box["width"] <= whole["width"]
        assert box["height"] <= whole["height"] * 0.8 + 1
        if number < 3:
            page.focus("a[rel=next]")
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url, here=page.url: url != here)
    page.click("text=Wróć do wizyty")
    assert page.url.endswith(f"/visits/{visit}#q-M8")
