"""Sentences as tables: Polish and English, numbers and cases, and nothing said that the data do not carry."""

from __future__ import annotations

from typing import Any

import pytest

from reports import area_findings, findings
from reports.change import ChangeLabel
from reports.summary import SummaryChange
from tests.reports.paper import (
    CRITERIA,
    LOST,
    make_frame,
    make_lost,
    make_network_report,
    make_population,
    make_row,
    make_summary,
    make_visit,
)


def plain(sentence: str) -> str:
    return sentence.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("number", "pl", "en"),
    [
        (0, "0 wizyt", "0 visits"),
        (1, "1 wizyta", "1 visit"),
        (2, "2 wizyty", "2 visits"),
        (4, "4 wizyty", "4 visits"),
        (5, "5 wizyt", "5 visits"),
        (12, "12 wizyt", "12 visits"),
        (14, "14 wizyt", "14 visits"),
        (21, "21 wizyt", "21 visits"),
        (22, "22 wizyty", "22 visits"),
        (112, "112 wizyt", "112 visits"),
        (122, "122 wizyty", "122 visits"),
    ],
)
def test_visits(number: int, pl: str, en: str) -> None:
    assert findings.visits(number, "pl") == pl
    assert findings.visits(number, "en") == en


@pytest.mark.parametrize(
    ("value", "digits", "pl", "en"),
    [
        (0.675, 0, "68 %", "68%"),
        (0.285, 0, "29 %", "29%"),
        (0.8345, 1, "83,5 %", "83.5%"),
        (1.0, 0, "100 %", "100%"),
        (0.0, 0, "0 %", "0%"),
        (None, 0, "–", "–"),
    ],
)
def test_share(value: float | None, digits: int, pl: str, en: str) -> None:
    assert plain(findings.share(value, "pl", digits)) == pl
    assert findings.share(value, "en", digits) == en


def test_interval_is_rounded_outward() -> None:
    assert findings.interval(0.5178, 0.8047) == "51–81"
    assert findings.interval(None, None) == "–"
    assert plain(findings.between(0.5178, 0.8047, "pl")) == "między 51 a 81 %"
    assert findings.between(0.0, 1.0, "en") == "between 0 and 100%"


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [(9.4, 0, "+9"), (-13.5, 0, "−14"), (-0.04, 0, "0"), (-0.04, 1, "0,0"), (1.25, 1, "+1,3")],
)
def test_signed(value: float, digits: int, written: str) -> None:
    assert findings.signed(value, "pl", digits) == written


@pytest.mark.parametrize(
    ("changes", "pl", "en"),
    [
        ({"n": 0, "score": None, "low": None, "high": None, "level": None},
         "W tym kwartale nie liczy się żadna wizyta.", "No visit counts in this quarter."),
        ({"n": 1, "score": None, "low": None, "high": None, "level": "single"},
         "Odbyła się jedna wizyta. Pokazujemy ją, ale z jednej wizyty nie ma jeszcze wyniku placówki.",
         "One visit was made. It is shown; a single visit gives no score for the location."),
        ({"n": 2, "level": "indicative"},
         "Przy 2 wizytach prawdziwy poziom leży prawdopodobnie między 51 a 81 %. 2 wizyty to wynik wstępny.",
         "With 2 visits the true level is likely between 51 and 81%. 2 visits are indicative only."),
        ({"n": 3}, "Przy 3 wizytach prawdziwy poziom leży prawdopodobnie między 51 a 81 %.",
         "With 3 visits the true level is likely between 51 and 81%."),
        ({"n": 22}, "Przy 22 wizytach prawdziwy poziom leży prawdopodobnie między 51 a 81 %.",
         "With 22 visits the true level is likely between 51 and 81%."),
        ({"n": 5, "low": None, "high": None},
         "Liczba wizyt: 5. Sieć ma ich jeszcze za mało, żeby powiedzieć, ile może tu zrobić przypadek.",
         "Number of visits: 5. The network has too few yet to say how far chance reaches."),
    ],
)  # fmt: skip
def test_likely(changes: dict[str, Any], pl: str, en: str) -> None:
    row = make_row(**changes)
    assert plain(findings.likely(row, "pl")) == pl
    assert findings.likely(row, "en") == en


