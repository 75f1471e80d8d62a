"""Making a quarter public: what it is made of is frozen, its reports are built from that and ordered for printing.

Two steps. `publish` freezes the record in the request; the job `publication` reads the quarter in one snapshot, makes
sure that it is still the one that was frozen, and stores what every report is printed from (`printing` does the rest).
A report is ordered where none stands or what would be printed has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from auditapp import few_shoppers, journal
from auditapp.access import inside_region
from auditapp.db import insert_rows, looking, snapshot
from auditapp.jobs import Jobs, Kind
from auditapp.models import IssuedReport, Location, OrderedReport, Programme, Publication, Region, WithdrawnReport
from auditapp.reporting import drafts, printing, queries, record, workbook_edition
from auditapp.reporting.build_location import build_location
from auditapp.reporting.build_network import build_network
from auditapp.reporting.build_region import build_region
from auditapp.reporting.drafts import Draft
from auditapp.reporting.quarter import QuarterFacts, gather
from checklists.problems import Problem
from reports.corrections import Correction
from reports.periods import Quarter

LOCALES = ("pl", "en")
KINDS = ("location", "region", "network")
LONGEST_NOTE = 500
_ORDERED = OrderedReport.metadata.tables["ordered_report"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reports of a quarter: kinds and languages; `region` (a path) or `location` (a code) narrows them."""

    locales: tuple[str, ...] = ("pl",)
    kinds: tuple[str, ...] = KINDS
    region: str = ""
    location: str = ""


def _is_known(session: Session, programme_id: int, quarter: Quarter, sha: str) -> bool:
    mine = (Publication.programme_id == programme_id, Publication.quarter == str(quarter))
    return session.scalar(select(Publication.id).where(*mine, Publication.record == sha).limit(1)) is not None


def find_last(session: Session, programme_id: int, quarter: Quarter) -> Publication | None:
    """Return the newest edition of a quarter, None while it is not public."""
    return session.scalar(
        select(Publication)
        .where(Publication.programme_id == programme_id, Publication.quarter == str(quarter))
        .order_by(Publication.edition.desc())
        .limit(1)
    )


def publish(
    session: Session,
    jobs: Jobs,
    programme: Programme,
    quarter: Quarter,
    wanted: Wanted,
    *,
    note: str = "",
    actor_id: int | None,
    now: datetime,
) -> Publication:
    """Freeze a quarter and order its reports; the same figures as before are the same edition.

    The same order again while it is being made is that order, and what was put off after an error is due at once.
    Problem nothing_to_report, publication_running while other reports of the quarter are being made, note_missing when
    the figures of a public quarter have changed and nobody says why.
    """
    estimated = None
    with looking(session):
        frozen = record.build_record(session, programme, quarter)
        if not _is_known(session, programme.id, quarter, frozen.sha):
            estimated = few_shoppers.estimate(session, programme.id, quarter)
    if not frozen.counted:
        raise Problem("nothing_to_report", quarter=str(quarter))
    jobs.storage.put_as(record.KIND, frozen.sha, frozen.packed())  # before anybody has to wait
    session.scalar(select(Programme.id).where(Programme.id == programme.id).with_for_update())  # one after the other
    last = find_last(session, programme.id, quarter)
    if last is not None and last.ended_at is None:
        if last.record == frozen.sha and msgspec.convert(last.wanted, Wanted) == wanted:
            _ask_for_what_is_left(session, jobs, last)
            return last
        raise Problem("publication_running", quarter=str(quarter))
    if last is not None and last.problem and not _came_to_reports(session, last):
        session.delete(last)
        session.flush()
        last = find_last(session, programme.id, quarter)
    if last is not None and last.record == frozen.sha:
        publication = last
        publication.orders, publication.ordered_at = last.orders + 1, now
        publication.prepared_at = publication.ended_at = None
        publication.wanted, publication.problem = msgspec.to_builtins(wanted), ""
    else:
        note = " ".join(note.split())[:LONGEST_NOTE]
        if last is not None and not note:
            raise Problem("note_missing", quarter=str(quarter))
        # Estimated again only where the edition that was known is gone meanwhile, or no longer the last one.
        estimated = estimated or few_shoppers.estimate(session, programme.id, quarter)
        shoppers, effects = few_shoppers.freeze(*estimated)
        publication = Publication(
            programme_id=programme.id,
            quarter=str(quarter),
            edition=last.edition + 1 if last is not None else 1,
            note=note if last is not None else "",
            parameters=frozen.values["parameters"],
            weights=frozen.values["weights"],
            shoppers=shoppers,
            effects=effects,
            record=frozen.sha,
            counted=frozen.counted,
            left_out=frozen.left_out,
            wanted=msgspec.to_builtins(wanted),
            orders=1,
            problem="",
            created_at=now,
            ordered_at=now,
            author_id=actor_id,
        )
        session.add(publication)
    session.flush()
    journal.write(
        session,
        programme_id=programme.id,
        actor_id=actor_id,
        now=now,
        act="publish",
        subject="publication",
        subject_id=publication.id,
        quarter=str(quarter),
        edition=publication.edition,
        record=frozen.sha,
        wanted=msgspec.to_builtins(wanted),
        **({"note": publication.note} if publication.note else {}),
    )
    _ask_for_what_is_left(session, jobs, publication)
    return publication


