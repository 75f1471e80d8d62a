"""What a phone sends, and what becomes of it: one function, one transaction, every request safe to repeat.

Nothing that came with a good token is thrown away: what cannot be applied is parked. See docs/phone-protocol.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, load_only

from auditapp import parked, visits
from auditapp.convert import checklist_of
from auditapp.db import Database, looking, together
from auditapp.evidence import service as evidence
from auditapp.evidence.photos import Photo
from auditapp.fieldwork import documents, service
from auditapp.fieldwork.documents import Document
from auditapp.models import (
    AnswerRow,
    ChecklistVersion,
    Evidence,
    Location,
    Membership,
    Parked,
    PhoneLog,
    StandardVersion,
    Submission,
    User,
    Visit,
    Wave,
)
from auditapp.storage import Storage
from checklists.answers import check_visit, clean, complete
from checklists.lifecycle import Act, Role, State
from checklists.model import Answer
from checklists.problems import Problem

SALT = "auditapp.sending"
LIFE = timedelta(days=30)
OPEN = (State.ASSIGNED, State.IN_PROGRESS, State.RETURNED)
CLOCK = 300  # seconds; a phone's clock further off than this is a sign for the reviewer
LOGS, LOGS_FOR = 20, timedelta(days=1)
DEVICE = 80

# Built once: building a statement costs more than running it, and every document asks these.
_PARTS = (  # what a document is judged by, and no more
    joinedload(Visit.location).load_only(Location.attributes, Location.timezone),
    joinedload(Visit.wave).load_only(Wave.status),
    joinedload(Visit.checklist_version)
    .load_only(ChecklistVersion.code, ChecklistVersion.version, ChecklistVersion.document)
    .joinedload(ChecklistVersion.standard_version)
    .load_only(StandardVersion.document),
)
_VISITS = (
    select(Visit)
    .where(Visit.id.in_(bindparam("visits", expanding=True)))
    .options(*_PARTS)
    .execution_options(populate_existing=True)
)
# Held until the end of the transaction, and always in the same order, so that nobody waits in a circle.
_HELD_VISITS = _VISITS.order_by(Visit.id).with_for_update(of=Visit)
_HOLD = select(Visit.id).where(Visit.id.in_(bindparam("visits", expanding=True))).order_by(Visit.id).with_for_update()
_MEMBERS = (
    select(Membership)
    .join(Membership.user)
    .where(Membership.id.in_(bindparam("members", expanding=True)))
    .where(Membership.role == Role.AUDITOR, Membership.active, User.active)
    .options(load_only(Membership.user_id, Membership.programme_id))
    .execution_options(populate_existing=True)
)
_ROWS = select(Submission).where(
    or_(
        Submission.id.in_(bindparam("ids", expanding=True)),
        Submission.visit_id.in_(bindparam("visits", expanding=True)),
    )
)
_HERE = select(
    Visit.id,
    Visit.status,
    Visit.round,
    Visit.auditor_id,
    Visit.checklist_version_id,
    exists().where(Evidence.visit_id == Visit.id),
    exists().where(AnswerRow.visit_id == Visit.id),
    exists().where(Parked.visit_id == Visit.id),
).where(Visit.id.in_(bindparam("visits", expanding=True)))


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom a token was made for: an auditor's membership and one visit."""

    membership_id: int
    visit_id: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """The promise that a final document is complete here: SHA-256 of its bytes and the instant of completion."""

    id: UUID
    sha: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a document. `parked` is the reason why it was put aside, "" when it was not.

    `missing` are the photos (item, hash) that it names and that have not come.
    """

    rev: int = 0
    missing: tuple[tuple[str, str], ...] = ()
    receipt: Receipt | None = None
    flags: tuple[str, ...] = ()
    parked: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What one request brought: who sent it, under which id, its bytes, the skew of the phone's clock in seconds."""

    sender: Sender
    id: UUID
    body: bytes
    skew: float | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Here:
    """What is here of a visit: nobody has to look for what is not."""

    photos: bool = True
    answers: bool = True
    parked: bool = True


