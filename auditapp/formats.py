"""How numbers, dates and shares are written on a page, in Polish and in English. Used as template filters."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import format_date as babel_date
from flask_babel import format_decimal
from markupsafe import Markup, escape

from auditapp import web
from checklists.model import Text
from checklists.rounding import half_up, outward
from checklists.rounding import percent as to_percent
from reports.periods import Quarter

NBSP = "\u00a0"
_ORPHAN = re.compile(r"(?<=[\s(„])([aiouwzAIOUWZ])\s")


def percent(share: float | None, digits: int = 0) -> str:
    """Write a share as "68 %" (Polish) or "68%" (English); a dash when there is none."""
    if share is None or share != share:
        return "–"
    number = format_decimal(to_percent(share, digits), format=f"#,##0.{'0' * digits}" if digits else "#,##0")
    return f"{number}%" if web.locale() == "en" else f"{number}{NBSP}%"


def interval(low: float | None, high: float | None) -> str:
    """Write both ends of an interval, rounded outward: "51–81"."""
    if low is None or high is None or low != low:
        return "–"
    bottom, top = outward(low, high)
    return f"{bottom:.0f}–{top:.0f}"


def change(share: float | None, digits: int = 0) -> str:
    """Write a change in points with its sign: "+9", "−13"; with decimals "−0,6"."""
    if share is None or share != share:
        return "–"
    points = to_percent(share, digits)
    sign = "+" if points > 0 else "−" if points < 0 else ""
    return f"{sign}{decimal(abs(points), digits)}"


def decimal(value: float | None, digits: int = 1) -> str:
    """Write a number with `digits` decimals, halves away from zero."""
    if value is None or value != value:
        return "–"
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return str(format_decimal(half_up(value, digits), format=pattern))


def day(value: date | None) -> str:
    """Write a date: "3 lip 2026" or "3 Jul 2026"."""
    return "–" if value is None else str(babel_date(value, "d MMM y"))


def moment(value: datetime | None, timezone: str = "Europe/Warsaw") -> str:
    """Write an instant in the time of a place: "3 lip 2026, 14:05"."""
    if value is None:
        return "–"
    local = value.astimezone(ZoneInfo(timezone))
    return f"{day(local.date())}, {local:%H:%M}"


def taken(value: str) -> str:
    """Write what a camera said, "2026:07:03 14:05:10", as "3 lip 2026, 14:05"; nonsense as it stands."""
    try:
        at = datetime.strptime(value, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  # a camera knows no zone
    except ValueError:
        return value
    return f"{day(at.date())}, {at:%H:%M}"


def quarter(value: str) -> str:
    """Write "2026Q3" as "III kwartał 2026" or "Q3 2026"."""
    return Quarter.parse(value).label(web.locale())


def text(value: Text | None) -> str:
    """Return a bilingual text in the language of the page."""
    return "" if value is None else value.get(web.locale())


def lines(value: str) -> Markup:
    """Escape text and keep its line breaks."""
    return Markup("<br>").join(escape(line) for line in value.splitlines())


def bind_short_words(value: str) -> str:
    """Keep one-letter Polish words with the next one, as Polish typography asks."""
    return _ORPHAN.sub(rf"\1{NBSP}", value)


FILTERS = {
    "percent": percent,
    "interval": interval,
    "change": change,
    "decimal": decimal,
    "day": day,
    "moment": moment,
    "taken": taken,
    "quarter": quarter,
    "text": text,
    "lines": lines,
    "bind": bind_short_words,
}
