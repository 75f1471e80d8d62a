"""The page of a location: everything its template prints."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from checklists.model import Text
from reports import findings
from reports.labels import CHANNELS, LABELS, LEVELS, VISIT_KINDS
from reports.printed import (
    BEST,
    LONGEST_NAME,
    bars_page,
    by_section,
    change_line,
    clean,
    criterion_change_line,
    criterion_line,
    frame_page,
    lower,
    mark,
    printable,
    series_page,
    upper,
    write_day,
    write_score,
)
from reports.quarterly import CriterionLine, Frame, LocationReport, Photo, Question, VisitLine
from reports.quotes import Quote

CARDS = 3  # criteria shown in full
ASKED = 4  # questions of each
ACTIONS = 5  # lines of the table for the talk


def location_page(report: LocationReport, number: str, locale: str) -> dict[str, Any]:
    """Return everything the location template prints."""
    frame, row = report.frame, report.headline
    channels = [each.channel for each in report.rows]
    goal = frame.targets.get(channels[0]) if len(channels) == 1 else None
    scores = [visit.score for visit in report.counted if visit.score is not None]
    network = findings.share(report.network.score, locale, 1)
    page: dict[str, Any] = printable(
        frame_page(frame, number, locale, channels, report.populations)
        | bars_page(report.lost, frame, locale)
        | series_page(report.series, locale)
        | _praise(report, locale)
        | _changes(report, locale)
        | {
            "name": clean(row.name, LONGEST_NAME),
            "code": clean(row.location),
            "region": clean(row.region.replace("/", " / ")),
            "big": findings.share(row.score, locale),
            "likely": findings.likely(row, locale),
            "standing": findings.standing(row, report.rows, locale),
            "change": findings.change(row, report.rows, frame.comparison.settings.label_visits, locale),
            "mark": mark(row, row.level, goal=goal, visits=scores),
            "network": {"score": report.network.score, "label": f"{lower(LABELS['network'].get(locale))} {network}"},
            "lost": findings.lost(report.lost, frame.criteria, locale),
            "critical": findings.critical(report.lost, report.counted, locale),
            "failed": [
                {
                    "day": "–" if each.day is None else write_day(each.day, locale),
                    "channel": CHANNELS[each.channel].get(locale),
                    "question": each.question.get(locale),
                    "criterion": frame.criteria[each.criterion].title.get(locale),
                }
                for each in report.failed
            ],
            "channels": [_channel(report, channel, locale) for channel in channels],
            "criteria": _criteria(report.criteria, frame, locale),
            "cards": [_card(report, code, locale) for code in _costly(report)],
            "stars": any(line.row.basis == "four_quarters" for line in report.criteria),
            "visits": [_visit(visit, locale) for visit in report.visits],
            "quotes": {
                side: [_quote(quote, frame, locale) for quote in report.quotes if quote.good == good]
                for side, good in (("good", True), ("bad", False))
            },
            "photos": [_photo(photo, frame, locale) for photo in report.photos],
            "actions": _actions(report, locale),
        }
    )
    return page


def _praise(report: LocationReport, locale: str) -> dict[str, Any]:
    standings = report.standings
    met = [standing for standing in standings if standing.meets]
    judged = [standing for standing in standings if standing.judged]
    best = (met or [standing for standing in judged if standing.reaches])[:BEST]
    return {
        "praise": findings.praise(
            [each.criterion for each in best], len(met), len(standings), locale, judged=bool(judged)
        ),
        "best": [[each.criterion.title.get(locale), _scores(each.scores, locale), str(each.n)] for each in best],
    }


def _scores(scores: Sequence[float], locale: str) -> str:
    """Return the scores of a criterion, each figure once: "100 %" or "93–100 %"."""
    low, high = findings.share(min(scores), locale), findings.share(max(scores), locale)
    return high if low == high else f"{low.rstrip('%').rstrip()}–{high}"


def _changes(report: LocationReport, locale: str) -> dict[str, Any]:
    """Return the change of each channel, and the criteria that really changed."""
    frame = report.frame
    clear = [each for each in report.changes if each.label in ("up", "down")]
    restated = any(row.channel in frame.comparison.restated and row.change is not None for row in report.rows)
    return {
        "changes": [
            change_line(row, row.change_label, upper(CHANNELS[row.channel].get(locale)), locale)
            | {"score": write_score(row.score, locale)}
            for row in report.rows
            if row.previous is not None
        ],
        "changes_note": LABELS["restated"].get(locale) if restated else "",
        "criteria_change": "" if frame.previous is None else findings.criteria_change(report.changes, locale),
        "criteria_changes": [criterion_change_line(each, frame.criteria, locale) for each in clear],
    }


def _channel(report: LocationReport, channel: str, locale: str) -> dict[str, Any]:
    (row,) = (each for each in report.rows if each.channel == channel)
    return {
        "name": upper(CHANNELS[channel].get(locale)),
        "score": write_score(row.score, locale),
        "range": "" if row.score is None else findings.interval(row.low, row.high),
        "n": str(row.n),
        "level": LEVELS[row.level].get(locale),
        "mark": mark(row, row.level, goal=report.frame.targets.get(channel)),
    }


def _visit(visit: VisitLine, locale: str) -> dict[str, Any]:
    remarks = []
    if visit.kind in VISIT_KINDS:
        remarks.append(VISIT_KINDS[visit.kind].get(locale))
    if not visit.counts:
        remarks.append(LABELS["not_counted"].get(locale))
    if visit.critical_failed:
        number = visit.critical_failed
        remarks.append(f"krytyczne niespełnione: {number}" if locale == "pl" else f"critical failed: {number}")
    return {
        "day": write_day(visit.day, locale),
        "channel": CHANNELS[visit.channel].get(locale),
        "score": write_score(visit.score, locale),
        "at": visit.score,
        "remark": ", ".join(remarks),
    }


def _quote(quote: Quote, frame: Frame, locale: str) -> dict[str, str]:
    return {"text": clean(quote.text), "about": frame.criteria[quote.criterion].title.get(locale)}


def _photo(photo: Photo, frame: Frame, locale: str) -> dict[str, str]:
    question, day = photo.question.get(locale), write_day(photo.day, locale)
    about = frame.criteria[photo.criterion].title.get(locale)
    alt = Text(
        f"Zdjęcie z wizyty {day} do pytania: {question} Kryterium: {about}.",
        f"Photo from the visit of {day} for the question: {question} Criterion: {about}.",
    )
    return {"key": photo.key, "caption": question, "day": day, "alt": alt.get(locale)}


def _criteria(lines: Sequence[CriterionLine], frame: Frame, locale: str) -> list[dict[str, Any]]:
    """Return the criteria by channel and section, and the codes without a score; the lines are sorted by both."""
    groups = []
    for channel, of_channel in groupby(lines, key=lambda line: line.row.channel):
        every = list(of_channel)
        unscored = ", ".join(line.criterion.code for line in every if line.row.score is None)
        scored = (
            (
                line.criterion,
                criterion_line(
                    line.criterion,
                    line.row,
                    findings.share(line.network, locale),
                    locale,
                    star=line.row.basis == "four_quarters",
                ),
            )
            for line in every
            if line.row.score is not None
        )
        note = f"{LABELS['unscored'].get(locale)} {unscored}." if unscored else ""
        name = upper(CHANNELS[channel].get(locale))
        groups.append({"channel": name, "sections": by_section(scored, frame, locale), "unscored": note})
    return groups


def _costly(report: LocationReport) -> list[str]:
    """Return the criteria that cost most and that are known from enough visits to be worth a closer look."""
    return [row.criterion for row in report.lost if row.lost > findings.NOTHING][:CARDS]


def _card(report: LocationReport, code: str, locale: str) -> dict[str, Any]:
    """Return one criterion in full: what it cost, what the standard asks, and the questions that lost points."""
    criterion = report.frame.criteria[code]
    (lost,) = (row for row in report.lost if row.criterion == code)
    asked = [question for question in report.questions if question.criterion == code][:ASKED]
    return {
        "code": code,
        "title": criterion.title.get(locale),
        "cost": findings.cost(lost.lost, sum(row.lost for row in report.lost), locale),
        "procedure": clean(criterion.procedure.get(locale), 600),
        "asked": [
            {
                "question": clean(question.text.get(locale)),
                "channel": CHANNELS[question.channel].get(locale),
                "earned": _earned(question, locale),
            }
            for question in asked
        ],
    }


def _earned(question: Question, locale: str) -> str:
    """Return what the answers earned: "1 z 6" where each earned all or nothing, else a share of the points."""
    if question.yes_no:
        right = round(question.answers * question.earned)
        return f"{right} {LABELS['of'].get(locale)} {question.answers}"
    return f"{findings.share(question.earned, locale)} ({question.answers})"


def _actions(report: LocationReport, locale: str) -> list[str]:
    """Return the first column of the table for the talk: the costliest criteria, then empty lines."""
    titles = [report.frame.criteria[code].title.get(locale) for code in _costly(report)]
    return [*titles, *[""] * (ACTIONS - len(titles))]
