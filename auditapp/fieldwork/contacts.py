"""The contact itself as a source: keep a chat, e-mails or the times of a call, measure them, answer with them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auditapp import sources
from auditapp.access import Actor, visits_for
from auditapp.convert import checklist_of
from auditapp.fieldwork import documents, service
from auditapp.fieldwork.service import Typed
from auditapp.models import Source, Visit
from auditapp.sources import KIND, day_of, files_of, read_once, span_in, transcript_in
from auditapp.storage import Storage
from checklists.agreement import Span
from checklists.answers import check, clean
from checklists.chat_lines import Doubt
from checklists.contacts import (
    Measured,
    Message,
    Part,
    Participant,
    decides,
    guess_parts,
    guess_request,
    measure,
    measure_call,
    participants,
)
from checklists.lifecycle import State
from checklists.model import Channel, Checklist, Item
from checklists.problems import Problem
from checklists.sources import SourceKind, read_call

LIMIT = 2**20  # bytes of one file
FILES = 10  # read together
PER_VISIT = 30
NAME_LENGTH = 120
KINDS = {Channel.CHAT: SourceKind.CHAT, Channel.EMAIL: SourceKind.EMAIL, Channel.PHONE: SourceKind.CALL}
CLOSED = (State.APPROVED, State.REJECTED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the auditor says: who the participants are, in their order, and where they asked for a person.

    Empty `parts` leave it to the guess, which is also what `asked` None does.
    """

    parts: tuple[str, ...] = ()
    asked: int | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """A measured time and a question that it answers. `decides`: within its range the points differ."""

    item: Item
    measured: Measured
    decides: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A source as it was read: what it says, who wrote, and the times it tells. `call` are its times as typed.

    `aside` and `doubts` are lines of a chat as in `checklists.transcripts`.
    """

    id: UUID
    kind: SourceKind
    rows: Sequence[Source]
    messages: tuple[Message, ...]
    people: tuple[Participant, ...]
    asked: int | None
    times: tuple[Measured, ...]
    uses: tuple[Use, ...]
    call: tuple[str, str, str]
    aside: tuple[tuple[int, str], ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def own(self) -> list[Message]:
        """Return the auditor's own messages."""
        mine = {person.who for person in self.people if person.part is Part.ME}
        return [message for message in self.messages if message.who in mine]

    @property
    def unread(self) -> list[Doubt]:
        """Return the lines where a message may begin that was not understood."""
        return [doubt for doubt in self.doubts if doubt.begins]

    @property
    def inside(self) -> list[Doubt]:
        """Return the lines that hold a time in their sentence."""
        return [doubt for doubt in self.doubts if not doubt.begins]

    @property
    def with_bot(self) -> bool:
        return any(person.part is Part.BOT for person in self.people)

    @property
    def confirmed_at(self) -> datetime | None:
        return self.rows[0].confirmed_at

    def message(self, number: int) -> Message:
        return self.messages[number - 1]


def find_kind(visit: Visit) -> SourceKind | None:
    """Return what the source of a visit is, or None in a channel that leaves none behind."""
    return KINDS.get(Channel(visit.channel))


def get_kind(visit: Visit) -> SourceKind:
    """Return what the source of a visit is; Problem not_found in a channel that leaves none behind."""
    kind = find_kind(visit)
    if kind is None:
        raise Problem("not_found")
    return kind


def keep(
    session: Session, storage: Storage, visit: Visit, files: Sequence[tuple[str, bytes]], *, new_id: UUID, now: datetime
) -> Sequence[Source]:
    """Keep the files (name, bytes) of one contact, once they can be read; the same files again are the same reading.

    Problem as the readers raise it, source_empty, upload_too_large, too_many_sources.
    """
    kind, files = get_kind(visit), check_files(visit, files, now)
    by_sha = {hashlib.sha256(data).hexdigest(): (name, data) for name, data in files}
    known = session.scalars(
        select(Source).where(Source.visit_id == visit.id, Source.sha256.in_(by_sha)).order_by(Source.id)
    ).all()
    if len(known) == len(by_sha) and _are_one(session, known):
        return known
    _check_room(session, visit, len(by_sha) - len(known))
    rows = {row.sha256: row for row in known}
    for sha, (name, data) in by_sha.items():
        row = rows.get(sha)
        if row is None:
            storage.put(KIND, data)
            row = Source(visit_id=visit.id, kind=kind, name=name, size=len(data), sha256=sha, created_at=now)
            session.add(row)
        row.reading, row.round, row.removed_at = new_id, visit.round, None
        row.measured, row.confirmed_by, row.confirmed_at = {}, None, None
    session.flush()
    return rows_of(session, visit, new_id)


