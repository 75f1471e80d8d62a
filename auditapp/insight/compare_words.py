"""The first sentences of the comparisons: what the tables below them can tell, counted from the same values."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from auditapp.insight import words
from auditapp.insight.heat import HeatPage
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
        return str(_("No visit counts in this quarter yet, so there is nothing to compare."))
    below, above = page.toned("below"), page.toned("above")
    if not below and not above:
        return str(_("No clear differences: what separates the cells of this table can be chance."))
    return str(
        _(
            "Of %(cells)s scores in this table %(below)s are clearly below the network and %(above)s clearly above; "
            "for the others the difference can be chance.",
            cells=cells,
            below=below,
            above=above,
        )
    )
