"""From a report's values to the words and numbers of its pages: plain dictionaries of strings for the templates.

Templates lay out and nothing else; every number is rounded and every label worded here, in the language of the report.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

from fontTools.ttLib import TTFont

from reports import findings, method, theme
from reports.columns import Population
from reports.compare import ComparisonRow
from reports.criteria import CriterionRow, PointsLost, meets
from reports.labels import CHANNELS, DIMENSIONS, LABELS, LEVELS, VISIT_KINDS
from reports.quarterly import CriterionLine, Frame, LocationReport, NetworkReport, Quote, VisitLine
from reports.summary import Series, Summary

BARS = 5  # criteria with a bar
BEST = 5  # criteria praised in a table
LONGEST = 240  # letters of one text that others wrote
LONGEST_SENTENCE = 2_000
LEFT_OUT = "[…]"
# The space after a one-letter word, and the one before a percent sign.
_BOUND = re.compile(r"(?<=(?<!\w)[aiouwzAIOUWZ]) (?=\S)|(?<=\d) (?=%)")
_SPACE = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029 ]+")


@cache
def _letters() -> frozenset[int]:
    with TTFont(theme.FONTS / "SourceSansPro-Regular.ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(10_000)
def clean(text: str, longest: int = LONGEST) -> str:
    """Return text as the report's face can print it: one line, at most `longest` letters.

    A letter missing from the face would stop the whole report, because PDF/UA and PDF/A forbid it: words in other
    scripts become "[…]"; emoji, control and direction marks are dropped. One-letter Polish words keep to the next,
    and a percent sign to its number.
    """
    kept = []
    for letter in unicodedata.normalize("NFC", _SPACE.sub(" ", text[: 20 * longest])):
        kind = unicodedata.category(letter)
        if kind not in {"Cc", "Cf", "Co", "Cs", "Cn"} and ord(letter) in _letters():
            kept.append(letter)
        elif kind[0] in "LN":
            kept.append("\0")
    joined = re.sub(r"\0[\0 ]*\0|\0", LEFT_OUT, "".join(kept))
    line = _SPACE.sub(" ", joined).strip()
    if len(line) > longest:
        line = line[: longest - 1].rstrip() + "…"
    return _BOUND.sub("\N{NO-BREAK SPACE}", line)


def _printable(page: Any) -> Any:
    """Return the page with every string in it as the face can print it."""
    if isinstance(page, str):
        return clean(page, LONGEST_SENTENCE)
    if isinstance(page, dict):
        return {name: _printable(value) for name, value in page.items()}
    return [_printable(value) for value in page] if isinstance(page, list) else page


def _frame(
    frame: Frame, number: str, locale: str, channels: Sequence[str], populations: Sequence[Population]
) -> dict[str, Any]:
    """Return what every report prints: words, names, and how it is to be read."""
    return {
        "lang": locale,
        "words": {name: text.get(locale) for name, text in LABELS.items()},
        "number": number,
        "programme": clean(frame.programme),
        "quarter": frame.quarter.label(locale),
        "method": method.notes(frame, channels, locale),
        "trust": method.trust(populations, locale),
        "trust_note": method.trust_note(populations, locale),
    }


def _mark(
    row: ComparisonRow | CriterionRow | Summary,
    level: str | None = None,
    *,
    goal: float | None = None,
    visits: Sequence[float] = (),
) -> dict[str, Any]:
    """Return the numbers of an interval glyph: shares, or None where nothing is drawn."""
    tone = level if level in ("below", "above") else "none"
    return {"score": row.score, "low": row.low, "high": row.high, "level": tone, "goal": goal, "visits": list(visits)}


def _against(row: CriterionRow | Summary, goal: float) -> str:
    """Return on which side of an acceptance level the whole interval lies; "none" where it holds the level."""
    return {True: "above", False: "below", None: "none"}[meets(row.low, row.high, goal)]


def _day(day: date, locale: str) -> str:
    return f"{day:%Y-%m-%d}" if locale == "en" else f"{day:%d.%m.%Y}"


def _score(score: float | None, locale: str) -> str:
    return LABELS["no_score"].get(locale) if score is None else findings.share(score, locale)


def _series(series: Series, locale: str) -> list[dict[str, Any]]:
    return [
        {
            "quarter": point.quarter.short(locale),
            "score": _score(point.score, locale),
            "range": "" if point.score is None else findings.interval(point.low, point.high),
            "n": str(point.n),
            "breaks": point.breaks,
        }
        for point in series.points
    ]


def _history_note(series: Series, locale: str) -> str:
    parts = ["Kropka: wynik, pas: przedział 95 %." if locale == "pl" else "Dot: score, band: 95% interval."]
    if any(point.breaks for point in series.points):
        parts.append(
            "Linia pionowa: kwartałów po jej obu stronach nie da się porównać."
            if locale == "pl"
            else "Vertical line: the quarters on either side cannot be compared."
        )
    if series.limits is not None:
        parts.append(
            "Linie kropkowane: póki wynik leży między nimi, jego zmiany mogą być przypadkiem."
            if locale == "pl"
            else "Dotted lines: as long as the score stays between them, its changes can be chance."
        )
    return " ".join(parts)


def _bars(rows: Sequence[PointsLost], frame: Frame, locale: str) -> dict[str, Any]:
    """Return the criteria that cost most, as bars beside the longest of them, and their words."""
    top = [row for row in rows if row.lost > findings.NOTHING][:BARS]
    titles = [frame.criteria[row.criterion].title.get(locale) for row in top]
    lost = [findings.points(row.lost, locale) for row in top]
    words = "; ".join(f"{title} {points}" for title, points in zip(titles, lost, strict=True))
    return {
        "bars": [
            {"title": title, "share": row.lost / top[0].lost, "points": points}
            for row, title, points in zip(top, titles, lost, strict=True)
        ],
        "bars_alt": f"{LABELS['points_lost'].get(locale)}: {words}.",
    }


def location_page(report: LocationReport, number: str, locale: str) -> dict[str, Any]:
    """Return everything the location template prints."""
    frame, row = report.frame, report.headline
    standings = report.standings
    met = [standing for standing in standings if standing.meets]
    best = (met or [standing for standing in standings if standing.judged])[:BEST]
    scores = [visit.score for visit in report.counted if visit.score is not None]
    channels = [each.channel for each in report.rows]
    goal = frame.targets.get(channels[0]) if len(channels) == 1 else None
    page: dict[str, Any] = _printable(
        _frame(frame, number, locale, channels, report.populations)
        | _bars(report.lost, frame, locale)
        | {
            "name": clean(row.name),
            "code": clean(row.location),
            "region": clean(row.region.replace("/", " / ")),
            "big": findings.share(row.score, locale),
            "likely": findings.likely(row, locale),
            "standing": findings.standing(row, report.rows, locale),
            "change": findings.change(row, frame.comparison.settings.label_visits, locale),
            "mark": _mark(row, row.level, goal=goal, visits=scores),
            "network": {
                "score": report.network.score,
                "label": f"{_lower(LABELS['network'].get(locale))} {findings.share(report.network.score, locale, 1)}",
            },
            "praise": findings.praise([each.criterion for each in best], len(met), len(standings), locale),
            "best": [[each.criterion.title.get(locale), _scores(each.scores, locale), str(each.n)] for each in best],
            "lost": findings.lost(report.lost, frame.criteria, locale),
            "critical": findings.critical(report.lost, report.counted, locale),
            "channels": [
                {
                    "name": CHANNELS[each.channel].get(locale),
                    "score": _score(each.score, locale),
                    "range": "" if each.score is None else findings.interval(each.low, each.high),
                    "n": str(each.n),
                    "level": LEVELS[each.level].get(locale),
                    "mark": _mark(each, each.level, goal=frame.targets.get(each.channel)),
                }
                for each in report.rows
            ],
            "series": _series(report.series, locale),
            "history_note": _history_note(report.series, locale),
            "criteria": _criteria(report.criteria, frame, locale),
            "stars": any(line.row.basis == "four_quarters" for line in report.criteria),
            "visits": [_visit(visit, locale) for visit in report.visits],
            "quotes": {
                side: [_quote(quote, frame, locale) for quote in report.quotes if quote.good == good]
                for side, good in (("good", True), ("bad", False))
            },
        }
    )
    return page


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _upper(label: str) -> str:
    return label[:1].upper() + label[1:]


def _scores(scores: Sequence[float], locale: str) -> str:
    """Return the scores of a criterion, each figure once: "100 %" or "93–100 %"."""
    low, high = findings.share(min(scores), locale), findings.share(max(scores), locale)
    return high if low == high else f"{low.rstrip('%').rstrip()}–{high}"


def _visit(visit: VisitLine, locale: str) -> dict[str, Any]:
    remarks = []
    if visit.kind in VISIT_KINDS:
        remarks.append(VISIT_KINDS[visit.kind].get(locale))
    if not visit.counts:
        remarks.append(LABELS["not_counted"].get(locale))
    if visit.critical_failed:
        number = visit.critical_failed
        remarks.append(f"krytyczne poniżej progu: {number}" if locale == "pl" else f"critical failed: {number}")
    return {
        "day": _day(visit.day, locale),
        "channel": CHANNELS[visit.channel].get(locale),
        "score": _score(visit.score, locale),
        "at": visit.score,
        "remark": ", ".join(remarks),
    }


def _quote(quote: Quote, frame: Frame, locale: str) -> dict[str, str]:
    return {"text": clean(quote.text), "about": frame.criteria[quote.criterion].title.get(locale)}


def _criteria(lines: Sequence[CriterionLine], frame: Frame, locale: str) -> list[dict[str, Any]]:
    """Return the criteria by channel and section, and the codes without a score; the lines are sorted by both."""
    groups = []
    for channel, of_channel in groupby(lines, key=lambda line: line.row.channel):
        every = list(of_channel)
        scored = [line for line in every if line.row.score is not None]
        unscored = ", ".join(line.criterion.code for line in every if line.row.score is None)
        sections = [
            {
                "title": frame.sections[section].get(locale),
                "rows": [_criterion(line, locale) for line in of_section],
            }
            for section, of_section in groupby(scored, key=lambda line: line.criterion.section)
        ]
        note = f"{LABELS['unscored'].get(locale)} {unscored}." if unscored else ""
        groups.append({"channel": _upper(CHANNELS[channel].get(locale)), "sections": sections, "unscored": note})
    return groups


def _criterion(line: CriterionLine, locale: str) -> dict[str, Any]:
    row, goal = line.row, line.criterion.acceptance_level
    return {
        "code": line.criterion.code,
        "title": line.criterion.title.get(locale),
        "score": findings.share(row.score, locale) + ("*" if row.basis == "four_quarters" else ""),
        "range": findings.interval(row.low, row.high),
        "n": str(row.n),
        "other": findings.share(line.network, locale),
        "target": findings.share(goal, locale),
        "mark": _mark(row, _against(row, goal), goal=goal),
    }


def network_page(report: NetworkReport, number: str, locale: str) -> dict[str, Any]:
    """Return everything the network template prints."""
    frame, network = report.frame, report.network
    judged = [pair for pair in report.criteria if pair[1].low is not None]
    met = sorted(
        (pair for pair in judged if _against(pair[1], pair[0].acceptance_level) == "above"),
        key=lambda pair: (-(pair[1].score or 0), pair[0].code),
    )
    best = met or sorted(judged, key=lambda pair: (-(pair[1].score or 0), pair[0].code))
    widest = max((row.lost for row in report.dimensions), default=0.0)
    facts = report.facts
    page: dict[str, Any] = _printable(
        _frame(frame, number, locale, [each.channel for each in report.channels], frame.comparison.populations)
        | _bars(report.lost, frame, locale)
        | {
            "name": clean(frame.programme),
            "big": findings.share(network.score, locale, 1),
            "likely": findings.area(network, locale),
            "coverage": findings.coverage(network, locale),
            "mark": _mark(network),
            "change": findings.summary_change(report.change, locale),
            "differences": findings.differences(report, locale),
            "praise": findings.praise([criterion for criterion, _ in best], len(met), len(report.criteria), locale),
            "best": [
                [
                    criterion.title.get(locale),
                    findings.share(found.score, locale, 1),
                    str(found.n),
                ]
                for criterion, found in best[:BEST]
            ],
            "lost": findings.lost(report.lost, frame.criteria, locale),
            "critical": findings.critical(report.lost, (), locale),
            "regions": [_area(each, each.region.rpartition("/")[2], locale, 0) for each in report.regions],
            "channels": [_area(each, CHANNELS[each.channel].get(locale), locale, 1) for each in report.channels],
            "dimensions": [
                {
                    "title": DIMENSIONS[row.dimension].get(locale),
                    "points": findings.points(row.lost, locale),
                    "share": row.lost / widest if widest else 0,
                }
                for row in report.dimensions
            ],
            "criteria": _network_criteria(report, locale),
            "below": [_listed(row, locale) for row in report.below],
            "above": [_listed(row, locale) for row in report.above],
            "not_visited": [clean(name) for name in report.not_visited],
            "series": _series(report.series, locale),
            "history_note": _history_note(report.series, locale),
            "facts": [
                [LABELS[name].get(locale), str(count)]
                for name, count in (
                    ("approved", facts.approved),
                    ("rejected", facts.rejected),
                    ("auditors", facts.auditors),
                )
            ],
        }
    )
    return page


def _area(found: Summary, name: str, locale: str, digits: int) -> dict[str, Any]:
    return {
        "name": clean(name),
        "score": findings.share(found.score, locale, digits),
        "range": findings.interval(found.low, found.high),
        "places": f"{found.visited}/{found.locations}",
        "n": str(found.n),
        "mark": _mark(found),
        "depth": found.region.count("/"),
    }


def _network_criteria(report: NetworkReport, locale: str) -> list[dict[str, Any]]:
    cost = {row.criterion: row.lost for row in report.lost}
    return [
        {
            "title": report.frame.sections[section].get(locale),
            "rows": [
                {
                    "code": criterion.code,
                    "title": criterion.title.get(locale),
                    "score": findings.share(found.score, locale),
                    "range": findings.interval(found.low, found.high),
                    "n": str(found.n),
                    "other": findings.points(cost.get(criterion.code, 0.0), locale),
                    "target": findings.share(criterion.acceptance_level, locale),
                    "mark": _mark(found, _against(found, criterion.acceptance_level), goal=criterion.acceptance_level),
                }
                for criterion, found in of_section
            ],
        }
        for section, of_section in groupby(report.criteria, key=lambda pair: pair[0].section)
    ]


def _listed(row: ComparisonRow, locale: str) -> dict[str, Any]:
    return {
        "name": clean(row.name),
        "region": clean(row.region.rpartition("/")[2]),
        "channel": CHANNELS[row.channel].get(locale),
        "score": findings.share(row.score, locale),
        "range": findings.interval(row.low, row.high),
        "n": str(row.n),
        "mark": _mark(row, row.level),
    }
