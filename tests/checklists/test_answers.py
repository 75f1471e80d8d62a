"""Raw answers in, one canonical form and its points out."""

from __future__ import annotations

import pytest

from checklists.answers import TEXT_LIMIT, check, check_visit, complete, points_for
from checklists.model import Answer, AnswerState, Band, Branch, Item, ItemType
from checklists.problems import Problem
from tests.checklists.builders import make_checklist, make_item, make_options

YES_NO = make_item("Q", na_allowed=True)
NO_IS_GOOD = make_item("Q", good="no")
SCALE = make_item("Q", type=ItemType.SCALE, max_points=4.0, options=make_options(a=0, b=2, c=4))
SINGLE = make_item("Q", type=ItemType.SINGLE, weight=None, max_points=None, options=make_options(a=None, b=None))
MULTIPLE = make_item("Q", type=ItemType.MULTIPLE, max_points=6.0, options=make_options(a=1, b=2, c=3))
NUMBER = make_item("Q", type=ItemType.NUMBER, max_points=2.0, bands=(Band(2, 2), Band(5.5, 1), Band(None, 0)))
OF_TEN = make_item("Q", type=ItemType.NUMBER, minimum=0.0, maximum=10.0, whole=True, bands=(Band(7, 0), Band(None, 1)))
FROM_ONE = make_item("Q", type=ItemType.NUMBER, minimum=1.0, weight=None, max_points=None)
UP_TO = make_item("Q", type=ItemType.NUMBER, maximum=2.5, weight=None, max_points=None)
DURATION = make_item("Q", type=ItemType.DURATION, max_points=2.0, bands=(Band(180, 2), Band(None, 0)))
TIME = make_item("Q", type=ItemType.TIME, max_points=1.0, bands=(Band(9 * 3600, 1), Band(None, 0)))
TEXT = make_item("Q", type=ItemType.TEXT)
PHOTO = make_item("Q", type=ItemType.PHOTO)


@pytest.mark.parametrize(
    ("item", "raw", "canonical", "points"),
    [
        (YES_NO, "yes", "yes", 1.0),
        (YES_NO, " no ", "no", 0.0),
        (NO_IS_GOOD, "no", "no", 1.0),
        (NO_IS_GOOD, "yes", "yes", 0.0),
        (SCALE, "b", "b", 2.0),
        (SINGLE, "a", "a", None),
        (MULTIPLE, "c;a", "a;c", 4.0),
        (MULTIPLE, "c; c ;b", "b;c", 5.0),
        (NUMBER, "2", "2", 2.0),
        (NUMBER, "2,0", "2", 2.0),
        (NUMBER, "2.01", "2.01", 1.0),
        (NUMBER, "5,50", "5.5", 1.0),
        (NUMBER, "1 234,5", "1234.5", 0.0),
        (NUMBER, "1\N{NO-BREAK SPACE}000", "1000", 0.0),
        (NUMBER, "\N{MINUS SIGN}3", "-3", 2.0),
        (NUMBER, "+07", "7", 0.0),
        (NUMBER, "-0", "0", 2.0),
        (NUMBER, "100", "100", 0.0),
        (OF_TEN, "0", "0", 0.0),
        (OF_TEN, "10,0", "10", 1.0),
        (FROM_ONE, "1", "1", None),
        (FROM_ONE, "1,5", "1.5", None),
        (UP_TO, "2.5", "2.5", None),
        (UP_TO, "-7", "-7", None),
        (DURATION, "3:00", "00:03:00", 2.0),
        (DURATION, "03:01", "00:03:01", 0.0),
        (DURATION, "0:02:59", "00:02:59", 2.0),
        (DURATION, "90:00", "01:30:00", 0.0),
        (DURATION, "26:00:00", "26:00:00", 0.0),
        (TIME, "9:00", "09:00", 1.0),
        (TIME, "09.01", "09:01", 0.0),
        (TIME, "23:59", "23:59", 0.0),
        (TEXT, " Dzień\tdobry\r\n\x00\u202epani ", "Dzień dobry\npani", None),
        (TEXT, "z\u0307", "ż", None),
        (PHOTO, "3", "3", None),
    ],
)
def test_canonical_values_and_points(item: Item, raw: str, canonical: str, points: float | None) -> None:
    answer = check(item, raw, comment=" krótko ")
    assert answer == Answer("Q", AnswerState.ANSWERED, canonical, points, "krótko")
    assert check(item, canonical, comment="krótko") == answer


