"""Lines of the table `answers`: each becomes a revision, or was known already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import select, update

from auditapp.exchange.intake import REASON, Intake, Known
from auditapp.exchange.rows import Line, Row, batched
from auditapp.models import AnswerRow
from checklists.answers import TEXT_LIMIT, check
from checklists.lifecycle import Act, Role, move
from checklists.model import Answer, AnswerState, Item
from checklists.problems import Problem

ANSWER_STATES = tuple(state.value for state in AnswerState)


def read_answers(intake: Intake, lines: Iterable[Line]) -> None:
    answered: set[int] = set()
    for batch in batched(lines, 2000):
        rows = [Row(line, intake.findings) for line in batch]
        unseen = {row.raw("visit") for row in rows} - intake.known.keys()
        for visit in intake.find(list(unseen)).values():
            intake.remember(visit, "", 0, new=False)
        given: list[tuple[Row, Known, Answer, int | None]] = []
        for row in rows:
            known = intake.known.get(row.raw("visit"))
            if known is None:
                if row.raw("visit") not in intake.refused:
                    row.refuse("unknown_visit", "visit", value=row.raw("visit"))
                continue
            answer, revision = _answer(row, known), row.whole("revision")
            if row.failed or answer is None:
                known.failed = True
            else:
                given.append((row, known, answer, revision))
        _write(intake, given)
        answered.update(known.id for _, known, _, _ in given)
        intake.progress(len(answered) // 2)  # reading is about half of the work


def _answer(row: Row, known: Known) -> Answer | None:
    code = row.raw("item")
    number, item = known.version.items.get(code, (None, None))
    if number is None or item is None:
        row.refuse("unknown_item", "item", value=code, checklist=known.version.checklist.code)
        return None
    if known.rows[number]:
        row.refuse("duplicate_id", "item", value=f"{row.raw('visit')} {code}", first=known.rows[number])
    known.rows[number] = row.number
    state = row.one_of("state", ANSWER_STATES)
    comment = row.text("comment", TEXT_LIMIT, required=False)
    if row.failed:
        return None
    if state != AnswerState.ANSWERED:
        row.blank("value")
        row.blank("points")
    try:
        answer = check(
            item,
            row.values.get("value") or "" if state == AnswerState.ANSWERED else "",
            na=state == AnswerState.NA,
            comment=comment,
        )
    except Problem as problem:
        row.refuse_as(problem, "state" if problem.code == "na_not_allowed" else "value")
        return None
    if state == AnswerState.ANSWERED:
        return _with_points(row, item, answer)
    return replace(answer, state=AnswerState(state))


def _with_points(row: Row, item: Item, answer: Answer) -> Answer | None:
    """Return an answer that was given. Points recorded elsewhere stand; without any the checklist decides."""
    if answer.state is not AnswerState.ANSWERED:
        row.refuse("answer_missing", "value")
        return None
    if item.max_points is None:
        row.blank("points")
        return answer
    points = row.number_between("points", 0, item.max_points)
    return answer if points is None else replace(answer, points=points)


def _write(intake: Intake, given: list[tuple[Row, Known, Answer, int | None]]) -> None:
    stored = _stored_answers(intake, [known.id for _, known, _, _ in given if not known.new])
    fresh: list[dict[str, object]] = []
    replaced: list[int] = []
    for row, known, answer, revision in given:
        history = stored.get((known.id, answer.item), [])
        current = next((old for old in history if old.is_current), None)
        newest = max((old.revision for old in history), default=0)
        # A line that says what some revision said was brought in before, unless it is expressly newer.
        if any(_same(old, answer) for old in history) and not (
            revision is not None and revision > newest and current is not None and not _same(current, answer)
        ):
            intake.unchanged += 1
            continue
        if not known.new and not _may_correct(row, known):
            continue
        if current is not None:
            replaced.append(current.id)
        intake.changed += current is not None
        intake.new += current is None
        known.touched = True
        fresh.append(intake.answer_values(known.id, answer, max(newest + 1, revision or 1)))
    if replaced:
        intake.session.execute(update(AnswerRow).where(AnswerRow.id.in_(replaced)).values(is_current=False))
    intake.insert(AnswerRow, fresh)


def _stored_answers(intake: Intake, ids: list[int]) -> dict[tuple[int, str], list[Any]]:
    found: dict[tuple[int, str], list[Any]] = {}
    if ids:
        columns = (
            AnswerRow.id,
            AnswerRow.visit_id,
            AnswerRow.item,
            AnswerRow.revision,
            AnswerRow.is_current,
            AnswerRow.state,
            AnswerRow.value,
            AnswerRow.points,
            AnswerRow.comment,
        )
        for row in intake.session.execute(select(*columns).where(AnswerRow.visit_id.in_(set(ids)))):
            found.setdefault((row.visit_id, row.item), []).append(row)
    return found


def _may_correct(row: Row, known: Known) -> bool:
    try:
        move(known.status, Act.CORRECT, {Role.PROGRAMME_MANAGER}, REASON)
    except Problem as problem:
        row.refuse_as(problem, "visit")
        known.failed = True
    if not known.file:
        known.file, known.row = row.file, row.number
    return not known.failed


def _same(old: SqlRow[Any], answer: Answer) -> bool:
    return (old.state, old.value, old.points, old.comment) == (
        answer.state.value,
        answer.value,
        answer.points,
        answer.comment,
    )
