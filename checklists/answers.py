"""What one raw answer means: its canonical text and the points it earns; and whether a visit is complete.

Every way in (phone, office page, API, import) goes through `check`, so a value is stored in one form only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal

from checklists.applicability import asked, given
from checklists.model import Answer, AnswerState, Checklist, Item, ItemType
from checklists.problems import Place, Problem, at

TEXT_LIMIT = 5000
NUMBER_LIMIT = 1_000_000_000

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,6})?")
_DURATION = re.compile(r"(?:([0-9]{1,3}):([0-5]?[0-9])|([0-9]{1,3})):([0-5][0-9])")
_COUNT = re.compile(r"[1-9][0-9]{0,2}")
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")
# Invisible marks that turn the reading direction can make a quoted comment say something else.
MARKS_LIMIT = 30
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    """Return `text` stripped, in composed Unicode, with plain line ends and without control characters."""
    if text.isprintable():  # most texts: one line with nothing to take out
        return _composed(text).strip()
    lines = _composed(text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = (c for c in lines if c == "\n" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in _TURNING))
    return "".join(kept).strip()


def _composed(text: str) -> str:
    """Return composed Unicode, with at most so many marks on a letter as Unicode's stream-safe format has (UAX 15).

    Putting the marks of one letter in order takes the square of their number.
    """
    if len(text) > MARKS_LIMIT and not text.isascii():
        marks, kept = 0, list[str]()
        for character in text:
            marks = marks + 1 if unicodedata.combining(character) else 0
            if marks <= MARKS_LIMIT:
                kept.append(character)
        text = "".join(kept)
    return unicodedata.normalize("NFC", text)


def check(item: Item, value: str, *, na: bool = False, comment: str = "", photos: int = 0) -> Answer:
    """Return the answer to `item` in canonical form with its points; Problem when it cannot be one.

    An empty value is an answer not given yet (`missing`); `check_visit` says later what still has to be given. For a
    photo item `photos` is what counts, and `value` only where no photos came along (an import).
    """
    place = at(item=item.code)
    comment = _limited(comment, item)
    if na:
        if not item.na_allowed:
            raise Problem("na_not_allowed", place)
        return Answer(item.code, AnswerState.NA, comment=comment)
    raw = str(photos) if photos and item.type is ItemType.PHOTO else _limited(value, item)
    if not raw:
        return Answer(item.code, AnswerState.MISSING, comment=comment)
    canonical = _choice(item, raw) if choices(item) else typed(item.type, raw, place)
    if item.type is ItemType.NUMBER:
        _check_bounds(item, canonical, raw)
    return Answer(item.code, AnswerState.ANSWERED, canonical, points_for(item, canonical), comment)


def typed(kind: ItemType, raw: str, place: Place) -> str:
    """Return the canonical text of an answer that is typed rather than picked: "2.5", "00:04:30", "14:05"."""
    return _TYPED[kind](raw, place)


def points_for(item: Item, value: str) -> float | None:
    """Return what the canonical `value` earns, from 0 to `item.max_points`; None on an unscored item."""
    if item.max_points is None:
        return None
    if item.type is ItemType.YES_NO:
        return item.max_points if value == item.good else 0.0
    if item.options:
        chosen = value.split(";")
        return float(sum(option.points or 0.0 for option in item.options if option.code in chosen))
    amount = quantity(item.type, value)
    return next(band.points for band in item.bands if band.up_to is None or amount <= band.up_to)


def quantity(kind: ItemType, value: str) -> float:
    """Return a canonical number as it is, a duration in seconds, a time of day in seconds after midnight."""
    if kind is ItemType.NUMBER:
        return float(value)
    hours, minutes, *seconds = map(int, value.split(":"))
    return float(3600 * hours + 60 * minutes + sum(seconds))


def choices(item: Item) -> tuple[str, ...]:
    """Return the answers an auditor can pick: yes and no, or the option codes; empty where the answer is typed."""
    if item.type is ItemType.YES_NO:
        return ("yes", "no")
    return tuple(option.code for option in item.options)


def check_visit(
    checklist: Checklist,
    answers: Mapping[str, Answer],
    attributes: frozenset[str] = frozenset(),
    photos: Mapping[str, int] | None = None,
) -> list[Problem]:
    """Return what still keeps the visit from being submitted, in the order of the items; empty when it is complete.

    `photos` is the number of photos per item code.
    """
    problems: list[Problem] = []
    for item in asked(checklist, answers, attributes):
        answer = answers.get(item.code)
        place = at(item=item.code)
        if answer is None or not given(answer):
            if item.required:
                problems.append(Problem("answer_missing", place))
        elif answer.state is AnswerState.NA:
            if not item.na_allowed:
                problems.append(Problem("na_not_allowed", place))
        elif item.evidence_required and item.type is not ItemType.PHOTO and not (photos or {}).get(item.code):
            problems.append(Problem("evidence_missing", place, evidence=item.evidence or item.question))
    return problems


def complete(
    checklist: Checklist, answers: Mapping[str, Answer], attributes: frozenset[str] = frozenset()
) -> dict[str, Answer]:
    """Return one answer for every item of the version: as recorded, `missing`, or `not_asked`."""
    codes = {item.code for item in asked(checklist, answers, attributes)}
    result: dict[str, Answer] = {}
    for item in checklist.items:
        answer = answers.get(item.code)
        if item.code not in codes:
            result[item.code] = Answer(item.code, AnswerState.NOT_ASKED)
        elif answer is not None and given(answer):
            result[item.code] = answer
        else:
            result[item.code] = Answer(item.code, AnswerState.MISSING, comment=answer.comment if answer else "")
    return result


def _limited(text: str, item: Item) -> str:
    cleaned = clean(text)
    if len(cleaned) > TEXT_LIMIT:
        raise Problem("text_too_long", at(item=item.code), length=len(cleaned), limit=TEXT_LIMIT)
    return cleaned


def _choice(item: Item, raw: str) -> str:
    """Return the chosen codes in the order of the options, each once, joined by ";"."""
    possible = choices(item)
    chosen = [part.strip() for part in raw.split(";")] if item.type is ItemType.MULTIPLE else [raw]
    for part in chosen:
        if part not in possible:
            raise Problem("not_an_option", at(item=item.code), value=part, allowed=possible)
    return ";".join(code for code in possible if code in chosen)


def _number(raw: str, place: Place) -> str:
    plain = "".join(raw.split()).replace(",", ".").replace("\N{MINUS SIGN}", "-")
    if not _NUMBER.fullmatch(plain):
        raise Problem("not_a_number", place, value=raw)
    number = Decimal(plain)
    if abs(number) > NUMBER_LIMIT:
        raise Problem("out_of_range", place, value=raw, low=-NUMBER_LIMIT, high=NUMBER_LIMIT)
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _check_bounds(item: Item, canonical: str, raw: str) -> None:
    number, low, high = float(canonical), item.minimum, item.maximum
    place = at(item=item.code)
    too_low, too_high = low is not None and number < low, high is not None and number > high
    if (too_low or too_high) and low is not None and high is not None:
        raise Problem("out_of_range", place, value=raw, low=low, high=high)
    if too_low:
        raise Problem("too_low", place, value=raw, low=low)
    if too_high:
        raise Problem("too_high", place, value=raw, high=high)
    if item.whole and "." in canonical:
        raise Problem("not_whole", place, value=raw)


def _duration(raw: str, place: Place) -> str:
    found = _DURATION.fullmatch(raw)
    if not found:
        raise Problem("bad_duration", place, value=raw)
    hours, minutes, only_minutes, seconds = (int(part or 0) for part in found.groups())
    total = 3600 * hours + 60 * (minutes + only_minutes) + seconds
    return f"{total // 3600:02d}:{total // 60 % 60:02d}:{total % 60:02d}"


def _time(raw: str, place: Place) -> str:
    found = _TIME.fullmatch(raw)
    if not found:
        raise Problem("bad_time", place, value=raw)
    return f"{int(found[1]):02d}:{found[2]}"


def _photos(raw: str, place: Place) -> str:
    if not _COUNT.fullmatch(raw):
        raise Problem("not_a_number", place, value=raw)
    return raw


_TYPED: Mapping[ItemType, Callable[[str, Place], str]] = {
    ItemType.NUMBER: _number,
    ItemType.DURATION: _duration,
    ItemType.TIME: _time,
    ItemType.TEXT: lambda raw, _: raw,
    ItemType.PHOTO: _photos,
}