@dataclass(frozen=True, slots=True)
class Sorted:
    """What a final document says of its visit: answers and faults by item, the items still without an answer."""

    answers: Mapping[str, Answer] = field(default_factory=dict)
    faults: Mapping[str, Problem] = field(default_factory=dict)
    gaps: Sequence[str] = ()


@dataclass(frozen=True)
class Arrival:
    """One document on its way in: who sent it for which visit, its bytes, the skew of the phone's clock in seconds.

    `actor_id` is the user who acts: the sender, or the manager who applies a parked document.
    """

    session: Session
    visit: Visit
    sender: Membership
    id: UUID
    body: bytes
    skew: float | None
    now: datetime
    actor_id: int
    here: Here = Here()

    @cached_property
    def sha(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    def park(self, reason: str, document: Document | None = None) -> Outcome:
        """Put the document aside for the office."""
        parked.park(
            self.session,
            self.visit,
            submission_id=self.id,
            sender_id=self.sender.id,
            body=self.body,
            reason=reason,
            now=self.now,
            round_=document.round if document else None,
            rev=document.rev if document else None,
            device=document.device if document else "",
            skew=self.skew,
            bounded=True,
        )
        missing = _missing(self.session, self.visit.id, documents.wanted(document)) if document else ()
        return Outcome(missing=missing, parked=reason)


def make_token(secret_key: str, visit: Visit) -> str:
    """Return the token with which the visit's auditor may send for it, thirty days long."""
    return str(_serializer(secret_key).dumps({"m": visit.auditor_id, "v": visit.id}))


def read_token(secret_key: str, token: str) -> Sender:
    """Return whom a token was made for; Problem token when it is not ours or too old."""
    try:
        said = _serializer(secret_key).loads(token, max_age=int(LIFE.total_seconds()))
    except BadSignature as error:
        raise Problem("token") from error
    return Sender(said["m"], said["v"])


def _serializer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt=SALT)


def find_sender(session: Session, sender: Sender) -> tuple[Visit, Membership]:
    """Return the visit, held until the end of the transaction, and the membership; Problem token.

    The membership must be active now; whether the visit is still this auditor's is for the caller to say.
    """
    return _load(session, [sender], hold=True)[0]


def know_sender(session: Session, sender: Sender) -> tuple[Visit, Membership]:
    """Return the same as `find_sender`, with nothing held."""
    return _load(session, [sender])[0]


def hold_visit(session: Session, visit_id: int, programme_id: int) -> Visit:
    """Return the visit, held until the end of the transaction; Problem token when the programme has none such."""
    visit = session.scalar(_HELD_VISITS, {"visits": [visit_id]})
    if visit is None or visit.programme_id != programme_id:
        raise Problem("token")
    return visit


def _load(session: Session, senders: Sequence[Sender], *, hold: bool = False) -> list[tuple[Visit, Membership]]:
    """Return for each sender the visit and the membership; Problem token when one of them has none."""
    keys = {"visits": [sender.visit_id for sender in senders]}
    loaded = {visit.id: visit for visit in session.scalars(_HELD_VISITS if hold else _VISITS, keys)}
    found = session.scalars(_MEMBERS, {"members": [sender.membership_id for sender in senders]})
    members = {(member.id, member.programme_id): member for member in found}
    try:
        return [
            (visit, members[sender.membership_id, visit.programme_id])
            for sender in senders
            for visit in [loaded[sender.visit_id]]
        ]
    except KeyError as error:
        raise Problem("token") from error


def take_in(database: Database, sent: Sequence[Sent]) -> list[Outcome]:
    """Take in documents of different visits in one transaction; returns what became of each."""
    with database.transaction() as session:
        return put_documents(session, sent)


