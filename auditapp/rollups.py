"""Scores of visits and the additive cells built from them.

A slice (location x quarter) is deleted and inserted again inside the transaction that moved a visit into or out of
"approved": an upsert could leave a cell behind whose last visit went away. Only sums are stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from secrets import randbits
from typing import Any

import pandas as pd
from sqlalchemy import Select, bindparam, delete, func, insert, literal, select, union
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload

from auditapp.convert import checklist_of
from auditapp.db import insert_rows
from auditapp.models import (
    AnswerRow,
    Cell,
    CellStamp,
    ChecklistVersion,
    CriterionScoreRow,
    Location,
    Visit,
    VisitScoreRow,
)
from checklists.lifecycle import State
from checklists.model import Answer, AnswerState, VisitKind, VisitScore
from checklists.scoring import score
from reports.rollup import cells as recount_cells

ANSWER = (AnswerRow.item, AnswerRow.state, AnswerRow.value, AnswerRow.points, AnswerRow.comment)
KEY = ["location", "quarter", "channel", "criterion"]
# The visits behind a cell; a statement needs their scores beside them.
COUNTED = (Visit.status == State.APPROVED, Visit.kind == VisitKind.REGULAR, VisitScoreRow.scorable)
SUMS = ["n", "score_sum", "score_sum_sq", "lost_sum", "answers", "critical_failed", "critical_applicable"]
# Built once, on the plain tables: building a statement costs more than running it.
_SCORES = tuple(Cell.metadata.tables[name] for name in ("criterion_score", "visit_score"))
_FORGET = tuple(delete(scores).where(scores.c.visit_id == bindparam("visit")) for scores in _SCORES)
_UPSERTS: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def score_visit(visit: Visit, answers: dict[str, Answer]) -> VisitScore:
    """Score a visit against the very version it was made with, for the attributes of its location."""
    return score(checklist_of(visit.checklist_version), answers, frozenset(visit.location.attributes))


def store_score(session: Session, visit_id: int, scored: VisitScore, *, first: bool = False) -> None:
    """Replace the stored score of one visit; `first`: it has never had one."""
    if not first:
        for forget in _FORGET:
            session.execute(forget, {"visit": visit_id})
    insert_rows(session, _SCORES[1], [visit_score_values(visit_id, scored)])
    insert_rows(session, _SCORES[0], criterion_score_values(visit_id, scored))


def visit_score_values(visit_id: int, scored: VisitScore) -> dict[str, object]:
    """Return the columns of the visit's score row."""
    return {
        "visit_id": visit_id,
        "score": scored.score,
        "score_gated": scored.score_gated,
        "applicable_weight": scored.applicable_weight,
        "total_weight": scored.total_weight,
        "scorable": scored.scorable,
        "answers": sum(criterion.answers for criterion in scored.criteria.values()),
        "critical_failed": scored.critical_failed,
        "critical_applicable": scored.critical_applicable,
    }


def criterion_score_values(visit_id: int, scored: VisitScore) -> list[dict[str, object]]:
    """Return the columns of the visit's rows per criterion."""
    return [
        {
            "visit_id": visit_id,
            "criterion": criterion.criterion,
            "score": criterion.score,
            "applicable_weight": criterion.applicable_weight,
            "answers": criterion.answers,
            "lost": criterion.lost,
            "critical_failed": criterion.critical_failed,
            "critical_applicable": criterion.critical_applicable,
        }
        for criterion in scored.criteria.values()
    ]


def rebuild(session: Session, programme_id: int, *, location_id: int | None = None, quarter: str | None = None) -> None:
    """Recount the cells of a programme, or of one location and quarter, from the stored scores of its visits."""
    old = delete(Cell).where(Cell.programme_id == programme_id)
    if location_id is not None:
        old = old.where(Cell.location_id == location_id)
    if quarter is not None:
        old = old.where(Cell.quarter == quarter)
    session.flush()
    session.execute(old, execution_options={"synchronize_session": False})
    for overall in (True, False):
        names, query = _sums(programme_id, overall=overall)
        if location_id is not None:
            query = query.where(Visit.location_id == location_id)
        if quarter is not None:
            query = query.where(Visit.quarter == quarter)
        session.execute(insert(Cell).from_select(names, query), execution_options={"synchronize_session": False})
    stamp(session, programme_id, [quarter] if quarter is not None else None)


def stamp(session: Session, programme_id: int, quarters: Collection[str] | None = None) -> None:
    """Note that the cells of the quarters (None: any of the programme) may have changed."""
    if quarters is None:
        known = (select(table.quarter).where(table.programme_id == programme_id) for table in (Cell, CellStamp))
        quarters = set(session.scalars(union(*known)))
    values = [{"programme_id": programme_id, "quarter": each, "stamp": randbits(62)} for each in sorted(quarters)]
    if values:
        put = _UPSERTS[session.get_bind().dialect.name](CellStamp)
        session.execute(
            put.on_conflict_do_update(index_elements=["programme_id", "quarter"], set_={"stamp": put.excluded.stamp}),
            values,
        )


