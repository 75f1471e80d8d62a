"""The page of a region: everything its template prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reports import area_findings, findings, regional
from reports.compare import ComparisonRow
from reports.labels import LABELS, LEVELS, population_name
from reports.printed import (
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
    place_line,
    printable,
    series_page,
    upper,
    verdict_line,
)
from reports.regional import FirstStep, Matrix, MatrixCell, RegionReport

FIRST = 12  # locations to look at first
WIDE, LONGEST_CELL = 36, 40  # criteria across a turned sheet, letters of a name there
LISTED = 60  # locations without a clear difference


def region_page(report: RegionReport, number: str, locale: str) -> dict[str, Any]:
    """Return everything the region template prints."""
    frame, region = report.frame, report.region
    channels = [each.channel for each in report.visits]
    network = findings.share(report.network.score, locale, 1)
    page: dict[str, Any] = printable(
        frame_page(frame, number, locale, channels, report.populations)
        | bars_page(report.lost, frame, locale)
        | series_page(report.series, locale)
        | _stores(report, locale)
        | _changes(report, locale)
        | _criteria(report, locale)
        | {
            "name": clean(report.name, LONGEST_NAME),
            "path": clean(report.path.replace("/", " / ")),
            "big": findings.share(region.score, locale, 1),
            "likely": findings.area(region, locale),
            "coverage": findings.coverage(region, locale),
            "mark": mark(region),
            "network": {"score": report.network.score, "label": f"{lower(LABELS['network'].get(locale))} {network}"},
            "beside": area_findings.beside(report.standings, locale),
            "change": area_findings.region_change(report, locale),
            "standings": [
                {
                    "name": upper(population_name(each.format, each.channel, locale)),
                    "score": findings.share(each.region.score, locale, 1),
                    "range": findings.interval(each.region.low, each.region.high),
                    "network": findings.share(each.network.score, locale, 1),
                    "n": str(each.region.n),
                    "level": LEVELS[each.level].get(locale),
                    "mark": mark(each.region, each.level, goal=each.network.score),
                }
                for each in report.standings
            ],
            "lost": findings.lost(report.lost, frame.criteria, locale),
            "critical": findings.critical(report.lost, (), locale, visits_hit=report.critical_visits),
            "critical_rows": area_findings.critical_criteria(report, frame.criteria, locale),
            "first": [_step(step, report, locale) for step in report.first[:FIRST]],
            "first_left": _left(len(report.first) - FIRST, locale),
            "areas": [
                verdict_line(each, report.verdicts, frame.comparison.populations, locale) | {"depth": 0}
                for each in report.areas
            ],
            "areas_note": area_findings.verdict_note(report.verdicts, locale),
            "matrices": [_matrix(matrix, locale) for matrix in report.matrices],
            "matrix_key": _key(report, locale),
            "visits": [
                [
                    area_findings.channel_name(each.channel, locale),
                    str(each.locations),
                    str(each.counted),
                    str(each.not_counted),
                ]
                for each in report.visits
            ],
            "not_visited": [clean(name, LONGEST_NAME) for name in report.not_visited],
        }
    )
    return page


def _stores(report: RegionReport, locale: str) -> dict[str, Any]:
    """Return the locations in three tones, and those with too few visits for any."""
    tones = regional.by_tone(report.rows)
    early = [row for level in ("indicative", "single", "") for row in tones.get(level, ())]

    def lines(rows: Sequence[ComparisonRow]) -> list[dict[str, Any]]:
        return [place_line(row, locale) for row in rows]

    alike = tones.get("none", ())
    return {
        "tones": area_findings.tones(report.rows, locale),
        "below": lines(tones.get("below", ())),
        "alike": lines(alike[:LISTED]),
        "alike_left": _left(len(alike) - LISTED, locale),
        "above": lines(tones.get("above", ())),
        "early": lines(early[:LISTED]),
        "early_left": _left(len(early) - LISTED, locale),
        "rebound": area_findings.rebound(tones.get("below", ()), report.populations, locale),
    }


def _left(number: int, locale: str) -> str:
    """Return how many lines are not printed; "" for none."""
    if number <= 0:
        return ""
    return f"Pominięte tutaj: {number}." if locale == "pl" else f"Left out here: {number}."


def _changes(report: RegionReport, locale: str) -> dict[str, Any]:
    clear = [each for each in report.changes if each.label in ("up", "down")]
    return {
        "places_change": area_findings.places_changed(report, locale),
        "fell": [change_line(row, "down", row.name, locale) for row in report.fell],
        "rose": [change_line(row, "up", row.name, locale) for row in report.rose],
        "criteria_change": "" if report.frame.previous is None else findings.criteria_change(report.changes, locale),
        "criteria_changes": [criterion_change_line(each, report.frame.criteria, locale) for each in clear],
    }


def _criteria(report: RegionReport, locale: str) -> dict[str, Any]:
    """Return the criteria with as many visits as one needs in a single location, and the codes of the others."""
    needed = report.frame.comparison.settings.criterion_visits
    lines = (
        (criterion, criterion_line(criterion, found, findings.share(other, locale), locale))
        for criterion, found, other in report.criteria
        if found.n >= needed
    )
    few = ", ".join(criterion.code for criterion, found, _ in report.criteria if found.n < needed)
    return {
        "criteria": by_section(lines, report.frame, locale),
        "unscored": f"{LABELS['unscored'].get(locale)} {few}." if few else "",
    }


def _step(step: FirstStep, report: RegionReport, locale: str) -> dict[str, str]:
    cost = ""
    if step.cost is not None:
        title = report.frame.criteria[step.cost.criterion].title.get(locale)
        cost = f"{title}: {findings.cost(step.cost.lost, step.cost.total, locale)}"
    return {
        "name": clean(step.name, LONGEST_NAME),
        "channel": area_findings.channel_name(step.channel, locale),
        "why": area_findings.reasons(step, locale),
        "critical": str(step.critical) if step.critical else "–",
        "cost": cost or "–",
    }


def _matrix(matrix: Matrix, locale: str) -> dict[str, Any]:
    """Return a table of criteria; one too wide for a sheet comes in parts, each with the scores of the places."""
    by = LABELS["region" if matrix.by == "region" else "location"].get(locale)
    codes = [criterion.code for criterion in matrix.criteria]
    return {
        "name": upper(population_name(matrix.format, matrix.channel, locale)),
        "note": area_findings.matrix_note(matrix, locale),
        "parts": [
            {
                "by": by,
                "codes": codes[start : start + WIDE],
                "rows": [
                    {
                        "name": clean(row.name, LONGEST_CELL),
                        "cells": [
                            _cell(MatrixCell(row.score, row.level)),
                            *map(_cell, row.cells[start : start + WIDE]),
                        ],
                    }
                    for row in matrix.rows
                ],
            }
            for start in range(0, len(codes), WIDE)
        ],
    }


def _key(report: RegionReport, locale: str) -> list[list[str]]:
    """Return the titles of the criteria that head the tables, in the order of the standard."""
    used = {criterion.code for matrix in report.matrices for criterion in matrix.criteria}
    return [[code, found.title.get(locale)] for code, found in report.frame.criteria.items() if code in used]


def _cell(cell: MatrixCell) -> list[Any]:
    """Return what a cell prints: the whole percent, its tone, and whether it is of four quarters."""
    if cell.score is None:
        return ["–", "none", False]
    return [findings.decimal(100 * cell.score, "en", 0), cell.level, cell.older]