def put_documents(session: Session, sent: Sequence[Sent]) -> list[Outcome]:
    """Take in drafts or final documents of different visits as they came; Problem token when one may not be sent."""
    documents_ = [documents.find(each.body) for each in sent]
    with looking(session):  # nobody waits while this is read and sorted
        senders = _load(session, [each.sender for each in sent])
        said = [_sort(visit, document) for (visit, _member), document in zip(senders, documents_, strict=True)]
    here, moved = _hold(session, [visit for visit, _member in senders])
    for number in moved:  # something happened to the visit meanwhile
        senders[number] = _load(session, [sent[number].sender])[0]
        said[number] = _sort(senders[number][0], documents_[number])
    keys = {"ids": [each.id for each in sent], "visits": list(here)}
    rows = session.scalars(_ROWS, keys).all()
    with session.no_autoflush, together(session):  # everything is written once, at the end
        outcomes = [
            _receive(
                Arrival(
                    session, visit, member, each.id, each.body, each.skew, each.now, member.user_id, here[visit.id]
                ),
                document,
                sorted_,
                rows,
            )
            for each, (visit, member), document, sorted_ in zip(sent, senders, documents_, said, strict=True)
        ]
    session.flush()
    return outcomes


def _sort(visit: Visit, document: Document | None) -> Sorted:
    """Return what a final document made with the visit's own checklist says; nothing of any other."""
    if document is None or document.status != "final" or document.checklist != service.version_of(visit):
        return Sorted()
    answers, faults = documents.sorted_out(checklist_of(visit.checklist_version), document)
    return Sorted(answers, faults, gaps_in(visit, document, answers))


def _hold(session: Session, visits_: Sequence[Visit]) -> tuple[dict[int, Here], list[int]]:
    """Hold visits until the end of the transaction.

    Returns what is here of each by id, and the places in `visits_` of those that are no longer as they were loaded.
    """
    keys = {"visits": [visit.id for visit in visits_]}
    # First and by itself: PostgreSQL, having waited, would look for the rest as it was before the waiting.
    session.execute(_HOLD, keys)
    now = {id_: tuple(row) for id_, *row in session.execute(_HERE, keys)}
    here = {id_: Here(*map(bool, row[4:])) for id_, row in now.items()}
    loaded = [(visit.status, visit.round, visit.auditor_id, visit.checklist_version_id) for visit in visits_]
    moved = [n for n, visit in enumerate(visits_) if now[visit.id][:4] != loaded[n]]
    return here, moved


def _receive(arrival: Arrival, document: Document | None, said: Sorted, rows: Sequence[Submission]) -> Outcome:
    """Decide what becomes of a document; `rows` are the stored ones of its visit and under its id, and others."""
    visit = arrival.visit
    if document is None or document.id != arrival.id:
        return arrival.park("unreadable")
    if document.visit != visit.code:
        raise Problem("token")
    own = next((row for row in rows if row.id == arrival.id), None)
    standing = next((row for row in rows if row.visit_id == visit.id and row.round == document.round), None)
    if own is not None and own.status == "final":
        return _after_final(arrival, document, own)
    reason = _unfit(visit, arrival.sender, document, own, standing) or ("incomplete" if said.gaps else "")
    if reason:
        return arrival.park(reason, document)
    if standing is not None:
        answer = _meet(arrival, document, standing)
        if answer is not None:
            return answer
    return _take(arrival, document, standing, said)


def _after_final(arrival: Arrival, document: Document, row: Submission) -> Outcome:
    """Answer what comes under the id of a completed document: a replay, an old draft, or something else."""
    if row.sha256 == arrival.sha:
        return _outcome(arrival, row)
    if row.visit_id != arrival.visit.id:
        return arrival.park("used_id", document)
    if document.status == "draft" and document.rev <= row.rev:
        return Outcome(rev=row.rev)
    return arrival.park("old_round" if document.round < arrival.visit.round else "already_sent", document)


def _unfit(
    visit: Visit, member: Membership, document: Document, own: Submission | None, standing: Submission | None
) -> str:
    """Return why a document cannot belong to the visit as it stands now, "" when it can."""
    if own is not None and own is not standing:
        return "used_id"
    if visit.auditor_id != member.id:
        return "reassigned"
    if document.round != visit.round:
        return "old_round" if document.round < visit.round else "unknown_round"
    if visit.status not in OPEN:
        done = standing is not None and standing.status == "final" and visit.status == State.SUBMITTED
        return "already_sent" if done else visit.status
    if document.checklist != service.version_of(visit):
        return "other_version"
    return ""


