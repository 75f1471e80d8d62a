"""Build the demo: everything comes in through the same services and imports that a real programme would use."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import documents
from auditapp.access import Actor, actor_for
from auditapp.account import service as account
from auditapp.demo import network
from auditapp.demo.pictures import draw_receipt, draw_shelf
from auditapp.demo.truth import Truth, draw_truth
from auditapp.demo.visits import WARSAW, VisitMaker, VisitRows
from auditapp.evidence import photos
from auditapp.evidence import service as evidence
from auditapp.exchange.tables import import_table
from auditapp.exchange.visits import import_visits
from auditapp.fieldwork import service as fieldwork
from auditapp.models import AnswerRow, ChecklistVersion, Location, Membership, Programme, User, Visit, Wave
from auditapp.programme import assignments, waves
from auditapp.programme.network import create_programme
from auditapp.review import service as review
from auditapp.storage import Storage
from auditapp.terminal import Instance
from checklists.lifecycle import State
from checklists.model import Channel, Checklist, Standard
from checklists.parse import shipped, shipped_documents
from reports.periods import Quarter

QUARTERS = 12
SHOPPERS = 36
PASSWORD = "lumo-demo-2026"  # noqa: S105 (printed for everybody who tries the demo)
SEED = 20261121
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class LogIn:
    """One log-in that the demo prints."""

    role: str
    email: str
    note: str


LOG_INS = (
    LogIn("administrator", "admin@lumo.example", "everything"),
    LogIn("programme manager", "program@lumo.example", "waves, people, import and export, reports"),
    LogIn("reviewer", "weryfikacja@lumo.example", "the queue of submitted visits"),
    LogIn("regional manager", "polnoc@lumo.example", "region Północ"),
    LogIn("location manager", "sklep@lumo.example", "one store in Gdynia"),
    LogIn("auditor", "audytor@lumo.example", "visits to fill in, on a phone"),
    LogIn("programme manager of the competitor programme", "program@rondo.example", "cannot see Lumo at all"),
)


def is_built(session: Session) -> bool:
    """Tell whether the instance already holds the demo."""
    return session.scalar(select(Programme.id).where(Programme.code == "lumo")) is not None


def build(instance: Instance, now: datetime, progress: Progress) -> Quarter:
    """Fill an empty, migrated instance with the demo; returns the last quarter that has ended."""
    random = Random(SEED)
    current = Quarter.of(now.date())
    first = current.previous(QUARTERS)
    standard, checklists = shipped()
    by_channel = {checklist.channel: checklist for checklist in checklists}
    places = network.locations(random)
    truth = draw_truth(
        random,
        [place.code for place in places],
        [criterion.code for criterion in standard.criteria],
        [f"TK-{number:03d}" for number in range(1, SHOPPERS + 1)],
        QUARTERS,
    )
    password = account.hash_password(PASSWORD)
    with instance.database.transaction() as session:
        lumo = create_programme(session, code="lumo", name="Lumo – dom i kuchnia", kind="own", actor_id=None, now=now)
        _documents(session, lumo, now)
        _network(session, lumo, places, first, now)
        _people(session, lumo, places, list(truth.severity), password, now)
    rows = VisitRows()
    maker = VisitMaker(random, truth, standard, by_channel, first)
    for number in range(QUARTERS):
        maker.quarter(places, number, rows)
        progress("Visits of twelve quarters", number + 1, QUARTERS)
    _low_scores(maker, places, rows, current)
    with instance.database.transaction() as session:
        lumo = _programme(session, "lumo")
        import_visits(
            session,
            lumo,
            rows.visits,
            rows.answers,
            actor_id=None,
            now=now,
            progress=lambda done: progress("Checking and scoring", done, len(rows.visits)),
        )
    with instance.database.transaction() as session:
        _photos(session, instance, random, now)
    with instance.database.transaction() as session:
        _open_wave(session, maker, places, current, now)
    with instance.database.transaction() as session:
        _rival(session, random, standard, by_channel, password, current, now)
    _keep_truth(instance, truth, places, by_channel, first)
    return current.previous()


def _programme(session: Session, code: str) -> Programme:
    return session.scalars(select(Programme).where(Programme.code == code)).one()


def _documents(session: Session, programme: Programme, now: datetime) -> None:
    for name, text in shipped_documents().items():
        documents.add_document(session, programme.id, text, name=name, actor_id=None, now=now)


def _network(
    session: Session, programme: Programme, places: list[network.DemoLocation], first: Quarter, now: datetime
) -> None:
    paths = network.regions()
    import_table(
        session,
        programme,
        "regions",
        [{"region": path, "name": path.rpartition("/")[2]} for path in paths],
        actor_id=None,
        now=now,
    )
    opened = first.bounds()[0] - timedelta(days=400)
    import_table(
        session, programme, "locations", [_location_row(place, opened) for place in places], actor_id=None, now=now
    )


def _location_row(place: network.DemoLocation, opened: date) -> dict[str, str]:
    return {
        "location": place.code,
        "name": place.name,
        "region": place.region,
        "format": place.format,
        "city": place.city,
        "lat": "" if place.lat is None else str(place.lat),
        "lon": "" if place.lon is None else str(place.lon),
        "timezone": "Europe/Warsaw",
        "attributes": ";".join(place.attributes),
        "footfall": str(place.footfall),
        "opened_on": opened.isoformat(),
        "closed_on": "",
    }


def _person(email: str, name: str, role: str, scope: str = "", pseudonym: str = "") -> dict[str, str]:
    return {"email": email, "name": name, "role": role, "scope": scope, "pseudonym": pseudonym, "locale": "pl"}


def _people(
    session: Session,
    programme: Programme,
    places: list[network.DemoLocation],
    shoppers: list[str],
    password: str,
    now: datetime,
) -> None:
    names = network.names(SHOPPERS + len(places) + 20)
    store = next(place for place in places if place.city == "Gdynia")
    rows = [
        _person("program@lumo.example", "Hanna Zielińska", "programme_manager"),
        _person("weryfikacja@lumo.example", "Robert Malec", "reviewer"),
        _person("polnoc@lumo.example", "Iwona Brzeska", "regional_manager", "Północ"),
        _person("sklep@lumo.example", "Karol Wilk", "location_manager", store.code),
    ]
    regions = [path for path in network.regions() if "/" not in path and path not in {"Północ", "Centrala"}]
    rows += [
        _person(f"region{number}@lumo.example", names.pop(), "regional_manager", path)
        for number, path in enumerate(regions, start=1)
    ]
    rows += [
        _person(f"{place.code.lower()}@lumo.example", names.pop(), "location_manager", place.code)
        for place in places
        if place.code != store.code
    ]
    rows += [
        _person(
            "audytor@lumo.example" if number == 0 else f"tk{number + 1:03d}@audyt.example",
            names.pop(),
            "auditor",
            pseudonym=pseudonym,
        )
        for number, pseudonym in enumerate(shoppers)
    ]
    import_table(session, programme, "people", rows, actor_id=None, now=now)
    session.add(
        User(email="admin@lumo.example", name="Administracja", is_administrator=True, created_at=now, locale="pl")
    )
    session.flush()
    _set_passwords(session, password)


def _set_passwords(session: Session, password: str) -> None:
    addresses = [log_in.email for log_in in LOG_INS]
    for user in session.scalars(select(User).where(User.email.in_(addresses))):
        user.password_hash = password
        for membership in user.memberships:
            membership.pending = False


def _low_scores(maker: VisitMaker, places: list[network.DemoLocation], rows: VisitRows, current: Quarter) -> None:
    """Two visits at the demo's store that went badly by bad luck: what an appeal is about."""
    store = next(place for place in places if place.city == "Gdynia")
    first_day, last_day = current.previous().bounds()
    for days in (11, 4):
        day = max(first_day, last_day - timedelta(days=days))
        start = datetime(day.year, day.month, day.day, 14, 20, tzinfo=UTC)
        maker.visit(store, Channel.STORE_VISIT, QUARTERS - 1, start, rows, luck=-1.9)


