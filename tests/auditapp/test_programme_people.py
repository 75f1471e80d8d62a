"""What a programme learns of people whom another one knows: nothing."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from auditapp import links, migrate
from auditapp.config import Settings
from auditapp.db import Database
from auditapp.exchange.queries import read_table
from auditapp.exchange.tables import import_table
from auditapp.factory import App
from auditapp.models import Membership, OutgoingMail, Programme, User
from auditapp.programme import people
from checklists.lifecycle import Role
from tests import factories as make
from tests.factories import NOW, PASSWORD
from tests.pages import Page, Person

THEIRS, OURS = "/p/theirs/programme/people", "/p/ours/programme/people"
SECRET = "auditor@secret.example"


class Walls:
    """Two clients. `theirs` has an auditor with an account; `manager` is of `ours`, `rival` of `theirs`."""

    def __init__(self, app: App) -> None:
        self.app = app
        with app.database.transaction() as session:
            theirs, ours = make.make_programme(session, "theirs"), make.make_programme(session, "ours")
            for programme in (theirs, ours):
                make.make_location(session, programme, "L1")
            make.make_member(session, theirs, Role.AUDITOR, email=SECRET, name="Prawdziwe Nazwisko", locale="en")
            users = [make.make_member(session, each, Role.PROGRAMME_MANAGER).user for each in (theirs, ours)]
        self.rival, self.manager = (Person(app, user) for user in users)

    def invite(self, person: Person, where: str, email: str, name: str = "Pani Ktoś") -> Page:
        values = {"email": email, "name": name, "role": "reviewer", "region": "", "location": "", "pseudonym": ""}
        page = person.post(f"{where}/new", values, follow=True)
        assert page.status == 200
        return page

    def bring(self, email: str, name: str = "Pani Ktoś") -> None:
        row = {"email": email, "name": name, "role": "reviewer", "scope": "", "pseudonym": "", "locale": "pl"}
        with self.app.database.transaction() as session:
            programme = session.scalars(select(Programme).where(Programme.code == "ours")).one()
            assert import_table(session, programme, "people", [row], actor_id=None, now=NOW).new == 1
            session.flush()
            assert import_table(session, programme, "people", [row], actor_id=None, now=NOW).unchanged == 1

    def row(self, email: str) -> str:
        """What our page of people says of somebody."""
        page = self.manager.get(f"{OURS}?q={email}")
        assert page.document is not None
        (row,) = [row for row in page.document.xpath("//tbody/tr") if email in row.text_content()]
        return re.sub(r"\s+", " ", row.text_content()).strip()

    def links(self, email: str) -> list[str]:
        """The links that letters to somebody hold, oldest first."""
        with self.app.database.reading() as session:
            letters = session.scalars(
                select(OutgoingMail).where(OutgoingMail.recipient == email).order_by(OutgoingMail.id)
            ).all()
        return [found for letter in letters for found in re.findall(r"http://localhost(/link/\S+)", letter.body)]


@pytest.fixture
def walls(app: App) -> Walls:
    return Walls(app)


def exported(walls: Walls) -> str:
    with walls.app.database.reading() as session:
        programme = session.scalars(select(Programme).where(Programme.code == "ours")).one()
        return "\n".join(
            ",".join(str(cell or "") for cell in row) for row in read_table(session, programme, "people", None)
        )


@pytest.mark.parametrize("way", ["form", "import"])
def test_an_account_of_another_client_looks_like_none(walls: Walls, way: str) -> None:
    seen = []
    for email in (SECRET, "nobody@secret.example"):
        flash = ""
        if way == "form":
            flash = walls.invite(walls.manager, OURS, email).text
        else:
            walls.bring(email)
        line = next(line for line in exported(walls).splitlines() if line.startswith(email))
        seen.append(
            tuple(text.replace(email, "X").replace("nowe zaproszenie", "") for text in (walls.row(email), line))
        )
        assert "Prawdziwe" not in flash + walls.row(email) + line
        assert way == "import" or "Zaproszenie wysłane: Pani Ktoś." in flash
    assert seen[0] == seen[1]
    assert "Pani Ktoś" in seen[0][0]
    assert "zaproszenie wysłane" in seen[0][0]
    assert "Pani Ktoś,reviewer,,,pl" in seen[0][1]
    assert "Nikt nie pasuje" in walls.manager.get(f"{OURS}?q=Prawdziwe").text, "a search would tell the name too"
    assert "Prawdziwe Nazwisko" in walls.rival.get(THEIRS).text


def test_the_name_stays_ours_when_the_person_comes_in(walls: Walls, nobody: Person) -> None:
    walls.invite(walls.manager, OURS, SECRET)
    assert nobody.post("/login", {"email": SECRET, "password": PASSWORD}).status == 303
    assert nobody.get("/p/theirs/standard").status == 200
    assert "zaproszenie wysłane" in walls.row(SECRET), "what somebody does for another client is not our business"
    assert nobody.get("/p/ours/standard").status == 200
    assert "zaproszenie wysłane" not in walls.row(SECRET)
    assert "Pani Ktoś" in walls.row(SECRET)
    walls.invite(walls.manager, OURS, SECRET, "Inne Imię")
    assert "Pani Ktoś" in walls.row(SECRET)


def test_a_second_role_goes_by_the_same_name(walls: Walls) -> None:
    for email, known in ((SECRET, True), ("new@secret.example", False)):
        walls.invite(walls.manager, OURS, email)
        values = {"email": email, "name": "Ktoś Inny", "role": "location_manager", "location": "L1", "region": ""}
        assert walls.manager.post(f"{OURS}/new", values).status == 303
        with walls.app.database.reading() as session:
            rows = session.scalars(
                select(Membership).join(User).join(Programme).where(User.email == email, Programme.code == "ours")
            ).all()
            assert [row.shown_name for row in rows] == ["Pani Ktoś"] * 2
            assert [row.name for row in rows] == (["Pani Ktoś"] * 2 if known else [None] * 2)


def test_nobody_spoils_the_invitation_of_another_client(walls: Walls, nobody: Person) -> None:
    new = "new@secret.example"
    walls.invite(walls.rival, THEIRS, new)
    walls.invite(walls.manager, OURS, new)
    walls.invite(walls.manager, OURS, new)
    theirs, older, newer = walls.links(new)
    assert [nobody.get(link).status for link in (theirs, older, newer)] == [200, 422, 200]
    nobody.post("/forgot", {"email": new})
    reset = walls.links(new)[-1]
    assert nobody.post(theirs, {"password": "zielony kot na płocie"}).status == 303
    assert [nobody.get(link).status for link in (theirs, newer, reset)] == [422, 422, 422], "one password, set once"


def test_members_from_before_keep_their_state(either_settings: Settings) -> None:
    url = either_settings.database_url
    database = Database(url)
    with database.transaction() as session:
        programme = make.make_programme(session)
        make.make_member(session, programme, Role.REVIEWER, email="old@lumo.example")
        people.invite(
            session, programme.id, email="new@lumo.example", name="Nowa", role=Role.REVIEWER, actor_id=None, now=NOW
        )
    migrate.downgrade(url, "0011")
    migrate.upgrade(url)
    with database.transaction() as session:
        rows = session.scalars(select(Membership).order_by(Membership.id)).all()
        assert [(row.user.email, row.pending, row.name) for row in rows] == [
            ("old@lumo.example", False, None),
            ("new@lumo.example", True, None),
        ]
        token = links.make_link(session, rows[1].user, "invitation", NOW, rows[1].programme_id)
        assert links.get_link(session, token, NOW).programme_id == rows[1].programme_id
    database.engine.dispose()
