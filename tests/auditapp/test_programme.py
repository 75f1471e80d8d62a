"""The programme manager's desk: network, people, waves, assignments."""

from __future__ import annotations

import itertools
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from auditapp.db import Database
from auditapp.factory import App
from auditapp.models import JournalLine, Location, Membership, OutgoingMail, Programme, Region, User, Visit, Wave
from auditapp.programme.planning import USUAL_FORMAT, Misfit, covers, find_misfit, plan_visits
from checklists.lifecycle import Role, State
from checklists.model import Channel
from checklists.problems import Problem
from tests import factories as make
from tests.documents import CHECKLIST
from tests.pages import Person
from tests.worlds import World, make_world

HERE = "/p/lumo/programme"


@pytest.fixture
def world(app: App) -> World:
    with app.database.transaction() as session:
        return make_world(session)


@pytest.fixture
def manager(app: App, world: World) -> Person:
    return Person(app, world.users[Role.PROGRAMME_MANAGER])


# ---- The rule, on plain values ---------------------------------------------------------------------------------


@given(
    locations=st.integers(1, 12),
    auditors=st.integers(2, 6),
    each=st.integers(1, 4),
    last=st.dictionaries(st.integers(0, 11), st.integers(0, 5)),
    load=st.dictionaries(st.integers(0, 5), st.integers(0, 9)),
    have=st.dictionaries(st.integers(0, 11), st.integers(0, 5)),
)
@settings(max_examples=150, deadline=None)
def test_plan_serves_everybody_and_nobody_twice_in_a_row(
    locations: int, auditors: int, each: int, last: dict[int, int], load: dict[int, int], have: dict[int, int]
) -> None:
    names = {number: f"L{number}" for number in range(locations)}
    scenarios = ["S1", "S2"]
    plan = plan_visits(
        names, range(auditors), visits_each=each, scenarios=scenarios, last_auditor=last, load=load, have=have
    )
    for location in names:
        seen = [last.get(location)] + [visit.auditor_id for visit in plan if visit.location_id == location]
        assert len(seen) == max(each - have.get(location, 0), 0) + 1
        assert all(before != after for before, after in itertools.pairwise(seen))


def test_plan_spreads_the_work() -> None:
    plan = plan_visits(
        {n: str(n) for n in range(10)}, [1, 2, 3, 4, 5], visits_each=2, scenarios=[], last_auditor={}, load={}, have={}
    )
    work = [sum(visit.auditor_id == auditor for visit in plan) for auditor in (1, 2, 3, 4, 5)]
    assert work == [4, 4, 4, 4, 4]


def test_plan_says_who_cannot_be_served() -> None:
    with pytest.raises(Problem) as refused:
        plan_visits({1: "Gdynia"}, [7], visits_each=2, scenarios=[], last_auditor={}, load={}, have={})
    assert refused.value.code == "no_auditor_available"
    assert "Gdynia" in refused.value.text("pl")


# ---- Pages ------------------------------------------------------------------------------------------------------


def test_overview_counts(manager: Person) -> None:
    page = manager.get(HERE)
    assert "Trwa fala „Fala”: zatwierdzone wizyty: 2 z 4, jeszcze w terenie: 1, do weryfikacji: 1." in page.text
    assert "2 placówki" in page.text


