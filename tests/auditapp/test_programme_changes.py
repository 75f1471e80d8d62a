"""Regions and waves: renamed, changed, removed, and what stands in the way. Forms that were refused stay in sight."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp.access import Actor
from auditapp.db import Database
from auditapp.factory import App
from auditapp.models import JournalLine, Membership, Region, Visit, Wave
from auditapp.programme import network, queries, waves
from checklists.lifecycle import Role
from checklists.problems import Problem
from tests import factories as make
from tests.factories import NOW
from tests.pages import Page, Person
from tests.worlds import World, make_world

HERE = "/p/lumo/programme"


@pytest.fixture
def world(app: App) -> World:
    with app.database.transaction() as session:
        return make_world(session)


@pytest.fixture
def manager(app: App, world: World) -> Person:
    return Person(app, world.users[Role.PROGRAMME_MANAGER])


def _actor(world: World) -> Actor:
    return Actor(
        user_id=world.users[Role.PROGRAMME_MANAGER].id,
        name="Kto",
        programme_id=world.programme.id,
        programme=world.programme.code,
        roles=frozenset({Role.PROGRAMME_MANAGER}),
    )


def _paths(session: Session, world: World) -> list[str]:
    query = select(Region.path).where(Region.programme_id == world.programme.id).order_by(Region.id)
    return list(session.scalars(query))


def _region(session: Session, world: World, path: str) -> Region:
    return session.scalars(select(Region).where(Region.programme_id == world.programme.id, Region.path == path)).one()


def _last_line(session: Session) -> JournalLine:
    return session.scalars(select(JournalLine).order_by(JournalLine.id.desc()).limit(1)).one()


# ---- Regions ----------------------------------------------------------------------------------------------------


def test_a_path_made_of_the_name_follows_it(either_database: Database) -> None:
    with either_database.transaction() as session:
        world, other = make_world(session), make_world(session, "rival")
        make.make_region(session, world.programme, "północ/Inna")  # not below Północ, whatever LIKE thinks
        region = _region(session, world, "Północ")
        network.rename_region(session, _actor(world), region, name="Wybrzeże", now=NOW)
        assert _paths(session, world) == ["Wybrzeże", "Wybrzeże/Pomorze", "Południe", "północ", "północ/Inna"]
        assert _paths(session, other) == ["Północ", "Północ/Pomorze", "Południe"]
        session.refresh(world.north)
        assert world.north.region.path == "Wybrzeże/Pomorze"
        line = _last_line(session)
        assert (line.act, line.subject, line.subject_id) == ("rename", "region", str(region.id))
        assert line.detail["before"] == {"name": "Północ", "path": "Północ"}
        assert line.detail["after"] == {"name": "Wybrzeże", "path": "Wybrzeże"}


def test_a_path_that_a_table_chose_stays(either_database: Database) -> None:
    with either_database.transaction() as session:
        world = make_world(session)
        region = _region(session, world, "Północ/Pomorze")
        region.name = "Pomorze Gdańskie"
        network.rename_region(session, _actor(world), region, name="Pomorze Wschodnie", now=NOW)
        assert (region.name, region.path) == ("Pomorze Wschodnie", "Północ/Pomorze")


@pytest.mark.parametrize(("name", "code"), [("Południe", "duplicate_name"), ("x" * 293, "text_too_long")])
def test_names_a_region_cannot_have(either_database: Database, name: str, code: str) -> None:
    with either_database.transaction() as session:
        world = make_world(session)
        with pytest.raises(Problem) as refused:  # 293 and "/Pomorze" make 301
            network.rename_region(session, _actor(world), _region(session, world, "Północ"), name=name, now=NOW)
        assert refused.value.code == code
        assert _paths(session, world) == ["Północ", "Północ/Pomorze", "Południe"]


def test_a_path_may_not_outgrow_its_column(either_database: Database) -> None:
    with either_database.transaction() as session:
        world = make_world(session)
        parent = make.make_region(session, world.programme, f"{'a' * 100}/{'b' * 100}").path
        with pytest.raises(Problem) as refused:
            network.add_region(session, _actor(world), parent=parent, name="x" * 99, now=NOW)
        assert refused.value.code == "text_too_long"
        assert len(network.add_region(session, _actor(world), parent=parent, name="x" * 98, now=NOW).path) == 300


def test_only_an_empty_region_is_removed(either_database: Database) -> None:
    with either_database.transaction() as session:
        world = make_world(session)
        actor = _actor(world)
        for path, counts in (
            ("Północ", {"locations": 0, "regions": 1, "people": 1}),
            ("Południe", {"locations": 1, "regions": 0, "people": 0}),
        ):
            with pytest.raises(Problem) as refused:
                network.remove_region(session, actor, _region(session, world, path), NOW)
            assert (refused.value.code, refused.value.arguments) == ("region_in_use", counts)
        empty = network.add_region(session, actor, parent="Południe", name="Podhale", now=NOW)
        network.remove_region(session, actor, empty, NOW)
        assert _paths(session, world) == ["Północ", "Północ/Pomorze", "Południe"]
        line = _last_line(session)
        assert (line.act, line.detail["before"]) == ("remove", {"name": "Podhale", "path": "Południe/Podhale"})


def test_somebody_without_access_does_not_hold_a_region(either_database: Database) -> None:
    with either_database.transaction() as session:
        world = make_world(session)
        region = make.make_region(session, world.programme, "Zachód")
        former = make.make_member(session, world.programme, Role.REGIONAL_MANAGER, region=region)
        with pytest.raises(Problem) as refused:
            network.remove_region(session, _actor(world), region, NOW)
        assert refused.value.arguments["people"] == 1
        former.active = False
        session.flush()
        network.remove_region(session, _actor(world), region, NOW)
        assert "Zachód" not in _paths(session, world)
        assert session.get(Membership, former.id) is None
        gone = {"membership": former.id, "user": former.user_id}
        assert _last_line(session).detail["without_access"] == [gone]


def test_region_page(app: App, manager: Person, world: World) -> None:
    with app.database.transaction() as session:
        empty = make.make_region(session, world.programme, "Zachód")
    assert f"{HERE}/regions/{empty.id}" in manager.get(f"{HERE}/locations").links()
    where = f"{HERE}/regions/{empty.id}"
    taken = manager.post(where, {"act": "rename", "name": "Północ"})
    assert taken.status == 422
    assert _value(taken, "name") == "Północ"
    assert "Nazwa „Północ” już tu występuje." in taken.text
    assert f"{HERE}/locations" in taken.links()
    assert "Zaznacz to, aby usunąć." in manager.post(where, {"act": "remove"}).text
    assert manager.post(where, {"act": "rename", "name": "Ściana zachodnia"}, follow=True).text.count("Ściana") == 3
    assert "została" not in manager.get(where).text
    removed = manager.post(where, {"act": "remove", "sure": "y"}, follow=True)
    assert "Region Ściana zachodnia został usunięty." in removed.text
    assert manager.get(where).status == 404


def test_a_region_in_use_says_what_stands_in_the_way(manager: Person, world: World) -> None:
    where = f"{HERE}/regions/{world.north.region_id}"
    assert "Placówki: 1, regiony w środku: 0" in manager.get(where).text
    assert "Usuń region" not in manager.get(where).text
    refused = manager.post(where, {"act": "remove", "sure": "y"})
    assert refused.status == 422
    assert "Nie można usunąć tego regionu, bo coś do niego należy. Placówki: 1" in refused.text


# ---- Waves ------------------------------------------------------------------------------------------------------


def _change(session: Session, world: World, wave: Wave, starts_on: date, ends_on: date) -> Wave:
    return waves.change_wave(session, _actor(world), wave, name="Lato", starts_on=starts_on, ends_on=ends_on, now=NOW)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "code", "field"),
    [
        (date(2026, 6, 1), date(2026, 10, 31), None, None),
        (date(2026, 7, 1), date(2026, 9, 30), None, None),
        (date(2026, 7, 2), date(2026, 9, 30), "wave_too_short", "starts_on"),
        (date(2026, 7, 1), date(2026, 9, 29), "wave_too_short", "ends_on"),
        (date(2026, 9, 1), date(2026, 8, 1), "window_backwards", "ends_on"),
    ],
)
def test_days_of_a_wave(
    either_database: Database, starts_on: date, ends_on: date, code: str | None, field: str | None
) -> None:
    with either_database.transaction() as session:
        world = make_world(session)
        if code is None:
            _change(session, world, world.wave, starts_on, ends_on)
            session.refresh(world.wave)
            assert (world.wave.name, world.wave.starts_on, world.wave.ends_on) == ("Lato", starts_on, ends_on)
            line = _last_line(session)
            assert (line.act, line.subject, line.subject_id) == ("change", "wave", "W1")
            assert (line.detail["before"]["name"], line.detail["after"]["name"]) == ("Fala", "Lato")
        else:
            with pytest.raises(Problem) as refused:
                _change(session, world, world.wave, starts_on, ends_on)
            assert refused.value.code == code
            assert refused.value.place is not None
            assert refused.value.place.find("field") == field


def test_visits_called_off_do_not_hold_the_days(either_database: Database) -> None:
    with either_database.transaction() as session:
        world = make_world(session)
        for visit in session.scalars(select(Visit).where(Visit.wave_id == world.wave.id)):
            visit.status = "cancelled"
        assert _change(session, world, world.wave, date(2026, 8, 1), date(2026, 8, 2)).ends_on == date(2026, 8, 2)


def test_visits_without_a_window_hold_their_day(either_database: Database) -> None:
    with either_database.transaction() as session:
        world = make_world(session)
        for visit in session.scalars(select(Visit).where(Visit.wave_id == world.wave.id)):
            visit.window_from = visit.window_to = None
        session.flush()
        use = queries.wave_use(session, world.wave)
        assert (use.visits, use.first, use.last) == (4, date(2026, 8, 10), date(2026, 8, 10))


def test_a_closed_wave_stays(either_database: Database) -> None:
    with either_database.transaction() as session:
        world = make_world(session)
        closed = make.make_wave(session, world.programme, status="closed")
        with pytest.raises(Problem) as refused:
            _change(session, world, closed, closed.starts_on, closed.ends_on)
        assert refused.value.code == "wave_closed"
        with pytest.raises(Problem) as refused:
            waves.remove_wave(session, _actor(world), closed, NOW)
        assert refused.value.code == "wave_closed"


def test_only_a_wave_without_visits_is_removed(either_database: Database) -> None:
    with either_database.transaction() as session:
        world = make_world(session)
        world.assigned.status = "cancelled"  # counts all the same: it stays on record
        with pytest.raises(Problem) as refused:
            waves.remove_wave(session, _actor(world), world.wave, NOW)
        assert (refused.value.code, refused.value.arguments) == ("wave_in_use", {"visits": 4})
        empty = make.make_wave(session, world.programme, code="W2")
        waves.remove_wave(session, _actor(world), empty, NOW)
        assert session.scalars(select(Wave.code).where(Wave.programme_id == world.programme.id)).all() == ["W1"]
        line = _last_line(session)
        assert (line.act, line.subject_id, line.detail["before"]["notice"]) == ("remove", "W2", "Badamy obsługę.")


def test_wave_page_leads_to_its_changes(app: App, manager: Person, world: World) -> None:
    where = f"{HERE}/waves/{world.wave.id}/change"
    assert where in manager.get(f"{HERE}/waves/{world.wave.id}").links()
    assert "Usuń falę" not in manager.get(where).text
    values = {"act": "change", "name": "Lato", "starts_on": "2026-07-01", "ends_on": "2026-08-31"}
    refused = manager.post(where, values)
    assert refused.status == 422
    assert "Fala musi objąć wizyty" in refused.text
    assert (_value(refused, "name"), _value(refused, "ends_on")) == ("Lato", "2026-08-31")
    assert f"{HERE}/waves/{world.wave.id}" in refused.links()
    saved = manager.post(where, {**values, "ends_on": "2026-10-01"}, follow=True)
    assert "Fala została zapisana." in saved.text
    assert manager.post(where, {"act": "remove", "sure": "y"}).status == 422
    manager.post(f"{HERE}/waves/{world.wave.id}/status", {"status": "closed", "sure": "y"})
    closed = manager.get(where)
    assert "Ta fala jest zamknięta, więc zostaje bez zmian." in closed.text
    assert where not in manager.get(f"{HERE}/waves/{world.wave.id}").links()
    assert "otwórz ją ponownie" in manager.post(where, values).text


def test_an_empty_wave_is_removed_on_its_page(app: App, manager: Person, world: World) -> None:
    with app.database.transaction() as session:
        empty = make.make_wave(
            session, world.programme, status="planned", starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31)
        )
    where = f"{HERE}/waves/{empty.id}/change"
    assert manager.post(where, {"act": "remove"}).status == 422
    assert "Fala „Fala” została usunięta." in manager.post(where, {"act": "remove", "sure": "y"}, follow=True).text
    assert manager.get(where).status == 404


# ---- Refused forms stay in sight --------------------------------------------------------------------------------


def _value(page: Page, name: str) -> str:
    assert page.document is not None
    found = page.document.xpath(f"//*[@name='{name}']")[0]
    if found.tag == "select":
        return str(found.xpath("option[@selected]/@value")[0])
    return str(found.get("value") if found.tag == "input" else found.text.strip())


@pytest.mark.parametrize(
    ("path", "values", "wrong", "back"),
    [
        ("regions", {"parent": "Północ", "name": "a/b"}, "name", HERE),
        ("regions", {"parent": "Północ", "name": "Pomorze"}, "name", HERE),
        (
            "new-location",
            {"code": "ł", "name": "Olsztyn", "region": "Południe", "city": "O"},
            "code",
            f"{HERE}/locations",
        ),
        (
            "new-location",
            {"code": "L1", "name": "Olsztyn", "region": "Południe", "format": "store"},
            "code",
            f"{HERE}/locations",
        ),
        (
            "people/new",
            {"name": "Ala", "email": "a@b.pl", "role": "auditor", "pseudonym": ""},
            "pseudonym",
            f"{HERE}/people",
        ),
        ("people/new", {"name": "Ala", "email": "nope", "role": "reviewer", "region": ""}, "email", f"{HERE}/people"),
        ("waves/new", {"code": "fala 1", "name": "Zima", "starts_on": "2026-10-01"}, "code", HERE),
        ("waves/new", {"code": "W1", "name": "Zima", "starts_on": "2026-10-01", "ends_on": "2026-10-02"}, "code", HERE),
        ("settings", {"name": "Nowa", "phone": "x", "chat": "2"}, "phone", HERE),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    manager: Person, path: str, values: dict[str, str], wrong: str, back: str
) -> None:
    page = manager.post(f"{HERE}/{path}", values)
    assert page.status == 422
    assert {name: _value(page, name) for name in values} == values
    assert page.document is not None
    assert page.document.xpath(f"//*[@name='{wrong}'][@aria-invalid='true']")
    assert back in page.links()
    assert page.document.xpath("//title")[0].text.startswith("Błąd:")


def test_a_refused_region_keeps_the_search(manager: Person) -> None:
    page = manager.post(f"{HERE}/regions?q=gdynia", {"parent": "", "name": ""})
    assert _value(page, "q") == "gdynia"
    assert "Gdynia lumo" in page.text
    assert "Kraków lumo" not in page.text


def test_what_a_field_needs_is_said_before(manager: Person) -> None:
    assert "Najwyżej 40 znaków" in manager.get(f"{HERE}/waves/new").text
    page = manager.get(f"{HERE}/people/new")
    assert "Potrzebny przy audycie w terenie" in page.text
    assert page.document is not None
    for name in ("region", "location", "pseudonym"):  # needed by one role: not called optional
        assert "nieobowiązkowe" not in page.document.xpath(f"//label[@for='{name}']")[0].text_content()
