"""Rows to the values of the lower floors and back. One converter for each pair; tests compare every field."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from auditapp.models import AnswerRow, ChecklistVersion, StandardVersion
from checklists.model import Answer, AnswerState, Checklist, Standard
from checklists.parse import parse_checklist, parse_standard


@lru_cache(maxsize=64)
def _standard(document: str) -> Standard:
    return parse_standard(document, name="standard")


@lru_cache(maxsize=128)
def _checklist(document: str, standard_document: str) -> Checklist:
    standard = _standard(standard_document)
    return parse_checklist(document, {(standard.code, standard.version): standard}, name="checklist")


def standard_of(row: StandardVersion) -> Standard:
    """Return the standard a version row holds. Versions are immutable, so parsing once is enough."""
    return _standard(row.document)


def checklist_of(row: ChecklistVersion) -> Checklist:
    """Return the checklist a version row holds."""
    return _checklist(row.document, row.standard_version.document)


def answer_of(row: AnswerRow) -> Answer:
    """Return the answer one revision records."""
    return Answer(item=row.item, state=AnswerState(row.state), value=row.value, points=row.points, comment=row.comment)


def answers_of(rows: Iterable[AnswerRow]) -> dict[str, Answer]:
    """Return the answers by item code."""
    return {row.item: answer_of(row) for row in rows}
