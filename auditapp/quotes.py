"""Comments of visitors beside their answers: those that pages and paper show, each with the visit it is from."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from auditapp.models import AnswerRow, Location, Visit
from checklists.lifecycle import State
from checklists.model import AnswerState, Checklist, Item, VisitKind
from reports.periods import Quarter
from reports.quotes import Quote, select_quotes


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment and the approved visit it was written in."""

    quote: Quote
    visit_id: int
    day: date | None


def read_comments(
    session: Session,
    programme_id: int,
    quarter: Quarter,
    checklists: Mapping[int, Checklist],
    *,
    location: str | None = None,
) -> dict[str, list[Comment]]:
    """Return the comments beside scored answers of approved regular visits, by location (None: of all)."""
    items = {version: {item.code: item for item in checklist.items} for version, checklist in checklists.items()}
    query = (
        select(
            Location.code,
            Visit.id,
            Visit.local_date,
            Visit.channel,
            Visit.checklist_version_id,
            AnswerRow.item,
            AnswerRow.comment,
            AnswerRow.points,
        )
        .join(Visit, Visit.id == AnswerRow.visit_id)
        .join(Location, Location.id == Visit.location_id)
        .where(
            Visit.programme_id == programme_id,
            Visit.quarter == str(quarter),
            Visit.status == State.APPROVED,
            Visit.kind == VisitKind.REGULAR,
            AnswerRow.is_current,
            AnswerRow.comment != "",
            AnswerRow.state == AnswerState.ANSWERED,
            AnswerRow.points.is_not(None),
        )
        .order_by(AnswerRow.id)
    )
    if location is not None:
        query = query.where(Location.code == location)
    found: dict[str, list[Comment]] = defaultdict(list)
    for code, visit_id, day, channel, version, item, comment, points in session.execute(query):
        asked = items[version][item]
        found[code].append(Comment(Quote(comment, asked.criterion, channel, is_good(asked, points)), visit_id, day))
    return found


def is_good(item: Item, points: float | None) -> bool:
    """Tell whether an answer earned at least half of the points of its item."""
    return points is not None and points >= 0.5 * (item.max_points or 1)


def known_words(*names: str) -> list[str]:
    """Return the words of names that are no people: of a programme, of its places."""
    return [word for name in names for word in re.findall(r"[^\W\d_]+", name)]


def select_comments(comments: Sequence[Comment], known: Collection[str] = ()) -> list[Comment]:
    """Return the comments that may be shown, praise first: the very ones of the printed report, by its rule."""
    first: dict[Quote, Comment] = {}
    for comment in comments:
        first.setdefault(comment.quote, comment)
    return [first[quote] for quote in select_quotes([comment.quote for comment in comments], known=known)]
