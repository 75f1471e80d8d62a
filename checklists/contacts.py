"""What a chat, an e-mail thread or a call tells about waiting: times with their precision.

A stamp of a whole minute means any second of it, so a time between two such stamps is a range: from `low` to `high`.
Reading the messages is in `transcripts` (chats) and `threads` (e-mails).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from checklists.model import Item, Measure
from checklists.problems import Problem, at

MESSAGE_LIMIT = 5000
DAYS_LIMIT = 40  # a duration has at most 999 hours
MINUTE = 60
DAY = 86_400

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_OWN = re.compile(r"(?i)(ty|ja|you|me|klient(ka)?|customer|client|visitor|guest|gość|odwiedzając[ya]|user)( \(.*\))?")
_BOT = re.compile(r"(?i)bot\b|\bbot|wirtualn|virtual|automat|asystent|assistant|\bAI\b")
_NOTICE = re.compile(r"(?i)system|info|informacja|notice|status|chat|czat|server")
_SHOP = re.compile(r"(?i)konsultant|doradca|agent|support|obsługa|sklep|shop|store|operator|adviser|advisor")
_FOR_A_PERSON = re.compile(
    r"(?i)człowiek|konsultant|doradc|pracowni|z kimś|żyw"
    r"|human|real person|a person|an? agent|advis[eo]r|somebody|someone"
)


class Part(StrEnum):
    """Who somebody is in a contact. A `notice` ("connecting you", an automatic e-mail) is nobody's reply."""

    ME = "me"
    PERSON = "person"
    BOT = "bot"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with an e-mail: never opened."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message. It stands in `line` to `last` of the file with index `file`; `number` counts from 1 in the contact.

    `at` is aware; with `minute` the seconds are not known, without `dated` the day is the visit's. `clock` says whose
    time it is where it is not the sender's own ("received": the mail server's) or where its zone is not known
    ("assumed": the location's).
    """

    number: int
    line: int
    last: int
    who: str
    text: str
    at: datetime
    minute: bool = False
    automatic: bool = False
    clock: str = ""
    file: int = 0
    dated: bool = True
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in a contact: how many messages they wrote, and who they are."""

    who: str
    messages: int
    part: Part


@dataclass(frozen=True, slots=True)
class Measured:
    """A time in seconds, from message `start` to message `end` (of a call: its steps 1 to 3).

    The true time lies from `low` to `high`; `seconds` is the middle of that range: what is furthest from being wrong.
    """

    measure: Measure
    low: int
    high: int
    seconds: int
    start: int
    end: int

    @property
    def exact(self) -> bool:
        return self.low == self.high

    @property
    def value(self) -> str:
        """Return the canonical answer of a duration: "00:04:30"."""
        return as_duration(self.seconds)


def limits_of(item: Item) -> tuple[float, ...]:
    """Return the durations in seconds up to which an item earns other points than just above them."""
    return tuple(
        band.up_to for band, after in pairwise(item.bands) if band.up_to is not None and band.points != after.points
    )


def decides(item: Item, low: float, high: float) -> bool:
    """Tell whether the points differ within a range of seconds."""
    return any(low <= limit < high for limit in limits_of(item))


def as_duration(seconds: int) -> str:
    """Return seconds as the canonical answer of a duration."""
    return f"{seconds // 3600:02d}:{seconds // MINUTE % 60:02d}:{seconds % 60:02d}"


def participants(messages: Sequence[Message], parts: Mapping[str, Part]) -> tuple[Participant, ...]:
    """Return everybody who wrote, in the order of their first message."""
    counts: dict[str, int] = {}
    for message in messages:
        counts[message.who] = counts.get(message.who, 0) + 1
    return tuple(Participant(who, count, parts.get(who, Part.PERSON)) for who, count in counts.items())


def guess_parts(messages: Sequence[Message], own_names: Collection[str] = ()) -> dict[str, Part]:
    """Return who everybody seems to be; a guess for a person to change. `own_names` are what the auditor is called."""
    known = {name.casefold() for name in own_names if name}
    parts: dict[str, Part] = {}
    for message in messages:
        who = message.who
        if not who or message.automatic or _NOTICE.fullmatch(who):
            parts.setdefault(who, Part.NOTICE)
        elif who.casefold() in known or _OWN.fullmatch(who):
            parts.setdefault(who, Part.ME)
        else:
            parts.setdefault(who, Part.BOT if _BOT.search(who) else Part.PERSON)
    if Part.ME not in parts.values():
        people = [who for who, part in parts.items() if part is Part.PERSON]
        customers = [who for who in people if not _SHOP.search(who)] or people
        parts.update((who, Part.ME) for who in customers[:1])
    return parts


def guess_request(messages: Sequence[Message], parts: Mapping[str, Part]) -> int | None:
    """Return the own message that seems to ask the bot for a person, else the last one before a person wrote.

    None without a bot, or when no person ever wrote.
    """
    first_bot = next((m.number for m in messages if parts.get(m.who) is Part.BOT), None)
    if first_bot is None:
        return None
    person = next((m.number for m in messages if m.number > first_bot and parts.get(m.who) is Part.PERSON), None)
    if person is None:
        return None
    own = [m for m in messages if m.number < person and parts.get(m.who) is Part.ME]
    asking = (m.number for m in own if m.number > first_bot and _FOR_A_PERSON.search(m.text))
    return next(asking, own[-1].number if own else None)


def measure(messages: Sequence[Message], parts: Mapping[str, Part], asked: int | None = None) -> tuple[Measured, ...]:
    """Return the times of a contact; one that the contact does not tell is left out.

    `asked` is the number of the message in which the customer asked for a person. Problem nobody_is_you.
    """
    spoken = [message for message in messages if parts.get(message.who, Part.PERSON) is not Part.NOTICE]
    mine = [message for message in spoken if parts.get(message.who) is Part.ME]
    if not mine:
        raise Problem("nobody_is_you")
    first = mine[0]
    waits = _waits([message for message in spoken if message.number >= first.number], parts)
    found: list[Measured] = []
    if waits:
        found.append(_between(Measure.FIRST_RESPONSE, *waits[0]))
    if len(waits) > 1:
        later = [_between(Measure.LONGEST_WAIT, *wait) for wait in waits[1:]]
        found.append(max(later, key=lambda wait: (wait.seconds, -wait.start)))
    request = next((message for message in mine if message.number == asked), None)
    if request is not None and any(parts.get(message.who) is Part.BOT for message in spoken):
        people = (m for m in spoken if m.number > request.number and parts.get(m.who, Part.PERSON) is Part.PERSON)
        person = next(people, None)
        if person is not None:
            found.append(_between(Measure.HAND_OVER, request, person))
    if spoken[-1].number > first.number:
        found.append(_between(Measure.TOTAL_TIME, first, spoken[-1]))
    return tuple(found)


def measure_call(started: str, picked_up: str, ended: str) -> tuple[Measured, ...]:
    """Return the times of a call from times of day as typed ("14:05" or "14:05:30"); it may pass midnight.

    `picked_up` is empty when nobody answered: the wait then lasts to the end. Problem bad_time with the field, and
    call_backwards.
    """
    steps: dict[int, tuple[int, int]] = {}  # step: seconds after the first midnight, seconds left open
    for step, (field, text) in enumerate((("started", started), ("picked_up", picked_up), ("ended", ended)), start=1):
        if not text.strip() and step == 2:
            continue
        when = _clock(field, text.strip())
        if steps:
            before, _open = list(steps.values())[-1]
            if when[0] + (when[1] or 1) <= before % DAY:
                when = (when[0] + DAY, when[1])
            when = (when[0] + before // DAY * DAY, when[1])
        steps[step] = when
    if steps[3][0] - steps[1][0] > DAY // 2:
        raise Problem("call_backwards", at(field="ended"))
    answered = 2 if 2 in steps else 3
    return (
        _span(Measure.PICK_UP, steps[1], steps[answered], 1, answered),
        _span(Measure.TOTAL_TIME, steps[1], steps[3], 1, 3),
    )


def _clock(field: str, text: str) -> tuple[int, int]:
    found = _CLOCK.fullmatch(text)
    if not found:
        raise Problem("bad_time", at(field=field), value=text[:40])
    hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3] or 0)
    return 3600 * hours + MINUTE * minutes + seconds, 0 if found[3] else MINUTE


def _waits(spoken: Sequence[Message], parts: Mapping[str, Part]) -> list[tuple[Message, Message]]:
    """Return each first unanswered message of the customer with the reply that ends the wait."""
    waits: list[tuple[Message, Message]] = []
    waiting: Message | None = None
    for message in spoken:
        if parts.get(message.who) is Part.ME:
            waiting = waiting or message
        elif waiting is not None:
            waits.append((waiting, message))
            waiting = None
    return waits


def _between(kind: Measure, start: Message, end: Message) -> Measured:
    begun, over = (
        (int(message.at.timestamp()), MINUTE if message.minute else 0) for message in (start, end)
    )  # a stamp finer than a second counts as its second
    return _span(kind, begun, over, start.number, end.number)


def _span(kind: Measure, begun: tuple[int, int], over: tuple[int, int], start: int, end: int) -> Measured:
    """Return the time between two instants, each with the seconds that its stamp leaves open."""
    low = max(0, over[0] - begun[0] - begun[1])
    high = max(0, over[0] + over[1] - begun[0])
    return Measured(kind, low, high, (low + high) // 2, start, end)
