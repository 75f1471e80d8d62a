"""Writes of `fieldwork`: start a visit, save a section, submit. One draft document for each visit and round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp import parked, visits
from auditapp.convert import checklist_of
from auditapp.evidence import service as evidence
from auditapp.fieldwork import documents
from auditapp.fieldwork.documents import Document, Given, Taken
from auditapp.models import Submission, Visit
from checklists.answers import check, check_visit, complete
from checklists.applicability import asked
from checklists.lifecycle import Act, Role, State, move
from checklists.model import AnswerState, Channel, Checklist, Text
from checklists.problems import Problem, Problems, at

AUDITOR = (Role.AUDITOR,)
EARLY = timedelta(days=60)  # a visit this long before its window is a slip of the finger
SLOW = (Channel.EMAIL, Channel.ONLINE_ORDER)  # an answer or a parcel takes its days; whoever is there or calls does not
HOURS_LONG = (timedelta(hours=24), Text("24 godziny", "24 hours"))
DAYS_LONG = (timedelta(days=60), Text("60 dni", "60 days"))


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form for one item, as it was typed."""

    value: str = ""
    na: bool = False
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a posted section.

    `errors` by item; `stale`: the draft had moved on, and nothing typed was written over it; `appeared` is the number
    of questions of the section that were not on the page.
    """

    document: Document
    errors: Mapping[str, Problem]
    stale: bool
    appeared: int


def find_document(session: Session, visit: Visit) -> Document | None:
    """Return the document of the visit's present round; None before the first change of that round."""
    row = find_row(session, visit.id, visit.round)
    return documents.read(row.document) if row is not None else None


def get_document(session: Session, visit: Visit) -> Document:
    """Return the document of the present round; a returned visit begins with the answers as they stand.

    Problem not_found for a visit that was never started.
    """
    return find_document(session, visit) or as_returned(session, visit)


def as_returned(session: Session, visit: Visit) -> Document:
    """Return what the round of a returned visit begins with; Problem not_found for a visit that was never started."""
    if visit.status != State.RETURNED or visit.started_at is None:
        raise Problem("not_found")
    answers = visits.current_answers(session, visit.id).values()
    photos = evidence.photos_of(session, visit.id)
    last = find_row(session, visit.id, visit.round - 1)
    told = documents.read(last.document) if last is not None else None
    stamp = visit.submitted_at or visit.started_at
    return Document(
        id=UUID(int=0),  # becomes the document's own with the first change
        visit=visit.code,
        round=visit.round,
        checklist=version_of(visit),
        rev=0,
        status="draft",
        started_at=visit.started_at,
        ended_at=visit.ended_at,
        answers=tuple(
            Given(answer.item, answer.state, stamp, answer.value, answer.comment)
            for answer in answers
            if answer.state is not AnswerState.NOT_ASKED
        ),
        photos=tuple(Taken(item, row.sent_sha256, row.taken_at) for item, rows in photos.items() for row in rows),
        gps=told.gps if told else None,
        recognised=told.recognised if told else False,
        conflict=told.conflict if told else "",
    )


def check_times(visit: Visit, started_at: datetime, ended_at: datetime | None, now: datetime) -> None:
    """Raise Problem when the visit cannot have been made then: in the future, far too early, backwards or too long.

    The place is the field that is wrong: the day, or the time where the day is possible.
    """
    zone = ZoneInfo(visit.location.timezone)
    began, today = started_at.astimezone(zone), now.astimezone(zone)
    if started_at > now:
        field = "started_on" if began.date() > today.date() else "started_at"
        raise Problem("visit_in_future", at(field=field), date=began)
    if visit.window_from is not None and began.date() < visit.window_from - EARLY:
        raise Problem("visit_too_early", at(field="started_on"), date=began.date(), start=visit.window_from)
    if ended_at is None:
        return
    over = ended_at.astimezone(zone)
    if ended_at > now:
        field = "ended_on" if over.date() > today.date() else "ended_at"
        raise Problem("visit_in_future", at(field=field), date=over)
    length = ended_at.astimezone(UTC) - started_at.astimezone(UTC)  # two times of one zone subtract as on its clock
    if length <= timedelta(0):
        field = "ended_on" if over.date() < began.date() else "ended_at"
        raise Problem("visit_backwards", at(field=field), start=began, end=over)
    longest, words = longest_of(visit)
    if length > longest:
        raise Problem("visit_too_long", at(field="ended_on"), start=began, end=over, limit=words)