def test_add_region_and_location(app: App, manager: Person) -> None:
    assert manager.post(f"{HERE}/regions", {"parent": "Północ", "name": "Warmia"}).status == 303
    assert manager.post(f"{HERE}/regions", {"parent": "Północ", "name": "Warmia"}).status == 422
    values = {
        "code": "L9",
        "name": "Olsztyn",
        "region": "Północ/Warmia",
        "format": "store",
        "city": "Olsztyn",
        "attributes": ["car_park"],
        "opened_on": "",
        "closed_on": "",
    }
    assert manager.post(f"{HERE}/new-location", values).status == 303
    assert manager.post(f"{HERE}/new-location", values | {"code": "new"}).status == 303
    assert 'value="new"' in manager.get(f"{HERE}/locations/new").response.text  # a code like any other
    again = manager.post(f"{HERE}/new-location", values)
    assert again.status == 422
    assert "już występuje" in again.text
    with app.database.reading() as session:
        row = session.scalars(select(Location).where(Location.code == "L9")).one()
        assert (row.attributes, row.region.path, row.region.parent_id is not None) == (
            ["car_park"],
            "Północ/Warmia",
            True,
        )
    assert manager.post(f"{HERE}/locations/L9", {**values, "name": "Olsztyn, Aura"}).status == 303
    assert "Olsztyn, Aura" in manager.get(f"{HERE}/locations?q=aura").text


def test_a_location_that_is_saved_as_it_stands_stays_as_it_is(app: App, manager: Person) -> None:
    def stored() -> list[tuple[object, ...]]:
        with app.database.reading() as session:
            rows = session.scalars(select(Location).order_by(Location.id))
            return [(row.code, row.name, row.region.path, row.format, row.city, row.attributes) for row in rows]

    with app.database.transaction() as session:
        session.scalars(select(Location)).first().attributes = ["car_park", "parking"]  # one that came by a table
    before = stored()
    for code in [row[0] for row in before]:
        page = manager.get(f"{HERE}/locations/{code}")
        assert page.document is not None
        (form,) = [each for each in page.document.forms if "region" in each.fields]
        fields: dict[str, list[str]] = {}
        for field, value in form.form_values():
            fields.setdefault(field, []).append(value)
        del fields["csrf_token"]
        assert manager.post(f"{HERE}/locations/{code}", fields).status == 303
    assert stored() == before


@pytest.mark.parametrize("name", ["  ", "..", "a/b", "\u0000", "\u200b"])
def test_names_that_cannot_be_read(manager: Person, name: str) -> None:
    assert manager.post(f"{HERE}/regions", {"parent": "", "name": name}).status == 422


@pytest.mark.parametrize("text", ["gdynia", "GDYNIA", "kraków", "KRAKÓW"])
def test_search_does_not_mind_the_case_of_polish_letters(manager: Person, text: str) -> None:
    assert f"{text.title()} lumo" in manager.get(f"{HERE}/locations?q={text}").text


@pytest.mark.parametrize("page", ["-1", "0", "99999999999999999999", "x"])
def test_pages_of_a_list_that_are_not_there(manager: Person, page: str) -> None:
    assert manager.get(f"{HERE}/locations?page={page}").status == 200


def test_bad_dates_of_a_location(manager: Person) -> None:
    page = manager.post(
        f"{HERE}/locations/L1",
        {
            "code": "L1",
            "name": "x",
            "region": "Północ/Pomorze",
            "format": "store",
            "city": "",
            "opened_on": "2026-05-01",
            "closed_on": "2026-04-01",
        },
    )
    assert page.status == 422
    assert "wypada przed początkiem" in page.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"email": "nope", "role": "reviewer"}, "nie jest adresem e-mail"),
        ({"email": "a,b@c.pl", "role": "reviewer"}, "nie jest adresem e-mail"),
        ({"email": "a@b.pl", "role": "reviewer", "name": "  "}, "nie można zostawić pustego"),
        ({"email": "a@b.pl", "role": "reviewer", "name": "\u0000"}, "Użyj liter i cyfr"),
        ({"email": "a@b.pl", "role": "regional_manager", "region": ""}, "Region: Tego pola nie można zostawić pustego"),
        ({"email": "a@b.pl", "role": "location_manager", "location": " "}, "Kod placówki: Tego pola nie można"),
        ({"email": "a@b.pl", "role": "location_manager", "location": "L77"}, "Nie ma placówki „L77”"),
        ({"email": "a@b.pl", "role": "auditor", "pseudonym": ""}, "Pseudonim: Tego pola nie można zostawić pustego"),
        ({"email": "a@b.pl", "role": "administrator"}, "Wystąpił problem"),
    ],
)
def test_invitations_that_cannot_be(manager: Person, values: dict[str, str], words: str) -> None:
    page = manager.post(f"{HERE}/people/new", {"name": "Ala", "region": "", "location": "", "pseudonym": "", **values})
    assert page.status == 422
    assert words in page.text