def _sums(programme_id: int, *, overall: bool) -> tuple[list[str], Select[tuple[object, ...]]]:
    rows = VisitScoreRow if overall else CriterionScoreRow
    criterion = literal("") if overall else CriterionScoreRow.criterion
    lost = 1 - VisitScoreRow.score if overall else CriterionScoreRow.lost
    columns = {
        "programme_id": Visit.programme_id,
        "quarter": Visit.quarter,
        "channel": Visit.channel,
        "criterion": criterion,
        "location_id": Visit.location_id,
        "n": func.count(),
        "score_sum": func.sum(rows.score),
        "score_sum_sq": func.sum(rows.score * rows.score),
        "lost_sum": func.sum(lost),
        "answers": func.sum(rows.answers),
        "critical_failed": func.sum(rows.critical_failed),
        "critical_applicable": func.sum(rows.critical_applicable),
    }
    query = (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(Visit)
        .join(VisitScoreRow, VisitScoreRow.visit_id == Visit.id)
        .where(Visit.programme_id == programme_id, *COUNTED)
        .group_by(Visit.programme_id, Visit.quarter, Visit.channel, Visit.location_id)
    )
    if not overall:
        query = query.join(CriterionScoreRow, CriterionScoreRow.visit_id == Visit.id).group_by(
            CriterionScoreRow.criterion
        )
    return list(columns), query


def rescored(session: Session, programme_id: int) -> Iterator[tuple[Visit, VisitScore]]:
    """Yield every approved visit scored anew from its current answers."""
    visits = session.scalars(
        select(Visit)
        .where(Visit.programme_id == programme_id, Visit.status == State.APPROVED)
        .options(
            joinedload(Visit.location),
            joinedload(Visit.checklist_version).joinedload(ChecklistVersion.standard_version),
        )
        .order_by(Visit.id)
    ).all()
    for start in range(0, len(visits), 500):
        chunk = visits[start : start + 500]
        by_visit: dict[int, dict[str, Answer]] = {visit.id: {} for visit in chunk}
        # Plain columns: building a row object for each of a million answers would take ten times as long.
        for visit_id, item, state, value, points, comment in session.execute(
            select(AnswerRow.visit_id, *ANSWER).where(AnswerRow.visit_id.in_(by_visit.keys()), AnswerRow.is_current)
        ):
            by_visit[visit_id][item] = Answer(item, AnswerState(state), value, points, comment)
        for visit in chunk:
            yield visit, score_visit(visit, by_visit[visit.id])


def rebuild_from_answers(session: Session, programme_id: int) -> int:
    """Score every approved visit again from its answers, then rebuild all cells; returns the number of visits."""
    count = 0
    for visit, scored in rescored(session, programme_id):
        store_score(session, visit.id, scored)
        count += 1
    rebuild(session, programme_id)
    return count


def check(session: Session, programme_id: int) -> pd.DataFrame:
    """Recount everything from the answers in another way (pandas) and return the cells that differ, both sides.

    An empty frame means that the stored cells are exactly what the answers say, to 1e-9.
    """
    scores: list[dict[str, object]] = []
    criteria: list[dict[str, object]] = []
    for visit, scored in rescored(session, programme_id):
        scores.append(
            {
                **visit_score_values(visit.id, scored),
                "visit": str(visit.id),
                "location": visit.location.code,
                "quarter": visit.quarter,
                "channel": visit.channel,
                "shopper": str(visit.auditor_id),
                "kind": visit.kind,
            }
        )
        criteria += [{**row, "visit": str(visit.id)} for row in criterion_score_values(visit.id, scored)]
    stored = cells_frame(session, programme_id).set_index(KEY)
    if not scores:
        return stored.add_suffix("_stored").reset_index()
    recount = recount_cells(pd.DataFrame(scores), pd.DataFrame(criteria)).set_index(KEY)[SUMS]
    both = stored.add_suffix("_stored").join(recount.add_suffix("_recount"), how="outer").fillna(0.0)
    differs = pd.Series(False, index=both.index)
    for name in SUMS:
        differs |= (both[f"{name}_stored"] - both[f"{name}_recount"]).abs() > 1e-9
    return both[differs].reset_index()


def cells_frame(session: Session, programme_id: int, *, quarters: list[str] | None = None) -> pd.DataFrame:
    """Return stored cells as the CELLS frame of `reports.frames`, locations by code."""
    query = (
        select(Location.code, Cell.quarter, Cell.channel, Cell.criterion, *(getattr(Cell, name) for name in SUMS))
        .join(Location, Location.id == Cell.location_id)
        .where(Cell.programme_id == programme_id)
    )
    if quarters is not None:
        query = query.where(Cell.quarter.in_(quarters))
    return pd.DataFrame(session.execute(query).all(), columns=KEY + SUMS)
