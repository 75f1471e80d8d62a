from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf

import numpy as np
import pytest

from reports import screening
from reports.screening import Stop
from tests.checklists.builders import case

TRAVEL = case("impossible_travel")
FAST = case("too_fast_robust_z")
NOON = datetime(2026, 8, 3, 12, tzinfo=UTC)
PARIS, LONDON = tuple(TRAVEL["input"]["a"]), tuple(TRAVEL["input"]["b"])


def _stop(visit: str, minutes: float, place: tuple[float, float], lasts: float = 30) -> Stop:
    start = NOON + timedelta(minutes=minutes)
    return Stop(visit, start, start + timedelta(minutes=lasts), place)


def test_too_fast() -> None:
    z = screening.duration_z(FAST["input"])
    assert z[-1] == pytest.approx(FAST["expected"]["z_last"], abs=FAST["tolerance"])
    assert screening.too_fast(FAST["input"]).tolist() == FAST["expected"]["flag"]


def test_the_version_minimum_flags_too() -> None:
    assert screening.too_fast([20, 21, 22, 19], minimum=20).tolist() == [False, False, False, True]


def test_equal_durations_are_not_odd() -> None:
    assert screening.too_fast([20, 20, 20, 4]).tolist() == [False] * 4


def test_impossible_travel() -> None:
    gap = TRAVEL["input"]["gap_hours"] * 60
    (leg,) = screening.build_legs([_stop("V2", 30 + gap, LONDON), _stop("V1", 0, PARIS)])
    assert (leg.before, leg.after) == ("V1", "V2")
    assert leg.km == pytest.approx(TRAVEL["expected"]["km"], abs=TRAVEL["tolerance"])
    assert leg.kmh == pytest.approx(TRAVEL["expected"]["kmh"], abs=TRAVEL["tolerance"])
    assert leg.impossible is TRAVEL["expected"]["flag"]


@pytest.mark.parametrize(
    ("minutes", "place", "kmh", "impossible"),
    [
        (30 + 240, LONDON, 343.5565 / 4, False),
        (29, PARIS, 0.0, True),  # overlapping times
        (30, PARIS, 0.0, False),  # the same centre, one after the other
        (30, LONDON, inf, True),
    ],
)
def test_legs(minutes: float, place: tuple[float, float], kmh: float, impossible: bool) -> None:
    (leg,) = screening.build_legs([_stop("V1", 0, PARIS), _stop("V2", minutes, place)])
    assert leg.kmh == pytest.approx(kmh, abs=1e-3)
    assert leg.impossible is impossible


def test_distance() -> None:
    assert screening.distance_km(PARIS, PARIS) == 0
    assert screening.distance_km((0, 0), (0, 180)) == pytest.approx(np.pi * screening.EARTH_KM)
    assert not screening.far_from_location((52.2300, 21.0100), (52.2326, 21.0100))  # 289 m
    assert screening.far_from_location((52.2300, 21.0100), (52.2328, 21.0100))  # 311 m


@pytest.mark.parametrize(
    ("answers", "run"), [([], 0), (["4"], 1), (["4", "4", "3", "3", "3"], 3), (["1", "2", "1"], 1)]
)
def test_longest_run(answers: list[str], run: int) -> None:
    assert screening.longest_run(answers) == run


def test_straightlining_is_rare_by_definition() -> None:
    runs = [3, 4, 5, 4] * 100 + [18]
    assert np.flatnonzero(screening.straightlined(runs)).tolist() == [400]
    assert not screening.straightlined([5] * 50).any()


STORY = (
    "The assistant at the shoe counter finished a call, looked up after about two minutes and asked what I was "
    "looking for. She brought three pairs of boots, explained the difference between the soles and offered wax."
)


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (STORY, True),
        (STORY.upper().replace(",", " ;"), True),  # case and punctuation hide nothing
        (STORY.replace("three pairs", "two pairs"), True),
        (STORY + " " + " ".join(f"word{i}" for i in range(60)), False),  # contained, but another text
        ("A young man greeted me at the door and showed me the way to the phones on the upper floor.", False),
        ("", False),
    ],
)
def test_near_duplicates(other: str, found: bool) -> None:
    pairs = screening.find_duplicates({"V1": STORY, "V2": other})
    assert [(pair.first, pair.second) for pair in pairs] == ([("V1", "V2")] if found else [])


def test_short_texts_share_too_little_to_be_copies() -> None:
    assert screening.find_duplicates({"V1": "Everything was in order.", "V2": "Everything was in order."}) == ()


def test_stock_phrases_do_not_make_copies() -> None:
    stock = "I entered the store at the agreed time and was greeted by a member of the staff within one minute"
    assert screening.find_duplicates({f"V{i}": stock for i in range(11)}) == ()
