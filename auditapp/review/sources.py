"""What the reviewer reads of a chat, an e-mail thread or a call: its messages as text and the times with their ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from auditapp.wording import duration_words, range_words
from checklists.agreement import Span
from checklists.answers import quantity
from checklists.chat_lines import Doubt
from checklists.contacts import Message, Part, decides, guess_parts
from checklists.model import Answer, Checklist, ItemType
from checklists.problems import Problem
from checklists.sources import SourceKind, read_call
from checklists.transcripts import Transcript


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
    doubts: Sequence[Doubt] = ()
    span: Span | None = None
    replaced: bool = False

    @property
    def taken_over(self) -> dict[str, str]:
        """Return the answers taken from it in words, by item; one that is no duration as it was typed."""
        return {
            code: duration_words(quantity(ItemType.DURATION, value)) if value.count(":") == 2 else value
            for code, value in self.used.items()
        }

    @property
    def unread(self) -> list[Doubt]:
        """Return the lines where a message may begin that was not understood."""
        return [doubt for doubt in self.doubts if doubt.begins]

    @property
    def inside(self) -> list[Doubt]:
        """Return the lines that hold a time in their sentence."""
        return [doubt for doubt in self.doubts if not doubt.begins]


@dataclass(frozen=True, slots=True)
class Beside:
    """What a contact says beside an answer that was taken from it: the measured time in words.

    `decides`: the points differ within its range; `outside`: the answer does not lie in the range.
    """

    words: str
    decides: bool
    outside: bool


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


def beside(files: Sequence[SourceFile], checklist: Checklist, answers: Mapping[str, Answer]) -> dict[str, Beside]:
    """Return by item what the contacts say beside the answers taken from them, where they leave it open or differ."""
    found: dict[str, Beside] = {}
    for file in files:
        measured = {time["measure"]: time for time in file.rows[0].measured.get("times", [])}
        for item in checklist.items:
            time, answer = measured.get(item.measure), answers.get(item.code)
            if time is None or file.replaced or item.code not in file.used or answer is None or not answer.value:
                continue
            low, high = time["low"], time["high"]
            outside = not low <= quantity(item.type, answer.value) <= high
            if outside or low < high:
                words = range_words(low, high, time["seconds"])
                found[item.code] = Beside(words, decides(item, low, high), outside)
    return found


def odd_times(
    visit: Visit, files: Sequence[SourceFile], checklist: Checklist, answers: Mapping[str, Answer]
) -> list[str]:
    """Return in words which times of the contacts, of the visit and of its answers do not fit together."""
    if visit.started_at is None:
        return []
    told = Span(visit.started_at, visit.ended_at)
    spans = [file.span for file in files if file.span is not None and not file.replaced]
    return sources.odd_times(visit, told, spans, checklist, answers)


def _replaces(later: SourceFile, file: SourceFile) -> bool:
    """Tell whether the times of one reading were used after those of another and for the same questions."""
    if later.confirmed_at is None or file.confirmed_at is None:
        return False
    return later.confirmed_at > file.confirmed_at and not later.used.keys().isdisjoint(file.used)


def _file(storage: Storage, visit: Visit, rows: Sequence[Source]) -> SourceFile:
    kind, measured = SourceKind(rows[0].kind), rows[0].measured
    times = [_told(time) for time in measured.get("times", [])]
    files, problem, said = list[tuple[str, bytes]](), None, Transcript(())
    try:
        files = sources.files_of(storage, rows)
        said = sources.transcript_in(visit, rows, files)
    except Problem as found:  # one lost file must not hide the visit
        problem = found
    parts = guess_parts(said.messages) | {who: Part(part) for who, part in measured.get("parts", {}).items()}
    call = read_call(files[0][1] if files else b"") if kind is SourceKind.CALL else ()
    began = visit.started_at
    span = sources.span_in(visit, said.messages, parts, call, Span(began, visit.ended_at)) if began else None
    return SourceFile(
        rows=rows,
        kind=kind,
        lines=[_line(message, parts, times, ZoneInfo(visit.location.timezone)) for message in said.messages],
        times=times,
        call=call,
        bot=bool(measured.get("bot")) or Part.BOT in parts.values(),
        used=measured.get("used", {}),
        confirmed_at=rows[0].confirmed_at,
        late=visit.submitted_at is not None and rows[0].created_at > visit.submitted_at,
        problem=problem,
        doubts=said.doubts,
        span=span,
    )


def _told(time: dict[str, Any]) -> Told:
    low, high = time["low"], time["high"]
    return Told(time["measure"], range_words(low, high, time["seconds"]), low == high, time["start"], time["end"])


def _line(message: Message, parts: dict[str, Part], times: Sequence[Told], zone: ZoneInfo) -> Line:
    return Line(
        message=message,
        part=parts.get(message.who, Part.PERSON),
        time=sources.clock(message, zone),
        marks=tuple(time.measure for time in times if message.number in (time.start, time.end)),
    )
