"""Sentences about regions and the network as tables, in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from checklists.model import Dimension
from reports import area_findings, findings
from reports.heat import Tone
from reports.quarterly import DimensionLost, Verdicts
from reports.regional import AreaStanding, CriticalPlace, Matrix, MatrixCell, MatrixRow
from tests.reports.paper import (
    CRITERIA,
    make_change,
    make_frame,
    make_lost,
    make_population,
    make_region_report,
    make_row,
    make_summary,
)


def plain(sentence: str) -> str:
    return sentence.replace("\N{NO-BREAK SPACE}", " ")


def standing(level: Tone, channel: str = "store_visit") -> AreaStanding:
    return AreaStanding("store", channel, make_summary(score=0.815), make_summary(), level)


@pytest.mark.parametrize(
    ("standings", "pl", "en"),
    [
        ((), "Z siecią nie da się porównać: wizyt jest za mało.",
         "It cannot be compared with the network: too few visits."),
        ((standing("below"),), "Wyraźnie poniżej reszty sieci.", "Clearly below the rest of the network."),
        ((standing("none"),), "Bez wyraźnej różnicy wobec reszty sieci.",
         "No clear difference from the rest of the network."),
        ((standing("above"), standing("none", "phone")),
         "Sklepy, wizyty w sklepie, 82 %: wyraźnie powyżej reszty sieci. "
         "Sklepy, rozmowy telefoniczne, 82 %: bez wyraźnej różnicy wobec reszty sieci.",
         "Stores, store visits, 82%: clearly above the rest of the network. "
         "Stores, phone calls, 82%: no clear difference from the rest of the network."),
    ],
)  # fmt: skip
def test_beside(standings: tuple[AreaStanding, ...], pl: str, en: str) -> None:
    assert plain(area_findings.beside(standings, "pl")) == pl
    assert plain(area_findings.beside(standings, "en")) == en


@pytest.mark.parametrize(
    ("rows", "pl", "en"),
    [
        ([], "Wizyt jest za mało, żeby porównywać placówki.", "There are too few visits to compare locations."),
        ([make_row(level="single")], "Wizyt jest za mało, żeby porównywać placówki.",
         "There are too few visits to compare locations."),
        ([make_row()], "Wyraźnie poniżej sieci: 0, bez wyraźnej różnicy: 1, wyraźnie powyżej: 0.",
         "Clearly below the network: 0, no clear difference: 1, clearly above: 0."),
        ([make_row(level="below", p_below=0.97), make_row(level="above", p_below=0.04), make_row()],
         "Wyraźnie poniżej sieci: 1, bez wyraźnej różnicy: 1, wyraźnie powyżej: 1. "
         "Spodziewana liczba pomyłek wśród wyraźnych: 0,1.",
         "Clearly below the network: 1, no clear difference: 1, clearly above: 1. "
         "Mistakes to be expected among the clear ones: 0.1."),
        ([make_row(level="below", p_below=0.999)],
         "Wyraźnie poniżej sieci: 1, bez wyraźnej różnicy: 0, wyraźnie powyżej: 0. "
         "Spodziewana liczba pomyłek wśród wyraźnych: mniej niż 0,1.",
         "Clearly below the network: 1, no clear difference: 0, clearly above: 0. "
         "Mistakes to be expected among the clear ones: less than 0.1."),
    ],
)  # fmt: skip
def test_tones(rows: list[Any], pl: str, en: str) -> None:
    assert area_findings.tones(rows, "pl") == pl
    assert area_findings.tones(rows, "en") == en


@pytest.mark.parametrize(
    ("rows", "start"),
    [
        # (1 - 0.43) * (0.83 - 0.68) = 8.55 points
        ([make_row()], "Even if nothing changes, chance alone will lift these scores by 9 points"),
        ([make_row(score=0.81)], "Even if nothing changes, chance alone will lift these scores by 1 point on average"),
        ([make_row(score=0.83)], ""),
        ([make_row(reliability=None)], ""),
        ([], ""),
    ],
)
def test_what_chance_will_bring_the_lowest(rows: list[Any], start: str) -> None:
    said = area_findings.rebound(rows, [make_population()], "en")
    assert said.startswith(start)
    assert bool(said) == bool(start)


def test_places_changed() -> None:
    report = make_region_report()
    assert area_findings.places_changed(report, "pl").startswith(
        "Porównane wyniki placówek: 4. Wyraźnie w górę: 0, wyraźnie w dół: 1."
    )
    calm = replace(report, fell=())
    assert area_findings.places_changed(calm, "en") == (
        "Scores of locations were compared with the previous quarter (4): none has clearly changed."
    )
    first = replace(report, frame=make_frame(previous=None))
    assert area_findings.places_changed(first, "en").startswith("No location can be compared")


@pytest.mark.parametrize(
    ("changes", "pl"),
    [
        ({}, "Bez wyraźnej zmiany wobec poprzedniego kwartału: −2,0 pkt, prawdopodobnie od −5,0 do +1,0."),
        ({"change": None, "comparable": False},
         "Z poprzednim kwartałem nie da się porównać: zmieniło się zbyt wiele pytań."),
        ({"change": None}, ""),
        ({"frame": make_frame(previous=None)}, ""),
    ],
)  # fmt: skip
def test_region_change(changes: dict[str, Any], pl: str) -> None:
    assert area_findings.region_change(make_region_report(**changes), "pl") == pl


def test_the_change_of_one_channel_is_said_where_only_the_mix_changed() -> None:
    headline = make_row(channel="", change_label="not_comparable", change=None)
    rows = (make_row(change=-0.138, change_low=-0.25, change_high=-0.006, change_label="down"),)
    assert plain(findings.change(headline, rows, 3, "pl")) == (
        "Kanały badania się zmieniły, więc porównujemy każdy osobno. Wizyty w sklepie: spadek wobec poprzedniego "
        "kwartału o 14 pkt, prawdopodobnie od −25,0 do −0,6."
    )
    assert findings.change(headline, (make_row(change_label="not_comparable"),), 3, "en").startswith(
        "The previous quarter cannot be compared"
    )


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.25, -0.006, "from −25.0 to −0.6"),
        (-0.25, -0.012, "from −25 to −1"),
        (0.0004, 0.1, "from +0.04 to +10.00"),
        (-0.05, 0.01, "from −5 to +1"),
        (0.0, 0.03, "from 0 to +3"),
        (None, None, "–"),
    ],
)
def test_a_clear_change_never_seems_to_hold_zero(low: float | None, high: float | None, said: str) -> None:
    assert findings.change_range(low, high, "en") == said


@pytest.mark.parametrize(
    ("changes", "pl"),
    [
        ([], "Pojedynczych kryteriów nie da się jeszcze porównać"),
        ([make_change("A1")], "Porównaliśmy kryteria z poprzednim kwartałem (1): w żadnym nie ma wyraźnej zmiany."),
        ([make_change("A1", 0.3, "up"), make_change("B1", -0.3, "down"), make_change("A2")],
         "Porównane kryteria: 3. Wyraźnie w górę: 1, wyraźnie w dół: 1."),
    ],
)  # fmt: skip
def test_criteria_change(changes: list[Any], pl: str) -> None:
    assert findings.criteria_change(changes, "pl").startswith(pl)


def matrix(*scores: float | None, **changes: Any) -> Matrix:
    cells = tuple(MatrixCell(score, "below" if score == 0 else "none", older=score == 1) for score in scores)
    values = {"by": "location", "left_out": 0} | changes
    return Matrix(
        "store", "store_visit", criteria=tuple(CRITERIA.values()), rows=(MatrixRow("A", 0.5, "none", cells),), **values
    )


@pytest.mark.parametrize(
    ("found", "parts"),
    [
        (matrix(0.5), ("0 z 1 pola;",)),
        (matrix(0, 0.5, None), ("1 z 2 pól;",)),
        (matrix(0.5, 1), ("Kursywa: razem z trzema poprzednimi kwartałami.",)),
        (matrix(0.5, by="region", left_out=80),
         ("Placówek jest 80, za wiele na jedną tabelę", "porównane z resztą sieci")),
        (matrix(0.5, by="standing_out", left_out=70),
         ("tylko placówki, które wyraźnie się różnią", "pominięte bez wyraźnej różnicy: 70.")),
    ],
)  # fmt: skip
def test_a_table_of_criteria_says_what_is_in_it(found: Matrix, parts: tuple[str, ...]) -> None:
    note = area_findings.matrix_note(found, "pl")
    assert all(part in note for part in parts)
    assert ("Kursywa" in note) == any(cell.older for cell in found.rows[0].cells)


def test_critical_criteria_name_the_locations_with_most() -> None:
    places = tuple(CriticalPlace(f"L{n}", f"Sklep {n}", {"B1": 2 if n == 3 else 1}) for n in range(1, 9))
    report = make_region_report(
        critical=places, lost=(make_lost("B1", 0.1, failed=9, applicable=20), make_lost("A1", 0))
    )
    assert area_findings.critical_criteria(report, CRITERIA, "pl") == [
        ["Zakup bez zbędnego czekania", "9/20", "Sklep 3 (2), Sklep 1, Sklep 2 i 5 innych"]
    ]
    few = replace(report, critical=places[:5])
    assert area_findings.critical_criteria(few, CRITERIA, "pl")[0][2] == "Sklep 3 (2), Sklep 1, Sklep 2 i 2 inne"
    four = replace(report, critical=places[:4])
    assert area_findings.critical_criteria(four, CRITERIA, "en")[0][2] == "Sklep 3 (2), Sklep 1, Sklep 2 and 1 more"


def test_dimensions_and_verdicts_are_named() -> None:
    rows = (DimensionLost(Dimension.TIMELINESS, 0.24, 0.75), DimensionLost(Dimension.COURTESY, 0.08, 0.25))
    assert plain(area_findings.dimensions(rows, "pl")) == (
        "Najwięcej punktów zabiera wymiar „Terminowość”: 75 % wszystkich strat."
    )
    assert area_findings.dimensions((DimensionLost(Dimension.COURTESY, 0.0, 0.0),), "pl") == ""
    assert area_findings.verdict_note(Verdicts("", "", {}), "pl") == ""
    assert "stores, store visits only" in area_findings.verdict_note(
        Verdicts("store", "store_visit", {"N": "none"}), "en"
    )


def test_reliability_is_that_of_the_largest_population() -> None:
    small = make_population(channel="phone", visited=3, reliability=0.9)
    assert plain(area_findings.reliability([small, make_population()], "en")) == (
        "Stores, store visits: 43% of the differences between the scores of locations are real, the rest is chance."
    )
    assert area_findings.reliability([make_population(reliability=None)], "en").startswith("There are too few visits")
