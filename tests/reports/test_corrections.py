"""What a corrected report says has changed: everything that its first pages judge by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from reports.corrections import Correction, find_changes, lines
from reports.printed_location import location_page
from reports.printed_network import network_page
from reports.printed_region import region_page
from tests.reports.paper import (
    LOST,
    make_line,
    make_location_report,
    make_network_report,
    make_population,
    make_region_report,
    make_row,
    make_summary,
)

BELOW = make_row(location="L9", name="Lublin, Plaza", level="below")
CALLS = make_row(channel="phone", score=0.5, level="none")


def told(before: dict[str, Any], after: dict[str, Any], locale: str = "en") -> list[str]:
    return [f"{each.what}: {each.before} → {each.after}" for each in find_changes(before, after, locale)]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({}, {}, []),
        (
            {"headline": make_row(channel="", score=0.71)},
            {"headline": make_row(channel="", score=0.66)},
            ["Score: 71% → 66%"],
        ),
        (
            {"rows": (make_row(level="below"),)},
            {"rows": (make_row(level="none"),)},
            ["Store visits, against the network: clearly below → no clear difference"],
        ),
        (
            {"criteria": (make_line("A1", 0.76),)},
            {"criteria": (make_line("A1", 0.8), make_line("B1", 0.5))},
            ["A1 We greet first: 76% → 80%", "B1 Buying without needless waiting: – → 50%"],
        ),
    ],
)
def test_a_location(before: dict[str, Any], after: dict[str, Any], said: list[str]) -> None:
    assert told(*(location_page(make_location_report(**each), "N-1", "en") for each in (before, after))) == said


def test_a_channel_and_its_verdict() -> None:
    both = (make_row(), CALLS)
    more = {"populations": (make_population(), make_population(channel="phone"))}
    before = location_page(make_location_report(rows=both, **more), "N-1", "pl")
    changed = (make_row(), replace(CALLS, score=0.6, level="below"))
    after = location_page(make_location_report(rows=changed, **more), "N-1", "pl")
    assert told(before, after, "pl") == [
        "Rozmowy telefoniczne, wobec sieci: bez wyraźnej różnicy → wyraźnie poniżej",
        "Rozmowy telefoniczne: 50\u00a0% → 60\u00a0%",
    ]


def test_critical_questions() -> None:
    failed = replace(LOST[0], critical_failed=LOST[0].critical_failed + 1, critical_applicable=9)
    before, after = (
        location_page(make_location_report(lost=lost), "N-1", "en") for lost in (LOST, (failed, *LOST[1:]))
    )
    (line,) = told(before, after)
    assert line.startswith("Critical questions: ")
    assert " answers failed, in 1 of 3 visits" in line


@pytest.mark.parametrize(
    ("page", "report"),
    [(network_page, make_network_report), (region_page, make_region_report)],
    ids=("network", "region"),
)
def test_an_area_says_how_many_are_told_from_the_others(page: Any, report: Any) -> None:
    listed = {"below": (BELOW,)} if page is network_page else {"rows": (BELOW,)}
    none = {"below": ()} if page is network_page else {"rows": ()}
    found = told(page(report(**listed), "N-1", "en"), page(report(**none), "N-1", "en"))
    assert "Clearly below the network: 1 → 0" in found


def test_scores_of_the_parts_of_a_network() -> None:
    visits = make_summary(channel="store_visit")
    before, after = (
        network_page(make_network_report(channels=(visits, make_summary(channel="phone", score=score))), "N-1", "en")
        for score in (0.787, 0.788)
    )
    assert told(before, after) == ["Phone calls: 78.7% → 78.8%"]


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("pl", "Wyniki, oceny wobec sieci i pytania krytyczne są takie same; zmieniły się inne treści."),
        ("en", "Scores, verdicts and critical questions are the same; other contents have changed."),
    ],
)
def test_nothing_but_other_contents(locale: str, said: str) -> None:
    box = lines(Correction(1, date(2026, 10, 3), "", ()), locale)
    assert (box["changes"], box["reason"]) == ([said], "")