def longest_of(visit: Visit) -> tuple[timedelta, Text]:
    """Return how long a visit of this channel can last, and that in words."""
    return DAYS_LONG if visit.channel in SLOW else HOURS_LONG


def start(session: Session, visit: Visit, *, started_at: datetime, new_id: UUID, actor_id: int, now: datetime) -> None:
    """Start an assigned visit with an empty draft; starting it twice changes nothing."""
    _lock(session, visit)
    if visit.status == State.IN_PROGRESS:
        return
    if visit.wave is not None and visit.wave.status != "open":
        raise Problem("wave_not_open")
    check_times(visit, started_at, None, now)
    visits.move_visit(session, visit, Act.START, roles=AUDITOR, actor_id=actor_id, now=now)
    document = Document(new_id, visit.code, visit.round, version_of(visit), 0, "draft", started_at, None)
    session.add(_row(visit, document, now))
    session.flush()


def save_section(
    session: Session,
    visit: Visit,
    section: str,
    typed: Mapping[str, Typed],
    *,
    rev: int,
    added: Collection[Taken] = (),
    removed: tuple[str, str] | None = None,
    new_id: UUID,
    now: datetime,
) -> Saved:
    """Save in one go what was typed for the items of a section: valid values are kept, the others named.

    `rev` is the revision the page was made from. When the draft has moved on since and what was typed would change
    it, no answer is written: the person sees both and decides. Photos add up, so no page is too old to bring one;
    `removed` is the (item, hash as sent) of one to take out.
    """
    _lock(session, visit)
    move(State(visit.status), Act.SAVE, AUDITOR)
    checklist, attributes = checklist_of(visit.checklist_version), frozenset(visit.location.attributes)
    document = get_document(session, visit)
    together = dict.fromkeys((*document.photos, *added))
    photos = tuple(photo for photo in together if (photo.item, photo.sha) != removed)
    if removed is not None:
        evidence.remove_photo(session, visit, *removed, now)
    before = {given.item: given for given in document.answers}
    after, errors = _read(checklist, section, typed, before, Counter(photo.item for photo in photos), now)
    stale = rev != document.rev and after != before
    kept = before if stale else after
    answers = tuple(kept[item.code] for item in checklist.items if item.code in kept)
    document = _save(session, visit, document, answers, photos, new_id, now)
    visible = asked(checklist, documents.answers_in(checklist, document), attributes)
    appeared = sum(item.section == section and item.code not in typed for item in visible)
    return Saved(document, errors, stale, appeared)


def _read(
    checklist: Checklist,
    section: str,
    typed: Mapping[str, Typed],
    before: Mapping[str, Given],
    photos: Mapping[str, int],
    now: datetime,
) -> tuple[dict[str, Given], dict[str, Problem]]:
    """Return the draft's answers with the valid part of what was typed, and what is wrong with the rest."""
    after, errors = dict(before), dict[str, Problem]()
    for item in checklist.items:
        if item.section != section or item.code not in typed:
            continue
        entry = typed[item.code]
        try:
            answer = check(item, entry.value, na=entry.na, comment=entry.comment, photos=photos.get(item.code, 0))
        except Problem as problem:
            errors[item.code] = problem
            continue
        fresh = Given(item.code, answer.state, now, answer.value, answer.comment)
        if not _same(before.get(item.code), fresh):
            after[item.code] = fresh
    return after, errors


def submit(
    session: Session,
    visit: Visit,
    *,
    started_at: datetime,
    ended_at: datetime,
    recognised: bool = False,
    conflict: str = "",
    reply: str = "",
    new_id: UUID,
    actor_id: int,
    now: datetime,
) -> str:
    """Freeze the draft as final, record its answers and submit the visit; returns the receipt.

    `recognised` and `conflict` are what the auditor declares, `reply` answers the reviewer's notes on the whole visit.
    Problems with everything that is still missing; Problem when the times are impossible.
    """
    _lock(session, visit)
    move(State(visit.status), Act.SUBMIT, AUDITOR)
    document = get_document(session, visit)
    checklist, attributes = checklist_of(visit.checklist_version), frozenset(visit.location.attributes)
    missing = missing_in(checklist, document, attributes)
    if missing:
        raise Problems(missing)
    check_times(visit, started_at, ended_at, now)
    row = find_row(session, visit.id, visit.round)
    if row is None:
        document = msgspec.structs.replace(document, id=new_id)
    document = msgspec.structs.replace(document, recognised=recognised, conflict=conflict, reply=reply)
    final = documents.finish(document, checklist, attributes, started_at=started_at, ended_at=ended_at)
    if row is None:
        row = _row(visit, final, now)
    else:
        _take_over(session, visit, row, now)
    flags = signs_of(visit, final, now)  # may load rows, so before the row is half a final one
    row.rev, row.status, row.document, row.flags = final.rev, "final", documents.write(final), flags
    row.updated_at = row.received_at = now
    row.receipt = documents.receipt(final)
    session.add(row)
    visits.place_in_time(visit, started_at, ended_at)
    visit.submitted_at = now
    whole = complete(checklist, documents.answers_in(checklist, final), attributes)
    visits.write_answers(session, visit, whole, author_id=actor_id, reason="", now=now)
    visits.move_visit(session, visit, Act.SUBMIT, roles=AUDITOR, actor_id=actor_id, now=now, round=visit.round)
    session.flush()
    return row.receipt


