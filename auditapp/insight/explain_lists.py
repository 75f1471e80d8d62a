"""How the numbers of lists came about: at a glance and all locations, each list by the first one that stands on it."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from auditapp.formats import change as signed
from auditapp.formats import decimal, percent, quarter
from auditapp.insight import explain, words
from auditapp.insight.agenda import AgendaPage, CriterionLine, Listed, PlaceLine
from auditapp.insight.areas import PlacesPage
from auditapp.insight.comparison import ComparePage
from auditapp.insight.explain import Lines


def of_comparison(page: ComparePage) -> Lines:
    """Explain a comparison by the first location listed with a score."""
    line = next((line for group in page.groups for line in group.lines if line.row.score is not None), None)
    if line is None:
        return []
    row, settings = line.row, page.comparison.settings
    lines = [*explain.score_of(row, line.population, settings), *explain.listed_change(row, settings)]
    return [*explain.for_example(row.name, lines), explain.excluded()]


def of_places(page: PlacesPage) -> Lines:
    """Explain the regions and the locations of somebody who has several, each by the first one with a score."""
    area = next(((region, found) for region, found in page.areas if found.score is not None), None)
    lines = [] if area is None else explain.for_example(area[0].name, explain.of_summary(area[1]))
    row = next((line.row for line in page.places if line.row.score is not None), None)
    if row is not None:
        visited = [each.channel for each in page.comparison.rows if each.location == row.location and each.n]
        alone = visited[-1] if len(visited) == 2 else ""  # the headline and one channel
        population = page.comparison.get_population(row.format, alone) if alone else None
        lines += explain.for_example(row.name, explain.score_of(row, population, page.comparison.settings))
    return [*lines, explain.excluded(), *explain.origin(page.facts)] if lines else []


def of_well(page: AgendaPage) -> Lines:
    """Explain what went well."""
    well = page.well
    lines = _listed(page, well.above, well.wrong) + _criterion(page, well.criteria) + _changed(page, well.rose)
    return _whole(page, lines + (_critical(well.clean, 0) if well.clean else []))


def of_needs(page: AgendaPage) -> Lines:
    """Explain what needs somebody."""
    needs = page.needs
    lines = _critical(needs.asked, needs.failed_visits) if needs.failed.number else []
    lines += _listed(page, needs.below, needs.wrong)
    return _whole(page, lines + _criterion(page, needs.criteria) + _changed(page, needs.fell))


def _whole(page: AgendaPage, lines: Lines) -> Lines:
    return [*lines, explain.excluded(), *explain.origin(page.facts)] if lines else []


def _critical(asked: int, failed: int) -> Lines:
    said = ngettext(
        "Counted, not averaged: of %(num)d visit that counts and was asked such questions, in %(failed)s at least one "
        "question earned less than it needs to pass.",
        "Counted, not averaged: of %(num)d visits that count and were asked such questions, in %(failed)s at least one "
        "question earned less than it needs to pass.",
        asked,
        failed=failed,
    )
    return [(str(_("Critical questions")), str(said))]


def _listed(page: AgendaPage, listed: Listed[PlaceLine], wrong: float) -> Lines:
    """Explain a list of locations that differ from the network, and how many of it may be wrong."""
    if not listed.lines:
        return []
    line = listed.lines[0]
    row, settings = line.row, page.settings
    population = page.comparison.get_population(row.format, row.channel)
    own = explain.score_of(row, population, settings)
    if line.sentences[1:] and row.change_label in ("up", "down"):
        own += explain.listed_change(row, settings)
    if line.cost and row.score is not None:
        own += explain.of_lost(1 - row.score)
    said = ngettext(
        "Each one listed has a chance to stand there wrongly. For %(num)d these chances add up to %(wrong)s.",
        "Each one listed has a chance to stand there wrongly. For %(num)d these chances add up to %(wrong)s.",
        listed.number,
        wrong=decimal(wrong, 2),
    )
    return [*explain.for_example(_named(page, line), own), (str(_("How many may be wrong")), str(said))]


def _named(page: AgendaPage, line: PlaceLine) -> str:
    return f"{line.place.name}, {words.channel(line.row.channel)}" if page.channels else line.place.name


def _changed(page: AgendaPage, listed: Listed[PlaceLine]) -> Lines:
    if not listed.lines:
        return []
    line = listed.lines[0]
    return explain.for_example(_named(page, line), explain.listed_change(line.row, page.settings))


def _criterion(page: AgendaPage, listed: Listed[CriterionLine]) -> Lines:
    """Explain the change of a criterion by the first one listed."""
    if not listed.lines or page.period.previous is None:
        return []
    found, title = listed.lines[0].change, listed.lines[0].title
    said = ngettext(
        "%(now)s now (%(visits)s) less %(before)s in %(quarter)s (%(earlier)s), each time the mean of the same %(num)d "
        "location: %(change)s points, likely %(low)s to %(high)s.",
        "%(now)s now (%(visits)s) less %(before)s in %(quarter)s (%(earlier)s), each time the mean of the same %(num)d "
        "locations: %(change)s points, likely %(low)s to %(high)s.",
        found.locations,
        now=percent(found.score, 1),
        visits=words.visits(found.visits),
        before=percent(found.before, 1),
        quarter=quarter(str(page.period.previous)),
        earlier=words.visits(found.visits_before),
        change=signed(found.change),
        **explain.ends(found.low, found.high),
    )
    how = f"{said} {explain.listed(found.p, page.settings)}"
    return explain.for_example(title, [(str(_("Change of score")), how)])
