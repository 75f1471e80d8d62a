"""The workbook of an edition: the values of its reports, the same bytes whenever it is opened.

The whole of it, which only the desk may open, is written with the publication, and the part of every manager by a job
right after it, in the language of each. The whole holds every value with all its digits, so it also tells whether
anything has changed since: another part is written when it is first opened, while the whole would still be written byte
for byte the same, and lies in storage from then on.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp.access import MANAGERS, Actor, actor_for, locations_for, regions_for
from auditapp.db import snapshot
from auditapp.i18n import speaking
from auditapp.jobs import Jobs, Kind
from auditapp.models import Location, Membership, Programme, Publication, Region, User
from auditapp.reporting import workbook
from auditapp.reporting.quarter import QuarterFacts, gather
from auditapp.reporting.workbook_sheets import Part
from auditapp.storage import Storage
from checklists.problems import Problem
from reports.periods import Quarter

KIND = "workbooks"
LOCALES = ("pl", "en")
WHOLE = Part(frozenset(), (), network=True)  # under what the desk's lies: all places, whichever they are
log = logging.getLogger("auditapp.reporting")


def part_of(session: Session, actor: Actor) -> Part:
    """Return what of a quarter somebody may open."""
    return Part(
        locations=frozenset(session.scalars(locations_for(actor).with_only_columns(Location.code))),
        regions=tuple(session.scalars(regions_for(actor).with_only_columns(Region.path).order_by(Region.path))),
        network=actor.sees_network,
    )


def keep(storage: Storage, publication: Publication, quarter: QuarterFacts) -> None:
    """Write the whole workbook of an edition in both languages; one that lies there already stays."""
    for locale in LOCALES:
        if _find(storage, publication, WHOLE, locale) is None:
            _put(storage, publication, WHOLE, locale, _write(quarter, _whole(quarter), locale, publication))


def read(
    session: Session, storage: Storage, programme: Programme, publication: Publication, part: Part, locale: str
) -> bytes:
    """Return the workbook of an edition, or somebody's part of it.

    Problem workbook_not_kept where it was never opened and cannot be made any more, because figures have changed.
    """
    kept = _find(storage, publication, part, locale)
    if kept is not None:
        return kept
    frozen = None if part.network else _find(storage, publication, WHOLE, locale)
    if frozen is not None:
        quarter = gather(session, programme, Quarter.parse(publication.quarter))
        if _write(quarter, _whole(quarter), locale, publication) == frozen:
            data = _write(quarter, part, locale, publication)
            _put(storage, publication, part, locale, data)
            return data
    raise Problem("workbook_not_kept", quarter=publication.quarter, edition=str(publication.edition))


def keep_parts(jobs: Jobs, key: str) -> None:
    """Write the part of every manager that is not kept yet, in the language of each.

    Nothing is written once the figures are no longer those of the edition: what is kept by then is what there is.
    """
    with jobs.database.transaction(write=False) as session:
        snapshot(session)
        publication = session.get(Publication, int(key))
        if publication is None:
            return
        programme = session.get_one(Programme, publication.programme_id)
        wanted = {
            (part, locale)
            for part, locale in _parts(session, programme)
            if _find(jobs.storage, publication, part, locale) is None
        }
        if not wanted:
            return
        quarter = gather(session, programme, Quarter.parse(publication.quarter))
    if _write(quarter, _whole(quarter), LOCALES[0], publication) != _find(jobs.storage, publication, WHOLE, LOCALES[0]):
        log.warning("edition %s of %s: figures have changed, no parts kept", publication.edition, publication.quarter)
        return
    for part, locale in wanted:
        _put(jobs.storage, publication, part, locale, _write(quarter, part, locale, publication))


def _parts(session: Session, programme: Programme) -> Iterator[tuple[Part, str]]:
    """Yield the part of every manager who may open some place, and the manager's language."""
    people = session.execute(
        select(User.id, User.name, User.locale)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.programme_id == programme.id,
            Membership.role.in_(MANAGERS),
            Membership.active,
            User.active,
        )
        .distinct()
    ).all()
    for id_, name, locale in people:
        actor = actor_for(session, id_, name, is_administrator=False, programme_code=programme.code)
        if actor is not None and not actor.sees_network:
            yield part_of(session, actor), locale


def _whole(quarter: QuarterFacts) -> Part:
    return Part(frozenset(quarter.facts.locations["location"].tolist()), quarter.regions, network=True)


def _write(quarter: QuarterFacts, part: Part, locale: str, publication: Publication) -> bytes:
    file = io.BytesIO()
    with speaking(locale):
        workbook.write(file, quarter, part, locale, publication.created_at, edition=publication.edition)
    return file.getvalue()


def _find(storage: Storage, publication: Publication, part: Part, locale: str) -> bytes | None:
    try:
        return storage.get(KIND, _key(publication, part, locale))
    except FileNotFoundError:
        return None


def _put(storage: Storage, publication: Publication, part: Part, locale: str, data: bytes) -> None:
    storage.put_as(KIND, _key(publication, part, locale), data)


def _key(publication: Publication, part: Part, locale: str) -> str:
    """Return under what the workbook lies: a part is of exactly these places, so that nobody gets another's."""
    places = ["*"] if part.network else [*sorted(part.locations), "", *part.regions]
    named = [publication.id, publication.record, locale, places]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def give_up(_jobs: Jobs, _session: Session, _key: str, _code: str) -> None:
    """Leave the parts to those who open them."""


JOB = Kind(keep_parts, give_up, timedelta(minutes=30))