def signs_of(visit: Visit, document: Document, now: datetime) -> list[str]:
    """Return what the reviewer should know of a final however it was sent: "late", "recognised", "conflict"."""
    today = now.astimezone(ZoneInfo(visit.location.timezone)).date()
    signs = {
        "late": (visit.window_to is not None and today > visit.window_to)
        or (visit.wave is not None and visit.wave.status != "open"),
        "recognised": document.recognised,
        "conflict": bool(document.conflict.strip()),
    }
    return [name for name, shown in signs.items() if shown]


def missing_in(checklist: Checklist, document: Document, attributes: frozenset[str]) -> list[Problem]:
    """Return what the draft still lacks, in the order of the items."""
    answers = documents.answers_in(checklist, document)
    return check_visit(checklist, answers, attributes, documents.photo_counts(document))


def find_receipt(session: Session, visit_id: int, round_: int) -> Submission | None:
    """Return the final submission of a round, or None when it was not sent."""
    row = find_row(session, visit_id, round_)
    return row if row is not None and row.status == "final" else None


def _lock(session: Session, visit: Visit) -> None:
    """Read the visit anew and hold it until the end of the transaction: one writer at a time."""
    session.refresh(visit, ["status", "round"], with_for_update=True)


def find_row(session: Session, visit_id: int, round_: int) -> Submission | None:
    """Return what is stored of a round, or None."""
    return session.scalar(select(Submission).where(Submission.visit_id == visit_id, Submission.round == round_))


def is_untouched(row: Submission) -> bool:
    """Tell whether a page started the visit and nothing was typed since."""
    return row.sha256 is None and row.rev == 0


def _row(visit: Visit, document: Document, now: datetime) -> Submission:
    return Submission(
        id=document.id,
        visit_id=visit.id,
        round=document.round,
        rev=document.rev,
        status=document.status,
        document=documents.write(document),
        updated_at=now,
    )


def version_of(visit: Visit) -> str:
    """Return the checklist and version of a visit as documents name it: "STORE 2"."""
    return f"{visit.checklist_version.code} {visit.checklist_version.version}"


def _same(before: Given | None, fresh: Given) -> bool:
    if before is None:
        return fresh.state is AnswerState.MISSING and not fresh.comment
    return (before.state, before.value, before.comment) == (fresh.state, fresh.value, fresh.comment)


def _save(
    session: Session,
    visit: Visit,
    document: Document,
    answers: tuple[Given, ...],
    photos: tuple[Taken, ...],
    new_id: UUID,
    now: datetime,
) -> Document:
    """Write the draft with one revision more, or leave it alone when nothing changed.

    A phone's document goes on under a new id: what that phone sends next must not write over it unseen.
    """
    if (answers, photos) == (document.answers, document.photos):
        return document
    row = find_row(session, visit.id, visit.round)
    fresh = row is None or row.sha256 is not None
    changed = msgspec.structs.replace(
        document,
        id=new_id if fresh else document.id,
        rev=document.rev + 1,
        status="draft",
        answers=answers,
        photos=photos,
    )
    if row is None:
        row = _row(visit, changed, now)
        session.add(row)
    else:
        _take_over(session, visit, row, now)
        row.id, row.status, row.rev = changed.id, changed.status, changed.rev
        row.document, row.updated_at = documents.write(changed), now
    session.flush()
    return changed


def _take_over(session: Session, visit: Visit, row: Submission, now: datetime) -> None:
    """Go on from what a phone sent; a document it calls final is put aside as it came."""
    if row.status == "waiting":
        parked.park_row(session, visit, row, now)
    row.body, row.sha256, row.device, row.skew, row.flags = None, None, "", None, []
