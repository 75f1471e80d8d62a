"""Logging in and out, invitations, resets, sessions, language: as a person and as somebody hostile."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from auditapp import attempts, links
from auditapp.account import queries, service
from auditapp.config import Settings
from auditapp.db import Database
from auditapp.factory import App, create_app
from auditapp.models import OutgoingMail, User, UserSession
from checklists.lifecycle import Role
from checklists.problems import Problem
from tests import factories as make
from tests.factories import NOW, PASSWORD
from tests.pages import Page, Person
from tests.workers import do_jobs, read_letters


def log_in(person: Person, email: str, password: str = PASSWORD, **values: str) -> Page:
    return person.post("/login", {"email": email, "password": password, **values})


def test_log_in_leads_to_the_first_page_and_log_out_ends_the_session(app: App, nobody: Person) -> None:
    with app.database.transaction() as session:
        make.make_user(session, "ala@example.pl")
    assert log_in(nobody, "ALA@example.pl ").location == "/"
    cookie = nobody.client.get_cookie("auditapp")
    assert cookie is not None
    assert nobody.get("/profile").status == 200
    nobody.post("/logout")
    assert nobody.get("/profile").status == 303
    thief = app.test_client()
    thief.set_cookie("auditapp", cookie.value)
    assert thief.get("/profile").status_code == 303  # a copy of the cookie opens nothing any more


@pytest.mark.parametrize(("email", "password"), [("ala@example.pl", "wrong password"), ("nobody@example.pl", PASSWORD)])
def test_wrong_address_and_wrong_password_read_the_same(app: App, nobody: Person, email: str, password: str) -> None:
    with app.database.transaction() as session:
        make.make_user(session, "ala@example.pl")
    page = log_in(nobody, email, password)
    assert page.status == 422
    assert "Adres albo hasło się nie zgadza." in page.text


WRONG = "wrong password"
HOME, ELSEWHERE = "198.51.100.1", "203.0.113.9"


def guess(app: App, email: str, address: str, password: str = WRONG) -> int:
    """Log in from an address; returns the status."""
    values = {"email": email, "password": password}
    return Person(app).post("/login", values, environ_overrides={"REMOTE_ADDR": address}).status


def test_guessing_is_stopped_after_five_failures(app: App, nobody: Person) -> None:
    with app.database.transaction() as session:
        make.make_user(session, "ala@example.pl")
    for _ in range(attempts.FAILURES_ALLOWED):
        log_in(nobody, "ala@example.pl", "wrong password")
    for email in ("ala@example.pl", " ALA@example.pl"):
        page = log_in(nobody, email, PASSWORD)
        assert page.status == 429
        assert "Zbyt wiele prób. Spróbuj ponownie za 15 min." in page.text


def test_guesses_at_the_same_moment_are_counted_too(either_settings: Settings) -> None:
    app = create_app(either_settings, clock=lambda: NOW)
    with app.database.transaction() as session:
        make.make_user(session, "ala@example.pl")
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda _: guess(app, "ala@example.pl", HOME), range(16)))
    assert sorted(statuses) == [422] * attempts.FAILURES_ALLOWED + [429] * (16 - attempts.FAILURES_ALLOWED)
    app.database.engine.dispose()


def test_a_stranger_locks_nobody_out(app: App) -> None:
    with app.database.transaction() as session:
        make.make_user(session, "ala@example.pl")
    statuses = [guess(app, "ala@example.pl", ELSEWHERE) for _ in range(attempts.FAILURES_ALLOWED + 1)]
    assert statuses == [422] * attempts.FAILURES_ALLOWED + [429]
    assert guess(app, "ala@example.pl", ELSEWHERE, PASSWORD) == 429
    # What a stranger types as an address is no way to write into the count of somebody else.
    for _ in range(attempts.FAILURES_ALLOWED):
        guess(app, f"log-in from {HOME} as ala@example.pl", ELSEWHERE)
        guess(app, f"ala@example.pl from {HOME}", ELSEWHERE)
    assert guess(app, "ala@example.pl", HOME, PASSWORD) == 303


def test_a_success_ends_only_the_count_of_its_own_account_and_network(app: App) -> None:
    with app.database.transaction() as session:
        make.make_user(session, "ala@example.pl")
        make.make_user(session, "mallory@example.pl")
    for _ in range(attempts.FAILURES_ALLOWED - 1):
        assert guess(app, "ala@example.pl", HOME) == 422
        assert guess(app, "ala@example.pl", ELSEWHERE) == 422
    assert guess(app, "ala@example.pl", HOME, PASSWORD) == 303
    assert guess(app, "mallory@example.pl", ELSEWHERE, PASSWORD) == 303
    assert guess(app, "ala@example.pl", HOME) == 422
    assert guess(app, "ala@example.pl", HOME) == 422
    assert guess(app, "ala@example.pl", ELSEWHERE) == 422
    assert guess(app, "ala@example.pl", ELSEWHERE) == 429


def test_one_password_for_many_accounts_is_stopped_by_network(app: App) -> None:
    with app.database.transaction() as session:
        make.make_user(session, "ala@example.pl")
    for number in range(attempts.FAILURES_FROM_NETWORK):
        assert guess(app, f"person{number}@example.pl", "2001:db8:1:2::1") == 422
    assert guess(app, "ala@example.pl", "2001:db8:1:2:3::4", PASSWORD) == 429
    assert guess(app, "ala@example.pl", "2001:db8:1:3::1", PASSWORD) == 303


def test_guessing_from_many_networks_is_slowed_down(settings: Settings) -> None:
    moment = [NOW]
    app = create_app(settings, clock=lambda: moment[0])
    with app.database.transaction() as session:
        make.make_user(session, "ala@example.pl")
        for number in range(attempts.FAILURES_ON_ACCOUNT):
            limits = attempts.of_log_in("ala@example.pl", f"203.0.113.{number}")
            attempts.record_failure(session, *limits, now=NOW)
    page = Person(app).post("/login", {"email": "Ala@example.pl", "password": PASSWORD})
    assert (page.status, "Spróbuj ponownie za 60 min." in page.text) == (429, True)
    for minutes, status in ((59, 429), (60, 303)):
        moment[0] = NOW + timedelta(minutes=minutes)
        assert guess(app, "ala@example.pl", HOME, PASSWORD) == status
    app.database.engine.dispose()


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_log_in_never_leads_off_the_site(app: App, nobody: Person, target: str) -> None:
    with app.database.transaction() as session:
        make.make_user(session, "ala@example.pl")
    assert log_in(nobody, "ala@example.pl", next=target).location == "/"


def test_forgotten_password(app: App, nobody: Person, database: Database) -> None:
    with app.database.transaction() as session:
        make.make_user(session, "ala@example.pl")
    known = nobody.post("/forgot", {"email": "ala@example.pl"})
    unknown = nobody.post("/forgot", {"email": "nobody@example.pl"})
    assert known.text == unknown.text
    do_jobs(app)
    with database.reading() as session:
        letters = session.scalars(select(OutgoingMail)).all()
    assert [letter.recipient for letter in letters] == ["ala@example.pl"]
    assert (letters[0].sent_at is not None, letters[0].body) == (True, "")
    link = re.search(
        r"http://localhost(/link/\S+)", read_letters(app.extensions["auditapp.settings"].mail_dir)[0].get_content()
    )
    assert link
    assert nobody.get(link[1]).status == 200
    assert nobody.post(link[1], {"password": "krótkie"}).status == 422
    assert nobody.post(link[1], {"password": "nowe długie hasło"}).status == 303
    assert nobody.post(link[1], {"password": "jeszcze inne hasło"}).status == 422  # used once
    assert log_in(nobody, "ala@example.pl", PASSWORD).status == 422
    assert log_in(nobody, "ala@example.pl", "nowe długie hasło").status == 303


def ask_for_letter(person: Person, email: str, address: str = HOME) -> int:
    return person.post("/forgot", {"email": email}, environ_overrides={"REMOTE_ADDR": address}).status


def letters(app: App) -> int:
    with app.database.reading() as session:
        return len(session.scalars(select(OutgoingMail)).all())


def test_letters_to_one_address_are_limited(app: App, nobody: Person) -> None:
    with app.database.transaction() as session:
        make.make_user(session, "ala@example.pl")
    for number in range(attempts.FAILURES_ALLOWED + 3):
        typed = " " * number + "ala@example.PL" + "\t" * number
        assert ask_for_letter(nobody, typed, f"203.0.113.{number}") == 200
    assert letters(app) == attempts.FAILURES_ALLOWED


def test_letters_that_one_network_asks_for_are_limited(app: App, nobody: Person) -> None:
    with app.database.transaction() as session:
        make.make_user(session, "ala@example.pl")
    for number in range(attempts.FAILURES_FROM_NETWORK):
        assert ask_for_letter(nobody, f"person{number}@example.pl") == 200
    assert ask_for_letter(nobody, "ala@example.pl") == 429
    assert letters(app) == 0
    assert ask_for_letter(nobody, "ala@example.pl", ELSEWHERE) == 200
    assert letters(app) == 1


def test_the_present_password_cannot_be_guessed_on_the_profile(app: App) -> None:
    with app.database.transaction() as session:
        user = make.make_user(session)
    person = Person(app, user)
    for _ in range(attempts.FAILURES_ALLOWED):
        person.post("/profile", {"old": "wrong", "password": "nowe długie hasło"})
    page = person.post("/profile", {"old": PASSWORD, "password": "nowe długie hasło"})
    assert page.status == 422
    assert "Zbyt wiele prób" in page.text


@pytest.mark.parametrize("path", ["/a/x/" + "a" * 5000, "/a/x/nothing.css", "/p/lumo/review/" + "9" * 20])
def test_addresses_that_are_too_long_do_not_exist(nobody: Person, path: str) -> None:
    assert nobody.get(path).status in {303, 404}


def test_links_run_out_and_newer_ones_replace_older(either_database: Database) -> None:
    with either_database.transaction() as session:
        user = make.make_user(session)
        first = links.make_link(session, user, "reset", NOW)
        second = links.make_link(session, user, "reset", NOW)
        with pytest.raises(Problem, match="no longer valid"):
            links.get_link(session, first, NOW)
        assert links.get_link(session, second, NOW).user_id == user.id
        with pytest.raises(Problem, match="no longer valid"):
            links.get_link(session, second, NOW + timedelta(minutes=31))


def test_sessions_run_out(either_database: Database) -> None:
    with either_database.transaction() as session:
        token = make.make_session_token(session, make.make_user(session))
        assert service.find_signed_in(session, token, NOW + timedelta(hours=11)) is not None
        assert service.find_signed_in(session, token, NOW + timedelta(hours=13)) is None
        service.touch(session, token, NOW + timedelta(hours=11))
        assert service.find_signed_in(session, token, NOW + timedelta(hours=13)) is not None
        assert service.find_signed_in(session, token, NOW + timedelta(days=15)) is None


def test_use_keeps_a_session_alive(app: App) -> None:
    with app.database.transaction() as session:
        user = make.make_user(session)
    person = Person(app, user)
    later = create_app(app.extensions["auditapp.settings"], clock=lambda: NOW + timedelta(hours=11))
    cookie = person.client.get_cookie("auditapp")
    assert cookie is not None
    client = later.test_client()
    client.set_cookie("auditapp", cookie.value)
    assert client.get("/profile").status_code == 200
    with app.database.reading() as session:
        assert session.scalars(select(UserSession)).one().last_seen_at == NOW + timedelta(hours=11)
    later.database.engine.dispose()


def test_changing_the_password_logs_other_devices_out(app: App) -> None:
    with app.database.transaction() as session:
        user = make.make_user(session)
    here, there = Person(app, user), Person(app, user)
    assert here.post("/profile", {"old": "wrong", "password": "nowe długie hasło"}).status == 422
    assert here.post("/profile", {"old": PASSWORD, "password": "nowe długie hasło"}).status == 303
    assert here.get("/profile").status == 200
    assert there.get("/profile").status == 303


def test_a_form_without_its_token_changes_nothing(app: App) -> None:
    with app.database.transaction() as session:
        user = make.make_user(session)
    person = Person(app, user)
    response = person.client.post("/logout", data={})
    assert response.status_code == 400
    assert person.get("/profile").status == 200


ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) "
CHROME = "Chrome/126.0.0.0 Mobile Safari/537.36"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (ANDROID + CHROME, "Chrome, Android"),
        (ANDROID + "SamsungBrowser/25.0 " + CHROME, "Samsung Internet, Android"),
        (WINDOWS + "AppleWebKit/537.36 (KHTML, like Gecko) " + CHROME + " Edg/126.0.0.0", "Edge, Windows"),
        (WINDOWS + "Gecko/20100101 Firefox/127.0", "Firefox, Windows"),
        (IPHONE + "Version/17.5 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        (IPHONE + "CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1", "Chrome, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, Linux"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 200, "x" * 60),
        ("", ""),
    ],
)
def test_devices_have_names(agent: str, name: str) -> None:
    assert queries.device_name(agent) == name


def test_the_profile_names_devices(app: App) -> None:
    with app.database.transaction() as session:
        user = make.make_user(session)
    person = Person(app, user)
    with app.database.transaction() as session:
        session.scalars(select(UserSession)).one().device = ANDROID + CHROME
    text = person.get("/profile").text
    assert "Chrome, Android" in text
    assert "Mozilla" not in text


def test_language_is_kept(app: App) -> None:
    with app.database.transaction() as session:
        user = make.make_user(session)
    person = Person(app, user)
    assert "Twoje konto" in person.get("/profile").text
    assert person.post("/language", {"locale": "en", "next": "/profile"}).location == "/profile"
    assert "Your account" in person.get("/profile").text
    with app.database.reading() as session:
        assert session.get_one(User, user.id).locale == "en"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/p//lumo/results", 404), ("/p/lumo//results", 404), ("/login//", 404), ("/p/lumo/", 303), ("", 303)],
)
def test_no_address_leads_to_another_host(nobody: Person, path: str, status: int) -> None:
    answer = nobody.client.get(path, base_url="http://evil.example")
    assert "evil.example" not in answer.headers.get("Location", "")
    assert answer.status_code == status


@pytest.mark.parametrize("path", ["/nope", "/p/lumo/review", "/p/nope", "/link/guess", "/a/x/../../secret"])
def test_what_is_not_there_says_so_plainly(nobody: Person, path: str) -> None:
    page = nobody.get(path)
    assert page.status in {303, 404, 422}
    assert "sqlalchemy" not in page.html.lower()


def test_headers_of_every_page(nobody: Person) -> None:
    headers = nobody.get("/login").response.headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    cookie = nobody.app.test_client().get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(("role", "stays"), [(Role.AUDITOR, True), (Role.REVIEWER, False)])
def test_on_a_phone_the_log_in_outlives_the_browser(app: App, nobody: Person, role: Role, stays: bool) -> None:
    with app.database.transaction() as session:
        email = make.make_member(session, make.make_programme(session), role).user.email
    cookie = log_in(nobody, email).response.headers["Set-Cookie"]
    assert ("Expires=" in cookie) is stays
