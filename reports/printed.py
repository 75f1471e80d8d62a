"""What all reports print: plain dictionaries of strings for the templates, in the language of the report.

Templates lay out and nothing else; every number is rounded and every label worded here and in the module of each kind
of report.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import groupby
from textwrap import wrap
from typing import Any

from fontTools.ttLib import TTFont

from checklists.model import Criterion
from reports import alternatives, findings, method, theme
from reports.attention import CriterionChange
from reports.columns import Population
from reports.compare import ComparisonRow
from reports.criteria import CriterionRow, PointsLost, meets
from reports.labels import CHANNELS, LABELS, LEVELS
from reports.quarterly import Frame, Verdicts
from reports.summary import Series, Summary

BARS = 6  # criteria with a bar
BEST = 5  # criteria praised in a table
LONGEST = 240  # letters of one text that others wrote
LONGEST_NAME = 120
LONGEST_SENTENCE = 2_000
LEFT_OUT = "[…]"
LONGEST_RUN = 24  # letters without a place where a line may end; longer ones do not fit into every column
# The space after a one-letter word, and the one before a percent sign.
_BOUND = re.compile(r"(?<=(?<!\w)[aiouwzAIOUWZ]) (?=\S)|(?<=\d) (?=%)")
_RUN, _WORD = re.compile(rf"[^ ]{{{LONGEST_RUN + 1},}}"), re.compile(rf"[^ -]{{{LONGEST_RUN + 1},}}")
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
    and a percent sign to its number, but no line is longer for it than the paper is wide.
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
    return _RUN.sub(_loosen, _BOUND.sub("\N{NO-BREAK SPACE}", line))


def _loosen(run: re.Match[str]) -> str:
    """Let a line end inside a run that is too long for it: first at its bound spaces, else with a hyphen."""
    return _WORD.sub(
        lambda word: "\N{SOFT HYPHEN}".join(wrap(word[0], LONGEST_RUN // 3)),
        run[0].replace("\N{NO-BREAK SPACE}", " "),
    )


def printable(page: Any) -> Any:
    """Return the page with every string in it as the face can print it."""
    if isinstance(page, str):
        return clean(page, LONGEST_SENTENCE)
    if isinstance(page, dict):
        return {name: printable(value) for name, value in page.items()}
    return [printable(value) for value in page] if isinstance(page, list) else page


def frame_page(
    frame: Frame, number: str, locale: str, channels: Sequence[str], populations: Sequence[Population]
) -> dict[str, Any]:
    """Return what every report prints: words, names, and how it is to be read."""
    return {
        "lang": locale,
        "words": {name: text.get(locale) for name, text in LABELS.items()},
        "number": number,
        "programme": clean(frame.programme, LONGEST_NAME),
        "quarter": frame.quarter.label(locale),
        "accent": frame.brand.accent,
        "logo": hashlib.sha256(frame.brand.logo).hexdigest() if frame.brand.logo else "",
        "method": method.notes(frame, channels, populations, locale),
        "fairness": method.fairness(frame, locale),
        "trust": method.trust(populations, locale),
        "trust_note": method.trust_note(populations, locale),
    }


def mark(
    row: ComparisonRow | CriterionRow | Summary,
    level: str | None = None,
    *,
    goal: float | None = None,
    visits: Sequence[float] = (),
) -> dict[str, Any]:
    """Return the numbers of an interval glyph: shares, or None where nothing is drawn."""
    tone = level if level in ("below", "above") else "none"
    return {"score": row.score, "low": row.low, "high": row.high, "level": tone, "goal": goal, "visits": list(visits)}


def against(row: CriterionRow | Summary, goal: float) -> str:
    """Return on which side of an acceptance level the whole interval lies; "none" where it holds the level."""
    return {True: "above", False: "below", None: "none"}[meets(row.low, row.high, goal)]


def write_day(day: date, locale: str) -> str:
    """Write a day: "28.09.2026", in English "2026-09-28"."""
    return f"{day:%Y-%m-%d}" if locale == "en" else f"{day:%d.%m.%Y}"


def write_score(score: float | None, locale: str) -> str:
    return LABELS["no_score"].get(locale) if score is None else findings.share(score, locale)


def lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def upper(label: str) -> str:
    return label[:1].upper() + label[1:]


def series_page(series: Series, locale: str) -> dict[str, Any]:
    """Return a history: its picture, the table under it, what is to be known of both, and the words for the picture."""
    return {
        "series": [
            {
                "quarter": point.quarter.short(locale),
                "score": write_score(point.score, locale),
                "range": "" if point.score is None else findings.interval(point.low, point.high),
                "n": str(point.n),
            }
            for point in series.points
        ],
        "plot": _plot(series, locale),
        "series_alt": alternatives.describe_series(series, locale=locale),
        "history_note": _history_note(series, locale),
    }


def _plot(series: Series, locale: str) -> dict[str, Any]:
    """Return the picture of a series: heights are shares of its axis, which need not begin at 0 and ends at 100 %."""
    seen = [point for point in series.points if point.score is not None]
    lowest = min([end for point in seen for end in (point.low, point.score) if end is not None], default=0.0)
    bottom = max(0.0, int(10 * lowest + 1e-9) / 10 - 0.05)

    def height(value: float | None) -> float | None:
        return None if value is None else (value - bottom) / (1 - bottom)

    step = 0.1 if bottom >= 0.45 else 0.2
    ticks = [round(1 - step * index, 10) for index in range(11) if 1 - step * index >= bottom - 1e-9]
    limits = [] if series.limits is None else [series.limits.low, series.limits.high]
    return {
        "ticks": [[height(tick), findings.share(tick, locale)] for tick in ticks],
        "points": [
            {"score": height(point.score), "low": height(point.low), "high": height(point.high), "breaks": point.breaks}
            for point in series.points
        ],
        "limits": [height(limit) for limit in limits if bottom <= limit <= 1],
    }


def _history_note(series: Series, locale: str) -> str:
    parts = ["Kropka: wynik, pas: przedział 95 %." if locale == "pl" else "Dot: score, band: 95% interval."]
    broken = [point.quarter.label(locale) for point in series.points[1:] if point.breaks]
    if broken:
        listed = findings.listed(broken, locale)
        parts.append(
            f"Linia pionowa: kwartałów po jej obu stronach nie da się porównać ({listed}), bo zmieniło się zbyt wiele "
            "pytań albo wagi kanałów."
            if locale == "pl"
            else "Vertical line: the quarters on either side cannot be compared, because too many questions or the "
            f"weights of channels changed ({listed})."
        )
    if series.limits is not None:
        parts.append(
            "Linie kropkowane: póki wynik leży między nimi, jego zmiany mogą być przypadkiem."
            if locale == "pl"
            else "Dotted lines: as long as the score stays between them, its changes can be chance."
        )
    return " ".join(parts)


def bars_page(rows: Sequence[PointsLost], frame: Frame, locale: str) -> dict[str, Any]:
    """Return the criteria that cost most, as bars beside the longest of them, and their words."""
    top = [row for row in rows if row.lost > findings.NOTHING][:BARS]
    titles = [frame.criteria[row.criterion].title.get(locale) for row in top]
    lost = [findings.points(row.lost, locale) for row in top]
    words = "; ".join(f"{title} {points}" for title, points in zip(titles, lost, strict=True))
    return {
        "bars": [
            {"code": row.criterion, "title": title, "share": row.lost / top[0].lost, "points": points}
            for row, title, points in zip(top, titles, lost, strict=True)
        ],
        "bars_alt": f"{LABELS['points_lost'].get(locale)}: {words}.",
    }


def criterion_line(
    criterion: Criterion, found: CriterionRow | Summary, other: str, locale: str, *, star: bool = False
) -> dict[str, Any]:
    """Return one line of a table of criteria; `other` is what stands before the acceptance level."""
    goal = criterion.acceptance_level
    return {
        "code": criterion.code,
        "title": criterion.title.get(locale),
        "score": findings.share(found.score, locale) + ("*" if star else ""),
        "range": findings.interval(found.low, found.high),
        "n": str(found.n),
        "other": other,
        "target": findings.share(goal, locale),
        "mark": mark(found, against(found, goal), goal=goal),
    }


def by_section(lines: Iterable[tuple[Criterion, dict[str, Any]]], frame: Frame, locale: str) -> list[dict[str, Any]]:
    """Return the lines under the sections of the standard; they are sorted by them."""
    return [
        {"title": frame.sections[section].get(locale), "rows": [row for _, row in of_section]}
        for section, of_section in groupby(lines, key=lambda pair: pair[0].section)
    ]


def place_line(row: ComparisonRow, locale: str) -> dict[str, Any]:
    """Return one location in one channel with its score and interval; the list it stands on says the verdict."""
    return {
        "name": clean(row.name, LONGEST_NAME),
        "region": clean(row.region.rpartition("/")[2], LONGEST_NAME),
        "channel": CHANNELS[row.channel].get(locale),
        "score": write_score(row.score, locale),
        "range": "–" if row.score is None else findings.interval(row.low, row.high),
        "n": str(row.n),
        "mark": mark(row, row.level),
    }


def area_line(found: Summary, name: str, locale: str, digits: int) -> dict[str, Any]:
    """Return a region or a channel with its score and interval, and no verdict."""
    return {
        "name": clean(name, LONGEST_NAME),
        "score": findings.share(found.score, locale, digits),
        "range": findings.interval(found.low, found.high),
        "places": f"{found.visited}/{found.locations}",
        "n": str(found.n),
        "mark": mark(found),
        "level": "–",
        "depth": found.region.count("/"),
    }


def verdict_line(found: Summary, verdicts: Verdicts, populations: Sequence[Population], locale: str) -> dict[str, Any]:
    """Return a region with its verdict, which is of one channel while the score beside it is of all.

    Where there are several the channel is named with the verdict, and the picture of the score does not take its tone.
    """
    level = verdicts.levels.get(found.region)
    several = len({each.channel for each in populations if each.visited}) > 1
    return area_line(found, found.region.rpartition("/")[2], locale, 0) | {
        "mark": mark(found, None if several else level),
        "level": "–" if level is None else LEVELS[level].get(locale),
        "judged": CHANNELS[verdicts.channel].get(locale) if several and level is not None else "",
    }


def change_line(row: ComparisonRow, label: str | None, name: str, locale: str) -> dict[str, Any]:
    """Return the change of a row on comparable questions; `label` is what may be said of it."""
    return {
        "name": clean(name, LONGEST_NAME),
        "channel": CHANNELS[row.channel].get(locale),
        "before": findings.share(row.previous_score, locale),
        "change": "–" if row.change is None else findings.signed(100 * row.change, locale),
        "range": findings.change_range(row.change_low, row.change_high, locale),
        "verdict": findings.CHANGES[label].get(locale),
    }


def criterion_change_line(found: CriterionChange, criteria: Mapping[str, Criterion], locale: str) -> dict[str, Any]:
    """Return the change of one criterion in one channel."""
    return {
        "name": criteria[found.criterion].title.get(locale),
        "channel": CHANNELS[found.channel].get(locale),
        "before": findings.share(found.before, locale),
        "change": findings.signed(100 * found.change, locale),
        "range": findings.change_range(found.low, found.high, locale),
        "verdict": findings.CHANGES[found.label].get(locale),
    }
