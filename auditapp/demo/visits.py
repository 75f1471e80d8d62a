"""The demo's visits as rows of the exchange tables: who went where, when, and what they recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from auditapp.demo.fieldwork import draw_answers
from auditapp.demo.network import DemoLocation
from auditapp.demo.truth import LUCK, Truth
from checklists.model import Answer, Channel, Checklist, Standard
from reports.periods import Quarter

WARSAW = ZoneInfo("Europe/Warsaw")
# Visits to one location of a format in a quarter, by channel: (at least, at most).
PLAN: dict[str, dict[Channel, tuple[int, int]]] = {
    "store": {Channel.STORE_VISIT: (2, 5), Channel.PHONE: (0, 2)},
    "contact_centre": {Channel.PHONE: (8, 10), Channel.CHAT: (8, 10), Channel.EMAIL: (8, 10)},
    "online_shop": {Channel.ONLINE_ORDER: (16, 20)},
}


@dataclass
class VisitRows:
    """Rows of the tables `visits` and `answers` (exchange formats)."""

    visits: list[dict[str, str]] = field(default_factory=list)
    answers: list[dict[str, str]] = field(default_factory=list)


class VisitMaker:
    """Draws visits one after the other; remembers who was where last, so that nobody comes twice in a row."""

    def __init__(
        self, random: Random, truth: Truth, standard: Standard, checklists: dict[Channel, Checklist], first: Quarter
    ) -> None:
        self.random = random
        self.truth = truth
        self.checklists = checklists
        self.first = first
        self.dimensions = {criterion.code: criterion.dimension.value for criterion in standard.criteria}
        self.shoppers = list(truth.severity)
        self.last: dict[tuple[str, Channel], str] = {}
        self.number = 0

    def quarter(self, places: list[DemoLocation], number: int, rows: VisitRows) -> None:
        """Add every approved visit of quarter `number` (counted from the first)."""
        quarter = self.first
        for _ in range(number):
            quarter = quarter.next()
        days = list(_days(quarter))
        for place in places:
            for channel, (least, most) in PLAN[place.format].items():
                if channel not in self.checklists:
                    continue
                for _ in range(self.random.randint(least, most)):
                    day = self.random.choice(days)
                    start = datetime.combine(day, time(self.random.randint(10, 18), self.random.randint(0, 59)), WARSAW)
                    self.visit(place, channel, number, start, rows)

    def visit(
        self,
        place: DemoLocation,
        channel: Channel,
        number: int,
        start: datetime,
        rows: VisitRows,
        *,
        shopper: str = "",
        status: str = "approved",
        luck: float | None = None,
    ) -> str:
        """Add one visit and return its code."""
        checklist = self.checklists[channel]
        shopper = shopper or self._shopper(place.code, channel)
        self.number += 1
        code = f"V-{self.number:06d}"
        minutes = max(4.0, self.random.gauss(checklist.minutes * 1.4, 4))
        ended = start + timedelta(seconds=round(60 * minutes))
        rows.visits.append(
            {
                "visit": code,
                "location": place.code,
                "checklist": checklist.code,
                "version": str(checklist.version),
                "channel": channel.value,
                "visit_kind": "regular",
                "shopper": shopper,
                "started_at": start.astimezone(UTC).isoformat(),
                "ended_at": ended.astimezone(UTC).isoformat(),
                "submitted_at": (ended + timedelta(minutes=self.random.randint(10, 300))).astimezone(UTC).isoformat(),
                "status": status,
                "quarter": "",
            }
        )
        for answer in draw_answers(
            self.random,
            self.truth,
            checklist,
            location=place.code,
            attributes=frozenset(place.attributes),
            quarter=number,
            shopper=shopper,
            luck=self.random.gauss(0, LUCK) if luck is None else luck,
            started_at=start.astimezone(WARSAW),
            dimensions=self.dimensions,
        ):
            rows.answers.append(_answer_row(code, answer))
        return code

    def _shopper(self, location: str, channel: Channel) -> str:
        key = (location, channel)
        chosen = self.random.choice([name for name in self.shoppers if name != self.last.get(key)])
        self.last[key] = chosen
        return chosen


def _answer_row(visit: str, answer: Answer) -> dict[str, str]:
    return {
        "visit": visit,
        "item": answer.item,
        "state": answer.state.value,
        "value": answer.value,
        "points": "",
        "comment": answer.comment,
        "revision": "",
    }


def _days(quarter: Quarter) -> Iterator[date]:
    first, last = quarter.bounds()
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.weekday() < 6:
            yield day
