"""Tables as XLSX: numbers as numbers with all their digits, texts that no spreadsheet runs.

`write_workbook` is for machines: bare columns, days as text. `write_tables` is for people: formats, widths, filters,
charts; its cells hold the same unrounded values, and the reader's program shows them as its language writes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any, Literal

import xlsxwriter
from xlsxwriter.utility import xl_range_formula

from auditapp.formulas import protect
from checklists.problems import Problem

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Sheet = tuple[str, Sequence[str], Iterable[Sequence[object]]]  # name, columns, rows
SHEET_ROWS = 1_048_575  # what a worksheet holds below its header
# The colours of the pages. Bars are pale, because an error bar has a half inside.
INK, LINE, PALE = "#4c5968", "#d8dee5", "#dcebf4"
COLOURS = ("#0f5c8c", "#9c5300", "#6b7683", "#8c1d40", "#1c6997", "#1b2430")
Style = Literal["text", "long", "count", "decimal", "share", "change", "day"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table for people; `width` in letters. `long` texts are wrapped."""

    title: str
    style: Style = "text"
    width: float = 11


@dataclass(frozen=True, slots=True)
class Curve:
    """The values of a column as a chart shows them; `down` and `up` are columns with the lengths of its error bars."""

    name: str
    column: int
    down: int
    up: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart of shares right of its table: the first `rows` rows, named by their first cell.

    `description` says in words what it shows, for who cannot see it.
    """

    kind: Literal["bar", "line"]
    title: str
    description: str
    curves: tuple[Curve, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet for people. `frozen` columns stay in sight."""

    name: str
    fields: tuple[Field, ...]
    rows: Iterable[Sequence[object]]
    frozen: int = 1
    chart: Chart | None = None


class _Exact(float):
    """A number that XlsxWriter, which formats with 16 digits, writes with all it has."""

    def __format__(self, _spec: str) -> str:
        return repr(float(self))


def write_workbook(file: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """Write (name, columns, rows) as sheets of one XLSX, row by row, absent values as empty cells.

    Problem too_many_rows when a sheet does not fit.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        for name, columns, rows in sheets:
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, columns)
            for number, row in enumerate(rows, start=1):
                _check_room(number)
                for column, cell in enumerate(row):
                    _write(sheet, number, column, cell.isoformat() if isinstance(cell, date) else cell)


def write_tables(file: IO[bytes], tables: Iterable[Table], locale: str, *, title: str, now: datetime) -> None:
    """Write tables for people as sheets of one XLSX, row by row. Problem too_many_rows when a sheet does not fit."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        workbook.set_properties({"title": title, "author": "", "created": now.replace(tzinfo=None)})
        formats = {style: workbook.add_format({"valign": "top", **look}) for style, look in _looks(locale).items()}
        heading = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "indent": 1})
        for table in tables:
            sheet = workbook.add_worksheet(table.name)
            sheet.set_row(0, 45)  # headings may take three lines
            for column, field in enumerate(table.fields):
                sheet.set_column(column, column, field.width)
                sheet.write_string(0, column, protect(field.title), heading)
            number = 0
            for number, row in enumerate(table.rows, start=1):
                _check_room(number)
                for column, (field, cell) in enumerate(zip(table.fields, row, strict=True)):
                    _write(sheet, number, column, cell, formats[field.style])
            sheet.freeze_panes(1, table.frozen)
            sheet.autofilter(0, 0, number, len(table.fields) - 1)
            sheet.set_landscape()
            sheet.repeat_rows(0)
            sheet.fit_to_pages(1, 0)
            if table.chart is not None:
                _draw(workbook, sheet, table, table.chart, locale)


def _looks(locale: str) -> Mapping[Style, Mapping[str, object]]:
    """Return how cells of each style look. Decimal marks and the order of a day are those of the reader's program."""
    percent = r"0.0\ %" if locale == "pl" else "0.0%"
    return {
        "text": {"indent": 1},
        "long": {"indent": 1, "text_wrap": True},
        "count": {"num_format": "0"},
        "decimal": {"num_format": "0.00"},
        "share": {"num_format": percent},
        "change": {"num_format": f"+{percent};-{percent};{percent}"},
        "day": {"num_format": 14},
    }


def _check_room(number: int) -> None:
    if number > SHEET_ROWS:
        raise Problem("too_many_rows", limit=SHEET_ROWS)


def _write(sheet: Any, number: int, column: int, cell: object, look: object = None) -> None:
    """Write one cell; of None nothing."""
    if isinstance(cell, str):
        sheet.write_string(number, column, protect(cell), look)
    elif isinstance(cell, date):
        sheet.write_datetime(number, column, cell, look)
    elif isinstance(cell, int | float):
        sheet.write_number(number, column, _Exact(cell) if isinstance(cell, float) else cell, look)


def _draw(workbook: Any, sheet: Any, table: Table, chart: Chart, locale: str) -> None:
    """Put a chart right of its table. It reads its cells, so it follows whoever changes them."""
    bar = chart.kind == "bar"
    drawn = workbook.add_chart({"type": chart.kind})
    for curve, colour in zip(chart.curves, COLOURS, strict=False):
        series: dict[str, Any] = {
            "name": protect(curve.name),
            "categories": [table.name, 1, 0, chart.rows, 0],
            "values": [table.name, 1, curve.column, chart.rows, curve.column],
            "y_error_bars": {
                "type": "custom",
                "minus_values": _cells(table, chart, curve.down),
                "plus_values": _cells(table, chart, curve.up),
                "line": {"color": INK},
            },
        }
        series |= {"fill": {"color": PALE}, "border": {"color": colour}, "gap": 60} if bar else {
            "line": {"color": colour, "width": 2},
            "marker": {"type": "circle", "size": 6, "fill": {"color": colour}, "border": {"color": colour}},
        }  # fmt: skip
        drawn.add_series(series)
    grid = {"visible": True, "line": {"color": LINE}}
    shares = {"min": 0, "max": 1, "num_format": "0 %" if locale == "pl" else "0%", "major_gridlines": grid}
    drawn.set_title({"name": protect(chart.title), "name_font": {"size": 12}, "overlay": False})
    drawn.set_legend({"position": "bottom"} if len(chart.curves) > 1 else {"none": True})
    drawn.set_x_axis(shares if bar else {})
    drawn.set_y_axis({"reverse": True} if bar else shares)  # of bars the upright one, which begins at the bottom
    drawn.set_size({"width": 640, "height": 140 + 26 * chart.rows if bar else 360})
    drawn.show_blanks_as("gap")
    sheet.insert_chart(1, len(table.fields) + 1, drawn, {"description": chart.description})


def _cells(table: Table, chart: Chart, column: int) -> str:
    return f"={xl_range_formula(table.name, 1, column, chart.rows, column)}"
