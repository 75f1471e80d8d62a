"""One line of a table while it is read: typed values out of text, every problem named with its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple, TypeVar

from auditapp.codes import is_code
from auditapp.exchange.findings import Findings
from checklists.answers import clean
from checklists.problems import Place, Problem, at

NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?")
WHOLE = re.compile(r"[1-9][0-9]{0,5}")
YEARS = range(1900, 2201)  # what lies outside is a slip of the keyboard, and arithmetic with time zones overflows
T = TypeVar("T")


class Line(NamedTuple):
    """One line of a file: its number as a spreadsheet counts (the header is 1) and its texts by column."""

    file: str
    number: int
    values: Mapping[str, str]


class ImportResult(NamedTuple):
    """What an import brought: rows that are new, rows that changed what is stored, rows that were there already."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


def numbered(name: str, rows: Iterable[Mapping[str, str]]) -> Iterator[Line]:
    """Return rows that never were in a file as its lines would be."""
    return (Line(name, number, row) for number, row in enumerate(rows, start=2))


def batched(lines: Iterable[T], size: int) -> Iterator[list[T]]:
    """Return the lines in lists of at most `size`, so that memory stays bounded."""
    iterator = iter(lines)
    while batch := list(islice(iterator, size)):
        yield batch


class Row:
    """A line being read. A value that cannot be read is recorded in `findings`, and `failed` says so."""

    __slots__ = ("failed", "file", "findings", "number", "values")

    def __init__(self, line: Line, findings: Findings) -> None:
        self.file, self.number, self.values = line
        self.findings = findings
        self.failed = False

    def place(self, column: str) -> Place:
        return at(file=self.file, row=self.number, column=column)

    def refuse(self, code: str, column: str, /, **arguments: object) -> None:
        self.failed = True
        self.findings.add(Problem(code, self.place(column), **arguments))

    def refuse_as(self, problem: Problem, column: str) -> None:
        """Record a refusal of a lower floor at this row and column."""
        self.refuse(problem.code, column, **problem.arguments)

    def raw(self, column: str) -> str:
        return clean(self.values.get(column) or "")

    def text(self, column: str, limit: int, *, required: bool = True) -> str:
        """Return a text of at most `limit` characters."""
        text = self.raw(column)
        if required and not text:
            self.refuse("empty_value", column)
        if len(text) > limit:
            self.refuse("text_too_long", column, length=len(text), limit=limit)
        return text

    def code(self, column: str) -> str:
        """Return a code that can stand in an address."""
        code = self.text(column, 40)
        if code and not is_code(code):
            self.refuse("bad_location_code", column, value=code)
        return code

    def one_of(self, column: str, allowed: Collection[str], default: str = "") -> str:
        """Return one of the allowed codes, or the default where the cell is empty."""
        value = self.raw(column) or default
        if value not in allowed:
            self.refuse("bad_enum", column, value=value, allowed=list(allowed))
        return value

    def blank(self, column: str) -> None:
        """Refuse a value where none has a meaning."""
        if self.raw(column):
            self.refuse("value_not_expected", column, value=self.raw(column))

    def number_between(self, column: str, low: float, high: float) -> float | None:
        """Return a number, or None where the cell is empty."""
        value = self.raw(column)
        if not value:
            return None
        if not NUMBER.fullmatch(value):
            self.refuse("bad_number", column, value=value)
            return None
        if not low <= float(value) <= high:
            self.refuse("out_of_range", column, value=value, low=low, high=high)
            return None
        return float(value)

    def whole(self, column: str) -> int | None:
        """Return a positive whole number, or None where the cell is empty."""
        value = self.raw(column)
        if value and not WHOLE.fullmatch(value):
            self.refuse("bad_number", column, value=value)
            return None
        return int(value) if value else None

    def day(self, column: str) -> date | None:
        """Return a date written YYYY-MM-DD, or None where the cell is empty."""
        value = self.raw(column)
        try:
            found = date.fromisoformat(value) if value else None
        except ValueError:
            found = None
        if value and (found is None or found.isoformat() != value or found.year not in YEARS):
            self.refuse("bad_date", column, value=value)
            return None
        return found

    def instant(self, column: str, *, required: bool = False) -> datetime | None:
        """Return an instant written with its offset, or None where the cell is empty."""
        value = self.raw(column)
        if not value:
            if required:
                self.refuse("empty_value", column)
            return None
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or found.tzinfo is None or found.year not in YEARS:
            self.refuse("bad_datetime", column, value=value)
            return None
        return found
