"""What the reviewer reads of a chat, an e-mail thread or a call: its messages as text and the times with their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import sources
from auditapp.models import Source, Visit
from auditapp.storage import Storage
from auditapp.wording import range_words
from checklists.contacts import Message, Part, guess_parts
from checklists.problems import Problem
from checklists.sources import SourceKind, read_call


@dataclass(frozen=True, slots=True)
class Told:
    """One measured time in words, from message `start` to message `end` (of a call: its steps)."""

    measure: str
    words: str
    exact: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """One message with who wrote it; `marks` are the measures that begin or end with it."""

    message: Message
    part: Part
    time: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One reading beside its visit. `problem`: it cannot be read any more; `call` are the times of a call as typed.

    `used` are the answers taken from it, as the auditor confirmed them; `replaced`: a later reading gave them.
    `late`: it came after the visit was sent.
    """

    rows: Sequence[Source]
    kind: SourceKind
    lines: Sequence[Line]
    times: Sequence[Told]
    call: Sequence[str]
    bot: bool
    used: dict[str, str]
    confirmed_at: datetime | None
    late: bool
    problem: Problem | None
    replaced: bool = False


def sources_of(session: Session, storage: Storage, visit: Visit) -> list[SourceFile]:
    """Return the sources of a visit that were not taken out, in the order they came."""
    rows = session.scalars(
        select(Source).where(Source.visit_id == visit.id, Source.removed_at.is_(None)).order_by(Source.id)
    ).all()
    readings: dict[UUID, list[Source]] = {}
    for row in rows:
        readings.setdefault(row.reading, []).append(row)
    files = [_file(storage, visit, together) for together in readings.values()]
    return [replace(file, replaced=any(_replaces(later, file) for later in files)) for file in files]


def _replaces(later: SourceFile, file: SourceFile) -> bool:
    """Tell whether the times of one reading were used after those of another and for the same questions."""
    if later.confirmed_at is None or file.confirmed_at is None:
        return False
    return later.confirmed_at > file.confirmed_at and not later.used.keys().isdisjoint(file.used)


def _file(storage: Storage, visit: Visit, rows: Sequence[Source]) -> SourceFile:
    kind, measured = SourceKind(rows[0].kind), rows[0].measured
    times = [_told(time) for time in measured.get("times", [])]
    files, problem, messages = list[tuple[str, bytes]](), None, tuple[Message, ...]()
    try:
        files = sources.files_of(storage, rows)
        messages = sources.messages_in(visit, rows, files)
    except Problem as found:  # one lost file must not hide the visit
        problem = found
    parts = guess_parts(messages) | {who: Part(part) for who, part in measured.get("parts", {}).items()}
    return SourceFile(
        rows=rows,
        kind=kind,
        lines=[_line(message, parts, times, ZoneInfo(visit.location.timezone)) for message in messages],
        times=times,
        call=read_call(files[0][1] if files else b"") if kind is SourceKind.CALL else (),
        bot=bool(measured.get("bot")) or Part.BOT in parts.values(),
        used=measured.get("used", {}),
        confirmed_at=rows[0].confirmed_at,
        late=visit.submitted_at is not None and rows[0].created_at > visit.submitted_at,
        problem=problem,
    )


def _told(time: dict[str, Any]) -> Told:
    low, high = time["low"], time["high"]
    return Told(time["measure"], range_words(low, high), low == high, time["start"], time["end"])


def _line(message: Message, parts: dict[str, Part], times: Sequence[Told], zone: ZoneInfo) -> Line:
    return Line(
        message=message,
        part=parts.get(message.who, Part.PERSON),
        time=sources.clock(message, zone),
        marks=tuple(time.measure for time in times if message.number in (time.start, time.end)),
    )
