"""Sentences of the method: what visits can tell, what they cannot, and why."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from auditapp.formats import decimal, percent
from auditapp.insight import words
from auditapp.insight.method import ItemsPage, MethodPage, PopulationLine, ShoppersPage
from auditapp.insight.plans import PlanAnswer, PlanPage, RuleAnswer
from checklists.model import Item
from checklists.rounding import half_up
from reports.columns import Population
from reports.items import Sign
from reports.severity import ENOUGH_SHARE, ENOUGH_SHOPPERS, ENOUGH_VISITS


def lead(page: MethodPage) -> str:
    """Return how many visits count, and how much of the differences between locations they can carry."""
    if not page.visits:
        return str(_("No visit counts in this quarter yet, so there is nothing to explain."))
    counted = str(
        ngettext("%(num)d visit counts in this quarter.", "%(num)d visits count in this quarter.", page.visits)
    )
    largest = page.populations[0].population if page.populations else None
    if largest is None or largest.reliability is None:
        return " ".join((counted, str(_("They are too few to tell differences from chance."))))
    real = _(
        "Of the differences between the locations' scores about %(real)s are real, the rest is chance.",
        real=percent(largest.reliability),
    )
    return f"{counted} {words.of_channel(largest.channel, str(real)) if len(page.populations) > 1 else real}"


def source(population: Population) -> str:
    """Return where the dispersion comes from."""
    if population.phi is None:
        return str(
            _(
                "How much visits vary is not known: that takes 30 repeated visits to the same locations, in this "
                "quarter or in the four before"
            )
        )
    known = _("Dispersion %(phi)s", phi=decimal(population.phi, 3))
    if population.source == "previous_four":
        borrowed = _("from the four quarters before, because this one has too few repeated visits")
        return f"{known}, {borrowed}"
    repeated = ngettext(
        "from %(num)d repeated visit of this quarter", "from %(num)d repeated visits of this quarter", population.df
    )
    return f"{known}, {repeated}"


def can_tell(line: PopulationLine) -> list[str]:
    """Return what the usual number of visits can tell about one location, and what they cannot."""
    n, reach = line.usual, line.reach
    if reach is None:
        return []
    if n < line.settings.score_visits:
        return [str(_("One visit is a moment, not a score: with one visit a location has neither score nor change."))]
    width, change = 100 * reach.half_width, 100 * reach.change
    return [
        str(
            ngettext(
                "With %(num)d visit the score of a location is sure to about ±%(points)s points.",
                "With %(num)d visits the score of a location is sure to about ±%(points)s points.",
                n,
                points=decimal(width, 0),
            )
        ),
        str(
            _(
                "A true change from one quarter to the next is noticed in four of five cases from about %(points)s "
                "points on. A smaller one usually stays unseen: “no clear change” does not mean that nothing changed.",
                points=decimal(change, 0),
            )
        ),
    ]


def left_out(reason: str, number: int) -> str:
    """Return how many visits take no part, and why."""
    return str(
        {
            "revisit": ngettext(
                "%(num)d re-visit: made because of a result, so it would favour poor ones",
                "%(num)d re-visits: made because of a result, so they would favour poor ones",
                number,
            ),
            "training": ngettext("%(num)d training visit", "%(num)d training visits", number),
            "pilot": ngettext("%(num)d pilot visit", "%(num)d pilot visits", number),
            "not_scorable": ngettext(
                "%(num)d visit in which less than half of the checklist applied",
                "%(num)d visits in which less than half of the checklist applied",
                number,
            ),
            "rejected": ngettext("%(num)d visit that was rejected", "%(num)d visits that were rejected", number),
            "waiting": ngettext(
                "%(num)d visit not approved yet; it counts once it is",
                "%(num)d visits not approved yet; they count once they are",
                number,
            ),
        }[reason]
    )


def sign(found: Sign, item: Item) -> str:
    """Return what to look at in a question."""
    if found is Sign.UNSCORED or not item.scored:
        return str(_("no points, so nothing to tell"))
    return str(
        {
            Sign.FEW: _("too few answers to say"),
            Sign.CEILING: _("nearly everyone passes: tells locations apart poorly"),
            Sign.AGAINST: _("those who do well elsewhere fail here: check how it is worded"),
            Sign.WEAK: _("says little about the rest of the visit"),
            Sign.RARE: _("rarely applies"),
            Sign.UNCLEAR: _("too early to say how well it tells visits apart"),
            Sign.FINE: _("works"),
        }[found]
    )


def items_lead(page: ItemsPage) -> str:
    """Return how the questions work, in a sentence or two."""
    if page.table is None:
        return str(_("No visit counts in this quarter yet, so there is nothing to explain."))
    signs, scored = page.signs, sum(line.item.scored for line in page.lines)
    if signs[Sign.FEW] >= scored:
        return str(_("There are too few visits to say how the questions work."))
    number = signs[Sign.CEILING], signs[Sign.WEAK], signs[Sign.AGAINST], signs[Sign.RARE]
    said = (
        ngettext("in %(num)d nearly everyone passes", "in %(num)d nearly everyone passes", number[0]),
        ngettext("%(num)d says little about the rest", "%(num)d say little about the rest", number[1]),
        ngettext("%(num)d goes against the rest", "%(num)d go against the rest", number[2]),
        ngettext("%(num)d rarely applies", "%(num)d rarely apply", number[3]),
    )
    told = [str(each) for each, many in zip(said, number, strict=True) if many]
    if not told:
        return str(_("No question with enough answers stands out."))
    of = ngettext("Of %(num)d question with points:", "Of %(num)d questions with points:", scored)
    return f"{of} {', '.join(told)}."


def separable(page: ShoppersPage) -> list[str]:
    """Return whether strict shoppers can be told from poor locations, with every reason why not."""
    known = page.separability
    if known is None:
        return [str(_("No visit counts in this quarter yet, so there is nothing to explain."))]
    if known.separable:
        return [
            str(
                _(
                    "Strict shoppers can be told from poor locations. About %(share)s of the differences between "
                    "visits are the shoppers'.",
                    share=percent(known.share),
                )
            )
        ]
    reasons = [str(_("Not separable: strict shoppers cannot be told from poor locations here."))]
    if known.groups > 1:
        reasons.append(
            str(
                ngettext(
                    "The visits fall into %(num)d group without a shopper in common: between the groups a strict "
                    "shopper and a poor location look the same.",
                    "The visits fall into %(num)d groups without a shopper in common: between the groups a strict "
                    "shopper and a poor location look the same.",
                    known.groups,
                )
            )
        )
    if known.experienced < ENOUGH_SHOPPERS:
        reasons.append(
            str(
                ngettext(
                    "%(num)d shopper has %(visits)s or more visits; it takes %(needed)s.",
                    "%(num)d shoppers have %(visits)s or more visits; it takes %(needed)s.",
                    known.experienced,
                    visits=ENOUGH_VISITS,
                    needed=ENOUGH_SHOPPERS,
                )
            )
        )
    if known.share is None:
        reasons.append(str(_("The visits are too few, or too much alike, to split their differences.")))
    elif known.share <= ENOUGH_SHARE:
        reasons.append(
            str(
                _(
                    "Only about %(share)s of the differences between visits are the shoppers': that is good news.",
                    share=percent(known.share),
                )
            )
        )
        if len(reasons) == 2:  # nothing else stands in the way
            reasons[0] = str(_("Nothing to separate: the shoppers hardly differ in how strict they are."))
    return reasons


def shopper(effect: float) -> str:
    """Return how a shopper scores, compared with others at the same locations."""
    size = half_up(100 * abs(effect), 1)
    if size < 0.05:
        return str(_("like the others"))
    if effect < 0:
        return str(_("about %(points)s points lower", points=decimal(size)))
    return str(_("about %(points)s points higher", points=decimal(size)))


def plan(page: PlanPage, answer: PlanAnswer) -> list[str]:
    """Return how many visits each wish needs."""
    data = page.form.data
    locations = 0 if page.line is None else page.line.population.locations
    sentences = [
        str(
            ngettext(
                "A score that is sure to ±%(points)s points needs %(num)d visit to a location in a quarter: "
                "%(all)s in the network.",
                "A score that is sure to ±%(points)s points needs %(num)d visits to a location in a quarter: "
                "%(all)s in the network.",
                answer.for_width,
                points=_short(data["width"]),
                all=answer.for_width * locations,
            )
        ),
        str(
            ngettext(
                "To notice a true change of %(points)s points in four of five cases takes %(num)d visit in each of the "
                "two quarters.",
                "To notice a true change of %(points)s points in four of five cases takes %(num)d visits in each of "
                "the two quarters.",
                answer.for_change,
                points=_short(data["change"]),
            )
        ),
    ]
    if answer.for_reliability is None:
        sentences.append(
            str(
                _(
                    "The visits show no reliable differences between these locations, so no number of visits can be "
                    "given that would make the differences real."
                )
            )
        )
    else:
        sentences.append(
            str(
                ngettext(
                    "For %(real)s of the differences between scores to be real a location needs %(num)d visit.",
                    "For %(real)s of the differences between scores to be real a location needs %(num)d visits.",
                    answer.for_reliability,
                    real=percent(data["reliability"] / 100),
                )
            )
        )
    return sentences


def rule(page: PlanPage, answer: RuleAnswer) -> list[str]:
    """Return how a rule errs, for one location and for the network."""
    data, chosen = page.form.data, answer.chosen
    sentences = [
        str(
            _(
                "A good location, truly at %(level)s, is hit by chance in %(chance)s of cases each time the rule is "
                "looked at.",
                level=_share(data["good"]),
                chance=chance(chosen.risk.false_alarm),
            )
        ),
        str(
            _(
                "A poor one, truly at %(level)s, is missed in %(chance)s of cases.",
                level=_share(data["bad"]),
                chance=chance(chosen.risk.miss),
            )
        ),
    ]
    toll = chosen.toll
    if toll is None:
        sentences.append(str(_("Too little is known of the locations' true levels to say whom it would hit here.")))
        return sentences
    sentences.append(
        str(
            ngettext(
                "In this network: of %(num)d location with a score about %(good)s truly lie at %(threshold)s or above; "
                "in a year the rule would still hit about %(hit)s of these, by chance alone.",
                "In this network: of %(num)d locations with a score about %(good)s truly lie at %(threshold)s or "
                "above; in a year the rule would still hit about %(hit)s of these, by chance alone.",
                answer.locations,
                good=decimal(toll.good, 0),
                threshold=_share(data["threshold"]),
                hit=about(toll.good_hit),
            )
        )
    )
    sentences.append(
        str(
            _(
                "Of the about %(bad)s that truly lie below, it would hit about %(hit)s in a year.",
                bad=decimal(toll.bad, 0),
                hit=about(toll.bad_hit),
            )
        )
    )
    return sentences


def visits_now(line: PopulationLine) -> str:
    """Return how many visits a location of the population has now."""
    return str(
        ngettext(
            "A visited location now usually has %(num)d visit in a quarter.",
            "A visited location now usually has %(num)d visits in a quarter.",
            line.usual,
        )
    )


def about(number: float) -> str:
    """Return an expected number: with a decimal where it is small."""
    return decimal(number, 0 if number >= 10 else 1)


def _share(value: float) -> str:
    return percent(value / 100, 0 if value == int(value) else 1)


def chance(p: float) -> str:
    """Return a probability; never as 0 % or 100 %."""
    if p < 0.001:
        return str(_("less than %(share)s", share=percent(0.001, 1)))
    if p > 0.999:
        return str(_("more than %(share)s", share=percent(0.999, 1)))
    return percent(p, 1 if p < 0.1 or p > 0.9 else 0)


def _short(value: float) -> str:
    return decimal(value, 0 if value == int(value) else 1)
