"""From a report's values to the words and numbers of its pages: plain dictionaries of strings for the templates.

Templates lay out and nothing else; every number is rounded and every label worded here, in the language of the report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from fontTools.ttLib import TTFont

from checklists.model import Channel, Dimension, Text
from checklists.rounding import outward
from reports import findings, theme
from reports.compare import ComparisonRow
from reports.quarterly import CriterionLine, Frame, LocationReport, NetworkReport
from reports.summary import Series, Summary

CHANNELS: Mapping[str, Text] = {
    Channel.STORE_VISIT: Text("wizyty w sklepie", "store visits"),
    Channel.PHONE: Text("rozmowy telefoniczne", "phone calls"),
    Channel.CHAT: Text("czaty", "chats"),
    Channel.EMAIL: Text("e-maile", "e-mails"),
    Channel.ONLINE_ORDER: Text("zamówienia internetowe", "online orders"),
}
DIMENSIONS: Mapping[Dimension, Text] = {
    Dimension.TIMELINESS: Text("Terminowość", "Timeliness"),
    Dimension.ACCURACY: Text("Dokładność", "Accuracy"),
    Dimension.COURTESY: Text("Uprzejmość", "Courtesy"),
    Dimension.EFFICIENCY: Text("Sprawność", "Efficiency"),
}
LABELS: Mapping[str, Text] = {
    "report_location": Text("Raport z badania obsługi", "Service audit report"),
    "report_network": Text("Raport sieci z badania obsługi", "Service audit report of the network"),
    "score": Text("Wynik", "Score"),
    "interval": Text("Przedział 95 %", "95% interval"),
    "visits": Text("Wizyty", "Visits"),
    "network": Text("Sieć", "Network"),
    "target": Text("Akceptacja", "Acceptance"),
    "target_line": Text("linia przerywana: poziom akceptacji", "dashed line: acceptance level"),
    "channel": Text("Kanał", "Channel"),
    "level": Text("Poziom", "Level"),
    "went_well": Text("Co poszło dobrze", "What went well"),
    "cost_most": Text("Co kosztowało najwięcej punktów", "What cost most points"),
    "by_channel": Text("Wynik w kanałach", "Score by channel"),
    "history": Text("Wynik w kolejnych kwartałach", "Score by quarter"),
    "history_note": Text(
        "Kropka: wynik, pas: przedział 95 %. Przerwa w linii: brak wizyt albo pytania nie do porównania.",
        "Dot: score, band: 95% interval. A gap in the line: no visits, or questions that cannot be compared.",
    ),
    "quarter": Text("Kwartał", "Quarter"),
    "criteria": Text("Kryteria standardu", "Criteria of the standard"),
    "criterion": Text("Kryterium", "Criterion"),
    "points_lost": Text("Stracone punkty", "Points lost"),
    "made_visits": Text("Wizyty kwartału", "Visits of the quarter"),
    "date": Text("Data", "Date"),
    "critical": Text("Pytania krytyczne", "Critical questions"),
    "critical_failed": Text("Krytyczne poniżej progu", "Critical failed"),
    "quotes": Text("Co spotkało klienta", "What customers met"),
    "quotes_note": Text(
        "Komentarze zapisane przy odpowiedziach, bez nazwisk i bez opisu osób.",
        "Comments written beside answers, without names and without descriptions of people.",
    ),
    "quotes_none": Text("W tym kwartale nie zapisano komentarzy.", "No comments were written this quarter."),
    "method": Text("Jak to czytać", "How to read this"),
    "talk": Text("Rozmowa z zespołem", "The talk with the team"),
    "talk_intro": Text(
        "Zacznijcie od tego, co się udało. Potem wybierzcie jedno kryterium i najwyżej trzy działania.",
        "Begin with what went well. Then choose one criterion and at most three actions.",
    ),
    "action": Text("Co zmienimy", "What we will change"),
    "who": Text("Kto", "Who"),
    "until": Text("Do kiedy", "By when"),
    "regions": Text("Regiony", "Regions"),
    "region": Text("Region", "Region"),
    "locations": Text("Placówki", "Locations"),
    "dimensions": Text("Cztery wymiary obsługi", "The four standards of service"),
    "dimension": Text("Wymiar", "Dimension"),
    "below": Text("Wyraźnie poniżej sieci", "Clearly below the network"),
    "above": Text("Wyraźnie powyżej sieci", "Clearly above the network"),
    "location": Text("Placówka", "Location"),
    "not_visited": Text("Bez wizyt w tym kwartale", "Not visited this quarter"),
    "facts": Text("Przebieg badania", "Fieldwork"),
    "approved": Text("Zatwierdzone wizyty", "Approved visits"),
    "rejected": Text("Odrzucone wizyty", "Rejected visits"),
    "auditors": Text("Osoby w terenie", "Auditors"),
    "standard": Text("Standard i ankiety", "Standard and checklists"),
    "contents": Text("Spis treści", "Contents"),
    "page": Text("Strona", "Page"),
    "of": Text("z", "of"),
    "none": Text("brak", "none"),
    "indicative": Text("wstępnie", "indicative"),
    "single": Text("1 wizyta, bez wyniku", "1 visit, no score"),
    "level_below": Text("poniżej", "below"),
    "level_above": Text("powyżej", "above"),
    "level_none": Text("bez różnicy", "no difference"),
    "four_quarters": Text(
        "Gwiazdka: razem z trzema poprzednimi kwartałami, bo w tym jest za mało wizyt.",
        "Asterisk: together with the three quarters before, because this one has too few visits.",
    ),
}
METHOD: tuple[Text, ...] = (
    Text(
        "Wynik wizyty to suma zdobytych wag podzielona przez sumę wag pytań, które dotyczyły tej wizyty. „Nie dotyczy” nie "
        "liczy się ani na plus, ani na minus. Wynik placówki to średnia jej zatwierdzonych wizyt.",
        "A visit's score is the weight earned divided by the weight of the questions that applied. “Not applicable” counts "
        "neither way. A location's score is the mean of its approved visits.",
    ),
    Text(
        "Przedział mówi, ile przy tej liczbie wizyt może zrobić przypadek: w 95 takich przedziałach na 100 mieści się prawdziwy "
        "poziom. Placówki porównujemy tylko w tym samym formacie i kanale.",
        "The interval says what chance can do with this number of visits: 95 of 100 such intervals contain the true level. "
        "Locations are compared only within the same format and channel.",
    ),
    Text(
        "„Wyraźnie” piszemy tylko wtedy, gdy na całej liście średnio najwyżej 5 % wskazań może być pomyłką. Przy dwóch wizytach wynik "
        "jest wstępny, przy jednej nie ma wyniku placówki. Wyniki służą poprawie obsługi, a nie ocenie pojedynczych osób.",
        "We write “clearly” only when on average at most 5% of the whole list may be wrong. With two visits a score is indicative, "
        "with one there is none. Results serve better service, not the judgement of individuals.",
    ),
)
_SHORT_WORD = re.compile(r"(?<![^\s(„])([aiouwzAIOUWZ]) ")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@cache
def _letters() -> frozenset[int]:
    with TTFont(theme.FONTS / "SourceSansPro-Regular.ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())


def clean(text: str) -> str:
    """Return text that the report's face can print: no control characters, "□" for what it has no letter for.

    A letter missing from the face would stop the whole report, because PDF/UA and PDF/A forbid it.
    """
    known = _letters()
    kept = "".join(c if ord(c) in known or c in "\n\t" else "□" for c in _CONTROL.sub("", text))
    return _SHORT_WORD.sub("\\1\N{NO-BREAK SPACE}", re.sub(r"□+", "□", kept)).strip()


def _words(locale: str) -> dict[str, str]:
    return {name: text.get(locale) for name, text in LABELS.items()}


def _range(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return "–"
    bottom, top = outward(low, high)
    return f"{bottom:.0f}–{top:.0f}"


def _mark(row: ComparisonRow | Summary, level: str | None = None, visits: Sequence[float] = ()) -> dict[str, Any]:
    """Return the numbers of an interval glyph: shares, or None where nothing is drawn."""
    return {"score": row.score, "low": row.low, "high": row.high, "level": level or "none", "visits": list(visits)}


def _level_word(row: ComparisonRow, locale: str) -> str:
    if row.level in {"below", "above", "none"}:
        return LABELS[f"level_{row.level}"].get(locale)
    return LABELS[row.level].get(locale) if row.level in {"indicative", "single"} else "–"


def _day(visit_day: Any, locale: str) -> str:
    return f"{visit_day:%Y-%m-%d}" if locale == "en" else f"{visit_day:%d.%m.%Y}"


def _series(series: Series, locale: str) -> list[list[str]]:
    return [
        [p.quarter.short(locale), findings.share(p.score, locale), _range(p.low, p.high), str(p.n)]
        for p in series.points
    ]


def _frame(frame: Frame, number: str, locale: str) -> dict[str, Any]:
    combined = {channel: weight for channel, weight in frame.weights.items() if weight != 1}
    weights = ", ".join(f"{CHANNELS[c].get(locale)} {findings.decimal(w, locale, 1)}" for c, w in combined.items())
    notes = [text.get(locale) for text in METHOD]
    if weights:
        notes.append(
            ("Wagi kanałów w wyniku łącznym: " if locale == "pl" else "Weights of channels in the headline: ") + weights
        )
    if locale == "pl":
        notes.append(
            f"{frame.standard.title.pl}, wersja {frame.standard.version}; ankiety: {', '.join(frame.versions)}."
        )
    else:
        notes.append(
            f"{frame.standard.title.en}, version {frame.standard.version}; checklists: {', '.join(frame.versions)}."
        )
    return {
        "lang": locale,
        "words": _words(locale),
        "number": number,
        "programme": clean(frame.programme),
        "quarter": frame.quarter.label(locale),
        "method": notes,
    }


def location_page(report: LocationReport, number: str, locale: str) -> dict[str, Any]:
    """Return everything the location template prints."""
    row = report.headline
    failed, applicable = report.critical
    titles = {line.criterion.code: line.criterion for line in report.criteria}
    titles |= {criterion.code: criterion for criterion in report.frame.standard.criteria}
    top = max((lost.lost for lost in report.lost), default=0.0)
    return _frame(report.frame, number, locale) | {
        "name": clean(row.name),
        "code": clean(row.location),
        "region": clean(row.region),
        "big": findings.share(row.score, locale),
        "sentence": findings.score(row, locale),
        "mark": _mark(row, row.level, [v.score for v in report.visits if v.score is not None and v.scorable]),
        "level": findings.level(row, locale),
        "change": findings.change(row, locale),
        "praise": findings.praise(report.praised, locale),
        "lost": findings.lost(report.lost, titles, locale),
        "critical": findings.critical(failed, applicable, locale),
        "best": [
            [line.criterion.title.get(locale), findings.share(line.row.score, locale)] for line in report.praised[:5]
        ],
        "bars": [
            {
                "title": titles[lost.criterion].title.get(locale),
                "share": lost.lost / top if top else 0,
                "points": findings.points(lost.lost, locale),
            }
            for lost in report.lost[:8]
            if lost.lost > 1e-9
        ],
        "bars_alt": _bars_alt(report, locale),
        "channels": [
            {
                "name": CHANNELS[each.channel].get(locale),
                "score": findings.share(each.score, locale),
                "range": _range(each.low, each.high),
                "n": str(each.n),
                "level": _level_word(each, locale),
                "mark": _mark(each, each.level),
            }
            for each in report.rows
        ],
        "series": _series(report.series, locale),
        "criteria": _criteria(report.criteria, locale),
        "stars": any(line.row.basis == "four_quarters" for line in report.criteria),
        "visits": [
            [
                _day(visit.day, locale),
                CHANNELS[visit.channel].get(locale),
                findings.share(visit.score, locale),
                str(visit.critical_failed),
            ]
            for visit in report.visits
        ],
        "quotes": [
            {"text": clean(quote.text), "about": titles[quote.criterion].title.get(locale), "good": quote.good}
            for quote in report.quotes
        ],
        "trust": findings.trust(report, locale),
        "network": findings.area(report.network, locale),
    }


def _bars_alt(report: LocationReport, locale: str) -> str:
    lead = "Points lost by criterion: " if locale == "en" else "Punkty stracone według kryteriów: "
    titles = {criterion.code: criterion.title.get(locale) for criterion in report.frame.standard.criteria}
    rows = [row for row in report.lost[:8] if row.lost > 1e-9]
    return lead + "; ".join(f"{titles[row.criterion]} {findings.points(row.lost, locale)}" for row in rows) + "."


def _criteria(lines: Sequence[CriterionLine], locale: str) -> list[dict[str, Any]]:
    """Return the criteria by channel and section, only those that were asked at all."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        row = line.row
        star = "*" if row.basis == "four_quarters" else ""
        groups.setdefault(row.channel, []).append(
            {
                "code": line.criterion.code,
                "title": line.criterion.title.get(locale),
                "score": findings.share(row.score, locale) + star,
                "range": _range(row.low, row.high),
                "n": str(row.n),
                "network": findings.share(line.network, locale),
                "target": findings.share(line.criterion.acceptance_level, locale),
                "mark": {"score": row.score, "low": row.low, "high": row.high, "level": "none", "visits": []},
                "goal": line.criterion.acceptance_level,
            }
        )
    return [{"channel": CHANNELS[channel].get(locale), "rows": rows} for channel, rows in groups.items()]


