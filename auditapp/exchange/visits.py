"""Bring in visits that were made elsewhere, with their answers; and corrections to the answers of stored visits.

Files are read in pieces and answers go straight to the database, so that memory stays bounded. Completeness is judged
and scores are computed at the end, when every answer is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row as SqlRow
from sqlalchemy.orm import Session

from auditapp.exchange.answers import read_answers
from auditapp.exchange.findings import Findings
from auditapp.exchange.intake import COLUMN_OF, STATES, Intake, Progress, Version
from auditapp.exchange.rows import ImportResult, Line, Row, batched, numbered
from auditapp.exchange.scores import score_visits
from auditapp.models import Programme, Visit
from checklists.lifecycle import State
from checklists.model import VisitKind
from reports.periods import Quarter

VISIT_KINDS = tuple(kind.value for kind in VisitKind)


def import_visits(
    session: Session,
    programme: Programme,
    visits: Iterable[Mapping[str, str]],
    answers: Iterable[Mapping[str, str]],
    *,
    actor_id: int | None,
    now: datetime,
    progress: Progress | None = None,
) -> ImportResult:
    """Bring in rows of the tables `visits` and `answers`; Refused with every problem, and then nothing is stored.

    `progress` is told how many visits are done. The result counts rows of both tables.
    """
    return import_lines(
        session,
        programme,
        numbered("visits", visits),
        numbered("answers", answers),
        Findings(),
        actor_id=actor_id,
        now=now,
        progress=progress,
    )


def import_lines(
    session: Session,
    programme: Programme,
    visits: Iterable[Line],
    answers: Iterable[Line],
    findings: Findings,
    *,
    actor_id: int | None,
    now: datetime,
    progress: Progress | None = None,
) -> ImportResult:
    """As `import_visits`, for lines of files; problems of reading the files are in `findings`."""
    with session.begin_nested():
        intake = Intake(session, programme, findings, actor_id, now, progress)
        _read_visits(intake, visits)
        read_answers(intake, answers)
        score_visits(intake)
        findings.check()
    return ImportResult(intake.new, intake.changed, intake.unchanged)


def _read_visits(intake: Intake, lines: Iterable[Line]) -> None:
    for batch in batched(lines, 1000):
        rows = [Row(line, intake.findings) for line in batch]
        stored = intake.find([row.raw("visit") for row in rows])
        fresh: dict[str, tuple[Row, dict[str, object]]] = {}
        for row in rows:
            values = _visit_values(intake, row)
            code = row.raw("visit")
            if code and code in intake.seen:
                row.refuse("duplicate_id", "visit", value=code, first=intake.seen[code])
            intake.seen.setdefault(code, row.number)
            if not row.failed and code in stored:
                _compare(intake, row, values, stored[code])
            if row.failed:
                intake.refused.add(code)
            elif code not in stored:
                fresh[code] = (row, values)
        intake.insert(Visit, [values for _, values in fresh.values()])
        for code, visit in intake.find(list(fresh)).items():
            intake.remember(visit, fresh[code][0].file, fresh[code][0].number, new=True)
        intake.new += len(fresh)


def _visit_values(intake: Intake, row: Row) -> dict[str, object]:
    code = row.text("visit", 60)
    started = row.instant("started_at", required=True)
    ended, submitted = row.instant("ended_at"), row.instant("submitted_at")
    if started and ended and ended < started:
        row.refuse("window_backwards", "ended_at", start=started.isoformat(), end=ended.isoformat())
    version = _version(intake, row)
    shopper = row.text("shopper", 40)
    if shopper and shopper not in intake.shoppers:
        row.refuse("unknown_person", "shopper", value=shopper)
    location = row.text("location", 40)
    if location and location not in intake.locations:
        row.refuse("unknown_location", "location", value=location)
    location_id, zone = intake.locations.get(location, (None, ZoneInfo("UTC")))
    local_date = started.astimezone(zone).date() if started else None
    return {
        "programme_id": intake.programme_id,
        "code": code,
        "location_id": location_id,
        "checklist_version_id": version.id if version else None,
        "auditor_id": intake.shoppers.get(shopper),
        "channel": version.checklist.channel if version else None,
        "kind": row.one_of("visit_kind", VISIT_KINDS, VisitKind.REGULAR),
        "status": row.one_of("status", STATES, State.APPROVED),
        "started_at": started,
        "ended_at": ended,
        "submitted_at": submitted,
        "local_date": local_date,
        "quarter": _quarter(row, str(Quarter.of(local_date)) if local_date and location_id else None),
        "imported": True,
    }


def _version(intake: Intake, row: Row) -> Version | None:
    code, number = row.text("checklist", 40), row.whole("version")
    version = intake.by_code.get((code, number or 0))
    if number is None and not row.failed:
        row.refuse("empty_value", "version")
    elif version is None and code and number is not None:
        row.refuse("unknown_checklist", "checklist", value=code, version=number)
    elif version is not None:
        row.one_of("channel", (version.checklist.channel,), version.checklist.channel)
    return version


def _quarter(row: Row, expected: str | None) -> str | None:
    value = row.raw("quarter")
    if not value:
        return expected
    try:
        Quarter.parse(value)
    except ValueError:
        row.refuse("bad_quarter", "quarter", value=value)
    else:
        if expected is not None and value != expected:
            row.refuse("quarter_differs", "quarter", value=value, expected=expected)
    return expected


def _compare(intake: Intake, row: Row, values: Mapping[str, object], stored: SqlRow[Any]) -> None:
    """What happened is never rewritten. The status is left out: what was decided here stands."""
    for name, column in COLUMN_OF.items():
        if getattr(stored, name) != values[name]:
            row.refuse("differs_from_stored", column, value=row.raw(column))
    intake.unchanged += not row.failed