def test_invitation_to_log_in(app: App, manager: Person, nobody: Person) -> None:
    values = {
        "name": "Ala Kot",
        "email": "ala@kot.pl",
        "role": "location_manager",
        "region": "",
        "location": "L1",
        "pseudonym": "",
    }
    assert manager.post(f"{HERE}/people/new", values).status == 303
    with app.database.reading() as session:
        letter = session.scalars(select(OutgoingMail)).one()
    link = re.search(r"http://localhost(/link/\S+)", letter.body)
    assert link
    assert nobody.post(link[1], {"password": "zielony kot na płocie"}).status == 303
    assert nobody.post("/login", {"email": "ala@kot.pl", "password": "zielony kot na płocie"}).location == "/"
    assert nobody.get("/p/lumo/standard").status == 200


def test_access_can_be_taken_away(app: App, manager: Person, world: World) -> None:
    reviewer = Person(app, world.users[Role.REVIEWER])
    assert reviewer.get("/p/lumo/standard").status == 200
    with app.database.reading() as session:
        row = session.scalars(select(Membership).where(Membership.user_id == world.users[Role.REVIEWER].id)).one()
    assert manager.post(f"{HERE}/people/{row.id}", {"active": "no"}).status == 303
    assert reviewer.get("/p/lumo/standard").status == 404
    manager.post(f"{HERE}/people/{row.id}", {"active": "yes"})
    assert reviewer.get("/p/lumo/standard").status == 200


def test_a_wave_opens_only_after_staff_were_told(app: App, manager: Person) -> None:
    created = manager.post(
        f"{HERE}/waves/new", {"code": "W2", "name": "Jesień", "starts_on": "2026-10-01", "ends_on": "2026-12-31"}
    )
    where = str(created.location)
    refused = manager.post(f"{where}/status", {"status": "open"})
    assert refused.status == 422
    assert "brakuje zapisu" in refused.text
    assert manager.get(f"{where}/status").location == where  # reload and Back lead to the wave, not to a dead end
    notice = {"text": "Badamy obsługę", "on": "2026-08-01", "channel": "intranet", "confirmed_by": "HR"}
    assert manager.post(f"{where}/notice", {**notice, "text": ""}).status == 422
    assert manager.post(f"{where}/notice", {**notice, "on": "2030-01-01"}).status == 422
    assert manager.post(f"{where}/notice", {**notice, "on": "0001-01-01"}).status == 422
    assert manager.post(f"{where}/notice", notice).status == 303
    assert manager.post(f"{where}/notice", {**notice, "text": "inny"}).status == 422  # what was said stays said
    assert manager.post(f"{where}/status", {"status": "open"}).status == 303
    with app.database.reading() as session:
        wave = session.scalars(select(Wave).where(Wave.code == "W2")).one()
        acts = session.scalars(select(JournalLine.act).where(JournalLine.subject == "wave")).all()
    assert wave.status == "open"
    assert acts == ["create", "record_notice", "open"]


def test_a_competitor_wave_needs_no_notice(app: App) -> None:
    with app.database.transaction() as session:
        programme = make.make_programme(session, "rival", kind="competitor")
        user = make.make_member(session, programme, Role.PROGRAMME_MANAGER).user
    person = Person(app, user)
    created = person.post(
        "/p/rival/programme/waves/new", {"code": "W", "name": "W", "starts_on": "2026-10-01", "ends_on": "2026-12-31"}
    )
    assert person.post(f"{created.location}/status", {"status": "open"}).status == 303