def _meet(arrival: Arrival, document: Document, row: Submission) -> Outcome | None:
    """Decide between a document and the draft (or the final without its photos) that is here already.

    Returns the answer where the document is known, late or parked; None where it takes the place of the row. What
    it replaces without having continued it is parked.
    """
    if row.sha256 == arrival.sha:
        return None if row.status == "waiting" else _outcome(arrival, row)
    is_final, mine = document.status == "final", row.id == document.id
    if mine and not is_final and document.rev <= row.rev:
        return _outcome(arrival, row)
    continues = service.is_untouched(row) or (document.parent == row.id and document.base_rev == row.rev)
    newer = mine and document.rev >= row.rev
    if row.status == "waiting":
        if not (continues or (newer and is_final)):
            return arrival.park("already_sent", document)
        parked.park_row(arrival.session, arrival.visit, row, arrival.now, bounded=True)
    elif not (continues or newer):
        if not is_final:
            return arrival.park("other_phone", document)
        parked.park_row(arrival.session, arrival.visit, row, arrival.now, bounded=True)
    return None


def _take(
    arrival: Arrival,
    document: Document,
    standing: Submission | None,
    said: Sorted,
) -> Outcome:
    """Store the document in its row, new or not, and complete the visit when it is final and nothing is missing."""
    if standing is not None and standing.sha256 == arrival.sha:
        row = standing  # the same final again: its photos may have come
        missing = _missing(arrival.session, arrival.visit.id, documents.wanted(document))
    else:
        flags = flags_of(arrival, document, sorted(said.faults)) if document.status == "final" else []
        row, missing = store(arrival, document, standing, flags)
    if document.status == "final" and not missing:
        complete_visit(arrival, document, row, said.answers)
    return Outcome(row.rev, missing, _receipt(row), tuple(row.flags))


def gaps_in(visit: Visit, document: Document, answers: Mapping[str, Answer]) -> list[str]:
    """Return the items whose required answer is missing, or is none: such a visit cannot be scored."""
    attributes, photos = frozenset(visit.location.attributes), documents.photo_counts(document)
    problems = check_visit(checklist_of(visit.checklist_version), answers, attributes, photos)
    return [problem.place.find("item") or "" for problem in problems if problem.place]


def store(
    arrival: Arrival, document: Document, standing: Submission | None, flags: list[str]
) -> tuple[Submission, tuple[tuple[str, str], ...]]:
    """Put the document in its row, new or not; the first one starts the visit. Returns the row and missing photos."""
    session, visit, now = arrival.session, arrival.visit, arrival.now
    if visit.status == State.ASSIGNED:
        visits.move_visit(session, visit, Act.START, roles=service.AUDITOR, actor_id=arrival.actor_id, now=now)
    row = standing or Submission(visit_id=visit.id, round=document.round)
    session.add(row)
    row.id, row.rev, row.device = document.id, document.rev, document.device
    row.status = "draft" if document.status == "draft" else "waiting"
    row.document, row.body, row.sha256 = documents.write(document), arrival.body, arrival.sha
    row.skew, row.flags, row.updated_at = arrival.skew, flags, now
    wanted = documents.wanted(document)
    arrived = evidence.follow(session, visit.id, wanted, now) if arrival.here.photos else ()
    return row, tuple(photo for photo in wanted if photo not in arrived)


def complete_visit(arrival: Arrival, document: Document, row: Submission, answers: Mapping[str, Answer]) -> None:
    """Make the answers those of the visit, submit it and give the receipt: once for each round."""
    session, visit, now = arrival.session, arrival.visit, arrival.now
    began, ended, _possible = _times(arrival, document)
    visits.place_in_time(visit, began, ended)
    visit.submitted_at = now
    whole = complete(checklist_of(visit.checklist_version), answers, frozenset(visit.location.attributes))
    author, first = arrival.sender.user_id, not arrival.here.answers
    visits.write_answers(session, visit, whole, author_id=author, reason="", now=now, first=first)
    visits.move_visit(
        session, visit, Act.SUBMIT, roles=service.AUDITOR, actor_id=arrival.actor_id, now=now, round=visit.round
    )
    if arrival.here.parked:
        parked.applied(session, visit.id, arrival.sha, now)
    row.status, row.receipt, row.received_at = "final", row.sha256, now


