"""A manager decides that a parked document is the one that counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from auditapp import parked
from auditapp.actor import Actor
from auditapp.convert import checklist_of
from auditapp.evidence import service as evidence
from auditapp.fieldwork import documents, sending, service
from auditapp.fieldwork.documents import Document
from auditapp.models import Parked, Submission, Visit
from checklists.lifecycle import Act, Role, State, move
from checklists.model import Text
from checklists.problems import Problem


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
    stored, _missing = sending.store(
        arrival, document, standing, sending.flags_of(replace(arrival, now=row.received_at), document, sorted(faults))
    )
    sending.complete_visit(arrival, document, stored, answers)
    session.flush()
    session.refresh(row)
    parked.resolve(session, actor, row, "applied", "", now=now)
    return sending.Receipt(stored.id, arrival.sha, now)


def _fitting(visit: Visit, row: Parked) -> Document:
    """Return the document of a parked row; Problem parked_unfit when it can never be this visit's."""
    try:
        document = documents.decode(row.body)
    except (ValueError, RecursionError) as error:
        raise Problem("parked_unfit", why=Text("nie da się go odczytać", "it cannot be read")) from error
    if document.checklist != service.version_of(visit):
        raise Problem("parked_unfit", why=Text("dotyczy innej wersji ankiety", "it is for another checklist version"))
    if row.sender_id != visit.auditor_id:
        raise Problem(
            "parked_unfit", why=Text("wizyta należy teraz do kogoś innego", "the visit is now someone else's")
        )
    return document