def _assignment(world: World, **values: object) -> dict[str, object]:
    return {
        "wave": world.wave.id,
        "location": "L1",
        "checklist": world.assigned.checklist_version_id,
        "scenario": "",
        "auditor": world.other.id,
        "kind": "regular",
        "window_from": "2026-08-20",
        "window_to": "2026-09-10",
        **values,
    }


def test_assign_by_hand(app: App, manager: Person, world: World) -> None:
    assert manager.post(f"{HERE}/assignments/new", _assignment(world)).status == 303
    with app.database.reading() as session:
        visit = session.scalars(select(Visit).order_by(Visit.id.desc()).limit(1)).one()
    assert (visit.code, visit.scenario, visit.window_to, visit.status) == (
        "V-900005",
        "S1",
        date(2026, 9, 10),
        "assigned",
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"location": "L99"}, "Nie ma placówki „L99”"),
        ({"window_to": "2026-08-01"}, "wypada przed początkiem"),
        ({"window_to": "2026-10-10"}, "Termin wychodzi poza falę"),
        ({"scenario": "S9"}, "Wystąpił problem"),
        ({"auditor": 99999}, "Wystąpił problem"),
    ],
)
def test_assignments_that_cannot_be(manager: Person, world: World, values: dict[str, str], words: str) -> None:
    page = manager.post(f"{HERE}/assignments/new", _assignment(world, **values))
    assert page.status == 422
    assert words in page.text


def test_rule_shows_a_preview_and_then_assigns_exactly_that(app: App, manager: Person, world: World) -> None:
    values = {
        "wave": world.wave.id,
        "checklist": world.assigned.checklist_version_id,
        "format": "store",
        "visits_each": 5,
    }
    with app.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(Visit))
    preview = manager.post(f"{HERE}/assignments/rule", values)
    assert "Reguła przydzieli 6 wizyt" in preview.text
    assert "W tym kanale fala ma już dla nich 4 wizyty." in preview.text
    assert "Gdynia lumo 3 2 Kraków lumo 1 4" in preview.text
    with app.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Visit)) == before
    assert manager.post(f"{HERE}/assignments/rule", {**values, "confirm": "y"}).status == 303
    with app.database.reading() as session:
        made = session.scalars(select(Visit).where(Visit.id > world.approved_south.id)).all()
    assert len(made) == 6
    # L1 was last visited by `auditor`, so `other` comes first.
    assert [visit.auditor_id for visit in made if visit.location_id == world.north.id] == [
        world.other.id,
        world.auditor.id,
    ]
    again = manager.post(f"{HERE}/assignments/rule", {**values, "confirm": "y"})
    assert again.status == 422
    assert "Każda pasująca placówka ma już w tej fali tyle wizyt." in again.text


def test_only_visits_that_can_still_count_are_counted_as_there(app: App, manager: Person, world: World) -> None:
    values = {"wave": world.wave.id, "checklist": world.assigned.checklist_version_id, "format": "store"}
    with app.database.transaction() as session:
        session.get_one(Visit, world.assigned.id).status = State.CANCELLED
        session.get_one(Visit, world.submitted.id).status = State.REJECTED
        session.get_one(Visit, world.approved.id).kind = "training"
    preview = manager.post(f"{HERE}/assignments/rule", {**values, "visits_each": 1})
    assert "Reguła przydzieli 1 wizytę" in preview.text
    assert "W tym kanale fala ma już dla nich 1 wizytę." in preview.text


@pytest.mark.parametrize("number", ["0", "25"])
def test_a_number_out_of_range_is_refused_in_good_words(manager: Person, world: World, number: str) -> None:
    values = {"wave": world.wave.id, "checklist": world.assigned.checklist_version_id, "format": "store"}
    page = manager.post(f"{HERE}/assignments/rule", {**values, "visits_each": number})
    assert page.status == 422
    assert "Liczba musi być od 1 do 24." in page.text


