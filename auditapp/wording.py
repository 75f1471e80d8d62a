"""Answers in words: what was chosen, as a person reads it on the phone, at the desk and in results."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from checklists.answers import quantity
from checklists.model import Answer, AnswerState, Item, ItemType, Text


def answer_words(item: Item, answer: Answer | None, locale: str, photos: int = 0) -> str:
    """Return the answer in the language of the page: "Yes", "all", "4 min 30 s", "2.50 PLN", "not applicable".

    `photos` are those that lie beside it: where a photo is the answer, one that is there was given.
    """
    if photos and item.type is ItemType.PHOTO:
        return value_words(item, str(photos), locale)
    if answer is None or answer.state is AnswerState.MISSING:
        return str(_("no answer yet"))
    if answer.state is AnswerState.NOT_ASKED:
        return str(_("not asked"))
    if answer.state is AnswerState.NA:
        return str(_("not applicable"))
    return value_words(item, answer.value, locale)


def value_words(item: Item, value: str, locale: str) -> str:
    """Return a canonical value in words."""
    if item.type is ItemType.YES_NO:
        return str(_("Yes") if value == "yes" else _("No"))
    if item.options:
        chosen = value.split(";")
        return ", ".join(option.text.get(locale) for option in item.options if option.code in chosen)
    if item.type is ItemType.PHOTO:
        return str(ngettext("%(num)d photo", "%(num)d photos", int(value)))
    if item.type is ItemType.DURATION:
        return duration_words(quantity(item.type, value))
    if item.type is ItemType.NUMBER:
        return f"{decimal_mark(value, locale)}{_unit(item.unit, locale)}"
    return value


def decimal_mark(value: str, locale: str) -> str:
    """Return a canonical number with the decimal mark of the language."""
    return value if locale == "en" else value.replace(".", ",")


def duration_words(seconds: float) -> str:
    """Return a duration as "45 s", "4 min 30 s" or "2 h 5 min"."""
    hours, rest = divmod(int(seconds), 3600)
    minutes, left = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (left, "s")]
    return " ".join(f"{number}\u00a0{unit}" for number, unit in parts if number) or "0\u00a0s"


def range_words(low: float, high: float, seconds: float) -> str:
    """Return a measured time as "35 s"; as "between 1 min and 3 min, counted as 2 min" where it is only a range."""
    if low == high:
        return duration_words(low)
    ends, middle = (duration_words(low), duration_words(high)), duration_words(seconds)
    return str(_("between %(low)s and %(high)s, counted as %(middle)s", low=ends[0], high=ends[1], middle=middle))


def duration_typed(value: str) -> str:
    """Return a canonical duration as one types it: "4:30", with hours only where there are some."""
    hours, minutes, seconds = value.split(":")
    return f"{int(hours)}:{minutes}:{seconds}" if int(hours) else f"{int(minutes)}:{seconds}"


def _unit(unit: Text | None, locale: str) -> str:
    return f"\u00a0{unit.get(locale)}" if unit is not None else ""