def _came_to_reports(session: Session, publication: Publication) -> bool:
    ordered = select(OrderedReport.id).where(OrderedReport.publication_id == publication.id).limit(1)
    return session.scalar(ordered) is not None


def prepare(jobs: Jobs, key: str) -> None:
    """Build and order the reports that a publication wants; done already: nothing happens.

    Problem changed_meanwhile when the quarter is no longer what was frozen, nothing_to_report, location_not_visited.
    """
    id_, orders = map(int, key.split("."))
    with jobs.database.transaction(write=False) as session:
        snapshot(session)
        publication = session.get(Publication, id_)
        if publication is None or publication.orders != orders or publication.ended_at is not None:
            return
        programme, quarter = session.get_one(Programme, publication.programme_id), Quarter.parse(publication.quarter)
        if record.build_record(session, programme, quarter).sha != publication.record:
            raise Problem("changed_meanwhile", quarter=publication.quarter)
        wanted = msgspec.convert(publication.wanted, Wanted)
        rows, gone = _orders(jobs, session, programme, publication, wanted)
    with jobs.database.transaction() as session:
        held = session.get_one(Publication, id_, with_for_update=True)
        if held.orders != orders or held.prepared_at is not None:
            return  # somebody else was quicker
        _forget_failed(session, held, rows)
        insert_rows(session, _ORDERED, rows)
        _withdraw(session, jobs, held, gone)
        held.prepared_at = jobs.clock()
        session.flush()
        _ask_for_what_is_left(session, jobs, held)
        jobs.ask(session, "workbooks", str(held.id), programme_id=held.programme_id)
        printing.end_if_done(session, jobs, held)


def _ask_for_what_is_left(session: Session, jobs: Jobs, publication: Publication) -> None:
    """Have a publication prepared, or the reports printed that it has still to print."""
    if publication.prepared_at is None:
        key = f"{publication.id}.{publication.orders}"
        jobs.ask(session, "publication", key, programme_id=publication.programme_id)
        return
    left = select(OrderedReport.id).where(
        OrderedReport.publication_id == publication.id,
        OrderedReport.issued_id.is_(None),
        OrderedReport.problem == "",
    )
    keys = [str(key) for key in session.scalars(left)]
    jobs.ask_many(session, "report", keys, programme_id=publication.programme_id)


