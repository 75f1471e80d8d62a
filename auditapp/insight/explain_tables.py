"""How the numbers of wide tables came about: locations side by side, criteria by region or by location."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from auditapp.formats import change as signed
from auditapp.formats import percent, quarter
from auditapp.insight import explain
from auditapp.insight.explain import Lines
from auditapp.insight.heat import HeatPage, PlaceExample, RegionExample
from auditapp.insight.side import Section, SidePage, SideRow
from reports.heat import PairDifference


def of_stores(page: SidePage) -> Lines:
    """Explain the scores of the stores by the first one that has any."""
    store = next((each for each in page.stores if each.row.score is not None), None)
    if store is None:
        return []
    row = store.row
    score = explain.score_of(row, store.population, page.settings, store.visits)
    lines = explain.for_example(row.name, [*score, *explain.changed(row, page.settings)])
    return [*lines, explain.excluded(), *explain.origin(page.facts)]


def of_section(page: SidePage, section: Section) -> Lines:
    """Explain the criteria of one channel, and what a difference is, by the first of each."""
    names = [store.row.name for store in page.stores]
    named = (
        (f"{line.title}, {name}", mark)
        for line in section.rows
        if line.criterion
        for name, mark in zip(names, line.marks, strict=True)
    )
    lines = explain.of_rows(named)[:1]
    told = sorted((line for line in section.rows if line.pairs), key=lambda line: not line.clear)
    if told:
        lines.append(_difference(page, section, told[0]))
    return [*lines, *explain.origin(page.facts, {section.channel})] if lines else []


def _difference(page: SidePage, section: Section, line: SideRow) -> tuple[str, str]:
    pair = next((each for each in line.pairs if each.clear), line.pairs[0])
    on_list = [each for row in section.rows if bool(row.criterion) is bool(line.criterion) for each in row.pairs]
    said = ngettext(
        "%(higher)s %(first)s less %(lower)s %(second)s: %(difference)s points, likely %(low)s to %(high)s. It is one "
        "of %(num)d difference on its list.",
        "%(higher)s %(first)s less %(lower)s %(second)s: %(difference)s points, likely %(low)s to %(high)s. It is one "
        "of %(num)d differences on its list.",
        len(on_list),
        **_sides(page, line, pair),
        difference=signed(pair.difference),
        **explain.ends(pair.low, pair.high),
    )
    title = line.title or str(_("the whole visit"))
    what = _("Difference, for example %(criterion)s", criterion=title)
    return str(what), f"{said} {explain.listed(pair.p, page.settings)}"


def _sides(page: SidePage, line: SideRow, pair: PairDifference) -> dict[str, str]:
    marks = {store.row.location: (store.row.name, mark) for store, mark in zip(page.stores, line.marks, strict=True)}
    (higher, first), (lower, second) = marks[pair.higher], marks[pair.lower]
    return {"higher": higher, "first": percent(first.score, 1), "lower": lower, "second": percent(second.score, 1)}


def of_history(page: SidePage, section: Section) -> Lines:
    """Explain the quarters of one channel by the newest with a score."""
    for past in section.history:
        for store, point in zip(page.stores, past.points, strict=True):
            if point.score is None:
                continue
            said = ngettext(
                "%(score)s is the mean of the %(num)d visit of that quarter, by the checklist that was used then.",
                "%(score)s is the mean of the %(num)d visits of that quarter, by the checklist that was used then.",
                point.n,
                score=percent(point.score),
            )
            name = f"{store.row.name}, {quarter(str(past.quarter))}"
            return explain.for_example(name, [(str(_("Score")), str(said))])
    return []


def of_heat(page: HeatPage) -> Lines:
    """Explain the table by one of its cells."""
    if isinstance(page.example, RegionExample):
        lines = _of_region(page, page.example)
    elif page.example is not None:
        lines = _of_place(page, page.example)
    else:
        return []
    return [*lines, explain.excluded(), *explain.origin(page.facts, {page.channel})]


def _of_region(page: HeatPage, example: RegionExample) -> Lines:
    lines = explain.of_summary(example.summary)
    if example.p is not None:
        said = _("The region less the network without it; the 95%% interval of this difference has to leave out 0.")
        lines.append(
            (str(_("Compared with the rest of the network")), f"{said} {explain.listed(example.p, page.settings)}")
        )
    title = example.title or str(_("the whole visit"))
    return explain.for_example(f"{title}, {example.name}", lines)


def _of_place(page: HeatPage, example: PlaceExample) -> Lines:
    row = example.row
    own = explain.score_of(row, example.population, page.settings) if row.score is not None else []
    return [*explain.for_example(row.name, own), *explain.of_rows(page.named_cells)[:1]]