@pytest.mark.parametrize(
    ("item", "raw", "code"),
    [
        (YES_NO, "tak", "not_an_option"),
        (YES_NO, "YES", "not_an_option"),
        (SCALE, "a;b", "not_an_option"),
        (SCALE, "d", "not_an_option"),
        (MULTIPLE, "a;d", "not_an_option"),
        (MULTIPLE, "a;", "not_an_option"),
        (NUMBER, "NaN", "not_a_number"),
        (NUMBER, "inf", "not_a_number"),
        (NUMBER, "1e3", "not_a_number"),
        (NUMBER, "1,234.5", "not_a_number"),
        (NUMBER, "three", "not_a_number"),
        (NUMBER, "٣", "not_a_number"),
        (NUMBER, "1000000001", "out_of_range"),
        (NUMBER, "-1000000001", "out_of_range"),
        (OF_TEN, "-1", "out_of_range"),
        (OF_TEN, "11", "out_of_range"),
        (OF_TEN, "10.5", "out_of_range"),
        (OF_TEN, "7,5", "not_whole"),
        (FROM_ONE, "0,999999", "too_low"),
        (UP_TO, "2,51", "too_high"),
        (DURATION, "3", "bad_duration"),
        (DURATION, "3:60", "bad_duration"),
        (DURATION, "1:60:00", "bad_duration"),
        (DURATION, "-1:00", "bad_duration"),
        (TIME, "24:00", "bad_time"),
        (TIME, "9", "bad_time"),
        (TIME, "12:60", "bad_time"),
        (PHOTO, "0", "not_a_number"),
        (PHOTO, "-1", "not_a_number"),
        (TEXT, "x" * (TEXT_LIMIT + 1), "text_too_long"),
    ],
)
def test_what_is_no_answer(item: Item, raw: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        check(item, raw)
    assert refused.value.code == code
    assert refused.value.place is not None
    assert refused.value.place.find("item") == "Q"


@pytest.mark.parametrize(
    ("item", "raw", "polish", "english"),
    [
        (OF_TEN, "11", "Liczba musi być od 0 do 10, a jest 11.", "The number must be from 0 to 10, and it is 11."),
        (OF_TEN, "7,5", "Liczba musi być całkowita, a jest 7,5.", "The number must be a whole one, and it is 7,5."),
        (FROM_ONE, "0", "Liczba nie może być mniejsza niż 1, a jest 0.", "The number cannot be below 1, and it is 0."),
        (UP_TO, "3", "Liczba nie może być większa niż 2,5, a jest 3.", "The number cannot be above 2.5, and it is 3."),
    ],
)
def test_an_impossible_number_is_refused_in_words(item: Item, raw: str, polish: str, english: str) -> None:
    with pytest.raises(Problem) as refused:
        check(item, raw)
    assert (refused.value.sentence("pl"), refused.value.sentence("en")) == (polish, english)


def test_not_applicable_only_where_the_item_allows_it() -> None:
    assert check(YES_NO, "", na=True, comment="zamknięte") == Answer("Q", AnswerState.NA, comment="zamknięte")
    with pytest.raises(Problem) as refused:
        check(NO_IS_GOOD, "yes", na=True)
    assert refused.value.code == "na_not_allowed"


def test_empty_is_missing_and_never_zero() -> None:
    assert check(YES_NO, "  ", comment="potem") == Answer("Q", AnswerState.MISSING, comment="potem")


def test_long_text_at_the_limit_and_long_comments() -> None:
    assert len(check(TEXT, "x" * TEXT_LIMIT).value) == TEXT_LIMIT
    with pytest.raises(Problem) as refused:
        check(YES_NO, "yes", comment="x" * (TEXT_LIMIT + 1))
    assert refused.value.code == "text_too_long"


def test_photos_count_only_on_photo_items() -> None:
    assert check(PHOTO, "", photos=2).value == "2"
    assert check(YES_NO, "no", photos=2).value == "no"


def test_points_of_a_corrected_value() -> None:
    assert points_for(MULTIPLE, "a;c") == 4.0
    assert points_for(TEXT, "cokolwiek") is None


VISIT = make_checklist(
    make_item("A"),
    make_item("B", show_if=Branch("A", ("no",)), evidence=YES_NO.question, evidence_required=True),
    make_item("C", requires=("car_park",)),
    make_item("D", type=ItemType.TEXT, required=False),
    make_item("E", type=ItemType.PHOTO, evidence=YES_NO.question, evidence_required=True),
)
CAR_PARK = frozenset({"car_park"})


@pytest.mark.parametrize(
    ("answers", "attributes", "photos", "problems"),
    [
        ({}, frozenset(), {}, [("answer_missing", "A"), ("answer_missing", "E")]),
        ({"A": "yes", "E": "1"}, frozenset(), {}, []),
        ({"A": "yes", "E": "1"}, CAR_PARK, {}, [("answer_missing", "C")]),
        ({"A": "no", "E": "1"}, frozenset(), {}, [("answer_missing", "B")]),
        ({"A": "no", "B": "yes", "E": "1"}, frozenset(), {}, [("evidence_missing", "B")]),
        ({"A": "no", "B": "yes", "E": "1"}, frozenset(), {"B": 1}, []),
        ({"A": "", "E": "1"}, frozenset(), {}, [("answer_missing", "A")]),
    ],
)
def test_what_keeps_a_visit_from_being_submitted(
    answers: dict[str, str], attributes: frozenset[str], photos: dict[str, int], problems: list[tuple[str, str]]
) -> None:
    recorded = {code: check(VISIT.item(code), value) for code, value in answers.items()}
    found = check_visit(VISIT, recorded, attributes, photos)
    assert [(p.code, p.place and p.place.find("item")) for p in found] == problems


def test_na_that_slipped_in_is_found_at_the_end() -> None:
    (problem, _) = check_visit(VISIT, {"A": Answer("A", AnswerState.NA)})
    assert problem.code == "na_not_allowed"


def test_every_item_gets_an_answer() -> None:
    recorded = {
        "A": check(VISIT.item("A"), "yes"),
        "B": check(VISIT.item("B"), "yes"),  # given before A was changed to yes
        "E": check(VISIT.item("E"), "", comment="brak paragonu"),
    }
    result = complete(VISIT, recorded, CAR_PARK)
    assert list(result) == ["A", "B", "C", "D", "E"]
    assert result["A"] == recorded["A"]
    assert result["B"] == Answer("B", AnswerState.NOT_ASKED)
    assert result["C"] == Answer("C", AnswerState.MISSING)
    assert result["E"] == Answer("E", AnswerState.MISSING, comment="brak paragonu")
