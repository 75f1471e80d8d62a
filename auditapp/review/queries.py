"""Reads of `review`: the queue, and one visit with everything that is known about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from auditapp.access import Actor, visits_for
from auditapp.convert import answer_of, checklist_of, standard_of
from auditapp.evidence import service as evidence
from auditapp.models import (
    AnswerRow,
    ChecklistVersion,
    CriterionScoreRow,
    Evidence,
    JournalLine,
    Location,
    Membership,
    ReviewNote,
    Submission,
    User,
    Visit,
    VisitScoreRow,
    Wave,
)
from auditapp.names import name_in
from auditapp.review import service
from auditapp.review.rounds import (
    changed_items,
    conflicts,
    file_times,
    first_sent,
    flags_of,
    left_out,
    odd_time,
    position,
    replies,
)
from auditapp.wording import answer_words, decimal_mark
from checklists.lifecycle import Act, State, allowed
from checklists.model import AnswerState, Checklist, Item, Section
from checklists.rounding import TOLERANCE
from checklists.scoring import earned_share

PAGE = 50
STATES = (State.SUBMITTED, State.RETURNED, State.APPROVED, State.REJECTED)
LATE = timedelta(hours=24)
SENT = (State.SUBMITTED, State.APPROVED, State.REJECTED)
DECISIONS = frozenset({Act.SUBMIT, Act.RETURN, Act.APPROVE, Act.REJECT, Act.CORRECT, Act.REOPEN, Act.CANCEL})


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reviewer wants to see; empty means everything."""

    status: State = State.SUBMITTED
    channel: str = ""
    wave: str = ""
    text: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """One visit in the queue. `minutes` from its beginning to its end; signs are hints, never verdicts.

    `flags` came with it: what the auditor declared and what was odd when it was sent (docs/phone-protocol.md).
    """

    visit: Visit
    minutes: float | None
    photos: int
    fast: bool
    late: bool
    flags: Sequence[str]


@dataclass(frozen=True, slots=True)
class Queue:
    rows: Sequence[Waiting]
    more: bool
    counts: Mapping[str, int]
    waves: Sequence[Wave]


@dataclass(frozen=True, slots=True)
class Revision:
    """An earlier state of an answer, and who replaced it with what comes after."""

    words: str
    comment: str
    author: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One question with what was recorded. `points` are words: "1 / 2"; None where nothing can be earned.

    `changed`: the auditor said something else, or changed a photo, since the visit was last asked back.
    """

    item: Item
    state: AnswerState
    words: str
    points: str | None
    comment: str
    failed: bool
    lost: bool
    photos: Sequence[Evidence]
    revisions: Sequence[Revision]
    notes: Sequence[ReviewNote]
    changed: bool


@dataclass(frozen=True, slots=True)
class Part:
    section: Section
    lines: Sequence[Line]

    @property
    def lost(self) -> int:
        """Return how many answers lost points."""
        return sum(line.lost for line in self.lines)

    @property
    def na(self) -> int:
        return sum(line.state is AnswerState.NA for line in self.lines)


@dataclass(frozen=True, slots=True)
class CriterionLine:
    code: str
    title: Any
    score: float
    weight: float
    answers: int
    lost: float


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the visit's journal. Auditors appear by pseudonym."""

    at: datetime
    act: str
    who: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VisitFile:
    """Everything about one visit. `own`: the reader made it, so no acts are open to them; `odd_time`: see screening.

    `conflicts` of interest in the auditor's words; `behind`: minutes that the phone's clock was slow;
    `left_out`: by item what came and cannot be an answer; `replies` by round to the notes on the whole visit before it;
    `file_times`: photos (item, hash as sent) whose camera said no time.
    """

    visit: Visit
    checklist: Checklist
    waiting: Waiting
    score: VisitScoreRow | None
    criteria: Sequence[CriterionLine]
    parts: Sequence[Part]
    rounds: Sequence[Submission]
    general_notes: Sequence[ReviewNote]
    events: Sequence[Event]
    own: bool
    acts: tuple[Act, ...]
    odd_time: str | None
    conflicts: Sequence[str]
    behind: float
    position: Mapping[str, Any] | None
    left_out: Mapping[str, str]
    replies: Mapping[int, str]
    file_times: Collection[tuple[str, str]]
    seen: str

    @property
    def latest(self) -> Event | None:
        """Return what last happened to the visit: what an old page does not know yet."""
        return next((event for event in reversed(self.events) if event.act in DECISIONS), None)

    @property
    def again(self) -> bool:
        """Tell whether the visit was asked back and has been sent again."""
        return self.visit.round > 1 and self.visit.status in SENT

    @property
    def changed(self) -> list[Line]:
        """Return the questions that the auditor changed in this round."""
        return [line for part in self.parts for line in part.lines if line.changed]

    @property
    def failed(self) -> list[Line]:
        """Return the critical questions that failed."""
        return [line for line in self.critical if line.failed]

    @property
    def critical(self) -> list[Line]:
        """Return the critical questions that were answered."""
        lines = (line for part in self.parts for line in part.lines)
        return [line for line in lines if line.item.critical and line.state is AnswerState.ANSWERED]