@pytest.mark.parametrize(
    ("levels", "pl", "en"),
    [
        (["below"], "Wyraźnie poniżej sieci.", "Clearly below the network."),
        (["above"], "Wyraźnie powyżej sieci.", "Clearly above the network."),
        (["none"], "Bez wyraźnej różnicy wobec sieci: taka odległość mieści się w tym, co może zrobić przypadek.",
         "No clear difference from the network: a distance like this is within what chance can do."),
        (["indicative"], "", ""),
        (["single"], "", ""),
        ([None], "", ""),
        (["below", "indicative"],
         "Wizyty w sklepie, 68 %: wyraźnie poniżej sieci. "
         "Rozmowy telefoniczne, 68 %: wizyt jest za mało, żeby porównywać z siecią.",
         "Store visits, 68%: clearly below the network. Phone calls, 68%: too few visits to compare with the network."),
        (["none", "above"],
         "Wizyty w sklepie, 68 %: bez wyraźnej różnicy wobec sieci. "
         "Rozmowy telefoniczne, 68 %: wyraźnie powyżej sieci.",
         "Store visits, 68%: no clear difference from the network. Phone calls, 68%: clearly above the network."),
    ],
)  # fmt: skip
def test_standing(levels: list[str | None], pl: str, en: str) -> None:
    rows = [
        make_row(channel=channel, level=level) for channel, level in zip(("store_visit", "phone"), levels, strict=False)
    ]
    headline = make_row(channel="", level=levels[0] if len(levels) == 1 else None)
    assert plain(findings.standing(headline, rows, "pl")) == pl
    assert findings.standing(headline, rows, "en") == en


@pytest.mark.parametrize(
    ("changes", "pl", "en"),
    [
        ({"previous": None}, "", ""),
        ({}, "Bez wyraźnej zmiany wobec poprzedniego kwartału: −12 pkt, prawdopodobnie od −28 do +2.",
         "No clear change on the previous quarter: −12 points, likely from −28 to +2."),
        ({"change": 0.09, "change_low": 0.031, "change_high": 0.148, "change_label": "up"},
         "Wzrost wobec poprzedniego kwartału o 9 pkt, prawdopodobnie od +3 do +15.",
         "Up 9 points on the previous quarter, likely from +3 to +15."),
        ({"change": -0.004, "change_low": -0.007, "change_high": -0.001, "change_label": "down"},
         "Spadek wobec poprzedniego kwartału o mniej niż 1 pkt, prawdopodobnie od −0,7 do −0,1.",
         "Down less than 1 point on the previous quarter, likely from −0.7 to −0.1."),
        ({"change_label": "not_comparable"},
         "Z poprzednim kwartałem nie da się porównać: zmieniły się kanały albo zbyt wiele pytań.",
         "The previous quarter cannot be compared: the channels or too many questions have changed."),
        ({"change_label": None},
         "O zmianie będzie można mówić od 3 wizyt w obu kwartałach.",
         "A change can be told from 3 visits in both quarters."),
        ({"change": None, "change_low": None, "change_high": None, "change_label": None},
         "Zmiany wobec poprzedniego kwartału nie da się jeszcze policzyć: wizyt jest za mało.",
         "The change on the previous quarter cannot be told yet: there are too few visits."),
    ],
)  # fmt: skip
def test_change(changes: dict[str, Any], pl: str, en: str) -> None:
    row = make_row(**changes)
    assert findings.change(row, (), 3, "pl") == pl
    assert findings.change(row, (), 3, "en") == en


@pytest.mark.parametrize(
    ("found", "pl"),
    [
        (None, ""),
        (SummaryChange(0.01, None, None, None), ""),
        (SummaryChange(0.0125, 0.002, 0.0231, ChangeLabel.UP),
         "Wzrost wobec poprzedniego kwartału o 1,3 pkt, prawdopodobnie od +0,2 do +2,4."),
        (SummaryChange(-0.0004, -0.01, 0.01, ChangeLabel.NONE),
         "Bez wyraźnej zmiany wobec poprzedniego kwartału: 0,0 pkt, prawdopodobnie od −1,0 do +1,0."),
    ],
)  # fmt: skip
def test_change_of_the_network_has_one_decimal(found: SummaryChange | None, pl: str) -> None:
    assert findings.summary_change(found, "pl") == pl


