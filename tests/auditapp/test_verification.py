"""Checking a report without a log-in: what is genuine, superseded or unknown, and that nothing else is said."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from auditapp import attempts
from auditapp.config import Settings
from auditapp.db import Base, Database
from auditapp.factory import App, create_app
from auditapp.models import IssuedReport, Location, LoginFailure, Programme
from auditapp.reporting.printing import KIND
from auditapp.reporting.verification import find_by_bytes, find_by_number
from auditapp.storage import Storage
from tests import factories as make
from tests.auditapp.sent import Clock, sha
from tests.pages import Page, Person, inspect

NUMBER = "LUMO-2026Q3-L1-PL-1"


def issue(database: Database, number: str, data: bytes = b"", *, programme: str = "lumo", days: int = 0) -> bytes:
    """Have a report of this number issued; returns its bytes."""
    data = data or f"%PDF-1.7 {number}".encode()
    with database.transaction() as session:
        owner = session.scalar(select(Programme).where(Programme.code == programme))
        owner = owner or make.make_programme(session, programme)
        _, quarter, *parts, locale, issue_ = number.split("-")
        code = "-".join(parts)
        place = session.scalar(select(Location).where(Location.programme_id == owner.id, Location.code == code))
        if place is None and code != "NET":
            place = make.make_location(session, owner, code)
        session.add(
            IssuedReport(
                programme_id=owner.id, number=number, kind="location" if place else "network",
                location_id=place.id if place else None, quarter=quarter, locale=locale.lower(), issue=int(issue_),
                fingerprint="0" * 64, sha256=sha(data), size=len(data),
                created_at=Clock()() + timedelta(days=days),
            )
        )  # fmt: skip
    return data


@dataclass
class Desk:
    """The application with a clock, asked from some address."""

    app: App
    clock: Clock

    def file(self, data: bytes, name: str = "raport.pdf", **kwargs: Any) -> Page:
        return self.ask({"file": FileStorage(io.BytesIO(data), name)}, **kwargs)

    def number(self, number: str, **kwargs: Any) -> Page:
        return self.ask({"number": number}, **kwargs)

    def ask(self, data: dict[str, Any], *, address: str = "203.0.113.7", via: str = "", locale: str = "pl") -> Page:
        person = Person(self.app, locale=locale)
        # Encoded here, because the client would forget to close the file that it writes much data to.
        boundary, body = encode_multipart({"csrf_token": person.get("/verify").token(), **data})
        response = person.client.post(
            "/verify",
            data=body,
            content_type=f"multipart/form-data; boundary={boundary}",
            environ_overrides={"REMOTE_ADDR": address, **({"HTTP_X_FORWARDED_FOR": via} if via else {})},
        )
        inspect(page := Page(response))
        return page


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    clock = Clock()
    app = create_app(settings, clock=clock)
    yield Desk(app, clock)
    app.database.engine.dispose()


# --- What is known


def test_the_newest_issue_of_a_series_is_in_force(either_database: Database) -> None:
    """The programme, the place and the language are one series, whatever their codes look like."""
    numbers = [
        NUMBER, "LUMO-2026Q3-L1-PL-2", "LUMO-2026Q3-L1-PL-10",
        "LUMO-2026Q3-L1-EN-1", "LUMO-2026Q2-L1-PL-1", "LUMO-2026Q3-L-PL-1", "LUMO-2026Q3-L_-PL-3",
        "LUMO-2026Q3-L1-PL-PL-11", "LUMO-2026Q3-L1-PL-7-PL-12", "LUMO-2026Q3-NET-PL-1",
    ]  # fmt: skip
    files = {number: issue(either_database, number, days=day) for day, number in enumerate(numbers)}
    issue(either_database, "LUMO-2026Q3-L1-PL-20", programme="lumo-2")
    with either_database.transaction(write=False) as session:
        found = {number: find_by_bytes(session, sha(data)) for number, data in files.items()}
        assert {number: each.newer.number for number, each in found.items() if each and each.newer} == {
            NUMBER: "LUMO-2026Q3-L1-PL-10",
            "LUMO-2026Q3-L1-PL-2": "LUMO-2026Q3-L1-PL-10",
        }
        assert all(each is not None and each == find_by_number(session, number) for number, each in found.items())
        first = found[NUMBER]
        assert first is not None
        assert first.newer is not None
        assert (first.issue, first.issued_at, first.newer.issue) == (1, Clock()(), 10)
        assert first.newer.issued_at == Clock()() + timedelta(days=2)


@pytest.mark.parametrize(
    "typed", [NUMBER, NUMBER.lower(), f"  {NUMBER}\t", "LUMO – 2026Q3 – L1 – PL – 1", "lumo‑2026q3‑l1‑pl‑1"]
)
def test_a_number_is_known_however_it_is_typed(database: Database, typed: str) -> None:
    issue(database, NUMBER)
    with database.transaction(write=False) as session:
        assert find_by_number(session, typed) is not None


@pytest.mark.parametrize(
    "typed", ["LUMO-2026Q3-L1-PL-2", "LUMO-2026Q3-L1-PL", "%", "LUMO-2026Q3-L_-PL-1", "' OR 1=1 --", "1"]
)
def test_another_number_is_not_known(database: Database, typed: str) -> None:
    issue(database, NUMBER)
    with database.transaction(write=False) as session:
        assert find_by_number(session, typed) is None


# --- The page


def test_a_genuine_file(desk: Desk) -> None:
    data = issue(desk.app.database, NUMBER)
    page = desk.file(data)
    assert page.status == 200
    assert "Prawdziwy i aktualny" in page.text
    assert f"Ten plik to dokładnie raport {NUMBER} (wydanie 1)" in page.text
    assert "w jakiej go wydano 12 sie 2026." in page.text
    english = desk.file(data, locale="en").text
    assert "Genuine and in force" in english
    assert "as it was issued on 12 Aug 2026." in english


def test_a_superseded_file(desk: Desk) -> None:
    data = issue(desk.app.database, NUMBER)
    issue(desk.app.database, "LUMO-2026Q3-L1-PL-2", days=3)
    page = desk.file(data)
    assert "Prawdziwy, ale nieaktualny" in page.text
    assert "Zastąpił go raport LUMO-2026Q3-L1-PL-2 (wydanie 2) z dnia 15 sie 2026." in page.text
    assert "Issued, but superseded" in desk.number(NUMBER, locale="en").text


def test_one_byte_makes_a_file_unknown(desk: Desk) -> None:
    data = issue(desk.app.database, NUMBER)
    for altered in (data + b"\n", data[:-1], data[:-1] + b"2", b""):
        page = desk.file(altered)
        assert (page.status, "Nie znamy tego pliku" in page.text) == (200, True)
        assert NUMBER not in page.text


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x00" * 3_000_000, "bomb.zip"),
        (b"<script>alert(1)</script>", "<script>alert(1)</script>.html"),
        (b"%PDF-1.7 /JS", "../../../../audit.db"),
        (b"x", "=cmd()"),
    ],
)
def test_a_hostile_file_is_only_hashed(desk: Desk, data: bytes, name: str) -> None:
    folder = desk.app.extensions["auditapp.settings"].dir
    before = sorted(path for path in folder.rglob("*") if "audit.db" not in path.name)
    page = desk.file(data, name)
    assert "Nie znamy tego pliku" in page.text
    assert name not in page.html
    assert sorted(path for path in folder.rglob("*") if "audit.db" not in path.name) == before
    with desk.app.database.reading() as session:
        assert not any(session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables)


def test_a_large_genuine_file(desk: Desk) -> None:
    """It waits on the disk while it is read, and not in memory."""
    data = issue(desk.app.database, NUMBER, b"%PDF" * 2_000_000)
    assert "Prawdziwy i aktualny" in desk.file(data).text


def test_a_file_beyond_the_limit_is_refused(settings: Settings) -> None:
    app = create_app(replace(settings, max_request=100_000), clock=Clock())
    page = Desk(app, Clock()).file(b"x" * 200_000)
    assert page.status == 413
    assert "Plik jest za duży" in page.text
    app.database.engine.dispose()


def test_a_number_says_less_than_the_file(desk: Desk) -> None:
    issue(desk.app.database, NUMBER)
    page = desk.number(NUMBER.lower())
    assert "Wydany i aktualny" in page.text
    assert f"Raport {NUMBER} (wydanie 1) wydano 12 sie 2026." in page.text
    assert "Tylko sam plik dowodzi" in page.text
    assert "Prawdziwy" not in page.text
    unknown = desk.number("<b>LUMO</b>")
    assert "Nie wydano tutaj raportu o numerze <b>LUMO</b>." in unknown.text
    assert "<b>LUMO" not in unknown.html


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"number": " "}, "Tego pola nie można zostawić pustego."),
        ({}, "Tego pola nie można zostawić pustego."),
        ({"file": FileStorage(io.BytesIO(b""), "")}, "Tego pola nie można zostawić pustego."),
        ({"number": "L" * 61}, "Tekst jest za długi"),
    ],
)
def test_what_cannot_be_looked_up(desk: Desk, asked: dict[str, Any], said: str) -> None:
    page = desk.ask(asked)
    assert page.status == 422
    assert said in page.text


def test_no_place_is_named(app: App) -> None:
    """What is said of a location's report is what stands in its number."""
    with app.database.transaction() as session:
        programme = make.make_programme(session)
        location = make.make_location(session, programme, "GD1")
        name, region, storage = location.name, location.region.path, app.extensions["auditapp.storage"]
        assert isinstance(storage, Storage)
        session.add(
            IssuedReport(
                programme_id=programme.id, number="LUMO-2026Q3-GD1-PL-1", kind="location", location_id=location.id,
                quarter="2026Q3", locale="pl", issue=1, fingerprint="0" * 64, sha256=storage.put(KIND, b"%PDF"), size=4,
                created_at=Clock()(),
            )
        )  # fmt: skip
    desk = Desk(app, Clock())
    for page in (desk.file(b"%PDF"), desk.number("LUMO-2026Q3-GD1-PL-1")):
        assert "LUMO-2026Q3-GD1-PL-1" in page.text
        assert not [word for word in (name, region) if word in page.html]


