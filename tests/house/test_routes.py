"""Every route x every role x own and foreign objects, generated from the application itself.

Two programmes hold the same codes everywhere; only the wall keeps them apart. A new route joins these tests by
existing: when its address has a part that OWN does not know, the test says so.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from itsdangerous import TimestampSigner
from sqlalchemy import func, select
from werkzeug.routing import Rule

from auditapp import sources
from auditapp.access import BY_TOKEN, EVERYBODY, SIGNED_IN
from auditapp.db import Base
from auditapp.evidence import service as evidence
from auditapp.factory import App, create_app
from auditapp.fieldwork import sending
from auditapp.models import (
    Evidence,
    IssuedReport,
    LoginFailure,
    Parked,
    PhoneLog,
    Programme,
    Publication,
    SavedView,
    Source,
    UserSession,
    Visit,
)
from auditapp.reporting import printing as reporting
from auditapp.reporting import record, workbook_edition
from auditapp.reporting.quarter import gather
from checklists.lifecycle import Role
from reports.periods import Quarter
from tests.conftest import instance_settings
from tests.factories import NOW
from tests.pages import Person
from tests.worlds import ROLES, World, make_world

pytestmark = pytest.mark.xdist_group("routes")  # one pair of worlds for all of them
HERE = "lumo"
UNTOUCHED = frozenset({UserSession.__tablename__, LoginFailure.__tablename__})


@dataclass(frozen=True)
class Two:
    app: App
    own: World
    foreign: World
    people: dict[Role, Person]
    outsider: Person


def _extras(app: App, world: World) -> dict[str, object]:
    """A photo, an issued report at L1, a document that waits for a decision, a view that somebody saved."""
    with app.database.transaction() as session:
        storage = app.extensions["auditapp.storage"]
        photo = Evidence(
            visit_id=world.approved.id,
            item="M8",
            sent_sha256="0" * 64,
            sha256=storage.put(evidence.KIND, b"photo"),
            size=1,
            width=1,
            height=1,
            created_at=NOW,
        )
        report = IssuedReport(
            programme_id=world.programme.id,
            number=f"{world.programme.code.upper()}-2026Q3-L1-PL-1",
            kind="location",
            location_id=world.north.id,
            quarter="2026Q3",
            locale="pl",
            issue=1,
            fingerprint="0" * 64,
            sha256=storage.put(reporting.KIND, b"%PDF-1.7 test"),
            size=13,
            created_at=NOW,
        )
        document = Parked(
            programme_id=world.programme.id,
            visit_id=world.assigned.id,
            sender_id=world.auditor.id,
            submission_id=UUID(int=world.assigned.id),
            reason="unreadable",
            body=b"?",
            sha256="0" * 64,
            received_at=NOW,
        )
        source = Source(
            visit_id=world.approved.id,
            round=1,
            reading=UUID(int=world.approved.id),
            kind="chat",
            name="chat.txt",
            size=1,
            sha256=storage.put(sources.KIND, b"10:14 Anna: x"),
            created_at=NOW,
        )
        log = PhoneLog(visit_id=world.approved.id, text="opened", received_at=NOW)
        view = SavedView(
            programme_id=world.programme.id,
            user_id=world.users[Role.PROGRAMME_MANAGER].id,
            name="Północ",
            page="compare",
            query="",
            created_at=NOW,
        )
        publication = Publication(
            programme_id=world.programme.id,
            quarter="2026Q3",
            edition=1,
            parameters={},
            record=storage.put(record.KIND, b"{}"),
            counted=1,
            left_out=0,
            wanted={},
            created_at=NOW,
            ordered_at=NOW,
            prepared_at=NOW,
            ended_at=NOW,
        )
        session.add_all([photo, report, document, source, log, view, publication])
        session.flush()
        programme = session.get_one(Programme, world.programme.id)
        workbook_edition.keep(storage, publication, gather(session, programme, Quarter(2026, 3)))
        return {
            "evidence_id": photo.id,
            "number": report.number,
            "parked_id": document.id,
            "source_id": source.id,
            "log_id": log.id,
            "view_id": view.id,
        }


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, sqlite_template: object) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("routes")
    shutil.copy(str(sqlite_template), folder / "audit.db")
    app = create_app(instance_settings(folder, f"sqlite:///{folder / 'audit.db'}"), clock=lambda: NOW)
    with app.database.transaction() as session:
        own, foreign = make_world(session, HERE), make_world(session, "rival")
    OWN.update(_parts(own) | _extras(app, own))
    FOREIGN.update(_parts(foreign) | _extras(app, foreign))
    people = {role: Person(app, user) for role, user in own.users.items()}
    yield Two(app, own, foreign, people, Person(app, foreign.users[Role.PROGRAMME_MANAGER]))
    app.database.engine.dispose()


def _parts(world: World) -> dict[str, object]:
    return {
        "programme": HERE,
        "fieldwork.visit_id": world.assigned.id,
        "review.visit_id": world.submitted.id,
        "insight.visit_id": world.approved.id,
        "programme.visit_id": world.assigned.id,
        "wave_id": world.wave.id,
        "region_id": world.north.region_id,
        "membership_id": world.other.id,
        "fieldwork.code": "entry",
        "handbook.code": "MINI-STORE",
        "insight.criterion.code": "B1",
        "code": "L1",
        "version": 1,
        "path": "Północ",
        "item": "M1",
        "token": "guess",
        "digest": "x",
        "name": "app.css",
        "sha": "0" * 64,
        "section": "entry",
        "contact.visit_id": world.assigned.id,
        "offline.visit_id": world.assigned.id,
        "language": "en",
        "parked.visit_id": world.assigned.id,
        "round_": 1,
        "quarter": "2026Q3",
        "edition": 1,
        "sending.visit_id": world.assigned.id,
        "submission_id": UUID(int=world.assigned.id),
    }


OWN: dict[str, object] = {}
FOREIGN: dict[str, object] = {}
# What a page needs behind the question mark.
QUERIES = {"reporting.preview": {"quarter": "2026Q3", "what": "network", "locale": "pl"}}
# Parts that name a row by its id: taken from the other programme they must never be found.
IDS = {
    "visit_id",
    "wave_id",
    "region_id",
    "membership_id",
    "evidence_id",
    "number",
    "parked_id",
    "source_id",
    "log_id",
    "view_id",
}


def _address(app: App, rule: Rule, values: dict[str, object]) -> str:
    room = rule.endpoint.partition(".")[0]
    chosen = {}
    if rule.endpoint in QUERIES:
        chosen.update(QUERIES[rule.endpoint])
    for part in rule.arguments - set(rule.defaults or ()):
        for key in (f"{rule.endpoint}.{part}", f"{room}.{part}", part):
            if key in values:
                chosen[part] = values[key]
                break
        else:
            raise AssertionError(f"tests/house/test_routes.py does not know a value for <{part}> of {rule}")
    with app.test_request_context():
        return str(app.url_for(rule.endpoint, **chosen))


def _rules(app: App) -> list[Rule]:
    return list(app.url_map.iter_rules())


def _allowed(app: App, rule: Rule) -> frozenset[object]:
    return app.view_functions[rule.endpoint].allowed


def _inside(rule: Rule) -> bool:
    return "programme" in rule.arguments


def _snapshot(app: App) -> dict[str, int]:
    with app.database.reading() as session:
        counts = {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
            if name not in UNTOUCHED
        }
        counts["statuses"] = hash(tuple(session.execute(select(Visit.id, Visit.status)).all()))
    return counts


def test_every_route_declares_who_may_open_it(two: Two) -> None:
    for rule in _rules(two.app):
        allowed = getattr(two.app.view_functions[rule.endpoint], "allowed", None)
        assert allowed, f"{rule} does not declare who may open it"
        if _inside(rule) and rule.endpoint != "account.enter":
            assert allowed <= set(Role), rule


def test_nobody_comes_in_without_a_log_in(two: Two) -> None:
    nobody = Person(two.app)
    before = _snapshot(two.app)
    for rule in _rules(two.app):
        if _allowed(two.app, rule) & {EVERYBODY, BY_TOKEN}:
            continue
        path = _address(two.app, rule, OWN)
        for page in _both(nobody, rule, path):
            assert page.status == 303, (rule, page.status)
            assert str(page.location).startswith("/login"), rule
    assert _snapshot(two.app) == before


def _both(person: Person, rule: Rule, path: str) -> list[object]:
    pages = []
    if "GET" in (rule.methods or ()):
        pages.append(person.get(path))
    if "POST" in (rule.methods or ()):
        pages.append(person.post(path))
    return pages


@pytest.mark.parametrize("role", ROLES)
def test_pages_open_to_those_they_are_for_and_to_nobody_else(two: Two, role: Role) -> None:
    person = two.people[role]
    for rule in _rules(two.app):
        if not _inside(rule) or "GET" not in (rule.methods or ()) or rule.endpoint == "account.enter":
            continue
        page = person.get(_address(two.app, rule, OWN))
        if role in _allowed(two.app, rule):
            assert page.status in OPEN_STATES.get((rule.endpoint, role), {200, 303}), (rule, role, page.status)
        else:
            assert page.status == 403, (rule, role, page.status)


# Allowed to the role as such, but this very object lies outside the person's scope.
OPEN_STATES: dict[tuple[str, Role], set[int]] = {
    ("insight.region", Role.LOCATION_MANAGER): {404},
    ("insight.history", Role.REGIONAL_MANAGER): {404},  # the network's, when no region or location is named
    ("insight.history", Role.LOCATION_MANAGER): {404},
    ("evidence.photo", Role.AUDITOR): {200, 404},
    ("contact.download", Role.AUDITOR): {200, 404},
}


@pytest.mark.parametrize("role", ROLES)
def test_acts_are_refused_to_those_they_are_not_for_and_change_nothing(two: Two, role: Role) -> None:
    person = two.people[role]
    before = _snapshot(two.app)
    for rule in _rules(two.app):
        if not _inside(rule) or "POST" not in (rule.methods or ()) or role in _allowed(two.app, rule):
            continue
        page = person.post(_address(two.app, rule, OWN))
        assert page.status == 403, (rule, role, page.status)
    assert _snapshot(two.app) == before


@pytest.mark.parametrize("role", ROLES)
def test_ids_of_another_programme_do_not_exist(two: Two, role: Role) -> None:
    person = two.people[role]
    before = _snapshot(two.app)
    for rule in _rules(two.app):
        if not _inside(rule) or not rule.arguments & IDS or role not in _allowed(two.app, rule):
            continue
        path = _address(two.app, rule, {**OWN, **FOREIGN, "programme": HERE})
        for page in _both(person, rule, path):
            assert page.status == 404, (rule, role, page.status)
    assert _snapshot(two.app) == before


def test_another_programme_does_not_exist(two: Two) -> None:
    before = _snapshot(two.app)
    for rule in _rules(two.app):
        if not _inside(rule):
            continue
        for page in _both(two.outsider, rule, _address(two.app, rule, OWN)):
            assert page.status == 404, (rule, page.status)
            assert "Gdynia" not in page.html
    assert _snapshot(two.app) == before


@pytest.mark.parametrize("role", [Role.REGIONAL_MANAGER, Role.LOCATION_MANAGER])
def test_managers_never_see_who_the_auditor_is(two: Two, role: Role) -> None:
    person = two.people[role]
    secrets = [
        word
        for world in (two.own,)
        for member in (world.auditor, world.other)
        for word in (member.pseudonym, member.user.name, member.user.email)
    ]
    for rule in _rules(two.app):
        if not _inside(rule) or "GET" not in (rule.methods or ()) or rule.endpoint == "account.enter":
            continue
        path = _address(two.app, rule, OWN)
        for address in (path, f"{path}?format=csv"):
            page = person.get(address)
            found = [word for word in secrets if word and word.encode() in page.response.data]
            assert not found, (rule, role, found)


@pytest.mark.parametrize("role", [Role.REGIONAL_MANAGER, Role.LOCATION_MANAGER])
def test_managers_reach_their_own_places_only(two: Two, role: Role) -> None:
    person = two.people[role]
    assert person.get(f"/p/{HERE}/results/locations/L1").status == 200
    assert person.get(f"/p/{HERE}/results/locations/L2").status == 404
    assert person.get(f"/p/{HERE}/results/visits/{two.own.approved.id}").status == 200
    assert person.get(f"/p/{HERE}/results/visits/{two.own.approved_south.id}").status == 404
    assert person.get(f"/p/{HERE}/results/visits/{two.own.submitted.id}").status == 404  # not approved yet


def _tokens(two: Two) -> dict[str, str]:
    key, patch = "test", pytest.MonkeyPatch()
    made = TimestampSigner.get_timestamp
    with patch.context() as past:
        past.setattr(TimestampSigner, "get_timestamp", lambda signer: made(signer) - 30 * 86_400 - 60)
        expired = sending.make_token(key, two.own.assigned)
    return {
        "none": "",
        "guessed": "Bearer guess",
        "without its scheme": sending.make_token(key, two.own.assigned),
        "of another house": f"Bearer {sending.make_token('another', two.own.assigned)}",
        "expired": f"Bearer {expired}",
    }


def test_phones_come_in_by_a_good_token_only(two: Two) -> None:
    """With none, a wrong or an old one nothing happens; a log-in does not help; the token opens no page."""
    before = _snapshot(two.app)
    rules = [rule for rule in _rules(two.app) if BY_TOKEN in _allowed(two.app, rule)]
    assert {rule.endpoint for rule in rules} == {
        "sending.document",
        "sending.photo",
        "sending.log",
        "sending.send_contact",
    }
    for rule in rules:
        (method,) = (rule.methods or set()) - {"OPTIONS"}
        for client in (two.app.test_client(), two.people[Role.AUDITOR].client, two.people[Role.ADMINISTRATOR].client):
            for case, said in _tokens(two).items():
                path = _address(two.app, rule, OWN)
                answer = client.open(path, method=method, data=b"{}", headers={"Authorization": said})
                assert (answer.status_code, answer.mimetype) == (401, "application/json"), (rule, case)
                assert "WWW-Authenticate" not in answer.headers
    assert _snapshot(two.app) == before
    good = {"Authorization": f"Bearer {sending.make_token('test', two.own.assigned)}"}
    assert two.app.test_client().get(f"/p/{HERE}/visits", headers=good).status_code == 303


def test_a_token_opens_one_visit(two: Two) -> None:
    before = _snapshot(two.app)
    good = {"Authorization": f"Bearer {sending.make_token('test', two.own.assigned)}"}
    for other in (two.own.submitted, two.foreign.assigned):
        path = f"/api/v1/visits/{other.id}/photos/M10/{'0' * 64}"
        assert two.app.test_client().put(path, data=b"x", headers=good).status_code == 401
        body = {
            "id": str(UUID(int=7)), "visit": other.code, "round": 1, "checklist": "MINI-STORE 1", "rev": 1,
            "status": "draft", "started_at": "2026-08-12T08:00:00Z", "ended_at": None,
        }  # fmt: skip
        if other.code != two.own.assigned.code:
            answer = two.app.test_client().put(f"/api/v1/submissions/{UUID(int=7)}", json=body, headers=good)
            assert answer.status_code == 401
    assert _snapshot(two.app) == before


def test_routes_outside_programmes_are_known(two: Two) -> None:
    """A new public address is a decision: it is added here by hand."""
    public = {r.endpoint for r in _rules(two.app) if EVERYBODY in _allowed(two.app, r)}
    assert public == {
        "assets.serve",
        "offline.worker",
        "account.login",
        "account.forgot",
        "account.link",
        "account.language",
        "verification.verify",
        "verification.check",
    }
    signed_in = {r.endpoint for r in _rules(two.app) if SIGNED_IN in _allowed(two.app, r)}
    assert signed_in == {
        "account.home",
        "account.enter",
        "account.logout",
        "account.profile",
        "account.log_out_elsewhere",
    }
