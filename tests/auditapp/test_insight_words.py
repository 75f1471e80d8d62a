"""Sentences say what the numbers say and never more (scoring.md section 7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import session as cookie

from auditapp.factory import App
from auditapp.insight import standing_words, words
from reports.columns import Population
from reports.compare import ComparisonRow, listed_label
from reports.thresholds import Thresholds

ROW = ComparisonRow(
    location="L1",
    name="Sklep",
    region="Północ",
    format="store",
    quarter="2026Q3",
    channel="",
    n=3,
    score=0.68,
    low=0.514,
    high=0.803,
    phi=0.1,
    reliability=0.43,
    shrunken=0.7,
    p_below=0.97,
    level="below",
    rank_low=12,
    rank_high=61,
    previous="2026Q2",
    previous_score=0.81,
    previous_low=0.7,
    previous_high=0.9,
    change=-0.13,
    change_low=-0.3,
    change_high=-0.01,
    change_label="down",
    change_p=0.02,
)
POPULATION = Population(
    "store", "store_visit", 140, 140, 280, "quarter", 0.1, 0.01, reliability=0.43, k0=4.0, ranked=140
)


@pytest.fixture(params=["en", "pl"])
def locale(app: App, request: pytest.FixtureRequest) -> Iterator[str]:
    with app.test_request_context():
        cookie["locale"] = request.param
        yield request.param


@pytest.fixture
def english(app: App) -> Iterator[None]:
    with app.test_request_context():
        cookie["locale"] = "en"
        yield


def test_the_sentence_of_a_location(locale: str) -> None:
    assert (
        words.location_score(ROW)
        == {
            "en": "68%; with 3 visits the true level is likely between 51 and 81%.",
            "pl": "68\u00a0%; przy 3 wizytach prawdziwy poziom leży prawdopodobnie między 51 a\u00a081\u00a0%.",
        }[locale]
    )
    assert (
        words.rank(ROW, POPULATION)
        == {
            "en": "likely place 12 to 61 of 140",
            "pl": "prawdopodobnie miejsce od 12. do 61. z\u00a0140",
        }[locale]
    )


@pytest.mark.parametrize(
    ("value", "label", "said"),
    [
        (None, None, ""),
        (0.2, None, ""),  # too few visits for a label: nothing is said
        (0.2, "none", "no clear change"),
        (None, "not_comparable", "not comparable"),
        (0.085, "up", "up 9 points"),  # half up
        (-0.13, "down", "down 13 points"),
        (0.01, "up", "up 1 point"),
        (0.004, "up", "up by less than a point"),
        (-0.004, "down", "down by less than a point"),
    ],
)
@pytest.mark.usefixtures("english")
def test_changes(value: float | None, label: str | None, said: str) -> None:
    assert words.change(value, label) == said


@pytest.mark.parametrize(
    ("label", "p", "listed"),
    [
        ("down", 0.10, "down"),
        ("down", 0.11, "none"),  # alone it would count, among many it does not
        ("up", None, "none"),
        ("none", 0.01, "none"),
        ("not_comparable", None, "not_comparable"),
        (None, None, None),
    ],
)
def test_a_list_marks_fewer_changes(label: str | None, p: float | None, listed: str | None) -> None:
    assert listed_label(replace(ROW, change_label=label, change_p=p), Thresholds()) == listed


@pytest.mark.parametrize(
    ("own", "listed", "said"),
    [
        ("up", "up", "up 9 points"),
        ("up", "none", "up, perhaps by chance"),
        ("down", "none", "down, perhaps by chance"),
        ("none", "none", "no clear change"),
        ("not_comparable", "not_comparable", "not comparable"),
        (None, None, ""),
    ],
)
@pytest.mark.usefixtures("english")
def test_a_list_does_not_deny_what_a_location_alone_shows(own: str | None, listed: str | None, said: str) -> None:
    assert words.listed_change(replace(ROW, change=0.09, change_label=own), listed) == said


@pytest.mark.usefixtures("english")
def test_where_the_channels_changed_each_is_told_by_itself() -> None:
    whole = replace(ROW, previous="2026Q2", change=None, change_label="not_comparable")
    visits = replace(whole, channel="store_visit", change=-0.14, change_label="down")
    calls = replace(whole, channel="phone", change_label=None)
    assert words.location_change(whole, [visits, calls]) == (
        "The channels have changed, so each is compared with Q2 2026 by itself. Store visit: down 14 points."
    )
    assert words.location_change(whole, [calls]).startswith("Not comparable with Q2 2026")


@pytest.mark.parametrize(
    ("low", "high", "target", "said", "tone"),
    [
        (0.85, 0.95, 0.85, "level met", "above"),
        (0.80, 0.84, 0.85, "level not met", "below"),
        (0.80, 0.85, 0.85, "not certain yet", "none"),
        (None, None, 0.85, "too few visits to say", "none"),
    ],
)
@pytest.mark.usefixtures("english")
def test_an_acceptance_level_needs_the_whole_interval(
    low: float | None, high: float | None, target: float, said: str, tone: str
) -> None:
    assert words.acceptance(0.82, low, high, target) == said
    assert words.acceptance_tone(0.82, low, high, target) == tone


def rows(channel: str, *levels: str | None) -> list[ComparisonRow]:
    return [
        replace(ROW, channel=channel, level=level, n=0 if level is None else 3, score=0.8 + place / 100)
        for place, level in enumerate(levels)
    ]


ALIKE = [replace(row, score=0.8) for row in rows("phone", "none", "none", None)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (rows("phone", None, None), "No visit counts in this quarter yet, so there is nothing to compare."),
        (rows("phone", "single", "indicative"), "There are not enough visits to tell locations apart."),
        (
            rows("phone", "none", "none"),
            "No clear differences between locations this quarter: what separates them can be chance.",
        ),
        (ALIKE, "All locations have the same score. 1 location was not visited."),
        ([replace(row, score=1.0) for row in ALIKE[:2]], "Every visit earned all its points."),
        (ALIKE[:1], "No clear differences between locations this quarter: what separates them can be chance."),
        (
            rows("phone", "below", "none", "above", "above"),
            "1 location is clearly below the network. 2 locations are clearly above the network. "
            "For 1 location the difference can be chance.",
        ),
        (
            rows("phone", "below", "none", "none", "indicative", "single", None),
            "1 location is clearly below the network. For 2 locations the differences can be chance. "
            "1 location has a provisional score: too few visits to compare. "
            "1 location has one visit and no score yet. 1 location was not visited.",
        ),
        (
            rows("phone", "below", "indicative")
            + rows("store_visit", "none", "none")
            + rows("chat", "indicative", "indicative")
            + rows("email", None, None),
            "Phone: 1 location is clearly below the network. "
            "1 location has a provisional score: too few visits to compare. "
            "Store visit: no clear differences. Chat: too few visits to compare.",
        ),
    ],
)
@pytest.mark.usefixtures("english")
def test_the_first_sentence_of_a_page(given: list[ComparisonRow], said: str) -> None:
    headlines = [replace(row, channel="", level=None) for row in given]
    assert standing_words.standing([*headlines, *given]) == said


@pytest.mark.usefixtures("english")
def test_a_location_of_several_channels_has_a_verdict_in_each() -> None:
    headline = replace(ROW, level=None)
    store, phone = replace(ROW, channel="store_visit"), replace(ROW, channel="phone", level="none")
    assert words.verdicts(ROW, [store]) == [("below", "clearly below the network")]
    assert words.verdicts(headline, [store, phone]) == [("below", "store visit, 68%: clearly below the network")]
    assert words.verdicts(headline, [phone, replace(store, level="indicative", score=0.9)]) == [
        ("none", "phone, 68%: no clear difference")
    ]
    few = [replace(row, n=2, level="indicative") for row in (store, phone)]
    assert words.verdicts(headline, few) == [("none", "too few visits in each channel to compare")]


@pytest.mark.parametrize(
    ("population", "said"),
    [
        (POPULATION, "One visit usually lies about 10 points above or below the level of its location. "),
        (
            POPULATION,
            "Of the differences between locations' scores about 43% are real, the rest is chance. "
            "For 80% a location needs 16 visits.",
        ),
        (replace(POPULATION, k0=None), "The visits show no reliable differences between locations."),
        (replace(POPULATION, source="previous_four"), "This is taken from the four quarters before."),
        (replace(POPULATION, var_within=None), "so no intervals are printed."),
    ],
)
@pytest.mark.usefixtures("english")
def test_the_methods_box(population: Population, said: str) -> None:
    assert said in words.method(population)


@pytest.mark.usefixtures("english")
def test_one_location_alone_is_not_compared() -> None:
    here = [ROW, replace(ROW, channel="phone", level=None)]
    said = "Only one location was visited, so there is nothing to compare it with."
    assert standing_words.standing(here, alone=True) == said
    assert standing_words.standing(rows("phone", None), alone=True).startswith("No visit counts in this quarter yet")
