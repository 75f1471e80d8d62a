"""What a manager sees of parked documents, and the decision that one of them counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from auditapp import parked, visits
from auditapp.access import get_visit
from auditapp.actor import Actor
from auditapp.convert import checklist_of
from auditapp.evidence import service as evidence
from auditapp.fieldwork import documents, sending, service
from auditapp.fieldwork.documents import Document
from auditapp.models import Evidence, Parked, PhoneLog, Submission, Visit
from auditapp.wording import answer_words
from checklists.lifecycle import Act, Role, State, move
from checklists.model import Answer, AnswerState, Item, Text
from checklists.problems import Problem

LOGS = 50  # the newest that the page lists


@dataclass(frozen=True, slots=True)
class Said:
    """One answer in words; `none`: it is no answer to this question, and `words` are what was sent."""

    words: str
    comment: str = ""
    none: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One question: what the parked document says and what the visit says now, None where it says nothing."""

    code: str
    question: Text | None  # None: the visit's checklist has no such question
    sent: Said | None
    present: Said | None

    @property
    def differs(self) -> bool:
        return self.sent != self.present


@dataclass(frozen=True, slots=True)
class Opened:
    """A parked document that can be read, beside its visit; `arrived` of its `photos` are here."""

    document: Document
    lines: Sequence[Line]
    photos: int
    arrived: int


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A visit whose final document is here and whose photos are not. `missing` 0: the phone has yet to come back."""

    visit_id: int
    visit: str
    place: str
    timezone: str
    auditor: str
    missing: int
    since: datetime


def phone_logs(session: Session, actor: Actor) -> Sequence[PhoneLog]:
    """Return the newest logs that phones of the programme sent."""
    return session.scalars(_logs(actor).order_by(PhoneLog.id.desc()).limit(LOGS)).all()


def get_log(session: Session, actor: Actor, log_id: int) -> PhoneLog:
    """Return one log; Problem not_found for that of another programme."""
    row = session.scalar(_logs(actor).where(PhoneLog.id == log_id))
    if row is None:
        raise Problem("not_found")
    return row


def _logs(actor: Actor) -> Select[PhoneLog]:
    return (
        select(PhoneLog)
        .join(PhoneLog.visit)
        .where(Visit.programme_id == actor.programme_id)
        .options(contains_eager(PhoneLog.visit).joinedload(Visit.location))
    )


def open_parked(session: Session, row: Parked, locale: str) -> Opened | None:
    """Return a parked document answer by answer beside the visit's present answers; None when it cannot be read."""
    document = documents.find(row.body)
    if document is None:
        return None
    checklist = checklist_of(row.visit.checklist_version)
    answers, faults = documents.sorted_out(checklist, document)
    present = _present_answers(session, row.visit)
    lines = []
    for item in checklist.items:
        code, here = item.code, _given(present.get(item.code))
        sent = _as_sent(document, code) if code in faults else _said(item, _given(answers.get(code)), locale)
        lines.append(Line(code, item.question, sent, _said(item, here, locale)))
    known = {item.code for item in checklist.items}
    lines += [Line(code, None, _as_sent(document, code), None) for code in faults if code not in known]
    wanted = documents.wanted(document)
    arrived = evidence.kept(session, row.visit_id, wanted)
    return Opened(document, [line for line in lines if line.sent or line.present], len(wanted), len(arrived))


def _present_answers(session: Session, visit: Visit) -> dict[str, Answer]:
    """Return the draft of an open round where there is one, else the answers that count."""
    draft = service.find_document(session, visit) if State(visit.status) in sending.OPEN else None
    if draft is None:
        return visits.current_answers(session, visit.id)
    return documents.answers_in(checklist_of(visit.checklist_version), draft)


def _given(answer: Answer | None) -> Answer | None:
    return answer if answer and answer.state in (AnswerState.ANSWERED, AnswerState.NA) else None


def _said(item: Item, answer: Answer | None, locale: str) -> Said | None:
    return Said(answer_words(item, answer, locale), answer.comment) if answer else None


def _as_sent(document: Document, code: str) -> Said:
    """Return what was sent in the place of an answer, as it stands."""
    given = next((entry for entry in document.answers if entry.item == code), None)
    return Said(given.value, given.comment, none=True) if given else Said("", none=True)