def test_a_link_may_bring_the_number_along(nobody: Person) -> None:
    page = nobody.get(f"/verify?number={NUMBER}")
    assert page.status == 200
    assert f'value="{NUMBER}"' in page.html
    assert "/verify" in nobody.get("/login").links()


# --- Guessing


def test_guessing_numbers_slows_down(desk: Desk) -> None:
    data = issue(desk.app.database, NUMBER)
    for guess in range(attempts.FAILURES_ALLOWED):
        assert desk.number(NUMBER).status == 200, "what is known does not count"
        assert desk.number(f"LUMO-2026Q3-L{guess}-PL-9").status == 200
    page = desk.number(NUMBER)
    assert page.status == 429
    assert "Zbyt wiele prób" in page.text
    assert NUMBER not in page.text
    assert "Prawdziwy i aktualny" in desk.file(data).text, "a file cannot be guessed"
    assert desk.number(NUMBER, address="203.0.113.8").status == 200
    desk.clock.now += attempts.FAILURE_WINDOW
    assert desk.number(NUMBER).status == 200


@pytest.mark.parametrize(
    ("proxies", "via", "status"),
    [
        (0, "198.51.100.4", 429),  # anybody can write the header
        (1, "198.51.100.4", 200),
        (1, "203.0.113.7, 198.51.100.4", 200),
        (1, "198.51.100.4, 203.0.113.7", 429),  # what the caller wrote before the proxy added its own
        (2, "198.51.100.4, 203.0.113.9", 200),
    ],
)
def test_behind_a_proxy_callers_are_told_apart(settings: Settings, proxies: int, via: str, status: int) -> None:
    app = create_app(replace(settings, proxies=proxies), clock=(clock := Clock()))
    desk = Desk(app, clock)
    for guess in range(attempts.FAILURES_ALLOWED):
        address = "203.0.113.7" if proxies < 2 else "203.0.113.7, 203.0.113.9"
        desk.number(f"LUMO-2026Q3-L{guess}-PL-9", via=address if proxies else "")
    assert desk.number("LUMO-2026Q3-L0-PL-9", via=via).status == status
    app.database.engine.dispose()


def test_who_asked_is_forgotten(desk: Desk) -> None:
    desk.number("A")
    desk.clock.now += attempts.ACCOUNT_WINDOW
    desk.number("B", address="203.0.113.8")
    with desk.app.database.reading() as session:
        (left,) = session.scalars(select(LoginFailure)).all()
    assert left.at == desk.clock.now
    assert "203" not in left.email_hash or len(left.email_hash) == 64


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", "unknown"),
        (None, "unknown"),
        ("proxy", "unknown"),
    ],
)
def test_who_is_not_known_by_name(address: str | None, network: str) -> None:
    assert attempts.network_of(address) == network
