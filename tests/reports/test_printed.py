"""Everything that others wrote can be printed, and every number of the values stands on the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from reports import theme
from reports.parameters import FewShoppers
from reports.printed import clean
from reports.printed_location import location_page
from reports.printed_network import network_page
from reports.printed_region import region_page
from reports.quarterly import Verdicts
from reports.regional import Matrix, MatrixCell, MatrixRow
from tests.reports.paper import (
    CRITERIA,
    make_criterion,
    make_frame,
    make_line,
    make_location_report,
    make_network_report,
    make_population,
    make_question,
    make_region_report,
    make_row,
    make_summary,
    make_visit,
)

NBSP, SHY = "\N{NO-BREAK SPACE}", "\N{SOFT HYPHEN}"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Zażółć gęślą jaźń", "Zażółć gęślą jaźń"),
        ("Super obsługa 😀👍🏽!", "Super obsługa !"),
        ("非常好 服务", "[…]"),
        ("Sklep 北京 nr 3", "Sklep […] nr 3"),
        ("a\x00b\x07c\x1b[31m", "abc[31m"),
        ("\u202eevil\u202c \u200eltr\u200f\ufeff", "evil ltr"),
        ("dwa\nwiersze\r\n\ti   odstępy", f"dwa wiersze i{NBSP}odstępy"),
        ("I w domu, i z psem", f"I{NBSP}w{NBSP}domu, i{NBSP}z{NBSP}psem"),
        ("kawa i", "kawa i"),
        ("a i o u w z " * 3, " ".join("aiouwz" * 3)),  # so many bound words would be a line that nothing can end
        (f"Galeria{NBSP}Handlowa{NBSP}Starego{NBSP}Miasta", "Galeria Handlowa Starego Miasta"),
        ("Konstantynopolitańczykowianeczka", f"Konstant{SHY}ynopolit{SHY}ańczykow{SHY}ianeczka"),
        ("w odpowiedzialnościach", f"w{NBSP}odpowiedzialnościach"),
        ("90 % klientów", f"90{NBSP}% klientów"),
        ("zro\u0301b", "zrób"),
        ("\ud800", ""),
        ("   ", ""),
        ("#import \"x\" *bold* $y$ \\ @ref", "#import \"x\" *bold* $y$ \\ @ref"),
    ],
)  # fmt: skip
def test_clean(text: str, printed: str) -> None:
    assert clean(text) == printed


def test_clean_cuts_what_never_ends() -> None:
    assert clean("ą" * 20_000).replace(SHY, "") == "ą" * 239 + "…"
    assert len(clean("słowo " * 5_000)) <= 240


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    return [text for each in value for text in strings(each)] if isinstance(value, list) else []


@pytest.mark.parametrize("locale", ["pl", "en"])
def test_every_letter_of_a_page_is_in_the_face(locale: str) -> None:
    known = set(TTFont(theme.FONTS / "SourceSansPro-Regular.ttf").getBestCmap())
    hostile = make_frame(make_row(name="Łódź 😀 北京"), programme="Marka \u202e✨ 店")
    pages = [
        location_page(make_location_report(frame=hostile, headline=make_row(name="Łódź 😀 北京")), "N-1", locale),
        network_page(make_network_report(frame=hostile, not_visited=("店 \x00",)), "N-2", locale),
        region_page(make_region_report(frame=hostile, path="店/Północ 😀", not_visited=("店",)), "N-3", locale),
    ]
    texts = [text for page in pages for text in strings(page)]
    assert len(texts) > 100
    assert {letter for text in texts for letter in text if ord(letter) not in known} == set()


def test_numbers_of_a_location() -> None:
    page = location_page(make_location_report(), "N-1", "pl")
    assert page["big"] == f"68{NBSP}%"
    assert (page["mark"]["score"], page["mark"]["low"], page["mark"]["high"]) == (0.68, 0.512, 0.808)
    assert page["mark"]["visits"] == [0.61, 0.70, 0.73]
    assert page["mark"]["goal"] == 0.9
    assert [bar["points"] for bar in page["bars"]] == ["14,2", "9,8", "8,0"]
    assert [bar["share"] for bar in page["bars"]] == pytest.approx([1, 0.098 / 0.142, 0.08 / 0.142])
    assert [(p["quarter"], p["score"], p["n"]) for p in page["series"]] == [
        ("IV ’25", "brak", "0"),
        (f"I{NBSP}’26", f"74{NBSP}%", "3"),
        ("II ’26", f"80{NBSP}%", "3"),
        ("III ’26", f"68{NBSP}%", "3"),
    ]
    (channel,) = page["criteria"]
    assert [section["title"] for section in channel["sections"]] == ["Powitanie", "Zakup"]
    assert channel["unscored"] == "Bez wyniku, bo wizyt jest za mało: B2."
    assert channel["sections"][0]["rows"][1] | {"mark": None} == {
        "code": "A2",
        "title": "Żegnamy i\N{NO-BREAK SPACE}dziękujemy",
        "score": f"76{NBSP}%",
        "range": "55–93",
        "n": "3",
        "other": f"77{NBSP}%",
        "target": f"90{NBSP}%",
        "mark": None,
    }


@pytest.mark.parametrize(
    ("low", "high", "level"), [(0.9, 1.0, "above"), (0.7, 0.89, "below"), (0.7, 0.9, "none"), (None, None, "none")]
)
def test_a_criterion_is_clear_only_with_its_whole_interval(low: float | None, high: float | None, level: str) -> None:
    page = location_page(make_location_report(criteria=(make_line("A1", 0.9, low=low, high=high),)), "N-1", "en")
    assert page["criteria"][0]["sections"][0]["rows"][0]["mark"]["level"] == level


def test_only_what_can_be_judged_is_praised() -> None:
    surely = make_line("A1", 0.95, low=0.91, high=1.0)
    unknown = make_line("A2", 1.0, low=None, high=None)
    page = location_page(make_location_report(criteria=(surely, unknown, make_line("B1", 1.0))), "N-1", "en")
    assert [row[0] for row in page["best"]] == ["We greet first"]
    assert page["praise"].startswith("In 1 of 3 criteria the acceptance level is met for certain")
    page = location_page(make_location_report(criteria=(unknown, make_line("B1", 1.0))), "N-1", "en")
    assert [row[0] for row in page["best"]] == ["Buying without needless waiting"]
    page = location_page(make_location_report(criteria=(unknown,)), "N-1", "en")
    assert page["best"] == []
    assert page["praise"] == "There are too few visits yet to speak of single criteria."


def test_the_network_is_praised_by_the_same_rule() -> None:
    found = {"A1": (0.95, 0.91), "A2": (0.93, 0.88), "B1": (0.99, None)}
    criteria = tuple(
        (CRITERIA[code], make_summary(criterion=code, score=score, low=low, high=None if low is None else 1.0))
        for code, (score, low) in found.items()
    )
    page = network_page(make_network_report(criteria=criteria), "N-1", "en")
    assert [row[0] for row in page["best"]] == ["We greet first"]
    assert page["praise"].startswith("In 1 of 3 criteria")


def test_what_is_below_its_level_is_never_praised() -> None:
    """Page 1 must not praise what the table of criteria marks as below its level."""
    at, below = make_line("A1", 0.9), make_line("B1", 0.899)
    page = location_page(make_location_report(criteria=(below, at)), "N-1", "en")
    assert [row[0] for row in page["best"]] == ["We greet first"]
    assert page["praise"].endswith("Scores that reach it so far:")
    page = location_page(make_location_report(criteria=(at, make_line("A1", 0.5, channel="phone"))), "N-1", "en")
    assert (page["best"], page["praise"]) == (
        [],
        "For no criterion is it certain yet that its acceptance level is met.",
    )
    low = (CRITERIA["A1"], make_summary(criterion="A1", score=0.89))
    page = network_page(make_network_report(criteria=(low,)), "N-1", "en")
    assert (page["best"], page["praise"]) == (
        [],
        "For no criterion is it certain yet that its acceptance level is met.",
    )
    reached = (CRITERIA["A2"], make_summary(criterion="A2", score=0.91, low=0.88))
    page = network_page(make_network_report(criteria=(low, reached)), "N-1", "en")
    assert [row[0] for row in page["best"]] == ["We say goodbye and thank you"]


def test_one_question_in_two_channels_is_told_apart() -> None:
    questions = (make_question(), make_question("P1", channel="phone", earned=0.0))
    report = make_location_report(questions=questions, rows=(make_row(), make_row(channel="phone")))
    asked = location_page(report, "N-1", "en")["cards"][0]["asked"]
    assert {(each["question"], each["channel"], each["earned"]) for each in asked} == {
        ("Was the queue short?", "store visits", "1 of 3"),
        ("Was the queue short?", "phone calls", "0 of 3"),
    }


def test_the_verdict_on_a_region_names_its_channel_where_there_are_several() -> None:
    """The score beside it is of all channels."""
    both = make_frame(populations=(make_population(), make_population(channel="phone")))
    network = network_page(make_network_report(frame=both), "N-1", "en")
    region = region_page(make_region_report(frame=both), "N-1", "en")
    for line in (*network["regions"], *region["areas"]):
        assert (line["judged"], line["mark"]["level"]) == ("store visits", "none")
    assert [each["level"] for each in network["regions"]] == ["no clear difference", "clearly below"]
    never = make_frame(populations=(make_population(), make_population(channel="phone", visited=0)))
    lines = network_page(make_network_report(frame=never), "N-1", "en")["regions"]
    assert [(each["judged"], each["mark"]["level"]) for each in lines] == [("", "none"), ("", "below")]
    nobody = make_network_report(frame=both, verdicts=Verdicts("", "", {}))
    assert {(each["level"], each["judged"]) for each in network_page(nobody, "N-1", "en")["regions"]} == {("–", "")}


def test_how_far_scores_can_be_trusted_is_said_in_plain_words() -> None:
    page = location_page(make_location_report(), "N-1", "pl")
    assert page["trust"] == [["sklepy, wizyty w\N{NO-BREAK SPACE}sklepie", "8 pkt", f"43{NBSP}%", "16"]]
    assert "(dyspersja)" in page["trust_note"]
    few = make_population(source="none", phi=None, var_within=None, reliability=None, k0=None)
    page = location_page(make_location_report(populations=(few,)), "N-1", "pl")
    assert page["trust"][0][1:] == ["nie wiadomo"] * 3


def test_a_location_is_told_of_its_own_shoppers_only() -> None:
    report = make_location_report()
    shoppers = (FewShoppers("store", "store_visit", 0.001, 0.01), FewShoppers("contact_centre", "chat", None, None))
    page = location_page(replace(report, frame=replace(report.frame, shoppers=shoppers)), "", "en")
    box = " ".join(page["method"])
    assert "wider where one shopper made several" in box
    assert "not known in" not in box


def test_numbers_of_the_network() -> None:
    page = network_page(make_network_report(), "N-1", "en")
    assert page["big"] == "83.5%"
    assert page["coverage"] == "62 of 64 locations, 190 visits"
    assert [(each["name"], each["score"], each["places"]) for each in page["regions"]] == [
        ("Północ", "81%", "22/22"),
        ("Pomorze", "79%", "7/7"),
    ]
    assert [each["points"] for each in page["dimensions"]] == ["24.0", "8.0"]
    assert [each["name"] for each in page["below"]] == ["Elbląg, Ogrody"]
    assert page["facts"] == [
        ["visits planned", "200"],
        ["visits made", "196"],
        ["visits approved", "190"],
        ["visits rejected", "4"],
        ["waiting for review", "2"],
        ["approved, but in no score", "3"],
        ["people who made them", "36"],
    ]
    assert page["checklists"] == [["STORE 2", "store visits", "40", "12%"]]
    assert [each["level"] for each in page["regions"]] == ["no clear difference", "clearly below"]


def test_visits_are_planned_only_where_a_wave_planned_them() -> None:
    facts = replace(make_network_report().facts, planned=None)
    page = network_page(make_network_report(facts=facts), "N-1", "pl")
    assert page["facts"][0] == ["wizyty wykonane", "196"]


def test_numbers_of_a_region() -> None:
    page = region_page(make_region_report(), "N-1", "en")
    assert (page["big"], page["network"]["label"]) == ("77.0%", "network 83.5%")
    assert [[line["name"] for line in page[tone]] for tone in ("below", "alike", "above", "early")] == [
        ["Elbląg, Ogrody"],
        ["Gdynia, Batory"],
        ["Sopot, Monciak"],
        ["Hel, Port"],
    ]
    assert page["first"] == [
        {
            "name": "Elbląg, Ogrody",
            "channel": "Store visits",
            "why": "clearly below (57%), down 20 points",
            "critical": "1",
            "cost": "Buying without needless waiting: 14.2 of the 43.0 points missing",
        },
        {"name": "Gdynia, Batory", "channel": "", "why": "critical questions only", "critical": "2", "cost": "–"},
    ]
    assert page["fell"][0] | {"name": ""} == {
        "name": "", "channel": "store visits", "before": "80%", "change": "−20", "range": "from −33 to −5",
        "verdict": "down",
    }  # fmt: skip
    (matrix,) = page["matrices"]
    (part,) = matrix["parts"]
    assert part["codes"] == ["A1", "A2", "B1"]
    assert part["rows"][0]["cells"] == [
        ["57", "none", False], ["50", "below", False], ["–", "none", False], ["97", "above", True],
    ]  # fmt: skip
    assert page["visits"] == [["Store visits", "4", "12", "1"]]
    assert page["not_visited"] == ["Słupsk, Jantar"]


def test_a_wide_table_of_criteria_comes_in_parts_and_loses_nothing() -> None:
    criteria = tuple(make_criterion(f"A{index:02d}", CRITERIA["A1"].title) for index in range(80))
    cells = tuple(MatrixCell(index / 100, "none") for index in range(80))
    matrix = Matrix("store", "store_visit", "location", criteria, (MatrixRow("Hel", 0.5, "none", cells),), 0)
    page = region_page(make_region_report(matrices=(matrix,)), "N-1", "pl")
    parts = page["matrices"][0]["parts"]
    assert [code for part in parts for code in part["codes"]] == [criterion.code for criterion in criteria]
    assert [cell[0] for part in parts for cell in part["rows"][0]["cells"][1:]] == [str(index) for index in range(80)]


def test_a_criterion_of_a_region_needs_visits() -> None:
    criteria = tuple((CRITERIA[code], make_summary(criterion=code, n=n), 0.8) for code, n in (("A1", 3), ("A2", 2)))
    page = region_page(make_region_report(criteria=criteria), "N-1", "pl")
    assert [row["code"] for section in page["criteria"] for row in section["rows"]] == ["A1"]
    assert page["unscored"] == "Bez wyniku, bo wizyt jest za mało: A2."


def test_long_groups_of_a_region_are_cut_and_say_so() -> None:
    rows = tuple(make_row(location=f"S{n:03d}", name=f"Sklep {n:03d}") for n in range(70))
    page = region_page(make_region_report(rows=rows), "N-1", "pl")
    assert len(page["alike"]) == 60
    assert page["alike_left"] == "Pominięte tutaj: 10."


def test_visits_that_do_not_count_say_so() -> None:
    visits = (make_visit(1, 0.7, kind="revisit", critical_failed=2), make_visit(2, 0.3, scorable=False), make_visit(3))
    page = location_page(make_location_report(visits=visits), "N-1", "pl")
    assert [visit["remark"] for visit in page["visits"]] == [
        "ponowna wizyta, nie liczy się do wyniku, krytyczne niespełnione: 2",
        "nie liczy się do wyniku",
        "",
    ]
    assert page["visits"][0]["day"] == "01.07.2026"


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ({}, "Kanały liczą się w wyniku łącznym po równo."),
        ({"store_visit": 2.0, "phone": 2.0}, "Kanały liczą się w wyniku łącznym po równo."),
        ({"store_visit": 2.0}, "Wagi kanałów w wyniku łącznym: wizyty w sklepie 2,0, rozmowy telefoniczne 1,0."),
    ],
)
def test_weights_of_channels_are_printed(weights: dict[str, float], sentence: str) -> None:
    report = make_location_report(
        frame=make_frame(weights=weights), rows=(make_row(), make_row(channel="phone")), headline=make_row(channel="")
    )
    method = [note.replace(NBSP, " ") for note in location_page(report, "N-1", "pl")["method"]]
    assert sentence in method
    assert "Standard obsługi klienta, wersja 2; ankiety: STORE 2." in method
    assert any("50 % wagi ankiety" in note for note in method)