@pytest.mark.parametrize(
    ("costs", "pl", "en"),
    [
        ([], "Nie stracono żadnego punktu.", "No point was lost."),
        ([("A1", 0.0), ("B1", 0.0)], "Nie stracono żadnego punktu.", "No point was lost."),
        ([("B1", 0.021), ("A1", 0.0)],
         "Do 100 % brakuje 2,1 pkt, wszystko przez kryterium „Zakup bez zbędnego czekania”.",
         "2.1 points are missing from 100%, all through “Buying without needless waiting”."),
        ([("B1", 0.02), ("A1", 0.01)],
         "Do 100 % brakuje 3,0 pkt; kosztują je: „Zakup bez zbędnego czekania” 2,0 i „Witamy pierwsi” 1,0.",
         "3.0 points are missing from 100%; they went to “Buying without needless waiting” 2.0 and "
         "“We greet first” 1.0."),
        ([("B1", 0.05), ("B2", 0.04), ("A2", 0.03), ("A1", 0.02)],
         "Do 100 % brakuje 14,0 pkt; najwięcej kosztują: „Zakup bez zbędnego czekania” 5,0, „Cena jest widoczna” 4,0 "
         "i „Żegnamy i dziękujemy” 3,0.",
         "14.0 points are missing from 100%; most went to “Buying without needless waiting” 5.0, "
         "“The price is visible” 4.0 and “We say goodbye and thank you” 3.0."),
    ],
)  # fmt: skip
def test_lost(costs: list[tuple[str, float]], pl: str, en: str) -> None:
    rows = [make_lost(code, cost) for code, cost in costs]
    assert plain(findings.lost(rows, CRITERIA, "pl")) == pl
    assert findings.lost(rows, CRITERIA, "en") == en


@pytest.mark.parametrize(
    ("codes", "met", "scored", "pl", "en"),
    [
        ([], 0, 0, "Wizyt jest jeszcze za mało, żeby mówić o pojedynczych kryteriach.",
         "There are too few visits yet to speak of single criteria."),
        ([], 0, 9, "O żadnym kryterium nie można jeszcze powiedzieć z pewnością, że osiąga poziom akceptacji.",
         "For no criterion is it certain yet that its acceptance level is met."),
        ([], 0, 5, "Wizyt jest jeszcze za mało, żeby mówić o pojedynczych kryteriach.",
         "There are too few visits yet to speak of single criteria."),
        (["A1"], 0, 5,
         "O żadnym kryterium nie można jeszcze powiedzieć z pewnością, że osiąga poziom akceptacji. Wyniki, które na "
         "razie go osiągają:",
         "For no criterion is it certain yet that its acceptance level is met. Scores that reach it so far:"),
        (["A1"], 1, 1,
         "W 1 z 1 kryterium poziom akceptacji jest osiągnięty na pewno, najlepiej wypada: „Witamy pierwsi”.",
         "In 1 of 1 criterion the acceptance level is met for certain, best of all “We greet first”."),
        (["A1", "B2"], 2, 22,
         "W 2 z 22 kryteriów poziom akceptacji jest osiągnięty na pewno, najlepiej wypadają: „Witamy pierwsi” i "
         "„Cena jest widoczna”.",
         "In 2 of 22 criteria the acceptance level is met for certain, best of all “We greet first” and "
         "“The price is visible”."),
        (["A1", "A2", "B1", "B2"], 4, 5,
         "W 4 z 5 kryteriów poziom akceptacji jest osiągnięty na pewno, najlepiej wypadają: „Witamy pierwsi”, "
         "„Żegnamy i dziękujemy” i „Zakup bez zbędnego czekania”.",
         "In 4 of 5 criteria the acceptance level is met for certain, best of all “We greet first”, "
         "“We say goodbye and thank you” and “Buying without needless waiting”."),
    ],
)  # fmt: skip
def test_praise(codes: list[str], met: int, scored: int, pl: str, en: str) -> None:
    best = [CRITERIA[code] for code in codes]
    judged = scored not in (0, 5) or bool(codes)
    assert findings.praise(best, met, scored, "pl", judged=judged) == pl
    assert findings.praise(best, met, scored, "en", judged=judged) == en


