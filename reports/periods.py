"""Quarters: the periods in which visits are counted, compared and reported.

A visit belongs to the quarter of its local visit date; which zone that is, the caller decides.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date

_ROMAN = ("I", "II", "III", "IV")
_WRITTEN = re.compile(r"([0-9]{4})Q([1-4])")


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A calendar quarter; sorts by time. ValueError outside quarters 1-4 and the years of `datetime.date`."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 4:
            raise ValueError(f"a quarter has a number from 1 to 4, not {self.number}")
        if not MINYEAR <= self.year <= MAXYEAR:
            raise ValueError(f"year {self.year} is outside {MINYEAR} to {MAXYEAR}")

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Read "2026Q3"; ValueError when it is written otherwise."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(f'"{text}" is not a quarter; write it like 2026Q3')
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Quarter:
        """Return the quarter that contains `day`."""
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def range(cls, first: Quarter, last: Quarter) -> tuple[Quarter, ...]:
        """Return all quarters from `first` to `last`, both included; empty when `last` is earlier."""
        count = last._ordinal() - first._ordinal() + 1
        return tuple(first.next(step) for step in range(count))

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"

    def bounds(self) -> tuple[date, date]:
        """Return the first and the last day."""
        month = 3 * self.number
        return date(self.year, month - 2, 1), date(self.year, month, monthrange(self.year, month)[1])

    def next(self, n: int = 1) -> Quarter:
        """Return the quarter `n` later."""
        year, index = divmod(self._ordinal() + n, 4)
        return Quarter(year, index + 1)

    def previous(self, n: int = 1) -> Quarter:
        """Return the quarter `n` earlier."""
        return self.next(-n)

    def label(self, locale: str) -> str:
        """Return the quarter for a reader: "III kwartał 2026", in English "Q3 2026"."""
        return f"Q{self.number} {self.year}" if locale == "en" else f"{_ROMAN[self.number - 1]} kwartał {self.year}"

    def short(self, locale: str) -> str:
        """Return the quarter for an axis: "III ’26", in English "Q3 ’26"."""
        name = f"Q{self.number}" if locale == "en" else _ROMAN[self.number - 1]
        return f"{name} ’{self.year % 100:02d}"

    def _ordinal(self) -> int:
        return 4 * self.year + self.number - 1
