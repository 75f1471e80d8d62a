"""Import of regions, locations, people and documents."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auditapp.codes import is_code
from auditapp.db import Database
from auditapp.exchange.findings import LISTED, Refused
from auditapp.exchange.service import import_files
from auditapp.exchange.tables import import_table
from auditapp.factory import App
from auditapp.models import JournalLine, Location, Membership, Programme, Region, StandardVersion, User
from auditapp.programme.forms import ProgrammeForm
from checklists.lifecycle import Role
from tests import documents
from tests.auditapp.exchange_rows import csv_file, raw_file
from tests.factories import NOW, make_location, make_member, make_programme, make_region, make_user

BY = {"actor_id": None, "now": NOW}


def location(code: str = "S1", **values: str) -> dict[str, str]:
    return {
        "location": code, "name": "Sklep", "region": "Północ", "format": "store", "city": "Gdynia", "lat": "54.5",
        "lon": "18.5", "timezone": "Europe/Warsaw", "attributes": "car_park;fitting_room", "footfall": "1200",
        "opened_on": "2020-02-29", "closed_on": "", **values,
    }  # fmt: skip


def person(**values: str) -> dict[str, str]:
    row = {"email": "Ewa@example.pl", "name": "Ewa", "role": "reviewer", "scope": "", "pseudonym": "", "locale": "en"}
    return {**row, **values}


def refusals(session: Session, programme: Programme, kind: str, rows: list[dict[str, str]]) -> list[tuple[Any, ...]]:
    """What is wrong as (code, row, column)."""
    with pytest.raises(Refused) as refused:
        import_table(session, programme, kind, rows, **BY)
    places = [(problem.code, problem.place) for problem in refused.value.problems]
    return [(code, place.find("row"), place.find("column")) for code, place in places if place]


def test_regions_come_in_any_order_and_know_their_parents(either_database: Database) -> None:
    rows = [{"region": "Północ/Pomorze", "name": ""}, {"region": "Północ", "name": "Polska północna"}]
    with either_database.transaction() as session:
        programme = make_programme(session)
        assert import_table(session, programme, "regions", rows, actor_id=None, now=NOW) == (2, 0, 0)
        assert import_table(session, programme, "regions", rows, actor_id=None, now=NOW) == (0, 0, 2)
        child = session.scalars(select(Region).where(Region.path == "Północ/Pomorze")).one()
        parent = session.scalars(select(Region).where(Region.path == "Północ")).one()
        assert (child.name, child.parent_id, parent.name) == ("Pomorze", parent.id, "Polska północna")
        renamed = [{"region": "Północ", "name": "Północ"}]
        assert import_table(session, programme, "regions", renamed, actor_id=None, now=NOW) == (0, 1, 0)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("", "empty_value"),
        ("A/B", "unknown_region"),
        ("A//B", "unknown_region"),
        ("A/", "unknown_region"),
        ("..", "unreadable_name"),
        ("A\u200b", "unreadable_name"),
    ],
)
def test_a_bad_region_is_refused(database: Database, path: str, code: str) -> None:
    with database.transaction() as session:
        programme = make_programme(session)
        rows = [{"region": path, "name": "x"}]
        assert refusals(session, programme, "regions", rows) == [(code, "2", "region")]


def test_locations_come_in_and_change(either_database: Database) -> None:
    with either_database.transaction() as session:
        programme = make_programme(session)
        make_region(session, programme)
        assert import_table(session, programme, "locations", [location()], actor_id=None, now=NOW) == (1, 0, 0)
        changed = [location(city="Sopot", lat="", lon="", footfall=""), location("S2")]
        assert import_table(session, programme, "locations", changed, actor_id=None, now=NOW) == (1, 1, 0)
        row = session.scalars(select(Location).where(Location.code == "S1")).one()
        assert (row.city, row.lat, row.lon, row.footfall) == ("Sopot", None, None, None)
        assert row.attributes == ["car_park", "fitting_room"]
        assert str(row.opened_on) == "2020-02-29"
        lines = session.scalars(select(JournalLine).where(JournalLine.act == "import").order_by(JournalLine.id)).all()
        assert [line.detail for line in lines] == [
            {"new": 1, "changed": 0, "unchanged": 0},
            {"new": 1, "changed": 1, "unchanged": 0},
        ]


@pytest.mark.parametrize(
    ("values", "code", "column"),
    [
        ({"location": ""}, "empty_value", "location"),
        ({"location": "x" * 41}, "text_too_long", "location"),
        ({"location": "A/B"}, "bad_location_code", "location"),
        ({"location": "../../etc"}, "bad_location_code", "location"),
        ({"location": "=cmd|calc"}, "bad_location_code", "location"),
        ({"location": "S 1"}, "bad_location_code", "location"),
        ({"location": "Ż1"}, "bad_location_code", "location"),
        ({"region": "Nigdzie"}, "unknown_region", "region"),
        ({"format": "kiosk"}, "bad_enum", "format"),
        ({"lat": "54,5"}, "bad_number", "lat"),
        ({"lat": "nan"}, "bad_number", "lat"),
        ({"lat": "91"}, "out_of_range", "lat"),
        ({"lon": ""}, "empty_value", "lon"),
        ({"timezone": "Europe/Gdynia"}, "bad_timezone", "timezone"),
        ({"attributes": "car_park;Winda"}, "bad_attribute", "attributes"),
        ({"footfall": "-1"}, "out_of_range", "footfall"),
        ({"opened_on": "2026-02-30"}, "bad_date", "opened_on"),
        ({"opened_on": "20260201"}, "bad_date", "opened_on"),
        ({"closed_on": "2019-01-01"}, "window_backwards", "closed_on"),
    ],
)
def test_a_bad_location_is_refused(database: Database, values: dict[str, str], code: str, column: str) -> None:
    with database.transaction() as session:
        programme = make_programme(session)
        make_region(session, programme)
        assert refusals(session, programme, "locations", [location(**values)]) == [(code, "2", column)]


def test_every_problem_is_told_and_nothing_is_stored(either_database: Database) -> None:
    rows = [location("S1"), location("S2", format="kiosk", lat="x"), location("S1"), location("S3", region="?")]
    with either_database.transaction() as session:
        programme = make_programme(session)
        make_region(session, programme)
        assert refusals(session, programme, "locations", rows) == [
            ("bad_number", "3", "lat"),
            ("bad_enum", "3", "format"),
            ("duplicate_id", "4", "location"),
            ("unknown_region", "5", "region"),
        ]
        assert session.scalar(select(func.count()).select_from(Location)) == 0
        assert session.scalar(select(func.count()).select_from(JournalLine)) == 0


def test_a_long_list_of_problems_is_cut_and_counted(database: Database) -> None:
    with database.transaction() as session:
        programme = make_programme(session)
        with pytest.raises(Refused) as refused:
            import_table(session, programme, "locations", [location(f"S{n}") for n in range(LISTED + 7)], **BY)
        assert (len(refused.value.problems), refused.value.more) == (LISTED, 7)


def test_people_become_members_without_a_password(either_database: Database) -> None:
    with either_database.transaction() as session:
        programme = make_programme(session)
        region, shop = make_region(session, programme), make_location(session, programme, "S1")
        known = make_user(session, "known@example.pl", name="Kinga")
        rows = [
            person(),
            person(email="known@example.pl", name="Inne Imię", role="regional_manager", scope="Północ"),
            person(email="adam@example.pl", role="location_manager", scope="S1"),
            person(email="tk@example.pl", role="auditor", pseudonym="TK-9"),
        ]
        assert import_table(session, programme, "people", rows, actor_id=None, now=NOW) == (4, 0, 0)
        assert import_table(session, programme, "people", rows, actor_id=None, now=NOW) == (0, 0, 4)
        members = {m.user.email: m for m in session.scalars(select(Membership)).unique()}
        assert members["known@example.pl"].region_id == region.id
        assert members["adam@example.pl"].location_id == shop.id
        assert members["tk@example.pl"].pseudonym == "TK-9"
        assert members["ewa@example.pl"].user.password_hash is None
        assert (known.name, members["ewa@example.pl"].user.locale) == ("Kinga", "en")


@pytest.mark.parametrize(
    ("values", "code", "column"),
    [
        ({"email": "ewa"}, "bad_email", "email"),
        ({"name": ""}, "empty_value", "name"),
        ({"role": "administrator"}, "bad_enum", "role"),
        ({"role": "regional_manager"}, "empty_value", "scope"),
        ({"role": "regional_manager", "scope": "Nigdzie"}, "unknown_region", "scope"),
        ({"role": "location_manager", "scope": "S9"}, "unknown_location", "scope"),
        ({"scope": "Północ"}, "value_not_expected", "scope"),
        ({"role": "auditor"}, "empty_value", "pseudonym"),
        ({"role": "auditor", "pseudonym": "TAKEN"}, "duplicate_code", "pseudonym"),
        ({"pseudonym": "TK-1"}, "value_not_expected", "pseudonym"),
        ({"locale": "de"}, "bad_enum", "locale"),
    ],
)
def test_a_bad_person_is_refused(database: Database, values: dict[str, str], code: str, column: str) -> None:
    with database.transaction() as session:
        programme = make_programme(session)
        make_member(session, programme, Role.AUDITOR, email="other@example.pl").pseudonym = "TAKEN"
        session.flush()
        assert refusals(session, programme, "people", [person(**values)]) == [(code, "2", column)]
        assert session.scalar(select(User.id).where(User.email == "ewa@example.pl")) is None


def test_people_stay_inside_their_programme(database: Database) -> None:
    with database.transaction() as session:
        theirs = make_programme(session, "theirs")
        make_location(session, theirs, "S1", region="Południe")
        mine = make_programme(session, "mine")
        rows = [person(role="location_manager", scope="S1"), person(role="regional_manager", scope="Południe")]
        assert [code for code, _, _ in refusals(session, mine, "people", rows)] == [
            "unknown_location",
            "unknown_region",
        ]


def test_documents_come_in_once(either_database: Database) -> None:
    standard, checklist = (raw_file(text.encode(), "a.toml") for text in (documents.STANDARD, documents.CHECKLIST))
    with either_database.transaction() as session:
        programme = make_programme(session)
        for kind, file in (("standard", standard), ("checklist", checklist)):
            assert import_files(session, programme, kind, [file], actor_id=None, now=NOW) == (1, 0, 0)
            file.stream.seek(0)
            assert import_files(session, programme, kind, [file], actor_id=None, now=NOW) == (0, 0, 1)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"kind = [", "toml_syntax"),
        (documents.CHECKLIST.encode(), "wrong_kind"),
        ("title = „Źle”".encode("cp1250"), "bad_encoding"),
        (documents.STANDARD.replace("version = 1", "version = 0", 1).encode(), "wrong_type"),
    ],
)
def test_a_bad_document_is_refused(database: Database, data: bytes, code: str) -> None:
    with database.transaction() as session:
        programme = make_programme(session)
        with pytest.raises(Refused) as refused:
            import_files(session, programme, "standard", [raw_file(data, "s.toml")], actor_id=None, now=NOW)
        assert code in [problem.code for problem in refused.value.problems]
        assert all(p.place is not None and p.place.find("file") == "s.toml" for p in refused.value.problems)
        assert session.scalar(select(StandardVersion.id)) is None


def test_a_dry_run_stores_nothing(either_database: Database) -> None:
    with either_database.transaction() as session:
        programme = make_programme(session)
        files = [csv_file("regions", [{"region": "A", "name": "A"}])]
        result = import_files(session, programme, "regions", files, actor_id=None, now=NOW, dry_run=True)
        assert result == (1, 0, 0)
        assert session.scalar(select(func.count()).select_from(Region)) == 0
        assert session.scalar(select(func.count()).select_from(JournalLine)) == 0


def test_a_decimal_comma_of_a_polish_spreadsheet_is_refused_in_words(database: Database) -> None:
    header = ";".join(location())
    line = ";".join(f'"{value}"' for value in location(lat="54,5").values())
    with database.transaction() as session:
        programme = make_programme(session)
        make_region(session, programme)
        with pytest.raises(Refused) as refused:
            import_files(session, programme, "locations", [raw_file(f"{header}\n{line}\n".encode())], **BY)
        (problem,) = refused.value.problems
        assert (problem.code, problem.place and problem.place.find("column")) == ("bad_number", "lat")
        assert "kropki dziesiętnej" in problem.sentence("pl")
        right = line.replace("54,5", "54.5")
        result = import_files(session, programme, "locations", [raw_file(f"{header}\n{right}\n".encode())], **BY)
        assert result == (1, 0, 0)


@pytest.mark.parametrize("code", ["A/B", "../../etc", "=cmd|calc", "A\nB", "S1", "2026.Q3-a_b", ".a", ""])
def test_forms_and_tables_agree_on_codes(app: App, code: str) -> None:
    with app.test_request_context(method="POST", data={"code": code, "name": "x", "kind": "own"}):
        form = ProgrammeForm(meta={"csrf": False})
        form.validate()
        assert (not form.code.errors) is is_code(code)
