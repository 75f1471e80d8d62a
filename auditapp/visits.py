"""What happens to a visit wherever it happens: its answers, its score, its status. The only writer of all three."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from auditapp import journal, rollups
from auditapp.convert import answers_of
from auditapp.db import insert_rows
from auditapp.models import AnswerRow, Visit
from checklists.lifecycle import Act, Role, State, move, touches_rollup
from checklists.model import Answer
from reports.periods import Quarter

# Built once: building a statement costs more than running it, and phones send many visits on a Saturday evening.
_CURRENT = select(AnswerRow).where(AnswerRow.visit_id == bindparam("visit"), AnswerRow.is_current)
_REVISIONS = AnswerRow.metadata.tables["answer"]


def current_answers(session: Session, visit_id: int) -> dict[str, Answer]:
    """Return the newest revision of every answer of the visit."""
    return answers_of(session.scalars(_CURRENT, {"visit": visit_id}))


def write_answers(
    session: Session,
    visit: Visit,
    answers: Mapping[str, Answer],
    *,
    author_id: int | None,
    reason: str,
    now: datetime,
    first: bool = False,
) -> list[str]:
    """Record `answers` as new revisions where they differ from the current ones, and score the visit again.

    Returns the codes of the items that changed. What was there before stays, with its author and time. `first`: the
    caller, who holds the visit, knows that it has no answers yet.
    """
    rows = () if first else session.scalars(_CURRENT, {"visit": visit.id}).all()
    before = {row.item: row for row in rows}
    known = answers_of(rows)
    changed = {code: answer for code, answer in answers.items() if known.get(code) != answer}
    replaced = [before[code].id for code in changed if code in before]
    if replaced:
        session.execute(update(AnswerRow).where(AnswerRow.id.in_(replaced)).values(is_current=False))
    insert_rows(
        session,
        _REVISIONS,
        [
            {
                "visit_id": visit.id,
                "item": code,
                "revision": before[code].revision + 1 if code in before else 1,
                "state": answer.state.value,
                "value": answer.value,
                "points": answer.points,
                "comment": answer.comment,
                "is_current": True,
                "author_id": author_id,
                "reason": reason,
                "created_at": now,
            }
            for code, answer in changed.items()
        ],
    )
    rollups.store_score(session, visit.id, rollups.score_visit(visit, {**known, **answers}), first=not rows)
    return list(changed)


def place_in_time(visit: Visit, started_at: datetime, ended_at: datetime | None) -> None:
    """Set when the visit was made and, by the location's own calendar, its date and quarter."""
    visit.started_at, visit.ended_at = started_at, ended_at
    visit.local_date = started_at.astimezone(ZoneInfo(visit.location.timezone)).date()
    visit.quarter = str(Quarter.of(visit.local_date))


def move_visit(
    session: Session,
    visit: Visit,
    act: Act,
    *,
    roles: Iterable[Role],
    actor_id: int | None,
    now: datetime,
    reason: str = "",
    **detail: object,
) -> State:
    """Change the status of a visit, write the journal line, rebuild the cells it touches. Nobody else changes one.

    Raises Problem not_yours, move_not_allowed or reason_missing; then nothing has changed.
    """
    before = State(visit.status)
    after = move(before, act, roles, reason)
    visit.status = after
    journal.write(
        session,
        programme_id=visit.programme_id,
        actor_id=actor_id,
        now=now,
        act=act,
        subject="visit",
        subject_id=visit.id,
        before=before,
        after=after,
        **({"reason": reason} if reason else {}),
        **detail,
    )
    if touches_rollup(before, after):
        session.flush()
        rollups.rebuild(session, visit.programme_id, location_id=visit.location_id, quarter=visit.quarter)
    return after