def _orders(
    jobs: Jobs,
    session: Session,
    programme: Programme,
    publication: Publication,
    wanted: Wanted,
) -> tuple[list[dict[str, object]], list[IssuedReport]]:
    """Return the rows of the reports to print, with everything each is printed from in storage, and those withdrawn.

    A new edition looks at whatever was issued before, too: what stands must not have the figures of another edition.
    """
    quarter, rows, built = Quarter.parse(publication.quarter), [], set()
    before = queries.newest_issues(session, programme.id, quarter)
    others = before if publication.edition > 1 and publication.orders == 1 else {}
    gathered, kept = gather(session, programme, quarter), drafts.kept_inputs(session, programme.id, quarter)
    workbook_edition.keep(jobs.storage, publication, gathered)
    for draft in build_drafts(session, programme, gathered, wanted, others):
        built.add(draft.same)
        standing = before.get(draft.same)
        if (
            standing is not None
            and standing.withdrawn is None
            and (standing.fingerprint == draft.fingerprint or standing.publication_id == publication.id)
        ):
            continue  # an edition has each report once
        correction = None
        if standing is not None:
            correction = Correction(
                issue=standing.issue,
                issued_on=standing.created_at.date(),
                reason=publication.note,
                changes=drafts.changes(jobs.storage, kept.get(standing.id), draft),
            )
        issue = standing.issue + 1 if standing is not None else 1
        number = drafts.number_of(programme, quarter, draft, issue)
        rows.append(
            {
                "publication_id": publication.id,
                "order": publication.orders,
                "number": number,
                "kind": draft.kind,
                "location_id": draft.location_id,
                "region_id": draft.region_id,
                "locale": draft.locale,
                "issue": issue,
                "fingerprint": draft.fingerprint,
                "inputs": drafts.keep_inputs(jobs.storage, draft, number, correction, base_url=jobs.settings.base_url),
                "problem": "",
            }
        )
    return rows, [report for same, report in others.items() if same not in built and report.withdrawn is None]


def _withdraw(session: Session, jobs: Jobs, publication: Publication, reports: Sequence[IssuedReport]) -> None:
    """Take back reports of places in which no visit counts any more: nothing can be issued in their place."""
    now = jobs.clock()
    for report in reports:
        session.add(WithdrawnReport(issued_id=report.id, publication_id=publication.id, created_at=now))
        journal.write(
            session,
            programme_id=publication.programme_id,
            actor_id=publication.author_id,
            now=now,
            act="withdraw",
            subject="report",
            subject_id=report.number,
            edition=publication.edition,
        )


def preview(session: Session, jobs: Jobs, programme: Programme, quarter: Quarter, wanted: Wanted) -> bytes:
    """Return the first report that is wanted as it would be issued now, marked as a preview; nothing is kept.

    Problem nothing_to_report, location_not_visited; ReportProblem when it cannot be printed.
    """
    gathered = gather(session, programme, quarter, anew=True)
    draft = next(build_drafts(session, programme, gathered, wanted), None)
    if draft is None:
        raise Problem("nothing_to_report", quarter=str(quarter))
    return printing.print_draft(jobs, draft)


def print_again(session: Session, jobs: Jobs, publication: Publication) -> None:
    """Try to print once more what could not be printed."""
    failed = session.scalars(
        select(OrderedReport)
        .where(OrderedReport.publication_id == publication.id, OrderedReport.problem != "")
        .with_for_update()
    ).all()
    if not failed:
        return
    publication.orders += 1
    for order in failed:
        order.problem, order.order = "", publication.orders
    publication.ordered_at = publication.prepared_at = jobs.clock()
    publication.ended_at = None
    jobs.ask_many(session, "report", [str(order.id) for order in failed], programme_id=publication.programme_id)


