"""Scores of the visits that an import brought or changed, their journal lines and the cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import delete, select

from auditapp import rollups
from auditapp.exchange.intake import REASON, Intake, Known
from auditapp.exchange.rows import batched
from auditapp.models import AnswerRow, CriterionScoreRow, JournalLine, VisitScoreRow
from checklists.applicability import asked
from checklists.lifecycle import Act, State
from checklists.model import Answer, AnswerState, Checklist
from checklists.problems import Problem, at
from checklists.scoring import score


def score_visits(intake: Intake) -> None:
    """Score every visit that came or changed, write the journal, rebuild the cells."""
    done = 0
    touched = [known for known in intake.known.values() if known.touched and not known.failed]
    for batch in batched(touched, 500):
        _score(intake, batch)
        done += len(batch)
        intake.progress((len(touched) + done) // 2)
    if any(known.status is State.APPROVED for known in touched) and not intake.findings.count:
        rollups.rebuild(intake.session, intake.programme_id)


def _score(intake: Intake, batch: list[Known]) -> None:
    answers = _current_answers(intake, batch)
    absent: list[dict[str, object]] = []
    visits: list[dict[str, object]] = []
    criteria: list[dict[str, object]] = []
    for known in batch:
        given = answers[known.id]
        checklist, attributes = known.version.checklist, intake.attributes[known.location_id]
        absent += [intake.answer_values(known.id, each, 1) for each in _absent(checklist, given, attributes)]
        try:
            scored = score(checklist, given, attributes)
        except Problem as problem:
            intake.findings.add(Problem(problem.code, at(file=known.file, row=known.row), **problem.arguments))
            continue
        visits.append(rollups.visit_score_values(known.id, scored))
        criteria += rollups.criterion_score_values(known.id, scored)
    stale = [known.id for known in batch if not known.new]
    if stale:
        intake.session.execute(delete(CriterionScoreRow).where(CriterionScoreRow.visit_id.in_(stale)))
        intake.session.execute(delete(VisitScoreRow).where(VisitScoreRow.visit_id.in_(stale)))
    intake.insert(AnswerRow, absent)
    intake.insert(VisitScoreRow, visits)
    intake.insert(CriterionScoreRow, criteria)
    intake.insert(JournalLine, [_journal_values(intake, known) for known in batch])


def _current_answers(intake: Intake, batch: list[Known]) -> dict[int, dict[str, Answer]]:
    answers: dict[int, dict[str, Answer]] = {known.id: {} for known in batch}
    rows = intake.session.execute(
        select(
            AnswerRow.visit_id,
            AnswerRow.item,
            AnswerRow.state,
            AnswerRow.value,
            AnswerRow.points,
            AnswerRow.comment,
        ).where(AnswerRow.visit_id.in_(answers.keys()), AnswerRow.is_current)
    )
    for visit_id, item, state, value, points, comment in rows:
        answers[visit_id][item] = Answer(item, AnswerState(state), value, points, comment)
    return answers


def _journal_values(intake: Intake, known: Known) -> dict[str, object]:
    return {
        "programme_id": intake.programme_id,
        "at": intake.now,
        "actor_id": intake.actor_id,
        "act": "import" if known.new else Act.CORRECT.value,
        "subject": "visit",
        "subject_id": str(known.id),
        "detail": {"after": known.status.value} if known.new else {"reason": REASON},
    }


def _absent(checklist: Checklist, given: Mapping[str, Answer], attributes: frozenset[str]) -> Iterator[Answer]:
    """Return what the file is silent about: every item of the version has a row, asked or not."""
    if len(given) < len(checklist.items):
        codes = {item.code for item in asked(checklist, given, attributes)}
        for item in checklist.items:
            if item.code not in given:
                yield Answer(item.code, AnswerState.MISSING if item.code in codes else AnswerState.NOT_ASKED)