def _photos(session: Session, instance: Instance, random: Random, now: datetime) -> None:
    """Give the newest approved store visits a drawn receipt and shelf, through the same door as a phone's photos."""
    storage = Storage.open(instance.settings)
    newest = session.scalars(
        select(Visit)
        .where(Visit.channel == Channel.STORE_VISIT, Visit.status == State.APPROVED)
        .order_by(Visit.started_at.desc())
        .limit(24)
    ).all()
    for visit in newest:
        at = (visit.started_at or now).astimezone(WARSAW)
        for item, data in (("ST34", draw_receipt(random, visit.location.name, at)), ("ST08", draw_shelf(random))):
            photo = photos.accept_photo(data, limit=instance.settings.max_photo, max_pixels=50_000_000)
            evidence.keep_photo(session, storage, visit, item, photo, now)


def _open_wave(
    session: Session, maker: VisitMaker, places: list[network.DemoLocation], current: Quarter, now: datetime
) -> None:
    """Open this quarter's wave: visits to make, one begun, one asked back, some waiting for review."""
    lumo = _programme(session, "lumo")
    manager = _actor(session, "program@lumo.example", "lumo")
    wave = _wave(session, lumo, manager, current, now)
    versions = {
        Channel(row.channel): row
        for row in session.scalars(select(ChecklistVersion).where(ChecklistVersion.programme_id == lumo.id))
    }
    stores = [place for place in places if place.format == "store"]
    rows = VisitRows()
    for number in range(9):
        place = stores[(number * 7 + 3) % len(stores)]
        at = max(_start_of(current), (now - timedelta(days=2 + number)).replace(hour=13, minute=5 * number))
        maker.visit(
            place,
            Channel.STORE_VISIT,
            QUARTERS,
            at,
            rows,
            status="submitted",
            shopper="TK-001" if number == 0 else f"TK-{number + 2:03d}",
        )
    import_visits(session, lumo, rows.visits, rows.answers, actor_id=None, now=now, progress=None)
    session.flush()
    for row in session.scalars(select(Visit).where(Visit.code.in_([row["visit"] for row in rows.visits]))):
        row.wave_id = wave.id
    returned = session.scalars(select(Visit).where(Visit.code == rows.visits[0]["visit"])).one()
    _ask_back(session, returned, now)
    auditor = session.scalars(select(Membership).where(Membership.pseudonym == "TK-001")).one()
    errands = [
        (stores[0], Channel.STORE_VISIT),
        (stores[4], Channel.STORE_VISIT),
        (stores[6], Channel.STORE_VISIT),
        (places[-3], Channel.PHONE),
        (places[-3], Channel.CHAT),
        (places[-2], Channel.EMAIL),
        (places[-1], Channel.ONLINE_ORDER),
    ]
    begun, *_waiting = [
        _assign(session, manager, wave, place, versions[channel], auditor, now) for place, channel in errands
    ]
    started = max(_start_of(current), (now - timedelta(days=1)).replace(hour=15, minute=10))
    fieldwork.start(session, begun, started_at=started, new_id=uuid.UUID(int=1), actor_id=auditor.user_id, now=now)