def unfinished(session: Session, actor: Actor) -> Sequence[Unfinished]:
    """Return the visits of the programme whose final waits for photos, the longest waiting first."""
    rows = session.execute(
        select(Submission, Visit)
        .join(Visit, (Visit.id == Submission.visit_id) & (Visit.round == Submission.round))
        .where(Visit.programme_id == actor.programme_id, Visit.status.in_(sending.OPEN), Submission.status == "waiting")
        .options(joinedload(Visit.location), joinedload(Visit.auditor))
        .order_by(Submission.updated_at, Submission.visit_id)
    ).all()
    photos = session.execute(
        select(Evidence.visit_id, Evidence.item, Evidence.sent_sha256).where(
            Evidence.visit_id.in_([visit.id for _row, visit in rows])
        )
    )
    here = {(visit_id, item, sha) for visit_id, item, sha in photos}
    return [
        Unfinished(
            visit_id=visit.id,
            visit=visit.code,
            place=visit.location.name,
            timezone=visit.location.timezone,
            auditor=visit.auditor.pseudonym or "",
            missing=sum((visit.id, *photo) not in here for photo in documents.wanted(documents.read(row.document))),
            since=row.updated_at,
        )
        for row, visit in rows
    ]


def set_waiting_aside(session: Session, actor: Actor, visit_id: int, now: datetime) -> Parked:
    """Park a final whose photos do not come, so that somebody decides about it; the phone may still complete it.

    Problem forbidden, or not_found when no final of the visit waits.
    """
    if not actor.has(Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR):
        raise Problem("forbidden")
    visit = sending.hold_visit(session, get_visit(session, actor, visit_id).id, actor.programme_id)
    row = service.find_row(session, visit.id, visit.round)
    if row is None or row.status != "waiting":
        raise Problem("not_found")
    return parked.park_row(session, visit, row, now, reason="no_photos")


def apply_parked(session: Session, actor: Actor, parked_id: int, *, new_id: UUID, now: datetime) -> sending.Receipt:
    """Make a parked document the visit's answers in its present round, with the photos that have come.

    Problem forbidden, not_found, parked_resolved, own_visit, move_not_allowed, parked_unfit or visit_incomplete.
    """
    if not actor.has(Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR):
        raise Problem("forbidden")
    row = parked.get_parked(session, actor, parked_id)
    visit = sending.hold_visit(session, row.visit_id, row.programme_id)
    if visit.auditor.user_id == actor.user_id:
        raise Problem("own_visit")
    if visit.status != State.ASSIGNED:
        move(State(visit.status), Act.SUBMIT, service.AUDITOR)
    document = _fitting(visit, row)
    checklist = checklist_of(visit.checklist_version)
    gaps = sending.gaps_in(visit, document, documents.answers_in(checklist, document))
    if gaps:
        raise Problem("visit_incomplete", items=gaps)
    standing = service.find_row(session, visit.id, visit.round)
    if standing is not None and not service.is_untouched(standing):
        parked.park_row(session, visit, standing, now)
    taken = session.get(Submission, row.submission_id)
    id_ = row.submission_id if taken is None or taken is standing else new_id
    document = msgspec.structs.replace(document, id=id_, round=visit.round, status="final")
    arrival = sending.Arrival(session, visit, row.sender, id_, row.body, row.skew, now, actor.user_id)
    came = evidence.kept(session, visit.id, documents.wanted(document))
    here = tuple(photo for photo in document.photos if (photo.item, photo.sha) in came)
    answers, faults = documents.sorted_out(checklist, msgspec.structs.replace(document, photos=here))
    flags = sending.flags_of(replace(arrival, now=row.received_at), document, sorted(faults))
    if came < set(documents.wanted(document)):
        flags.append("no_photos")
    stored, _missing = sending.store(arrival, document, standing, flags)
    sending.complete_visit(arrival, document, stored, answers)
    session.flush()
    session.refresh(row)
    parked.resolve(session, actor, row, "applied", "", now=now)
    return sending.Receipt(stored.id, arrival.sha, now)


def _fitting(visit: Visit, row: Parked) -> Document:
    """Return the document of a parked row; Problem parked_unfit when it can never be this visit's."""
    document = documents.find(row.body)
    if document is None:
        raise Problem("parked_unfit", why=Text("nie da się go odczytać", "it cannot be read"))
    if document.visit != visit.code:
        raise Problem("parked_unfit", why=Text("dotyczy innej wizyty", "it is for another visit"))
    if document.checklist != service.version_of(visit):
        raise Problem("parked_unfit", why=Text("dotyczy innej wersji ankiety", "it is for another checklist version"))
    if row.sender_id != visit.auditor_id:
        raise Problem(
            "parked_unfit", why=Text("wizyta należy teraz do kogoś innego", "the visit is now someone else's")
        )
    return document
