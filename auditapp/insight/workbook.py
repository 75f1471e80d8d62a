"""Rows of a page as one sheet of an XLSX file: numbers as numbers, texts that no spreadsheet runs."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import xlsxwriter
from flask import Response

from auditapp.insight.sheets import Row, safe

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


class _Exact(float):
    """A number that XlsxWriter, which formats with 16 digits, writes with all it has."""

    def __format__(self, _spec: str) -> str:
        return repr(float(self))


def respond(columns: Sequence[str], rows: Iterable[Row], name: str) -> Response:
    """Return rows as an XLSX download; absent values are empty cells."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as workbook:
        sheet = workbook.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, columns)
        for number, row in enumerate(rows, start=1):
            for column, key in enumerate(columns):
                value = row.get(key)
                if isinstance(value, float):
                    sheet.write_number(number, column, _Exact(value))
                elif isinstance(value, int):
                    sheet.write_number(number, column, value)
                elif value is not None:
                    sheet.write_string(number, column, safe(str(value)))
    response = Response(out.getvalue(), mimetype=_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    response.headers["Cache-Control"] = "no-store"
    return response