def queue(session: Session, actor: Actor, filters: Filters) -> Queue:
    """Return one page of visits: waiting ones with the oldest first, decided ones with the newest first."""
    by_state = session.execute(
        select(Visit.status, func.count())
        .where(Visit.programme_id == actor.programme_id, Visit.status.in_(STATES))
        .group_by(Visit.status)
    )
    waves = session.scalars(
        select(Wave).where(Wave.programme_id == actor.programme_id).order_by(Wave.starts_on.desc())
    ).all()
    oldest_first = filters.status in (State.SUBMITTED, State.RETURNED)
    order = (Visit.submitted_at, Visit.id) if oldest_first else (Visit.submitted_at.desc(), Visit.id.desc())
    rows = session.scalars(
        _filtered(actor, filters)
        .options(joinedload(Visit.location), joinedload(Visit.auditor))
        .order_by(*order)
        .limit(PAGE + 1)
        .offset((filters.page - 1) * PAGE)
    ).all()
    shown = rows[:PAGE]
    versions = session.scalars(
        select(ChecklistVersion)
        .where(ChecklistVersion.id.in_({visit.checklist_version_id for visit in shown}))
        .options(joinedload(ChecklistVersion.standard_version))
    )
    by_id = {version.id: version for version in versions}
    by_visit = session.execute(
        select(Evidence.visit_id, func.count())
        .where(Evidence.visit_id.in_([visit.id for visit in shown]), Evidence.removed_at.is_(None))
        .group_by(Evidence.visit_id)
    )
    photos, sent, flags = dict(by_visit.all()), first_sent(session, shown), flags_of(session, shown)
    return Queue(
        rows=[
            _waiting(
                visit,
                by_id[visit.checklist_version_id],
                photos.get(visit.id, 0),
                sent.get(visit.id),
                flags.get(visit.id, ()),
            )
            for visit in shown
        ],
        more=len(rows) > PAGE,
        counts=dict(by_state.all()),
        waves=waves,
    )


def _filtered(actor: Actor, filters: Filters) -> Select[Visit]:
    query = visits_for(actor).where(Visit.status == filters.status)
    if filters.channel:
        query = query.where(Visit.channel == filters.channel)
    if filters.wave:
        query = query.where(Visit.wave_id.in_(select(Wave.id).where(Wave.code == filters.wave)))
    if filters.text:
        query = query.where(
            or_(
                *(
                    column.icontains(filters.text, autoescape=True)
                    for column in (Location.code, Location.name, Location.city, Visit.code)
                )
            )
        )
    return query


def _waiting(
    visit: Visit, version: ChecklistVersion, photos: int, sent: datetime | None, flags: Sequence[str]
) -> Waiting:
    taken = visit.ended_at - visit.started_at if visit.started_at and visit.ended_at else None
    minutes = taken.total_seconds() / 60 if taken is not None else None
    over = visit.ended_at or visit.started_at
    return Waiting(
        visit=visit,
        minutes=minutes,
        photos=photos,
        fast=minutes is not None and minutes < checklist_of(version).minutes / 2,
        late=bool(sent and over and sent - over > LATE),
        flags=flags,
    )


def find_next(session: Session, actor: Actor) -> int | None:
    """Return the visit of somebody else that has waited longest, or None when no such visit waits."""
    return session.scalar(
        visits_for(actor)
        .where(Visit.status == State.SUBMITTED, Visit.auditor.has(Membership.user_id != actor.user_id))
        .order_by(Visit.submitted_at, Visit.id)
        .limit(1)
        .with_only_columns(Visit.id)
    )