def _start_of(quarter: Quarter) -> datetime:
    first = quarter.bounds()[0]
    return datetime(first.year, first.month, first.day, 9, 0, tzinfo=UTC)


def _actor(session: Session, email: str, programme: str) -> Actor:
    user = session.scalars(select(User).where(User.email == email)).one()
    actor = actor_for(session, user.id, user.name, user.is_administrator, programme)
    assert actor is not None  # noqa: S101 (the demo has just made this membership)
    return actor


def _wave(session: Session, programme: Programme, manager: Actor, quarter: Quarter, now: datetime) -> Wave:
    starts_on, ends_on = quarter.bounds()
    wave = waves.create_wave(
        session, manager, code=str(quarter), name=quarter.label("pl"), starts_on=starts_on, ends_on=ends_on, now=now
    )
    waves.record_notice(
        session,
        manager,
        wave,
        text="W tym kwartale sprawdzamy, jak działa nasz standard obsługi. Wyniki służą poprawie obsługi i szkoleniom, "
        "nie ocenie pojedynczych osób.",
        on=starts_on - timedelta(days=14),
        channel="intranet i zebrania zespołów",
        confirmed_by="Hanna Zielińska",
        now=now,
    )
    waves.open_wave(session, manager, wave, programme.kind, now)
    return wave


