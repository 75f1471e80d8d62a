"""Which settings a quarter's figures rest on, in words: those of its publication, or the present ones."""

from __future__ import annotations

from flask_babel import gettext as _

from auditapp import web
from auditapp.formats import day, quarter
from auditapp.results import Facts
from reports import method


def settings(facts: Facts) -> list[str]:
    """Say whether the figures are those of a publication, and where the present settings are others."""
    published = facts.published
    if published is None:
        own = _("This quarter is not public yet: it is computed with the programme's present settings.")
        return [str(own), *earlier_weights(facts)]
    said = [str(_("Published with these settings on %(day)s.", day=day(published.published_at.date())))]
    other = [
        str(name)
        for name, differ in (
            (_("weights of the channels"), facts.weights != facts.present.weights),
            (_("thresholds"), facts.settings != facts.present.settings),
        )
        if differ
    ]
    if other:
        said.append(
            str(
                _(
                    "The programme's present settings differ (%(what)s); they hold for what is published from now on.",
                    what=", ".join(other),
                )
            )
        )
    return [" ".join(said), *earlier_weights(facts)]


def few_shoppers(facts: Facts) -> list[str]:
    """Say whether the intervals know that few shoppers made the visits, in the words of the printed report."""
    if facts.published is None:
        return [str(_("Few shoppers are taken into account when the quarter is published."))]
    return [text.get(web.locale()) for text in method.few_shoppers(facts.parameters.shoppers)]


def earlier_weights(facts: Facts) -> list[str]:
    """Say that a change counts the earlier quarter with other weights than those it was published with."""
    if not facts.reweighted:
        return []
    return [
        str(
            _(
                "%(quarter)s was published with other weights of the channels; for the change it is counted with those "
                "of this quarter.",
                quarter=quarter(str(facts.previous)),
            )
        )
    ]
