"""The client's colour and logo: set on a page, refused where they cannot be read or printed, seen in a preview."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from auditapp.factory import App
from auditapp.models import Programme
from checklists.lifecycle import Role
from tests.auditapp.issuing import Press
from tests.pages import Person
from tests.worlds import World, make_world

PAGE = "/p/lumo/programme/brand"
PREVIEW = "/p/lumo/reports/preview.pdf?quarter=2026Q3&locale=pl&what=network"
SHAPES = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20"/></svg>'
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><script>alert(1)</script></svg>'


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (80, 40), "#804020").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def world(app: App) -> World:
    with app.database.transaction() as session:
        return make_world(session)


@pytest.fixture
def office(app: App, world: World) -> Person:
    Press.of(app)
    return Person(app, world.users[Role.PROGRAMME_MANAGER])


def set_(office: Person, accent: str = "", logo: bytes | None = None, **more: str) -> int:
    data = {"accent": accent, **more}
    if logo is not None:
        data["logo"] = FileStorage(io.BytesIO(logo), "logo")
    return office.post(PAGE, data).status


def stored(app: App) -> tuple[str, bytes | None]:
    with app.database.transaction(write=False) as session:
        programme = session.query(Programme).filter_by(code="lumo").one()
        return programme.accent, programme.logo


@pytest.mark.parametrize("logo", [SHAPES, png()], ids=["svg", "png"])
def test_set_seen_and_taken_away(office: Person, app: App, logo: bytes) -> None:
    plain = office.get(PREVIEW).response.data
    assert set_(office, "#8A1C1C", logo) == 303
    assert stored(app) == ("#8a1c1c", logo)
    assert "Logo już jest." in office.get(PAGE).text
    ours = office.get(PREVIEW).response.data
    assert ours != plain
    assert set_(office, "#8a1c1c") == 303, "a page sent without a file leaves the logo"
    assert stored(app) == ("#8a1c1c", logo)
    assert set_(office, "", no_logo="y") == 303
    assert stored(app) == ("", None)
    assert office.get(PREVIEW).response.data == plain


@pytest.mark.parametrize(
    ("accent", "logo", "said"),
    [
        ("red", None, "nie jest kolorem"),
        ("#ffee00", None, "za jasny"),
        ("", SCRIPT, "Tego logo nie da się wydrukować"),
        ("", b"%PDF-1.7", "Tego logo nie da się wydrukować"),
    ],
)
def test_refused(office: Person, app: App, accent: str, logo: bytes | None, said: str) -> None:
    data: dict[str, object] = {"accent": accent}
    if logo is not None:
        data["logo"] = FileStorage(io.BytesIO(logo), "logo")
    page = office.post(PAGE, data)
    assert (page.status, said in page.text) == (422, True)
    assert stored(app) == ("", None)
