"""All reports of a quarter at once: read and build once, print in processes, record in one short transaction."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from auditapp.models import Location
from auditapp.reporting import queries, service
from auditapp.storage import Storage
from auditapp.terminal import Instance, get_programme, now
from checklists.problems import Problem, at
from reports.pdf import Job, render_many
from reports.periods import Quarter


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a bulk issue: numbers newly issued, numbers that stood already, and what failed and why."""

    issued: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]


def issue_quarter(
    instance: Instance,
    programme_code: str | None,
    quarter: Quarter,
    *,
    locales: Sequence[str] = ("pl",),
    kinds: Sequence[str] = ("location", "network"),
    location: str | None = None,
    out: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    processes: int | None = None,
) -> Outcome:
    """Issue the reports of a quarter; one that fails does not stop the others.

    `location` is a code (all when None), `out` a folder that gets a copy of every report. Problem unknown_location or
    nothing_to_report, location_not_visited where the one location has no visits.
    """
    storage = Storage.open(instance.settings)
    with instance.database.transaction(write=False) as session:
        programme = get_programme(session, programme_code)
        query = select(Location).where(Location.programme_id == programme.id).order_by(Location.code)
        places = session.scalars(query if location is None else query.where(Location.code == location)).all()
        if location is not None and not places:
            raise Problem("unknown_location", at(field="location"), value=location)
        drafts = service.draft_reports(
            session,
            programme,
            quarter,
            locations=places if "location" in kinds else [],
            network="network" in kinds and location is None,
            locales=locales,
        )
        programme_id = programme.id
        if location is not None and not drafts:
            raise service.not_visited(places[0], quarter)
    if not drafts:
        raise Problem("nothing_to_report", quarter=str(quarter))
    fresh = {draft.number: draft for draft in drafts if draft.existing is None}
    done, failed = {}, []
    jobs = (
        Job(draft.number, draft.report, draft.number, draft.locale, queries.read_pictures(storage, draft.report))
        for draft in fresh.values()
    )
    for count, printed in enumerate(render_many(jobs, processes or os.cpu_count() or 1), start=1):
        if printed.data is None:
            failed.append((printed.key, printed.problem))
        else:
            done[printed.key] = printed.data
        if progress is not None:
            progress(count, len(fresh))
    with instance.database.transaction() as session:
        for number in sorted(done):
            service.keep(session, storage, programme_id, quarter, fresh[number], done[number], actor_id=None, now=now())
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for draft in drafts:
            data = done.get(draft.number)
            if data is None and draft.existing is not None:
                data = storage.get(service.KIND, draft.existing.sha256)
            if data is not None:
                (out / f"{draft.number}.pdf").write_bytes(data)
    unchanged = tuple(draft.number for draft in drafts if draft.existing is not None)
    return Outcome(tuple(sorted(done)), unchanged, tuple(failed))