def _assign(
    session: Session,
    manager: Actor,
    wave: Wave,
    place: network.DemoLocation,
    version: ChecklistVersion,
    auditor: Membership,
    now: datetime,
) -> Visit:
    location = session.scalars(
        select(Location).where(Location.programme_id == manager.programme_id, Location.code == place.code)
    ).one()
    return assignments.assign(
        session,
        manager,
        wave,
        location,
        version,
        auditor,
        scenario="",
        kind="regular",
        window_from=wave.starts_on,
        window_to=wave.ends_on,
        now=now,
    )


def _ask_back(session: Session, visit: Visit, now: datetime) -> None:
    """Return a visit with two notes, the way a reviewer would."""
    reviewer = _actor(session, "weryfikacja@lumo.example", "lumo")
    answered = session.scalars(
        select(AnswerRow.item)
        .where(AnswerRow.visit_id == visit.id, AnswerRow.state == "answered")
        .order_by(AnswerRow.id)
    ).all()
    notes = {
        answered[3]: "Proszę sprawdzić tę odpowiedź: nie zgadza się z opisem wizyty.",
        answered[-1]: "Proszę dopisać, ile osób z obsługi było na sali.",
    }
    review.return_visit(session, visit, notes, actor=reviewer, now=now)


def _rival(
    session: Session,
    random: Random,
    standard: Standard,
    checklists: dict[Channel, Checklist],
    password: str,
    current: Quarter,
    now: datetime,
) -> None:
    """A small competitor programme with a manager of its own: the wall can be tried from both sides."""
    rondo = create_programme(
        session, code="rondo", name="Rondo – badanie konkurencji", kind="competitor", actor_id=None, now=now
    )
    _documents(session, rondo, now)
    places = [
        network.DemoLocation(code, name, region, "store", name.partition(",")[0], None, None, ("car_park",), 9000)
        for code, name, region in network.RIVALS
    ]
    import_table(session, rondo, "regions", [{"region": "Polska", "name": "Polska"}], actor_id=None, now=now)
    first = current.previous(2)
    import_table(
        session,
        rondo,
        "locations",
        [_location_row(place, first.bounds()[0]) for place in places],
        actor_id=None,
        now=now,
    )
    shoppers = ["RT-01", "RT-02", "RT-03", "RT-04"]
    rows = [_person("program@rondo.example", "Olga Rondo", "programme_manager")]
    rows += [
        _person(f"tk{n + 10:03d}@audyt.example", f"Audyt {n}", "auditor", pseudonym=p) for n, p in enumerate(shoppers)
    ]
    import_table(session, rondo, "people", rows, actor_id=None, now=now)
    _set_passwords(session, password)
    truth = draw_truth(random, [p.code for p in places], [c.code for c in standard.criteria], shoppers, 2)
    only = {Channel.STORE_VISIT: checklists[Channel.STORE_VISIT]}
    maker, made = VisitMaker(random, truth, standard, only, first), VisitRows()
    for number in range(2):
        maker.quarter(places, number, made)
    import_visits(session, rondo, made.visits, made.answers, actor_id=None, now=now, progress=None)


def _keep_truth(
    instance: Instance,
    truth: Truth,
    places: list[network.DemoLocation],
    checklists: dict[Channel, Checklist],
    first: Quarter,
) -> None:
    """Write what the visits were drawn from, so that every statistic can be judged against it."""
    channels = {"store": Channel.STORE_VISIT, "contact_centre": Channel.PHONE, "online_shop": Channel.ONLINE_ORDER}
    with (instance.settings.dir / "demo-truth.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["location", "quarter", "channel", "true_level", "planned_shift"])
        for place in places:
            channel = channels[place.format]
            for number in range(QUARTERS):
                level = truth.expected_score(checklists[channel], place.code, number, frozenset(place.attributes))
                writer.writerow(
                    [place.code, str(first.next(number)), channel.value, repr(level), truth.shift[place.code]]
                )
    with (instance.settings.dir / "demo-shoppers.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["shopper", "severity_logit"])
        writer.writerows((name, repr(value)) for name, value in truth.severity.items())