def visit_file(session: Session, actor: Actor, visit: Visit, locale: str) -> VisitFile:
    """Return the visit as the auditor saw it, with its score, its history and what may be done."""
    checklist = checklist_of(visit.checklist_version)
    names = _names(session, visit)
    photos = evidence.photos_of(session, visit.id)
    notes = session.scalars(select(ReviewNote).where(ReviewNote.visit_id == visit.id).order_by(ReviewNote.id)).all()
    revisions: dict[str, list[AnswerRow]] = {}
    for row in session.scalars(
        select(AnswerRow).where(AnswerRow.visit_id == visit.id).order_by(AnswerRow.item, AnswerRow.revision.desc())
    ):
        revisions.setdefault(row.item, []).append(row)
    changed = changed_items(session, visit, notes, revisions)
    lines = {
        item.code: _line(item, revisions[item.code], photos.get(item.code, ()), notes, names, locale, changed)
        for item in checklist.items
        if item.code in revisions
    }
    rounds = session.scalars(
        select(Submission)
        .where(Submission.visit_id == visit.id, Submission.status == "final")
        .order_by(Submission.round)
    ).all()
    own = service.is_own(visit, actor)
    return VisitFile(
        visit=visit,
        checklist=checklist,
        waiting=_waiting(
            visit,
            visit.checklist_version,
            sum(len(found) for found in photos.values()),
            first_sent(session, [visit]).get(visit.id),
            flags_of(session, [visit]).get(visit.id, ()),
        ),
        score=session.get(VisitScoreRow, visit.id),
        criteria=_criteria(session, visit),
        parts=[
            Part(section, [lines[i.code] for i in checklist.items if i.section == section.code and i.code in lines])
            for section in checklist.sections
        ]
        if lines
        else [],
        rounds=rounds,
        general_notes=[note for note in notes if not note.item],
        events=_events(session, visit, names),
        own=own,
        acts=() if own else allowed(State(visit.status), actor.roles),
        odd_time=odd_time(visit, rounds),
        conflicts=conflicts(rounds),
        position=position(rounds),
        behind=(rounds[-1].skew or 0.0) / 60 if rounds else 0.0,
        left_out=left_out(rounds[-1]) if rounds else {},
        replies=replies(rounds),
        file_times=file_times(rounds),
        seen=service.seen(session, visit),
    )


def _names(session: Session, visit: Visit) -> Mapping[int | None, str]:
    """Return what to call the people who had to do with the visit: the auditor by pseudonym."""
    people = session.execute(
        select(User.id, name_in(visit.programme_id)).where(
            or_(
                User.id.in_(select(AnswerRow.author_id).where(AnswerRow.visit_id == visit.id)),
                User.id.in_(select(JournalLine.actor_id).where(*_about(visit))),
                User.id.in_(select(ReviewNote.author_id).where(ReviewNote.visit_id == visit.id)),
            )
        )
    )
    names: dict[int | None, str] = dict(people.all())
    names[visit.auditor.user_id] = visit.auditor.pseudonym or ""
    names[None] = "auditapp"
    return names


def _about(visit: Visit) -> tuple[Any, ...]:
    return (JournalLine.subject == "visit", JournalLine.subject_id == str(visit.id))


def _line(
    item: Item,
    rows: Sequence[AnswerRow],
    photos: Sequence[Evidence],
    notes: Sequence[ReviewNote],
    names: Mapping[int | None, str],
    locale: str,
    changed: Collection[str],
) -> Line:
    """Build the line of one item from its revisions, the newest first."""
    answer = answer_of(rows[0])
    scored = item.scored and answer.state is AnswerState.ANSWERED
    return Line(
        item=item,
        state=answer.state,
        words=answer_words(item, answer, locale, len(photos)),
        points=f"{_number(answer.points, locale)} / {_number(item.max_points, locale)}" if scored else None,
        comment=answer.comment,
        failed=scored and item.critical and earned_share(item, answer) < item.pass_mark - TOLERANCE,
        lost=scored and earned_share(item, answer) < 1 - TOLERANCE,
        photos=photos,
        revisions=[
            Revision(
                words=answer_words(item, answer_of(before), locale),
                comment=before.comment,
                author=names.get(after.author_id, ""),
                reason=after.reason,
                at=after.created_at,
            )
            for after, before in pairwise(rows)
        ],
        notes=[note for note in notes if note.item == item.code],
        changed=item.code in changed,
    )


def _number(value: float | None, locale: str) -> str:
    return "–" if value is None else decimal_mark(f"{value:g}", locale)


def _criteria(session: Session, visit: Visit) -> list[CriterionLine]:
    """Return the criteria of the visit, the costliest first."""
    rows = session.scalars(select(CriterionScoreRow).where(CriterionScoreRow.visit_id == visit.id)).all()
    titles = {c.code: c.title for c in standard_of(visit.checklist_version.standard_version).criteria} if rows else {}
    lines = [
        CriterionLine(row.criterion, titles[row.criterion], row.score, row.applicable_weight, row.answers, row.lost)
        for row in rows
    ]
    return sorted(lines, key=lambda line: (-line.lost, line.code))


def _events(session: Session, visit: Visit, names: Mapping[int | None, str]) -> list[Event]:
    rows = session.scalars(select(JournalLine).where(*_about(visit)).order_by(JournalLine.id))
    return [Event(row.at, row.act, names.get(row.actor_id, ""), row.detail) for row in rows]