@pytest.mark.parametrize(
    ("failed", "applicable", "of_visits", "pl", "en"),
    [
        (0, 0, [0], "Nie zadano żadnego pytania krytycznego.", "No critical question was asked."),
        (0, 6, [0, 0], "Pytania krytyczne: wszystkie odpowiedzi są w porządku (6).",
         "Critical questions: all answers are in order (6)."),
        (1, 3, [1], "Niespełnione pytania krytyczne: 1 z 3, w 1 z 1 wizyty.",
         "Critical questions: 1 of 3 answers failed, in 1 of 1 visit."),
        (4, 12, [3, 0, 1, 0], "Niespełnione pytania krytyczne: 4 z 12, w 2 z 4 wizyt.",
         "Critical questions: 4 of 12 answers failed, in 2 of 4 visits."),
        (4, 12, [], "Niespełnione pytania krytyczne: 4 z 12.",
         "Critical questions: 4 of 12 answers failed."),
    ],
)  # fmt: skip
def test_critical(failed: int, applicable: int, of_visits: list[int], pl: str, en: str) -> None:
    rows = [make_lost("A1", 0.1, failed=failed, applicable=applicable), make_lost("A2", 0.1)]
    counted = [make_visit(critical_failed=number) for number in of_visits]
    assert findings.critical(rows, counted, "pl") == pl
    assert findings.critical(rows, counted, "en") == en


@pytest.mark.parametrize(
    ("changes", "pl", "en"),
    [
        ({}, "Prawdziwy poziom leży prawdopodobnie między 81 a 86 %.", "The true level is likely between 81 and 86%."),
        ({"score": None, "low": None, "high": None}, "W tym kwartale nie ma wyniku.",
         "There is no score in this quarter."),
        ({"low": None, "high": None}, "Wizyt jest jeszcze za mało, żeby powiedzieć, ile może tu zrobić przypadek.",
         "There are too few visits yet to say how far chance reaches."),
    ],
)  # fmt: skip
def test_area(changes: dict[str, Any], pl: str, en: str) -> None:
    found = make_summary(**changes)
    assert plain(findings.area(found, "pl")) == pl
    assert findings.area(found, "en") == en


@pytest.mark.parametrize(
    ("visited", "locations", "n", "pl", "en"),
    [
        (62, 64, 190, "62 z 64 placówek, 190 wizyt", "62 of 64 locations, 190 visits"),
        (1, 1, 1, "1 z 1 placówki, 1 wizyta", "1 of 1 location, 1 visit"),
        (2, 2, 22, "2 z 2 placówek, 22 wizyty", "2 of 2 locations, 22 visits"),
    ],
)
def test_coverage(visited: int, locations: int, n: int, pl: str, en: str) -> None:
    found = make_summary(visited=visited, locations=locations, n=n)
    assert findings.coverage(found, "pl") == pl
    assert findings.coverage(found, "en") == en


def test_differences() -> None:
    listed = make_network_report()
    assert area_findings.differences(listed, "pl") == (
        "Wyraźnie poniżej sieci: 1, wyraźnie powyżej: 0. Spodziewana liczba pomyłek na tych listach: mniej niż 0,1. "
        "U pozostałych różnice mieszczą się w tym, co może zrobić przypadek."
    )
    populations = (make_population(wrong_below=0.44, wrong_above=0.31),)
    several = make_network_report(frame=make_frame(make_row(), populations=populations))
    assert "Mistakes to be expected on these lists: 0.8." in area_findings.differences(several, "en")
    none = make_network_report(below=())
    assert area_findings.differences(none, "pl") == "W tym kwartale nie ma wyraźnych różnic między placówkami."
    unknown = make_network_report(below=(), frame=make_frame(make_row(level="indicative")))
    assert area_findings.differences(unknown, "en") == "There are too few visits to compare locations."


def test_points_lost_sum_to_what_is_missing() -> None:
    assert findings.points(sum(row.lost for row in LOST), "pl") == "32,0"
    assert "Do 100 % brakuje 32,0 pkt" in plain(findings.lost(LOST, CRITERIA, "pl"))
