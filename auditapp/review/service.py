"""Decisions of the quality desk: approve, ask back, reject, reopen, correct. The original always stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auditapp import visits
from auditapp.access import Actor
from auditapp.convert import checklist_of
from auditapp.evidence import service as evidence
from auditapp.models import AnswerRow, ReviewNote, Visit
from checklists.answers import check, clean, complete
from checklists.applicability import asked, given
from checklists.lifecycle import Act, State, move
from checklists.model import Answer, AnswerState, Item, ItemType
from checklists.problems import Problem, at

LONGEST = 2000


def seen(session: Session, visit: Visit) -> str:
    """Return what a page was made from: status, round and number of answer revisions."""
    revisions = session.scalar(select(func.count()).select_from(AnswerRow).where(AnswerRow.visit_id == visit.id))
    return f"{visit.status}.{visit.round}.{revisions}"


def check_seen(session: Session, visit: Visit, told: str) -> None:
    """Hold the visit for this transaction; Problem stale_form when it is no longer what the page showed."""
    session.refresh(visit, ["status", "round"], with_for_update=True)
    if told != seen(session, visit):
        raise Problem("stale_form")


def is_own(visit: Visit, actor: Actor) -> bool:
    """Tell whether the actor made the visit: then somebody else decides about it."""
    return visit.auditor.user_id == actor.user_id


def check_not_own(visit: Visit, actor: Actor) -> None:
    """Raise Problem own_visit where the actor made the visit."""
    if is_own(visit, actor):
        raise Problem("own_visit")


def _decide(
    session: Session, visit: Visit, act: Act, actor: Actor, now: datetime, reason: str = "", **detail: object
) -> None:
    """Move the visit; every decision passes here. Problem own_visit where the actor made the visit."""
    check_not_own(visit, actor)
    visits.move_visit(session, visit, act, roles=actor.roles, actor_id=actor.user_id, now=now, reason=reason, **detail)


def approve(session: Session, visit: Visit, *, actor: Actor, now: datetime) -> None:
    """Let the visit into the results."""
    _decide(session, visit, Act.APPROVE, actor, now)


def return_visit(session: Session, visit: Visit, notes: Mapping[str, str], *, actor: Actor, now: datetime) -> None:
    """Ask the auditor back: `notes` by item, "" for the whole visit, blank ones left out. A new round begins.

    Problem query_empty without any note, not_found for an item the checklist does not have.
    """
    said = {item: _short(text) for item, text in notes.items() if clean(text)}
    if not said:
        raise Problem("query_empty")
    known = {item.code for item in checklist_of(visit.checklist_version).items} | {""}
    if not known.issuperset(said):
        raise Problem("not_found")
    _decide(session, visit, Act.RETURN, actor, now, round=visit.round, items=sorted(said))
    _note(session, visit, said, actor, now)
    visit.round += 1
    session.flush()


def reject(session: Session, visit: Visit, reason: str, *, actor: Actor, now: datetime) -> None:
    """Keep the visit out of the results for good; the auditor reads why."""
    reason = _short(reason)
    _decide(session, visit, Act.REJECT, actor, now, reason)
    _note(session, visit, {"": reason}, actor, now)
    session.flush()


def reopen(session: Session, visit: Visit, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take a decision back: the visit stands in the queue again."""
    _decide(session, visit, Act.REOPEN, actor, now, _short(reason))


class FollowUpMissing(Problem):
    """A correction opens questions that nobody has answered yet."""

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__("follow_up_missing", items=[item.question for item in items])
        self.items = items


def correct(
    session: Session,
    visit: Visit,
    code: str,
    value: str,
    *,
    na: bool,
    reason: str,
    actor: Actor,
    now: datetime,
    follow_ups: Mapping[str, tuple[str, bool]] | None = None,
) -> bool:
    """Record another answer to one item as a new revision and score the visit again; False when nothing changed.

    Questions that the new answer switches off become "not asked". Those that it switches on are answered with it, by
    `follow_ups` (value and N/A by code): FollowUpMissing where one is not, Problem visit_incomplete where it is a photo
    that only the auditor can have.
    """
    reason = _short(reason)
    check_not_own(visit, actor)
    move(State(visit.status), Act.CORRECT, actor.roles, reason)
    checklist, attributes = checklist_of(visit.checklist_version), frozenset(visit.location.attributes)
    known = visits.current_answers(session, visit.id)
    item = next((item for item in asked(checklist, known, attributes) if item.code == code), None)
    if item is None:
        raise Problem("not_found")
    old = known.get(code, Answer(code, AnswerState.MISSING))
    photos = len(evidence.photos_of(session, visit.id).get(code, ()))
    fresh = check(item, value, na=na, comment=old.comment, photos=photos)
    if fresh.state is AnswerState.MISSING:
        raise Problem("answer_missing", at(item=code))
    answers = {**known, code: fresh}
    for other in checklist.items:  # one of them may open the next
        new = (follow_ups or {}).get(other.code)
        if new is not None and not given(known.get(other.code)) and other in asked(checklist, answers, attributes):
            answers[other.code] = check(other, new[0], na=new[1])
    whole = complete(checklist, answers, attributes)
    opened = [other for other in checklist.items if other.required and whole[other.code].state is AnswerState.MISSING]
    if any(other.type is ItemType.PHOTO for other in opened):
        raise Problem("visit_incomplete", items=[other.code for other in opened])
    if opened:
        raise FollowUpMissing(opened)
    if not visits.write_answers(session, visit, whole, author_id=actor.user_id, reason=reason, now=now):
        return False
    _decide(session, visit, Act.CORRECT, actor, now, reason, item=code)
    session.flush()
    return True


def _short(text: str) -> str:
    cleaned = clean(text)
    if len(cleaned) > LONGEST:
        raise Problem("text_too_long", length=len(cleaned), limit=LONGEST)
    return cleaned


def _note(session: Session, visit: Visit, said: Mapping[str, str], actor: Actor, now: datetime) -> None:
    session.add_all(
        ReviewNote(visit_id=visit.id, round=visit.round, item=item, text=text, author_id=actor.user_id, created_at=now)
        for item, text in said.items()
    )
