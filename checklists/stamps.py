"""Dates and times as chats and mail programs write them, and the order that they make."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import pairwise

from checklists.contacts import DAYS_LIMIT, MINUTE
from checklists.problems import Problem, at

_MONTHS = (
    r"(?:jan|sty|styczeń|stycznia|january)(?P<m1>)|(?:feb|lut|luty|lutego|february)(?P<m2>)|"
    r"(?:mar|marzec|marca|march)(?P<m3>)|(?:apr|kwi|kwiecień|kwietnia|april)(?P<m4>)|(?:may|maj|maja)(?P<m5>)|"
    r"(?:jun|cze|czerwiec|czerwca|june)(?P<m6>)|(?:jul|lip|lipiec|lipca|july)(?P<m7>)|"
    r"(?:aug|sie|sierpień|sierpnia|august)(?P<m8>)|(?:sep|sept|wrz|wrzesień|września|september)(?P<m9>)|"
    r"(?:oct|paź|październik|października|october)(?P<m10>)|(?:nov|lis|listopad|listopada|november)(?P<m11>)|"
    r"(?:dec|gru|grudzień|grudnia|december)(?P<m12>)"
)
_NAMES = re.sub(r"\(\?P<m\d+>\)", "", _MONTHS)
_MONTH = re.compile(_MONTHS, re.IGNORECASE)
_WEEKDAY = r"(?:[^\W\d_]{2,12}\.?,?\s+)?"
DATE = (
    rf"(?:(?P<y>\d{{4}})[-/.](?P<mo>\d{{1,2}})[-/.](?P<d>\d{{1,2}})"
    rf"|(?P<a>\d{{1,2}})[./-](?P<b>\d{{1,2}})[./-](?P<yy>\d{{4}}|\d{{2}})"
    rf"|{_WEEKDAY}(?P<wd>\d{{1,2}})\.?\s+(?P<wm>{_NAMES})\.?,?\s+(?P<wy>\d{{4}})(?:\s?r\.)?"
    rf"|{_WEEKDAY}(?P<um>{_NAMES})\.?\s+(?P<ud>\d{{1,2}}),?\s+(?P<uy>\d{{4}}))"
)
TIME = (
    r"(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,]\d{1,9})?)?(?!\d)"
    r"(?:\s?(?P<ap>[ap])\.?\s?m\b\.?)?(?:\s?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})(?![\w:]))?"
)
STAMP = rf"(?P<stamp>(?:{DATE}(?:,\s*|\s+|T)(?:(?:at|o|godz\.)\s+)?)?{TIME})"
_DATE_LINE = re.compile(rf"[\W_]*{DATE}[\W_]*", re.IGNORECASE)
_WHOLE = re.compile(STAMP, re.IGNORECASE)

HALF_DAY = timedelta(hours=12)
SLACK = timedelta(seconds=MINUTE)  # two clocks in one transcript may differ by as much


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp as written in `line`: its time of day, the parts of its date in the order written, its offset.

    `day` is (year, month, day); `loose` are two numbers of which one is the day and the other the month, with a year.
    """

    line: int
    written: str
    hour: int
    minute: int
    second: int | None
    day: tuple[int, int, int] | None = None
    loose: tuple[int, int, int] | None = None
    offset: timedelta | None = None

    @property
    def dated(self) -> bool:
        return self.day is not None or self.loose is not None

    @property
    def of_day(self) -> int:
        """Return the seconds after midnight."""
        return 3600 * self.hour + MINUTE * self.minute + (self.second or 0)

    @property
    def open(self) -> timedelta:
        """Return how much the stamp leaves open."""
        return SLACK if self.second is None else timedelta(0)


def plain_pattern(pattern: str) -> str:
    """Return a pattern without the names of its groups, to stand more than once in another one."""
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


def find_stamp(text: str, line: int) -> Stamp | None:
    """Return the stamp that `text` is as a whole, or None. Problem transcript_bad_time for a time that cannot be."""
    found = _WHOLE.fullmatch(text.strip())
    return read_stamp(found, line) if found else None


def find_day(text: str) -> re.Match[str] | None:
    """Return the match of a line that is a date and nothing else, or None."""
    return _DATE_LINE.fullmatch(text) if len(text) < 60 else None


def read_stamp(found: re.Match[str], line: int) -> Stamp:
    """Return the stamp that a match of STAMP holds. Problem transcript_bad_time."""
    hour, minute = int(found["h"]), int(found["mi"])
    second = int(found["s"]) if found["s"] else None
    half = found["ap"]
    possible = 1 <= hour <= 12 if half else hour <= 23
    if not possible or minute > 59 or (second or 0) > 59:
        raise Problem("transcript_bad_time", at(line=line), value=found["stamp"][:40])
    if half:
        hour = hour % 12 + (12 if half in "pP" else 0)
    day, loose = read_day(found)
    return Stamp(line, found["stamp"][:40], hour, minute, second, day, loose, _offset(found["zone"]))


