"""The page of the network: everything its template prints."""

from __future__ import annotations

from typing import Any

from reports import area_findings, findings
from reports.criteria import reaches
from reports.labels import CHANNELS, DIMENSIONS, LABELS
from reports.printed import (
    BEST,
    LONGEST_NAME,
    against,
    area_line,
    bars_page,
    by_section,
    clean,
    criterion_change_line,
    criterion_line,
    frame_page,
    mark,
    place_line,
    printable,
    series_page,
    upper,
    verdict_line,
    write_day,
)
from reports.quarterly import Facts, Frame, NetworkReport


def network_page(report: NetworkReport, number: str, locale: str) -> dict[str, Any]:
    """Return everything the network template prints."""
    frame, network = report.frame, report.network
    channels = [each.channel for each in report.channels]
    widest = max((row.lost for row in report.dimensions), default=0.0)
    page: dict[str, Any] = printable(
        frame_page(frame, number, locale, channels, frame.comparison.populations)
        | bars_page(report.lost, frame, locale)
        | series_page(report.series, locale)
        | _praise(report, locale)
        | {
            "name": clean(frame.programme, LONGEST_NAME),
            "big": findings.share(network.score, locale, 1),
            "likely": findings.area(network, locale),
            "coverage": findings.coverage(network, locale),
            "mark": mark(network),
            "change": findings.summary_change(report.change, locale),
            "differences": area_findings.differences(report, locale),
            "lost": findings.lost(report.lost, frame.criteria, locale),
            "critical": findings.critical(report.lost, (), locale, visits_hit=report.critical_visits),
            "regions": [
                verdict_line(each, report.verdicts, frame.comparison.populations, locale) for each in report.regions
            ],
            "regions_note": area_findings.verdict_note(report.verdicts, locale),
            "channels": [
                area_line(each, upper(CHANNELS[each.channel].get(locale)), locale, 1) for each in report.channels
            ],
            "dimensions": [
                {
                    "title": DIMENSIONS[row.dimension].get(locale),
                    "points": findings.points(row.lost, locale),
                    "part": findings.share(row.share, locale),
                    "share": row.lost / widest if widest else 0,
                }
                for row in report.dimensions
            ],
            "dimensions_lead": area_findings.dimensions(report.dimensions, locale),
            "criteria": _criteria(report, locale),
            "criteria_change": "" if frame.previous is None else findings.criteria_change(report.changes, locale),
            "criteria_changes": [
                criterion_change_line(each, frame.criteria, locale)
                for each in report.changes
                if each.label in ("up", "down")
            ],
            "below": [place_line(row, locale) for row in report.below],
            "above": [place_line(row, locale) for row in report.above],
            "rebound": area_findings.rebound(report.below, frame.comparison.populations, locale),
            "not_visited": [clean(name, LONGEST_NAME) for name in report.not_visited],
            "reliability": area_findings.reliability(frame.comparison.populations, locale),
            "facts": _facts(report.facts, locale),
            "checklists": _checklists(frame, locale),
            "waves": _waves(frame, locale),
            "standard": [
                frame.standard.title.get(locale),
                str(frame.standard.version),
                write_day(frame.standard.valid_from, locale),
            ],
        }
    )
    return page


def _praise(report: NetworkReport, locale: str) -> dict[str, Any]:
    judged = [pair for pair in report.criteria if pair[1].low is not None]
    met = sorted(
        (pair for pair in judged if against(pair[1], pair[0].acceptance_level) == "above"),
        key=lambda pair: (-(pair[1].score or 0), pair[0].code),
    )
    best = met or sorted(
        (pair for pair in judged if reaches(pair[1].score, pair[0].acceptance_level)),
        key=lambda pair: (-(pair[1].score or 0), pair[0].code),
    )
    return {
        "praise": findings.praise(
            [criterion for criterion, _ in best], len(met), len(report.criteria), locale, judged=bool(judged)
        ),
        "best": [
            [criterion.title.get(locale), findings.share(found.score, locale, 1), str(found.n)]
            for criterion, found in best[:BEST]
        ],
    }


def _criteria(report: NetworkReport, locale: str) -> list[dict[str, Any]]:
    cost = {row.criterion: row.lost for row in report.lost}
    lines = (
        (
            criterion,
            criterion_line(criterion, found, findings.points(cost.get(criterion.code, 0.0), locale), locale),
        )
        for criterion, found in report.criteria
    )
    return by_section(lines, report.frame, locale)


def _facts(facts: Facts, locale: str) -> list[list[str]]:
    counts = (
        ("planned", facts.planned),
        ("made", facts.made),
        ("approved", facts.approved),
        ("rejected", facts.rejected),
        ("waiting", facts.waiting),
        ("not_in_scores", facts.not_counted),
        ("auditors", facts.auditors),
    )
    return [[LABELS[name].get(locale), str(count)] for name, count in counts if count is not None]


def _checklists(frame: Frame, locale: str) -> list[list[str]]:
    return [
        [each.name, CHANNELS[each.channel].get(locale), str(each.questions), findings.share(each.judgement, locale)]
        for each in frame.checklists
    ]


def _waves(frame: Frame, locale: str) -> list[list[str]]:
    return [
        [
            clean(wave.name, LONGEST_NAME),
            f"{write_day(wave.starts_on, locale)} – {write_day(wave.ends_on, locale)}",
            "–" if wave.told_on is None else write_day(wave.told_on, locale),
        ]
        for wave in frame.waves
    ]
