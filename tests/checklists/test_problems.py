"""Every refusal reads well in both languages and travels whole."""

from __future__ import annotations

import pickle
from datetime import date, datetime, timedelta, timezone
from string import Formatter

import pytest

from checklists.model import Text
from checklists.problems import REFUSALS, Problem, Problems, at


def names(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize(
    ("value", "pl", "en"),
    [
        (date(2026, 9, 30), "30 wrz 2026", "30 Sep 2026"),
        (datetime(2026, 7, 3, 14, 5, tzinfo=timezone(timedelta(hours=2))), "3 lip 2026, 14:05", "3 Jul 2026, 14:05"),
    ],
)
def test_dates_read_as_people_write_them(value: date, pl: str, en: str) -> None:
    problem = Problem("visit_in_future", date=value)
    assert f": {pl} to" in problem.sentence("pl")
    assert f": {en} lies" in problem.sentence("en")


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_formats_in_both_languages(code: str) -> None:
    sentences = REFUSALS[code]
    assert names(sentences.pl) == names(sentences.en)
    arguments = {name: f"<{name}>" for name in names(sentences.pl)}
    problem = Problem(code, **arguments)
    for locale in ("pl", "en"):
        sentence = problem.sentence(locale)
        assert all(value in sentence for value in arguments.values())
        assert sentence[0].isupper() or sentence[0] in "„“"
        assert sentence.endswith((".", ">"))
    assert problem.sentence("pl") != problem.sentence("en")


def test_a_problem_says_where() -> None:
    problem = Problem("points_negative", at(item="ST07", option="b"))
    assert problem.text("pl") == "Pytanie ST07, opcja b: punkty nie mogą być ujemne."
    assert problem.text("en") == str(problem) == "Item ST07, option b: points cannot be negative."
    assert problem.place is not None
    assert problem.place.find("item") == "ST07"
    assert problem.place.find("row") is None


def test_arguments_are_read_in_the_readers_language() -> None:
    problem = Problem("bad_enum", at(file="a.csv", row=3, column="role"), value=Text("tak", "yes"), allowed=("a", "b"))
    assert problem.text("pl").startswith("Plik a.csv, wiersz 3, kolumna role: „tak” nie jest")
    assert problem.text("en").endswith("“yes” is not one of the possible values: a, b.")
    nothing_missing = Problem("wrong_columns", missing=(), unknown={"z", "y"})
    assert nothing_missing.sentence("en") == "The columns do not match. Missing: –. Unknown: y, z."


def test_programming_mistakes_surface_where_they_are_made() -> None:
    with pytest.raises(KeyError):
        Problem("no_such_refusal")
    with pytest.raises(TypeError, match="takes"):
        Problem("bad_date")
    with pytest.raises(TypeError, match="takes"):
        Problem("not_found", value="x")
    with pytest.raises(KeyError):
        at(shelf="3")


def test_problems_cross_to_other_processes() -> None:
    problems = Problems([Problem("bad_code", at(item="1x"), code="1x"), Problem("not_found")])
    copy = pickle.loads(pickle.dumps(problems))  # noqa: S301
    assert str(copy) == str(problems)
    assert copy.text("pl").splitlines()[0].startswith("Pytanie 1x: kod „1x”")
    assert [problem.arguments for problem in copy.problems] == [{"code": "1x"}, {}]
