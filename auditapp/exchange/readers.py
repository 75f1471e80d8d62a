"""Read tables from CSV and XLSX files of anybody: bounded in memory, never trusted, each problem with its row."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook

from auditapp.exchange.columns import COLUMNS
from auditapp.exchange.findings import Findings
from auditapp.exchange.rows import Line
from auditapp.exchange.sheets import copy_counted
from auditapp.formulas import unprotect
from checklists.problems import Problem, at

MAX_ROWS = 2_000_000
MAX_LINE = 1_000_000  # bytes; a text in the product has at most 5,000 characters
MAX_ENTRIES = 1000
MAX_UNPACKED = 200 * 2**20
IN_MEMORY = 8 * 2**20  # a larger copy of a workbook goes to the disk
BROKEN_ZIP = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError)


class Upload(NamedTuple):
    """A file as it came in: its name and its bytes as a stream."""

    name: str
    stream: IO[bytes]


class TableFile(NamedTuple):
    """A table found in a file, not read yet."""

    kind: str
    lines: Iterator[Line]


def open_tables(upload: Upload, kinds: Collection[str], findings: Findings) -> list[TableFile]:
    """Return the tables of `kinds` in the file: one of a CSV, the sheets of these names of a workbook.

    Which kind a table is, its columns say. Problem wrong_columns, not_a_table, bad_encoding, unpacked_too_large
    or sheet_too_large; what goes wrong further down is added to `findings` while the lines are read.
    """
    if zipfile.is_zipfile(upload.stream):
        sheets = _sheets(upload, kinds)
    else:
        upload.stream.seek(0)
        sheets = [(upload.name, _csv_rows(upload))]
    tables = []
    for name, rows in sheets:
        header = [cell.strip() for cell in next(rows, [])]
        kind = _recognise(name, header, kinds)
        tables.append(TableFile(kind, _lines(name, header, rows, findings)))
    return tables


def _recognise(name: str, header: Sequence[str], kinds: Collection[str]) -> str:
    """Return the kind whose columns these are; otherwise name what the likeliest one lacks."""
    closest = max(kinds, key=lambda kind: len(set(COLUMNS[kind]) & set(header)))
    missing = [column for column in COLUMNS[closest] if column not in header]
    unknown = [c for number, c in enumerate(header) if c not in COLUMNS[closest] or c in header[:number]]
    if missing or unknown:
        raise Problem("wrong_columns", at(file=name, row=1), missing=missing, unknown=unknown)
    return closest


def _lines(name: str, header: Sequence[str], rows: Iterable[Sequence[str]], findings: Findings) -> Iterator[Line]:
    number = 1
    try:
        for number, cells in enumerate(rows, start=2):
            if number > MAX_ROWS + 1:
                findings.add(Problem("too_many_rows", at(file=name), limit=MAX_ROWS))
                return
            if len(cells) == len(header):
                yield Line(name, number, dict(zip(header, map(unprotect, cells), strict=True)))
            elif cells:
                missing, unknown = header[len(cells) :], cells[len(header) :]
                findings.add(Problem("wrong_columns", at(file=name, row=number), missing=missing, unknown=unknown))
    except Problem as problem:
        findings.add(Problem(problem.code, at(file=name, row=number + 1), **problem.arguments))


def _csv_rows(upload: Upload) -> Iterator[list[str]]:
    """Yield the records of a CSV; Problem without a place, because only the caller counts rows.

    Columns are separated by commas, or by semicolons as spreadsheets write them where the comma is the decimal mark:
    names of columns hold neither, so the first line tells which.
    """
    lines = _decoded(upload.stream)
    first = next(lines, "")
    separator = ";" if ";" in first and "," not in first else ","
    try:
        yield from csv.reader(chain([first], lines), delimiter=separator, strict=True)
    except csv.Error as error:
        raise Problem("not_a_table") from error


def _decoded(stream: IO[bytes]) -> Iterator[str]:
    encoding = "utf-8-sig"  # the first line may carry a byte order mark
    while line := stream.readline(MAX_LINE + 1):
        if len(line) > MAX_LINE:
            raise Problem("not_a_table")
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError as error:
            raise Problem("bad_encoding") from error
        if "\0" in text:  # UTF-16 without its mark, or no text at all
            raise Problem("bad_encoding")
        yield text
        encoding = "utf-8"


def _sheets(upload: Upload, kinds: Collection[str]) -> list[tuple[str, Iterator[list[str]]]]:
    check_zip(upload)
    try:
        with SpooledTemporaryFile(IN_MEMORY) as counted:
            copy_counted(upload.stream, counted)
            counted.seek(0)
            workbook = CalamineWorkbook.from_filelike(counted)
            names = [name for name in workbook.sheet_names if name in kinds] or workbook.sheet_names[:1]
            sheets = [(name, workbook.get_sheet_by_name(name)) for name in dict.fromkeys(names)]
    except (CalamineError, *BROKEN_ZIP) as error:
        raise Problem("not_a_table", at(file=upload.name)) from error
    except Problem as problem:
        raise Problem(problem.code, at(file=upload.name), **problem.arguments) from problem
    if not sheets:
        raise Problem("not_a_table", at(file=upload.name))
    return [(f"{upload.name}: {name}", _sheet_rows(sheet.to_python(skip_empty_area=False))) for name, sheet in sheets]


def _sheet_rows(rows: Iterable[Sequence[object]]) -> Iterator[list[str]]:
    for row in rows:
        cells = [_text(cell) for cell in row]
        yield cells if any(cells) else []


def _text(cell: object) -> str:
    """Return a cell as the CSV would have it: 1.0 typed as a number is "1", a date is ISO 8601."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, date | datetime | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(cell)


def check_zip(upload: Upload) -> None:
    """Refuse a zip that would not fit into memory once unpacked, whatever its directory says about sizes."""
    upload.stream.seek(0)
    try:
        with zipfile.ZipFile(upload.stream) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise Problem("unpacked_too_large", at(file=upload.name), limit=MAX_UNPACKED // 2**20)
            broken = archive.testzip()  # reads as much as was declared and compares the checksum
    except BROKEN_ZIP as error:
        raise Problem("not_a_table", at(file=upload.name)) from error
    if broken is not None:
        raise Problem("not_a_table", at(file=upload.name))
    upload.stream.seek(0)
