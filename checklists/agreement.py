"""Whether the times of a contact, of its visit and of the answers that are times of day agree with each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from checklists.contacts import Message, Part

# Beginnings and ends are typed in whole minutes out of memory, and two clocks seldom agree. A quarter of an hour covers
# both, and is still shorter than the smallest mistake of a time zone, half an hour.
TOLERANCE = timedelta(minutes=15)
DAY = timedelta(days=1)  # a visit whose end is not known yet lasts no longer


class Off(StrEnum):
    """What lies outside of what."""

    CONTACT_VISIT = "contact_visit"
    ANSWER_CONTACT = "answer_contact"
    ANSWER_VISIT = "answer_visit"


@dataclass(frozen=True, slots=True)
class Span:
    """From one instant to another; `end` is None while it is not known."""

    begin: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Odd:
    """One disagreement: of the contact, or of the answer `value` to `item`, with the `inner` and `outer` times."""

    off: Off
    outer: Span
    inner: Span | None = None
    item: str = ""
    value: str = ""


def span_of(messages: Sequence[Message], parts: Mapping[str, Part], visit: Span, zone: tzinfo) -> Span | None:
    """Return from when to when a contact lasted: from the customer's first message to the last one that is no notice.

    Where no message says its day, the day is the one that brings it nearest to the visit. None without messages.
    """
    spoken = [message for message in messages if parts.get(message.who) is not Part.NOTICE]
    own = [message for message in spoken if parts.get(message.who) is Part.ME]
    if not spoken:
        return None
    begin, end = (own or spoken)[0].at, spoken[-1].at
    if not any(message.dated for message in messages):
        moved = _nearest(begin.astimezone(zone), visit)
        end, begin = moved + (end - begin), moved
    return Span(begin, max(begin, end))


def span_of_call(started: str, ended: str, visit: Span, zone: tzinfo) -> Span:
    """Return from when to when a call lasted, out of times of day as typed: on the day that is nearest to the visit."""
    begin = _nearest(_on(visit.begin.astimezone(zone), started), visit)
    end = _on(begin, ended)
    return Span(begin, end if end >= begin else end + DAY)


def find_odd(
    visit: Span, contacts: Iterable[Span], answers: Iterable[tuple[str, str]], zone: tzinfo, *, slow: bool
) -> list[Odd]:
    """Return what does not fit together. `answers` are (item, "14:05") of questions for a time of day.

    In a `slow` channel the replies may come long after the visit, so only the beginning of the contact is compared.
    An answer has to lie within some contact; where there is none, within the visit.
    """
    known = list(contacts)
    found = [Odd(Off.CONTACT_VISIT, visit, contact) for contact in known if _outside(contact, visit, slow=slow)]
    for item, value in answers:
        if known and not any(_holds(contact, value, zone) for contact in known):
            found.append(Odd(Off.ANSWER_CONTACT, known[-1], item=item, value=value))
        elif not known and not _holds(visit, value, zone):
            found.append(Odd(Off.ANSWER_VISIT, visit, item=item, value=value))
    return found


def _outside(contact: Span, visit: Span, *, slow: bool) -> bool:
    last = contact.begin if slow or contact.end is None else contact.end
    return contact.begin < visit.begin - TOLERANCE or last > (visit.end or visit.begin + DAY) + TOLERANCE


def _holds(span: Span, value: str, zone: tzinfo) -> bool:
    """Tell whether a time of day comes within a span, on whatever day of it."""
    end = span.end or span.begin + DAY
    when = _on(span.begin.astimezone(zone), value)
    days = (when + number * DAY for number in range(-1, (end - span.begin).days + 3))
    return any(span.begin - TOLERANCE <= day <= end + TOLERANCE for day in days)


def _on(day: datetime, clock: str) -> datetime:
    """Return a time of day, "14:05" or "14:05:30", on the day of another local time."""
    hour, minute, second = (int(part) for part in f"{clock.strip()}:00".split(":")[:3])
    return datetime.combine(day.date(), time(hour, minute, second), day.tzinfo)


def _nearest(local: datetime, visit: Span) -> datetime:
    """Return a local time moved by whole days to where it is least outside of the visit."""
    over = visit.end or visit.begin + DAY

    def apart(when: datetime) -> timedelta:
        return max(visit.begin - when, when - over, timedelta(0))

    days = (over.astimezone(local.tzinfo).date() - local.date()).days
    return min((local + number * DAY for number in range(days - 2, days + 2)), key=apart)
