"""The first sentences of the comparisons: what the tables below them can tell, counted from the same values."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from auditapp.insight import words
from auditapp.insight.heat import HeatPage, PlaceExample, RegionExample
from auditapp.insight.side import Section, SidePage


def side(page: SidePage) -> str:
    """Return in how many criteria the stores clearly differ, channel by channel where there are several."""
    if not page.sections:
        return str(_("These locations were not visited in this quarter, so there is nothing to compare."))
    if len(page.sections) == 1:
        return _section(page.sections[0])
    return " ".join(words.of_channel(section.channel, _section(section)) for section in page.sections)


def _section(section: Section) -> str:
    overall = next((row for row in section.rows if not row.criterion), None)
    asked = [row for row in section.rows if row.criterion]
    tested = [row for row in asked if row.pairs]
    sentences = []
    if overall is not None and overall.clear:
        sentences.append(str(_("Their scores differ clearly.")))
    elif overall is not None and overall.pairs:
        sentences.append(str(_("Their scores do not differ clearly.")))
    if not tested:
        sentences.append(str(_("There are not enough visits to compare criteria.")))
    elif not section.differing:
        sentences.append(str(_("In no criterion is there a clear difference: what separates them can be chance.")))
    else:
        sentences.append(
            ngettext(
                "They clearly differ in %(num)d criterion of %(all)s.",
                "They clearly differ in %(num)d criteria of %(all)s.",
                section.differing,
                all=len(asked),
            )
        )
    return " ".join(sentences)


def heat(page: HeatPage) -> str:
    """Return how many cells are clearly below or above the network, and out of how many."""
    cells = page.filled
    if not cells:
        return words.nothing(elsewhere=bool(page.channels))
    below, above, example = page.toned("below"), page.toned("above"), page.example
    if isinstance(example, RegionExample) and example.p is None:
        if example.everywhere:
            return str(_("Only one region was visited, so there is nothing to compare it with."))
        return str(_("There are not enough visits to tell regions apart."))
    if isinstance(example, PlaceExample) and not below + above:
        if example.population.visited == 1:
            return str(_("Only one location was visited, so there is nothing to compare it with."))
        if example.population.reference is None:
            return str(_("There are not enough visits to tell locations apart."))
    if not below and not above:
        return str(_("No clear differences: what separates the cells of this table can be chance."))
    return str(
        ngettext(
            "Of %(num)d score in this table %(below)s are clearly below the network and %(above)s clearly above; "
            "for the others the difference can be chance.",
            "Of %(num)d scores in this table %(below)s are clearly below the network and %(above)s clearly above; "
            "for the others the difference can be chance.",
            cells,
            below=below,
            above=above,
        )
    )


def group_heading(name: str) -> str:
    """Return the heading of a group of locations, named as by `group`."""
    return str(
        {
            "below": _("Clearly below the network"),
            "none": _("No clear difference"),
            "above": _("Clearly above the network"),
            "indicative": _("Provisional score"),
            "unlabelled": _("No verdict"),
            "single": _("1 visit – no location score"),
            "not_visited": _("Not visited this quarter"),
        }[name]
    )


def group_note(name: str, number: int, shown: int, wrong: float) -> str:
    """Return what a group of `number` locations says of itself, of which `shown` are listed."""
    note = {
        "below": words.wrong_listed(number, wrong),
        "above": words.wrong_listed(number, wrong),
        "none": ngettext(
            "%(num)d location, the order means nothing", "%(num)d locations, the order means nothing", number
        ),
        "indicative": words.locations(number) + ", " + _("too few visits to compare"),
        "unlabelled": _("several channels together, or too few visits in the network"),
    }.get(name, words.locations(number))
    if shown == number:
        return str(note)
    first = ngettext("the first %(num)d is shown", "the first %(num)d are shown", shown)
    return f"{note}; {first}"
