"""Write tables as CSV, XLSX and zip: unrounded figures, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import IO

import xlsxwriter

from auditapp.exchange.formulas import MAY_RUN, protect
from auditapp.exchange.rows import batched
from checklists.problems import Problem

SHEET_ROWS = 1_048_575  # what a worksheet holds below its header
EPOCH = (1980, 1, 1, 0, 0, 0)  # zip entries have to have a time; the same documents give the same bytes


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield a CSV in pieces of a thousand rows. `csv` writes None as nothing and a float with all its digits."""
    yield _written([columns]).encode()
    for batch in batched(rows, 1000):
        text = _written(batch)
        if MAY_RUN.search(f"\n{text}"):  # looking at whole pieces costs a tenth of looking at every cell
            text = _written([[protect(cell) if isinstance(cell, str) else cell for cell in row] for row in batch])
        yield text.encode()


def _written(rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


class _Exact(float):
    """A number that XlsxWriter, which formats with 16 digits, writes with all it has."""

    def __format__(self, _spec: str) -> str:
        return repr(float(self))


def write_workbook(file: IO[bytes], sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[object]]]]) -> None:
    """Write (name, columns, rows) as sheets of one XLSX, row by row. Problem too_many_rows when one does not fit."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        for name, columns, rows in sheets:
            sheet = workbook.add_worksheet(name)
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


def write_zip(documents: Iterable[tuple[str, str]]) -> bytes:
    """Return documents (file name, text) as one zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in documents:
            archive.writestr(zipfile.ZipInfo(name, EPOCH), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
