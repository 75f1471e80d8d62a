"""Answers in words and as one types them again."""

from __future__ import annotations

from datetime import date

import pytest

from auditapp import formats, wording
from auditapp.factory import App
from checklists.answers import check
from checklists.model import Answer, AnswerState
from checklists.parse import parse_documents
from checklists.problems import Problem
from tests import documents

_STANDARD, _CHECKLIST = parse_documents({"s": documents.STANDARD, "c": documents.CHECKLIST})
CHECKLIST = _CHECKLIST[0]


@pytest.mark.parametrize(
    ("item", "typed", "pl", "en"),
    [
        ("M1", "yes", "Tak", "Yes"),
        ("M1", "no", "Nie", "No"),
        ("M2", "warm", "serdecznie", "warm"),
        ("M4", "9:05", "09:05", "09:05"),
        ("M5", "4:30", "4 min 30 s", "4 min 30 s"),
        ("M5", "72:00:00", "72 h", "72 h"),
        ("M5", "0:00", "0 s", "0 s"),
        ("M7", "card;bag", "torbę, kartę klienta", "a bag, a loyalty card"),
        ("M9", "19,90", "19,9 zł", "19.9 PLN"),
        ("M10", "3", "3 zdjęcia", "3 photos"),
        ("M11", "Nic.", "Nic.", "Nic."),
    ],
)
def test_answers_in_words(app: App, item: str, typed: str, pl: str, en: str) -> None:
    answer = check(CHECKLIST.item(item), typed)
    for locale, expected in (("pl", pl), ("en", en)):
        with app.test_request_context(headers={"Accept-Language": locale}):
            assert wording.answer_words(CHECKLIST.item(item), answer, locale).replace("\u00a0", " ") == expected


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (AnswerState.NA, "nie dotyczy"),
        (AnswerState.NOT_ASKED, "nie zadano"),
        (AnswerState.MISSING, "brak odpowiedzi"),
    ],
)
def test_states_in_words(app: App, state: AnswerState, words: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "pl"}):
        assert wording.answer_words(CHECKLIST.item("M2"), Answer("M2", state), "pl") == words


@pytest.mark.parametrize("locale", ["pl", "en"])
@pytest.mark.parametrize("month", range(1, 13))
def test_a_refusal_writes_dates_as_pages_do(app: App, locale: str, month: int) -> None:
    day = date(2026, month, 9)
    with app.test_request_context(headers={"Accept-Language": locale}):
        assert formats.day(day) in Problem("visit_in_future", date=day).sentence(locale)


@pytest.mark.parametrize(
    ("said", "written"),
    [("2026:07:03 14:05:10", "3 lip 2026, 14:05"), ("0000:00:00 00:00:00", "0000:00:00 00:00:00")],
)
def test_what_a_camera_said(app: App, said: str, written: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "pl"}):
        assert formats.taken(said) == written


@pytest.mark.parametrize("canonical", ["00:00:00", "00:04:30", "00:59:59", "26:15:00"])
def test_a_duration_typed_again_means_the_same(canonical: str) -> None:
    assert check(CHECKLIST.item("M5"), wording.duration_typed(canonical)).value == canonical