def read_day(found: re.Match[str]) -> tuple[tuple[int, int, int] | None, tuple[int, int, int] | None]:
    """Return the date of a match of DATE as (year, month, day), or two numbers and a year where the order is open."""
    if found["y"]:
        return (int(found["y"]), int(found["mo"]), int(found["d"])), None
    if found["a"]:
        year = int(found["yy"])
        return None, (int(found["a"]), int(found["b"]), year + 2000 if year < 100 else year)
    for form in ("w", "u"):
        if found[f"{form}d"]:
            return (int(found[f"{form}y"]), _month(found[f"{form}m"]), int(found[f"{form}d"])), None
    return None, None


def _month(name: str) -> int:
    found = _MONTH.fullmatch(name)
    assert found is not None  # noqa: S101 (the same words were just matched)
    return int(str(found.lastgroup).removeprefix("m"))


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    if zone[0] not in "+-":
        return timedelta(0)
    digits = zone[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return min(size, timedelta(hours=23)) * (-1 if zone[0] == "-" else 1)


def place(stamps: Sequence[Stamp], zone: tzinfo, day: date) -> list[datetime]:
    """Return the instant of each stamp in UTC, in the order given.

    A stamp without a date belongs to the day of the one before it, the first to `day`; more than twelve hours back
    means past midnight. A clock that is a minute behind is let pass. Problem transcript_bad_time, transcript_backwards,
    contact_too_long.
    """
    stamps = [_decided(stamp, month_first=_month_first(stamps, day)) for stamp in stamps]
    placed: list[datetime] = []
    today = day
    for stamp in stamps:
        when = _instant(stamp, today, zone)
        if placed:
            if not stamp.dated and placed[-1] - when > HALF_DAY:
                today += timedelta(days=1)
                when = _instant(stamp, today, zone)
            again = _instant(stamp, today, zone, fold=1)  # the hour that autumn has twice
            if when + stamp.open < placed[-1] <= again + SLACK:
                when = again
            _check_order(stamp, when, stamps[len(placed) - 1], placed)
        placed.append(when)
        today = when.astimezone(zone).date() if stamp.dated else today
    return placed


def _check_order(stamp: Stamp, when: datetime, before: Stamp, placed: Sequence[datetime]) -> None:
    if placed[-1] - when > SLACK + stamp.open:
        raise Problem("transcript_backwards", at(line=stamp.line), value=stamp.written, before=before.written)
    if when - placed[0] > timedelta(days=DAYS_LIMIT):
        raise Problem("contact_too_long", at(line=stamp.line), days=DAYS_LIMIT)


def newest_first(stamps: Sequence[Stamp], zone: tzinfo, day: date) -> bool:
    """Tell whether the stamps only ever go back: an export that begins with the last message."""
    month_first = _month_first(stamps, day)
    times = [_instant(_decided(stamp, month_first=month_first), day, zone) for stamp in stamps]
    falling = all(later <= earlier for earlier, later in pairwise(times))
    sure = len(times) > 2 or (len(times) == 2 and stamps[0].dated and stamps[1].dated)
    return sure and falling and times[0] - times[-1] > SLACK and (stamps[0].dated or times[0] - times[-1] <= HALF_DAY)


def _month_first(stamps: Sequence[Stamp], day: date) -> bool:
    """Tell which of two numbers is the month: by a number above twelve, else by what comes nearer to `day`."""
    loose = [stamp.loose for stamp in stamps if stamp.loose]
    if any(first > 12 for first, _second, _year in loose) or not loose:
        return False
    if any(second > 12 for _first, second, _year in loose):
        return True
    first, second, year = loose[0]
    return _distance(year, first, second, day) < _distance(year, second, first, day)


def _distance(year: int, month: int, day_of_month: int, day: date) -> int:
    try:
        return abs((date(year, month, day_of_month) - day).days)
    except ValueError:
        return date.max.toordinal()


def _decided(stamp: Stamp, *, month_first: bool) -> Stamp:
    if stamp.loose is None:
        return stamp
    first, second, year = stamp.loose
    return replace(stamp, day=(year, first, second) if month_first else (year, second, first), loose=None)


def _instant(stamp: Stamp, today: date, zone: tzinfo, fold: int = 0) -> datetime:
    try:
        day = date(*stamp.day) if stamp.day else today
        own = zone if stamp.offset is None else timezone(stamp.offset)
        local = datetime(
            day.year, day.month, day.day, stamp.hour, stamp.minute, stamp.second or 0, tzinfo=own, fold=fold
        )
        if not 1990 <= local.year < 2200:
            raise ValueError("a year far from ours")
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Problem("transcript_bad_time", at(line=stamp.line), value=stamp.written) from error
