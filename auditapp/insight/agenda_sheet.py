"""The page of what went well and what needs somebody as rows of a CSV file."""

from __future__ import annotations

from collections.abc import Iterable

from auditapp.insight.agenda import AgendaPage, CriterionLine, Listed, Place, PlaceLine
from auditapp.insight.sheets import Row

COLUMNS = (
    "part",  # well, needs or known
    "what",  # above, rose, criterion_rose, no_critical_failure, critical, below, criterion_fell, fell, not_visited, ...
    "location",
    "name",
    "region",
    "channel",
    "criterion",
    "title",
    "item",
    "question",
    "visit",
    "date",
    "n",
    "score",
    "low",
    "high",
    "p_below",
    "previous",
    "change",
    "change_low",
    "change_high",
    "change_p",
    "locations",
)


def rows(page: AgendaPage, locale: str) -> list[Row]:
    """Return every line of the page, unrounded, in its order."""
    well, needs, known = page.well, page.needs, page.known
    previous = str(page.period.previous) if page.period.previous else None
    return [
        *_places("well", "above", well.above),
        *_criteria("well", "criterion_rose", well.criteria, previous),
        *_places("well", "rose", well.rose),
        *([{"part": "well", "what": "no_critical_failure", "n": well.clean}] if well.clean else []),
        *(
            {
                "part": "needs",
                "what": "critical",
                **_place(each.place),
                "channel": failure.channel,
                "criterion": line.item.criterion,
                "title": line.criterion,
                "item": line.item.code,
                "question": line.item.question.get(locale),
                "visit": failure.visit_id,
                "date": str(failure.day),
            }
            for each in needs.failed.lines
            for line in each.lines
            for failure in line.failures
        ),
        *_places("needs", "below", needs.below),
        *_criteria("needs", "criterion_fell", needs.criteria, previous),
        *_places("needs", "fell", needs.fell),
        *({"part": "known", "what": "not_visited", **_place(each)} for each in known.not_visited.lines),
        *({"part": "known", "what": "not_asked", "criterion": code, "title": title} for code, title in known.missed),
    ]


def _place(place: Place) -> dict[str, object]:
    return {"location": place.code, "name": place.name, "region": place.region}


def _places(part: str, what: str, listed: Listed[PlaceLine]) -> Iterable[Row]:
    same = ("channel", "n", "score", "low", "high", "p_below", "previous", "change", "change_low", "change_high")
    for line in listed.lines:
        figures = {name: getattr(line.row, name) for name in (*same, "change_p")}
        yield {"part": part, "what": what, **_place(line.place), **figures, "criterion": line.cost}


def _criteria(part: str, what: str, listed: Listed[CriterionLine], previous: str | None) -> Iterable[Row]:
    for line in listed.lines:
        change = line.change
        yield {
            "part": part,
            "what": what,
            "channel": change.channel,
            "criterion": change.criterion,
            "title": line.title,
            "n": change.visits,
            "score": change.score,
            "previous": previous,
            "change": change.change,
            "change_low": change.low,
            "change_high": change.high,
            "change_p": change.p,
            "locations": change.locations,
        }