def check_files(visit: Visit, files: Sequence[tuple[str, bytes]], now: datetime) -> list[tuple[str, bytes]]:
    """Return the files with names that can be kept, once they were read as what they should be.

    Slow for some: a caller that can does this before anything is written, and `keep` then finds it done. Problems as of
    `keep`.
    """
    kind = get_kind(visit)
    files = [(clean(name)[-NAME_LENGTH:].replace("\n", " "), data) for name, data in files]
    if not files:
        raise Problem("source_empty")
    if len(files) > FILES:
        raise Problem("too_many_sources", limit=FILES)
    if any(len(data) > LIMIT for _name, data in files):
        raise Problem("upload_too_large", limit=LIMIT // 2**20)
    if kind is SourceKind.CALL:
        measure_call(*read_call(files[0][1]))
    read_once(kind, tuple(files), ZoneInfo(visit.location.timezone), day_of(visit, now))
    return files


def _are_one(session: Session, rows: Sequence[Source]) -> bool:
    """Tell whether the rows are exactly one reading that stands."""
    readings = {row.reading for row in rows}
    if len(readings) != 1 or any(row.removed_at for row in rows):
        return False
    return session.scalar(select(func.count()).where(Source.reading.in_(readings))) == len(rows)


def _check_room(session: Session, visit: Visit, fresh: int) -> None:
    ever = session.scalar(select(func.count()).select_from(Source).where(Source.visit_id == visit.id)) or 0
    if ever + fresh > PER_VISIT:
        raise Problem("too_many_sources", limit=PER_VISIT)


def rows_of(session: Session, visit: Visit, reading: UUID) -> Sequence[Source]:
    """Return the sources of one reading of the visit; Problem not_found when there are none."""
    rows = session.scalars(
        select(Source)
        .where(Source.visit_id == visit.id, Source.reading == reading, Source.removed_at.is_(None))
        .order_by(Source.id)
    ).all()
    if not rows:
        raise Problem("not_found")
    return rows


def find_newest(session: Session, visit: Visit) -> UUID | None:
    """Return the reading that was added last, or None."""
    return session.scalar(
        select(Source.reading)
        .where(Source.visit_id == visit.id, Source.removed_at.is_(None))
        .order_by(Source.created_at.desc(), Source.id.desc())
        .limit(1)
    )


def read(storage: Storage, visit: Visit, rows: Sequence[Source], choice: Choice, own_names: Collection[str]) -> Reading:
    """Return a kept source with its times, by what the auditor says or by what was confirmed, else by a guess."""
    kind = SourceKind(rows[0].kind)
    files = files_of(storage, rows)
    checklist = checklist_of(visit.checklist_version)
    if kind is SourceKind.CALL:
        call = read_call(files[0][1])
        times = measure_call(*call)
        return Reading(rows[0].reading, kind, rows, (), (), None, times, _uses(checklist, times), call)
    said = transcript_in(visit, rows, files)
    messages = said.messages
    parts = _parts(messages, choice, rows[0].measured, own_names)
    asked = choice.asked if choice.parts else rows[0].measured.get("asked")
    if asked is None:
        asked = guess_request(messages, parts)
    mine = Part.ME in parts.values()
    times = measure(messages, parts, asked) if mine else ()
    people = participants(messages, parts)
    return Reading(
        rows[0].reading,
        kind,
        rows,
        messages,
        people,
        asked,
        times,
        _uses(checklist, times),
        ("", "", ""),
        said.aside,
        said.doubts,
    )


def odd_times(session: Session, visit: Visit, reading: Reading) -> list[str]:
    """Return in words which times of the source, of the visit as told so far and of its answers do not fit together."""
    document = service.find_document(session, visit)
    began, ended = (document.started_at, document.ended_at) if document else (visit.started_at, visit.ended_at)
    if began is None:
        return []
    checklist, told = checklist_of(visit.checklist_version), Span(began, ended)
    answers = documents.answers_in(checklist, document) if document else {}
    parts = {person.who: person.part for person in reading.people}
    span = span_in(visit, reading.messages, parts, reading.call, told)
    return sources.odd_times(visit, told, [span] if span else [], checklist, answers)


def _parts(
    messages: Sequence[Message], choice: Choice, confirmed: Mapping[str, Any], own_names: Collection[str]
) -> dict[str, Part]:
    guessed = guess_parts(messages, own_names)
    names = [person.who for person in participants(messages, guessed)]
    if len(choice.parts) == len(names) and set(choice.parts) <= set(Part):
        return {who: Part(part) for who, part in zip(names, choice.parts, strict=True)}
    return guessed | {who: Part(part) for who, part in confirmed.get("parts", {}).items() if who in guessed}


def _uses(checklist: Checklist, times: Sequence[Measured]) -> tuple[Use, ...]:
    by_measure = {measured.measure: measured for measured in times}
    found = ((item, by_measure.get(item.measure)) for item in checklist.items if item.measure is not None)
    return tuple(Use(item, time, decides(item, time.low, time.high)) for item, time in found if time is not None)


def confirm(session: Session, reading: Reading, values: Mapping[str, str], *, actor_id: int, now: datetime) -> None:
    """Record that the auditor stands by the times. `values` are the answers taken from them, by item.

    Problem nobody_is_you when no message is the auditor's own.
    """
    if reading.messages and not reading.own:
        raise Problem("nobody_is_you")
    measured = {
        "bot": reading.with_bot,
        "parts": {person.who: person.part.value for person in reading.people},
        "asked": reading.asked,
        "messages": len(reading.messages),
        "times": [
            {name: getattr(time, name) for name in ("measure", "low", "high", "seconds", "start", "end")}
            for time in reading.times
        ],
        "used": dict(values),
    }
    for row in reading.rows:
        row.measured, row.confirmed_by, row.confirmed_at = measured, actor_id, now
    session.flush()


def used_of(reading: Reading, values: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed for the times of a reading as canonical answers by item, without what cannot be one."""
    found: dict[str, str] = {}
    for use in reading.uses:
        with suppress(Problem):
            found[use.item.code] = check(use.item, values.get(use.item.code, "")).value
    return {code: value for code, value in found.items() if value}


def answer(
    session: Session,
    visit: Visit,
    reading: Reading,
    values: Mapping[str, str],
    *,
    new_id: UUID,
    actor_id: int,
    now: datetime,
) -> Mapping[str, Problem]:
    """Write the confirmed times into the draft as answers; returns what is wrong with the values, by item.

    Nothing is confirmed while a value is wrong; the other answers are saved all the same.
    """
    checklist = checklist_of(visit.checklist_version)
    possible = {use.item.code for use in reading.uses}
    given = {code: value for code, value in values.items() if code in possible and value.strip()}
    errors: dict[str, Problem] = {}
    for section in dict.fromkeys(checklist.item(code).section for code in given):
        document = service.get_document(session, visit)
        comments = {before.item: before.comment for before in document.answers}
        typed = {
            code: Typed(value, comment=comments.get(code, ""))
            for code, value in given.items()
            if checklist.item(code).section == section
        }
        saved = service.save_section(session, visit, section, typed, rev=document.rev, new_id=new_id, now=now)
        errors.update(saved.errors)
    if not errors:
        stored = documents.answers_in(checklist, service.get_document(session, visit))
        confirm(session, reading, {code: stored[code].value for code in given}, actor_id=actor_id, now=now)
    return errors


def remove(session: Session, visit: Visit, reading: UUID, now: datetime) -> None:
    """Take the sources of one reading out of the visit; they stay in the storage."""
    for row in rows_of(session, visit, reading):
        row.removed_at = now
    session.flush()


def check_open(visit: Visit, membership_id: int) -> None:
    """Raise Problem when a source can come no more: forbidden once the visit is somebody else's, already_submitted."""
    if visit.auditor_id != membership_id:
        raise Problem("forbidden")
    if visit.status in CLOSED:
        raise Problem("already_submitted")


def get_source(session: Session, actor: Actor, source_id: int) -> Source:
    """Return the source for the desk and for the visit's own auditor; Problem not_found for everybody else.

    A transcript may hold the auditor's real name, so managers never see one.
    """
    mine = [] if actor.sees_auditors else [Visit.auditor_id == actor.auditor_id]
    row = session.scalar(
        select(Source).where(
            Source.id == source_id,
            Source.removed_at.is_(None),
            Source.visit_id.in_(visits_for(actor).where(*mine).with_only_columns(Visit.id)),
        )
    )
    if row is None:
        raise Problem("not_found")
    return row
