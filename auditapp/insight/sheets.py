"""What a page shows as a CSV or XLSX file: unrounded, and safe to open in a spreadsheet (exchange.md)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from flask import Response

from auditapp.formulas import protect
from auditapp.insight.areas import AreaPage, LostLine, PlacesPage
from auditapp.insight.comparison import ComparePage
from auditapp.insight.history import History
from auditapp.insight.norms import CriteriaPage, CriterionPage
from auditapp.insight.places import LocationPage
from auditapp.workbooks import XLSX, write_workbook
from reports.compare import COLUMNS as COMPARISON
from reports.compare import ComparisonRow
from reports.criteria import CriterionRow
from reports.summary import Summary

COLUMNS = (
    "part",  # what the row is of: network, region, location, channel, criterion, lost, critical, quarter
    "code",
    "name",
    "channel",
    "n",
    "answers",
    "score",
    "low",
    "high",
    "level",
    "previous",
    "change",
    "change_low",
    "change_high",
    "change_label",
    "lost",
    "critical_failed",
    "critical_applicable",
    "basis",
)
Row = Mapping[str, object]


def respond(columns: Sequence[str], rows: Iterable[Row], name: str) -> Response:
    """Return rows as a CSV download; absent values are empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    response = Response(out.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _cell(value: object) -> object:
    """Return a value as it is written: numbers in full, texts so that no spreadsheet runs them."""
    if isinstance(value, str):
        return protect(value)
    return "" if value is None else value


def respond_xlsx(columns: Sequence[str], rows: Iterable[Row], name: str, sheet: str) -> Response:
    """Return rows as an XLSX download of one sheet, which a reader may know by its name; absent values are empty."""
    out = io.BytesIO()
    write_workbook(out, [(sheet, columns, ([row.get(column) for column in columns] for row in rows))])
    response = Response(out.getvalue(), mimetype=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    response.headers["Cache-Control"] = "no-store"
    return response


def area(page: AreaPage) -> list[Row]:
    """Return a network's or a region's page: itself, channels, regions, locations, points lost, history."""
    here = "network" if page.region is None else "region"
    label = "" if page.region is None else page.region.path
    total = {**_summary(here, label, "" if page.region is None else page.region.name, page.summary)}
    if page.change is not None and page.period.previous is not None:
        total |= {
            "previous": str(page.period.previous),
            "change": page.change.change,
            "change_low": page.change.low,
            "change_high": page.change.high,
            "change_label": page.change.label and page.change.label.value,
        }
    return [
        total,
        *(_summary("channel", channel, "", summary) for channel, summary in page.channels),
        *(_summary("region", region.path, region.name, summary) for region, summary in page.areas),
        *(_location(line.row) for line in (page.places if page.region is not None else ())),
        *(_location(row) for row in page.not_visited),
        *_lost(page.lost),
        *_critical(page),
        *_history(page.history),
    ]


def places(page: PlacesPage) -> list[Row]:
    """Return the page of somebody with several places."""
    return [
        *(_summary("region", region.path, region.name, summary) for region, summary in page.areas),
        *(_location(line.row) for line in page.places),
    ]


def location(page: LocationPage) -> list[Row]:
    """Return a location's page: itself, channels, points lost, criteria, visits, history."""
    return [
        _location(page.row),
        *({**_location(row), "part": "channel", "channel": row.channel} for row in page.channels),
        *_lost(page.lost),
        *_critical(page),
        *(
            {**_criterion("criterion", line.criterion, line.title, line.row), "channel": channel}
            for channel, lines in page.criteria
            for line in lines
        ),
        *(
            {
                "part": "visit",
                "code": str(line.visit.local_date),
                "name": line.auditor,
                "channel": line.visit.channel,
                "score": line.score,
                "level": line.visit.kind,
            }
            for line in page.visits
        ),
        *_history(page.history),
    ]


def criteria(page: CriteriaPage, locale: str) -> list[Row]:
    """Return all criteria, for the network and where one is looked at for a region."""
    rows: list[Row] = []
    for line in page.lines:
        code, name = line.criterion.code, line.criterion.title.get(locale)
        lost = {"lost": line.lost.lost} if line.lost is not None else {}
        if line.network is not None:
            rows.append({**_summary("network", code, name, line.network), **({} if line.region else lost)})
        if line.region is not None:
            rows.append({**_summary("region", code, name, line.region), **lost})
    return rows


def criterion(page: CriterionPage) -> list[Row]:
    """Return one criterion in the network, the regions and the locations."""
    return [
        *([_summary("network", "", "", page.network)] if page.network is not None else []),
        *(_summary("region", region.path, region.name, summary) for region, summary in page.regions),
        *(
            {**_criterion("location", line.row.location, line.name, line.row), "channel": line.row.channel}
            for line in (*page.places, *page.too_few)
        ),
    ]


COMPARE_COLUMNS = (*COMPARISON[:1], "name", "region", "format", *COMPARISON[1:])


def compare(page: ComparePage) -> list[Row]:
    """Return the rows compared, with the columns of the `comparison` table and the names of the places."""
    return [{name: getattr(row, name) for name in COMPARE_COLUMNS} for row in page.comparison.rows]


def _summary(part: str, code: str, name: str, summary: Summary) -> dict[str, object]:
    return {
        "part": part,
        "code": code,
        "name": name,
        "channel": summary.channel,
        "n": summary.n,
        "answers": summary.answers,
        "score": summary.score,
        "low": summary.low,
        "high": summary.high,
        "critical_failed": summary.critical_failed,
        "critical_applicable": summary.critical_applicable,
    }


def _location(row: ComparisonRow) -> dict[str, object]:
    same = {name: getattr(row, name) for name in COLUMNS if name in COMPARISON and name != "channel"}
    return {**same, "part": "location", "code": row.location, "name": row.name}


def _criterion(part: str, code: str, name: str, row: CriterionRow) -> dict[str, object]:
    same = {name: getattr(row, name) for name in ("n", "answers", "score", "low", "high", "basis")}
    counts = {"critical_failed": row.critical_failed, "critical_applicable": row.critical_applicable}
    return {"part": part, "code": code, "name": name, **same, **counts}


def _lost(lines: Sequence[LostLine]) -> list[Row]:
    return [{"part": "lost", "code": line.criterion, "name": line.title, "lost": line.lost} for line in lines]


def _critical(page: AreaPage | LocationPage) -> list[Row]:
    return [
        {
            "part": "critical",
            "code": line.criterion,
            "name": line.title,
            "critical_failed": line.failed,
            "critical_applicable": line.applicable,
        }
        for line in page.critical
    ]


def _history(history: History) -> list[Row]:
    return [
        {
            "part": "quarter",
            "code": str(point.quarter),
            "n": point.n,
            "score": point.score,
            "low": point.low,
            "high": point.high,
        }
        for point in history.series.points
    ]
