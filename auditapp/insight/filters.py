"""What a page of results was asked for: parameters of its address, checked before anything is read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from auditapp import results
from checklists.model import Channel, LocationFormat
from checklists.problems import Problem
from reports.periods import Quarter

NO_PREVIOUS = "none"
ALL = "all"  # channels together
_YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Period:
    """The quarter shown, the quarter its change is measured from, and the quarters to choose from, newest first."""

    quarter: Quarter
    previous: Quarter | None
    quarters: tuple[Quarter, ...]

    @property
    def earlier(self) -> tuple[Quarter, ...]:
        """Return the quarters that the shown one can be compared with."""
        return tuple(quarter for quarter in self.quarters if quarter < self.quarter)


def read_period(session: Session, programme_id: int, arguments: Mapping[str, str], today: date) -> Period:
    """Return the period asked for, else the last finished quarter with results and the one before it.

    Problem bad_quarter for what is not written as a quarter; a quarter without results is a legal answer. An earlier
    quarter that is not before the one shown is forgotten: it belongs to another choice of the same form.
    """
    known = results.quarters_with_results(session, programme_id)
    asked = _quarter(arguments.get("quarter", ""))
    quarter = asked or results.default_quarter(known, today) or Quarter.of(today)
    before = arguments.get("previous", "")
    previous = None if before == NO_PREVIOUS else _quarter(before)
    forgotten = not before or (previous is not None and previous >= quarter)
    if forgotten:
        previous = quarter.previous() if quarter.previous() in known else None
    return Period(quarter, previous, tuple(sorted({*known, quarter}, reverse=True)))


def _quarter(text: str) -> Quarter | None:
    if not text:
        return None
    try:
        quarter = Quarter.parse(text)
    except ValueError:
        raise Problem("bad_quarter", value=text) from None
    if quarter.year not in _YEARS:
        raise Problem("bad_quarter", value=text)
    return quarter


def read_channel(arguments: Mapping[str, str]) -> str:
    """Return the channel asked for, "" for all; Problem unknown_value."""
    return _one_of("channel", arguments, [channel.value for channel in Channel])


def read_compared_channel(arguments: Mapping[str, str]) -> str | None:
    """Return the channel asked for, "" for all together, None where nothing was asked."""
    value = arguments.get("channel", "")
    return "" if value == ALL else read_channel(arguments) or None


def read_format(arguments: Mapping[str, str]) -> str:
    """Return the location format asked for, "" for all; Problem unknown_value."""
    return _one_of("location_format", arguments, [each.value for each in LocationFormat])


def read_choice(name: str, arguments: Mapping[str, str], allowed: Collection[str]) -> str:
    """Return one of `allowed`, "" where nothing was asked; Problem unknown_value."""
    return _one_of(name, arguments, allowed)


def _one_of(name: str, arguments: Mapping[str, str], allowed: Collection[str]) -> str:
    value = arguments.get(name, "")
    if value and value not in allowed:
        raise Problem("unknown_value", key=name, value=value, allowed=", ".join(allowed))
    return value