def flags_of(arrival: Arrival, document: Document, faulty: list[str]) -> list[str]:
    """Return the signs for the reviewer: those of `service.signs_of`, "clock", "times", "photos" and "answer:CODE"."""
    signs = {
        "clock": arrival.skew is not None and abs(arrival.skew) > CLOCK,
        "times": not _times(arrival, document)[2],
        "photos": len(documents.wanted(document)) < len({(photo.item, photo.sha) for photo in document.photos}),
    }
    return [
        *service.signs_of(arrival.visit, document, arrival.now),
        *(name for name, shown in signs.items() if shown),
        *(f"answer:{code}" for code in faulty),
    ]


def _times(arrival: Arrival, document: Document) -> tuple[datetime, datetime | None, bool]:
    """Return when the visit was made, and whether that was possible as it was said.

    Impossible times are read by the server's clock when the phone's was wrong, else replaced by what is sure: it was
    over when it came.
    """
    visit, now = arrival.visit, arrival.now
    began, ended = document.started_at, document.ended_at
    shift = timedelta(seconds=arrival.skew or 0)
    tries = ((began, ended), (began + shift, ended and ended + shift), (began, None))
    for number, (start, end) in enumerate(tries):
        try:
            service.check_times(visit, start, end, now)
        except Problem:
            continue
        return start, end, number == 0
    return now, None, False


def _missing(session: Session, visit_id: int, wanted: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    kept = evidence.kept(session, visit_id, wanted)
    return tuple(photo for photo in wanted if photo not in kept)


def _receipt(row: Submission) -> Receipt | None:
    if row.receipt is None or row.received_at is None:
        return None
    return Receipt(row.id, row.receipt, row.received_at)


def _outcome(arrival: Arrival, row: Submission) -> Outcome:
    """Answer from the stored row; nothing changes."""
    receipt = _receipt(row)
    wanted = () if receipt else documents.wanted(documents.read(row.document))
    return Outcome(row.rev, _missing(arrival.session, arrival.visit.id, wanted), receipt, tuple(row.flags))


def put_photo(
    session: Session, storage: Storage, sender: Sender, item: str, sha: str, photo: Photo | None, now: datetime
) -> None:
    """Keep a photo (None: it is here already). It is part of the visit when its auditor's newest document names it."""
    visit, member = find_sender(session, sender)
    if photo is None:
        return
    row = session.scalar(select(Submission).where(Submission.visit_id == visit.id, Submission.round == visit.round))
    named = row is not None and (item, sha) in documents.wanted(documents.read(row.document))
    evidence.keep_photo(session, storage, visit, item, photo, now, named=named and visit.auditor_id == member.id)


def check_photo_item(session: Session, visit_id: int, item: str, sha: str) -> None:
    """Refuse a photo of a question that nobody asked, before anything looks at it. Problem not_found.

    A question is known by the checklist of the visit, or by a document that came and names this very photo: also one
    that was made with another version, and is parked.
    """
    visit = session.scalar(select(Visit).where(Visit.id == visit_id).options(*_PARTS))
    if visit is None:
        raise Problem("token")
    if item in {each.code for each in checklist_of(visit.checklist_version).items}:
        return
    stored = session.scalars(select(Submission.document).where(Submission.visit_id == visit_id))
    bodies = session.scalars(select(Parked.body).where(Parked.visit_id == visit_id))
    came = [*map(documents.read, stored), *(found for body in bodies if (found := documents.find(body)) is not None)]
    if not any((photo.item, photo.sha) == (item, sha) for document in came for photo in document.photos):
        raise Problem("not_found")


def add_log(session: Session, sender: Sender, text: str, device: str, now: datetime) -> None:
    """Keep a phone's own log; Problem too_many_attempts after twenty in a day."""
    visit, _member = find_sender(session, sender)
    recent = (PhoneLog.visit_id == visit.id, PhoneLog.received_at > now - LOGS_FOR)
    if (session.scalar(select(func.count()).select_from(PhoneLog).where(*recent)) or 0) >= LOGS:
        raise Problem("too_many_attempts", minutes=int(LOGS_FOR.total_seconds()) // 60)
    session.add(PhoneLog(visit_id=visit.id, device=clean(device)[:DEVICE], text=clean(text), received_at=now))
    session.flush()