def test_closing_a_wave_with_visits_in_the_field_asks_first(app: App, manager: Person, world: World) -> None:
    where = f"{HERE}/waves/{world.wave.id}"
    page = manager.get(where)
    assert "1 wizyta tej fali jest jeszcze w terenie." in page.text
    assert "Wizyty nierozpoczętej nie da się już zacząć" in page.text
    refused = manager.post(f"{where}/status", {"status": "closed"})
    assert refused.status == 422
    assert "Zaznacz to, aby zamknąć falę mimo wizyt w terenie." in refused.text
    with app.database.reading() as session:
        assert session.get_one(Wave, world.wave.id).status == "open"
    assert manager.post(f"{where}/status", {"status": "closed", "sure": "y"}).status == 303
    with app.database.transaction() as session:
        wave = session.get_one(Wave, world.wave.id)
        assert wave.status == "closed"
        wave.status = "open"
        session.get_one(Visit, world.assigned.id).status = State.CANCELLED
    assert "jeszcze w terenie" not in manager.get(where).text.replace("jeszcze w terenie: 0", "")
    assert manager.post(f"{where}/status", {"status": "closed"}).status == 303


def test_a_visit_without_a_window_says_so(app: App, manager: Person, world: World) -> None:
    with app.database.transaction() as session:
        visit = session.get_one(Visit, world.approved.id)
        visit.window_from = visit.window_to = None
    for where in (f"waves/{world.wave.id}", f"assignments/{world.approved.id}"):
        page = manager.get(f"{HERE}/{where}")
        assert "– – –" not in page.text
        assert "termin dowolny" in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=tajna", 1), ("q=TK%40LUMO", 1), ("q=%25", 0), ("q=tajna&role=reviewer", 0), ("role=auditor", 2)],
)
def test_people_are_found_by_name_address_and_role(manager: Person, query: str, found: int) -> None:
    page = manager.get(f"{HERE}/people?{query}")
    assert page.document is not None
    assert len(page.document.xpath("//tbody/tr")) == found
    assert ("Nikt nie pasuje do wyszukiwania." in page.text) == (found == 0)


def test_people_are_found_by_pseudonym(manager: Person, world: World) -> None:
    page = manager.get(f"{HERE}/people?q={world.other.pseudonym}")
    assert "Inna Osoba lumo" in page.text
    assert "Tajna Osoba lumo" not in page.text


def test_somebody_just_invited_leads_the_list(app: App, manager: Person, world: World) -> None:
    with app.database.transaction() as session:
        for _ in range(60):
            make.make_member(session, world.programme, Role.AUDITOR)
    values = {"email": "nowa@lumo.example", "name": "Nowa Osoba", "role": "reviewer", "region": ""}
    page = manager.post(f"{HERE}/people/new", values, follow=True)
    assert page.document is not None
    first = page.document.xpath("//tbody/tr[1]")[0].text_content()
    assert "Nowa Osoba" in first
    assert "nowe zaproszenie" in first


def test_a_pseudonym_is_for_auditors_only(app: App, manager: Person) -> None:
    values = {"email": "nowa@lumo.example", "name": "Nowa", "role": "regional_manager", "region": "Północ"}
    page = manager.post(f"{HERE}/people/new", {**values, "pseudonym": "TK-900"})
    assert page.status == 422
    assert "Pseudonim jest tylko przy audycie w terenie." in page.text
    assert manager.post(f"{HERE}/people/new", values).status == 303


def _online_shop(app: App, world: World, **values: object) -> None:
    with app.database.transaction() as session:
        make.make_location(session, world.programme, "WWW", format="online_shop", name="Sklep w sieci", **values)


def test_rule_says_why_nothing_would_be_assigned(app: App, manager: Person, world: World) -> None:
    _online_shop(app, world)
    values = {"wave": world.wave.id, "checklist": world.assigned.checklist_version_id, "visits_each": 1}
    for format_, words in (
        ("online_shop", "Nie ma tam kanału, którego dotyczy ankieta (1) Sklep w sieci"),
        ("contact_centre", "Program nie ma jeszcze takich placówek."),
    ):
        page = manager.post(f"{HERE}/assignments/rule", {**values, "format": format_, "confirm": "y", "seen": "1"})
        assert page.status == 422
        assert "Żadna placówka nie pasuje, więc nic nie zostanie przydzielone" in page.text
        assert words in page.text


