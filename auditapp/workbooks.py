"""Tables as XLSX: numbers as numbers with all their digits, texts that no spreadsheet runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import IO

import xlsxwriter

from auditapp.formulas import protect
from checklists.problems import Problem

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Sheet = tuple[str | None, Sequence[str], Iterable[Sequence[object]]]  # name (None: the usual one), columns, rows
SHEET_ROWS = 1_048_575  # what a worksheet holds below its header


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
                if number > SHEET_ROWS:
                    raise Problem("too_many_rows", limit=SHEET_ROWS)
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(number, column, protect(cell))
                    elif isinstance(cell, date):
                        sheet.write_string(number, column, cell.isoformat())
                    elif isinstance(cell, int | float):
                        sheet.write_number(number, column, _Exact(cell) if isinstance(cell, float) else cell)