def build_drafts(
    session: Session,
    programme: Programme,
    gathered: QuarterFacts,
    wanted: Wanted,
    others: Collection[drafts.Same] = (),
) -> Iterator[Draft]:
    """Yield every report that is wanted, in each language, and the `others`, one after the other: a thousand would not
    fit in memory.

    Locations and regions without a visit that counts have none; Problem location_not_visited for the only one wanted.
    """
    visited = {row.location for row in gathered.frame.comparison.rows if row.channel and row.n}
    places = gathered.facts.locations
    homes = set(places.loc[places["location"].isin(visited), "region"])
    for place, locales in _subjects(session, programme, wanted, others):
        match place:
            case Location() if place.code in visited:
                report = build_location(gathered, place.code)
                yield from (drafts.of_location(place, report, locale) for locale in locales)
            case Location() if place.code == wanted.location:
                raise drafts.not_visited(place, gathered.facts.quarter)
            case Region() if any(path == place.path or path.startswith(place.path + "/") for path in homes):
                area = build_region(gathered, place.path)
                yield from (drafts.of_region(place, area, locale) for locale in locales)
            case None:
                network = build_network(gathered)
                yield from (drafts.of_network(network, locale) for locale in locales)


def _subjects(
    session: Session, programme: Programme, wanted: Wanted, others: Collection[drafts.Same] = ()
) -> Iterator[tuple[Location | Region | None, list[str]]]:
    """Yield what reports are about (None: the network) and in which languages: those wanted, and the `others`."""
    asked = {drafts.about(place) for place in _places(session, programme, wanted)}
    for place in _places(session, programme, Wanted()) if others else _places(session, programme, wanted):
        about = drafts.about(place)
        locales = [
            locale for locale in LOCALES if (about in asked and locale in wanted.locales) or (*about, locale) in others
        ]
        if locales:
            yield place, locales


def _places(session: Session, programme: Programme, wanted: Wanted) -> Iterator[Location | Region | None]:
    if "location" in wanted.kinds:
        yield from session.scalars(_locations(programme, wanted)).all()
    if "region" in wanted.kinds and not wanted.location:
        yield from session.scalars(_regions(programme, wanted)).all()
    if "network" in wanted.kinds and not (wanted.location or wanted.region):
        yield None


def _locations(programme: Programme, wanted: Wanted) -> Select[Location]:
    query = select(Location).where(Location.programme_id == programme.id).order_by(Location.code)
    if wanted.location:
        return query.where(Location.code == wanted.location)
    if wanted.region:
        return query.where(Location.region_id.in_(select(Region.id).where(inside_region(wanted.region))))
    return query


def _regions(programme: Programme, wanted: Wanted) -> Select[Region]:
    query = select(Region).where(Region.programme_id == programme.id).order_by(Region.path)
    return query.where(inside_region(wanted.region)) if wanted.region else query


def _forget_failed(session: Session, publication: Publication, rows: Sequence[dict[str, object]]) -> None:
    """Take out of the way what this publication ordered before and could not print: it is ordered anew."""
    numbers = [row["number"] for row in rows]
    for start in range(0, len(numbers), 500):
        session.execute(
            delete(OrderedReport).where(
                OrderedReport.publication_id == publication.id,
                OrderedReport.issued_id.is_(None),
                OrderedReport.number.in_(numbers[start : start + 500]),
            )
        )


def wanted_standing(session: Session, programme_id: int, quarter: Quarter, wanted: Wanted) -> list[IssuedReport]:
    """Return the reports in force among those wanted."""
    programme = session.get_one(Programme, programme_id)
    asked = {drafts.about(place) for place in _places(session, programme, wanted)}
    return [
        report
        for (*about, locale), report in queries.newest_issues(session, programme_id, quarter).items()
        if tuple(about) in asked and locale in wanted.locales and report.withdrawn is None
    ]


def give_up(jobs: Jobs, session: Session, key: str, code: str) -> None:
    """Note why the reports could not be prepared; nothing of this order was issued."""
    id_, orders = map(int, key.split("."))
    session.execute(
        update(Publication)
        .where(Publication.id == id_, Publication.orders == orders, Publication.ended_at.is_(None))
        .values(problem=code[:60], ended_at=jobs.clock())
    )


JOB = Kind(prepare, give_up, timedelta(minutes=20))