def network_page(report: NetworkReport, number: str, locale: str) -> dict[str, Any]:
    """Return everything the network template prints."""
    frame = report.frame
    titles = {criterion.code: criterion for criterion in frame.standard.criteria}
    top = max((row.lost for row in report.lost), default=0.0)
    widest = max((row.lost for row in report.dimensions), default=0.0)
    return _frame(frame, number, locale) | {
        "name": clean(frame.programme),
        "big": findings.share(report.network.score, locale, 1),
        "sentence": findings.area(report.network, locale),
        "coverage": findings.coverage(report.network, locale),
        "mark": _mark(report.network),
        "change": findings.summary_change(report.change, locale),
        "differences": findings.differences(report, locale),
        "lost": findings.lost(report.lost, titles, locale),
        "critical": findings.critical(report.network.critical_failed, report.network.critical_applicable, locale),
        "regions": [
            {
                "name": clean(each.region),
                "score": findings.share(each.score, locale),
                "range": _range(each.low, each.high),
                "places": f"{each.visited}/{each.locations}",
                "n": str(each.n),
                "mark": _mark(each),
                "depth": each.region.count("/"),
            }
            for each in report.regions
        ],
        "channels": [
            {
                "name": CHANNELS[each.channel].get(locale),
                "score": findings.share(each.score, locale, 1),
                "range": _range(each.low, each.high),
                "places": f"{each.visited}/{each.locations}",
                "n": str(each.n),
                "mark": _mark(each),
            }
            for each in report.channels
        ],
        "dimensions": [
            {
                "title": DIMENSIONS[row.dimension].get(locale),
                "points": findings.points(row.lost, locale),
                "share": row.lost / widest if widest else 0,
            }
            for row in report.dimensions
        ],
        "criteria": [
            {
                "code": criterion.code,
                "title": criterion.title.get(locale),
                "score": findings.share(found.score, locale),
                "range": _range(found.low, found.high),
                "n": str(found.n),
                "target": findings.share(criterion.acceptance_level, locale),
                "lost": findings.points(
                    next((r.lost for r in report.lost if r.criterion == criterion.code), 0.0), locale
                ),
                "mark": _mark(found),
                "goal": criterion.acceptance_level,
            }
            for criterion, found in report.criteria
        ],
        "bars": [
            {
                "title": titles[row.criterion].title.get(locale),
                "share": row.lost / top if top else 0,
                "points": findings.points(row.lost, locale),
            }
            for row in report.lost[:8]
            if row.lost > 1e-9
        ],
        "below": [_listed(row, locale) for row in report.below],
        "above": [_listed(row, locale) for row in report.above],
        "not_visited": [clean(name) for name in report.not_visited],
        "series": _series(report.series, locale),
        "facts": [
            [LABELS["approved"].get(locale), str(report.facts.approved)],
            [LABELS["rejected"].get(locale), str(report.facts.rejected)],
            [LABELS["auditors"].get(locale), str(report.facts.auditors)],
        ],
    }


def _listed(row: ComparisonRow, locale: str) -> dict[str, Any]:
    return {
        "name": clean(row.name),
        "region": clean(row.region),
        "channel": CHANNELS[row.channel].get(locale),
        "score": findings.share(row.score, locale),
        "range": _range(row.low, row.high),
        "n": str(row.n),
        "mark": _mark(row, row.level),
    }
