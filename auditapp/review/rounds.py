"""What the rounds of a visit tell: when it was first sent, what changed since it was asked back, odd times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from auditapp.models import AnswerRow, Evidence, JournalLine, ReviewNote, Submission, Visit
from checklists.lifecycle import Act, State
from reports.screening import find_odd_time

DECLARED = ("recognised", "conflict")
LEFT_OUT = "answer:"


def first_sent(session: Session, shown: Sequence[Visit]) -> dict[int, datetime | None]:
    """Return when each visit was sent for the first time; nothing where that is not known.

    A visit that came back carries the time of its last round; the journal has kept the first. An imported one has no
    line of its own for it.
    """
    first = {visit.id: visit.submitted_at for visit in shown if visit.round == 1 + (visit.status == State.RETURNED)}
    others = [str(visit.id) for visit in shown if visit.id not in first]
    if others:
        sent = select(JournalLine.subject_id, JournalLine.at, JournalLine.detail).where(
            JournalLine.subject == "visit", JournalLine.subject_id.in_(others), JournalLine.act == Act.SUBMIT
        )
        for visit_id, at, detail in session.execute(sent.order_by(JournalLine.id)):
            if detail.get("round", 1) == 1:
                first.setdefault(int(visit_id), at)
    return first


def changed_items(
    session: Session, visit: Visit, notes: Sequence[ReviewNote], revisions: Mapping[str, Sequence[AnswerRow]]
) -> set[str]:
    """Return the items whose answer or photos the auditor changed since the visit was last asked back.

    A correction of the desk has a reason, an auditor's answer never.
    """
    asked = [note.created_at for note in notes if note.round == visit.round - 1]
    if not asked:
        return set()
    since = max(asked)
    answers = {
        item for item, rows in revisions.items() if any(row.created_at >= since and not row.reason for row in rows)
    }
    moved = select(Evidence.item).where(
        Evidence.visit_id == visit.id, or_(Evidence.created_at >= since, Evidence.removed_at >= since)
    )
    return answers | set(session.scalars(moved))


def flags_of(session: Session, shown: Sequence[Visit]) -> dict[int, tuple[str, ...]]:
    """Return the signs that came with each visit: those of its last round, and what was declared in any round."""
    finals = session.execute(
        select(Submission.visit_id, Submission.flags)
        .where(Submission.visit_id.in_([visit.id for visit in shown]), Submission.status == "final")
        .order_by(Submission.visit_id, Submission.round)
    )
    found: dict[int, tuple[str, ...]] = {}
    for visit_id, flags in finals:
        earlier = (flag for flag in found.get(visit_id, ()) if flag in DECLARED and flag not in flags)
        found[visit_id] = (*earlier, *flags)
    return found


def left_out(sent: Submission) -> dict[str, str]:
    """Return by item the values of a final that no answer can be: they stand in its document and nowhere else."""
    items = {flag.removeprefix(LEFT_OUT) for flag in sent.flags if flag.startswith(LEFT_OUT)}
    return {given["item"]: given["value"] for given in sent.document["answers"] if given["item"] in items}


def conflicts(rounds: Iterable[Submission]) -> list[str]:
    """Return in the auditor's words why they might not be impartial, each once."""
    return list(dict.fromkeys(words for sent in rounds if (words := sent.document.get("conflict", "").strip())))


def replies(rounds: Iterable[Submission]) -> dict[int, str]:
    """Return by round what the auditor replied to the questions about the whole visit that led to it."""
    return {sent.round: words for sent in rounds if (words := sent.document.get("reply", "").strip())}


def file_times(rounds: Iterable[Submission]) -> frozenset[tuple[str, str]]:
    """Return the photos (item, hash as sent) whose time is that of their file: their camera said nothing."""
    photos = (photo for sent in rounds for photo in sent.document.get("photos", ()))
    return frozenset((photo["item"], photo["sha"]) for photo in photos if photo.get("source") == "file")


def position(rounds: Sequence[Submission]) -> Mapping[str, Any] | None:
    """Return where the phone said it was, as in docs/phone-protocol.md; None when it said nothing."""
    said: Mapping[str, Any] | None = rounds[-1].document.get("gps") if rounds else None
    return said if said and said.get("lat") is not None else None


def odd_time(visit: Visit, rounds: Sequence[Submission]) -> str | None:
    """Return what is odd about when the first answer was stored; None without a document that knows it."""
    if not rounds or visit.started_at is None or visit.ended_at is None:
        return None
    stored = [datetime.fromisoformat(given["at"]) for given in rounds[0].document["answers"]]
    return find_odd_time(min(stored), visit.started_at, visit.ended_at) if stored else None