def test_rule_names_those_it_leaves_out(app: App, manager: Person, world: World) -> None:
    with app.database.transaction() as session:
        make.make_location(session, world.programme, "L3", name="Łódź", closed_on=date(2026, 9, 1))
        make.make_location(session, world.programme, "L4", name="Płock", opened_on=date(2026, 12, 1))
        make.make_location(session, world.programme, "L5", name="Konin", closed_on=date(2026, 12, 1))
    values = {"wave": world.wave.id, "checklist": world.assigned.checklist_version_id, "format": "store"}
    page = manager.post(f"{HERE}/assignments/rule", {**values, "visits_each": 1})
    assert "Placówki, które pasują: 3, które nie pasują: 2." in page.text
    assert "Zamknięte albo zamykane przed końcem fali (1) Łódź" in page.text
    assert "Otwarcie dopiero po fali (1) Płock" in page.text
    assert "Prezent" in page.text
    assert "Osoba, która szuka prezentu. Zapytaj o prezent do 50 zł." in page.text


def test_scenarios_are_chosen_by_name(app: App, manager: Person, world: World) -> None:
    version = world.assigned.checklist_version_id
    page = manager.get(f"{HERE}/assignments/new")
    assert page.document is not None
    option = page.document.xpath(f"//select[@name='scenario']/option[@value='{version}:S1']")[0]
    assert option.text == "Prezent (MINI-STORE 1)"
    refused = manager.post(f"{HERE}/assignments/new", _assignment(world, scenario=f"{version}:S1", location="L99"))
    assert refused.document is not None
    assert refused.document.xpath("//select[@name='scenario']/option[@selected]/@value") == [f"{version}:S1"]
    assert manager.post(f"{HERE}/assignments/new", _assignment(world, scenario=f"{version}:S1")).status == 303
    assert "Osoba, która szuka prezentu." in manager.get(f"{HERE}/assignments/{world.assigned.id}").text


def test_a_scenario_of_another_checklist(app: App, manager: Person, world: World) -> None:
    with app.database.transaction() as session:
        phone = CHECKLIST.replace('code = "MINI-STORE"', 'code = "MINI-SECOND"').replace("S1", "S2")
        other = make.make_checklist(session, world.programme, checklist=phone)
    page = manager.post(f"{HERE}/assignments/new", _assignment(world, scenario=f"{other.id}:S2"))
    assert page.status == 422
    assert "Ten scenariusz należy do innej ankiety." in page.text


def test_a_store_visit_is_not_assigned_to_an_online_shop(app: App, manager: Person, world: World) -> None:
    _online_shop(app, world)
    page = manager.post(f"{HERE}/assignments/new", _assignment(world, location="WWW"))
    assert page.status == 422
    assert "Ta ankieta nie pasuje do placówki Sklep w sieci: sklepy internetowe nie mają kanału" in page.text


@pytest.mark.parametrize(
    ("channel", "location_format", "attributes", "fits"),
    [
        ("store_visit", "store", [], True),
        ("store_visit", "contact_centre", [], False),
        ("store_visit", "online_shop", ["click_and_collect"], False),
        ("online_order", "online_shop", [], True),
        ("online_order", "store", ["car_park"], False),
        ("online_order", "store", ["click_and_collect"], True),
        ("online_order", "contact_centre", [], False),
        ("phone", "store", [], True),
        ("chat", "contact_centre", [], True),
        ("email", "online_shop", [], True),
    ],
)
def test_which_channel_fits_where(channel: str, location_format: str, attributes: list[str], fits: bool) -> None:
    assert covers(Channel(channel), location_format, attributes) is fits


