"""What the demo's shoppers record could have happened: possible numbers, and the clock of the place."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from auditapp.demo import network
from auditapp.demo.truth import draw_truth
from auditapp.demo.visits import VisitMaker, VisitRows
from checklists.answers import check
from checklists.model import ItemType
from checklists.parse import shipped
from reports.periods import Quarter


def draw_visits(start: datetime, each: int) -> tuple[VisitRows, dict[str, ItemType]]:
    standard, checklists = shipped()
    random = Random(7)
    places = network.locations(random)
    truth = draw_truth(
        random,
        [place.code for place in places],
        [criterion.code for criterion in standard.criteria],
        ["TK-001", "TK-002"],
        2,
    )
    maker = VisitMaker(random, truth, standard, {each.channel: each for each in checklists}, Quarter(2026, 1))
    rows = VisitRows()
    for checklist in checklists:
        for _ in range(each):
            maker.visit(places[0], checklist.channel, 0, start, rows)
    return rows, {item.code: item.type for checklist in checklists for item in checklist.items}


def test_every_number_of_the_demo_is_possible() -> None:
    rows, types = draw_visits(datetime(2026, 2, 3, 12, tzinfo=UTC), 40)
    items = {item.code: item for checklist in shipped()[1] for item in checklist.items}
    numbers = [row for row in rows.answers if types[row["item"]] is ItemType.NUMBER and row["state"] == "answered"]
    assert {row["item"] for row in numbers} == {code for code, kind in types.items() if kind is ItemType.NUMBER}
    for row in numbers:
        assert check(items[row["item"]], row["value"]).value == row["value"]


def test_the_demo_writes_times_of_day_as_the_clock_at_the_place_shows_them() -> None:
    rows, types = draw_visits(datetime(2026, 7, 3, 12, 5, tzinfo=UTC), 1)
    times = {row["value"] for row in rows.answers if types[row["item"]] is ItemType.TIME and row["state"] == "answered"}
    assert times == {"14:05"}