@pytest.mark.parametrize("channel", list(Channel))
def test_the_rule_form_begins_with_a_pair_that_fits(channel: Channel) -> None:
    assert covers(channel, USUAL_FORMAT[channel], [])


@pytest.mark.parametrize(
    ("opened_on", "closed_on", "misfit"),
    [
        (None, None, None),
        (date(2026, 9, 30), None, None),
        (date(2026, 10, 1), None, Misfit.NOT_OPEN_YET),
        (None, date(2026, 9, 30), Misfit.CLOSED),
        (None, date(2026, 10, 1), None),
        (None, date(2020, 1, 1), Misfit.CLOSED),
    ],
)
def test_which_days_of_a_location_fit_a_wave(
    opened_on: date | None, closed_on: date | None, misfit: Misfit | None
) -> None:
    found = find_misfit(
        Channel.PHONE,
        "store",
        [],
        open_between=(opened_on, closed_on),
        wave=(date(2026, 7, 1), date(2026, 9, 30)),
    )
    assert found is misfit


def test_reassign_and_call_off(app: App, manager: Person, world: World) -> None:
    where = f"{HERE}/assignments/{world.assigned.id}"
    assert manager.post(where, {"act": "reassign", "auditor": world.other.id}).status == 303
    assert manager.post(where, {"act": "cancel", "reason": ""}).status == 422
    assert manager.post(where, {"act": "cancel", "reason": "Sklep zamknięty"}).status == 303
    with app.database.reading() as session:
        visit = session.get_one(Visit, world.assigned.id)
        assert (visit.auditor_id, visit.status) == (world.other.id, "cancelled")
    again = manager.post(where, {"act": "cancel", "reason": "jeszcze raz"})
    assert again.status == 422
    assert "Wizyty w stanie „odwołana” nie można" in again.text
    assert f"{HERE}/waves/{world.wave.id}" in again.links()  # the way back


def test_settings_change_the_weights(app: App, manager: Person) -> None:
    weights = {"store_visit": "3", "phone": "1", "chat": "1", "email": "1", "online_order": "0"}
    assert manager.post(f"{HERE}/settings", {"name": "Lumo", **weights}).status == 303
    assert manager.post(f"{HERE}/settings", {"name": "Lumo", **dict.fromkeys(weights, "0")}).status == 422
    with app.database.reading() as session:
        programme = session.scalars(select(Programme)).one()
        assert programme.channel_weights == {"store_visit": 3.0, "online_order": 0.0}


def test_administrator_opens_a_programme(app: App, world: World) -> None:
    admin = Person(app, world.users[Role.ADMINISTRATOR])
    assert admin.post("/programmes/new", {"code": "nowy", "name": "Nowy", "kind": "own"}).status == 303
    assert admin.post("/programmes/new", {"code": "nowy", "name": "Nowy", "kind": "own"}).status == 422
    assert admin.get("/p/nowy/programme").status == 200
    assert admin.get("/p/nowy/programme/new-location").status == 200
    manager = Person(app, world.users[Role.PROGRAMME_MANAGER])
    assert manager.get("/programmes/new").status == 404
    assert manager.get("/p/nowy/programme").status == 404


def test_handbook_reads_the_standard(manager: Person) -> None:
    page = manager.get("/p/lumo/standard")
    assert "Witamy każdego." in page.text
    assert "Czy wydano paragon?" in manager.get("/p/lumo/standard/checklists/MINI-STORE/1").text
    assert manager.get("/p/lumo/standard/checklists/MINI-STORE/2").status == 404


def test_same_people_in_two_programmes(either_database: Database) -> None:
    with either_database.transaction() as session:
        one, two = make_world(session, "one"), make_world(session, "two")
        assert one.programme.id != two.programme.id
        assert session.scalar(select(func.count()).select_from(Region)) == 6
        assert session.scalar(select(func.count()).select_from(User)) == 14
