"""How a printed number came about, in words and with its own figures: (what, how) for the disclosure beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Protocol

from flask_babel import gettext as _
from flask_babel import ngettext

from auditapp import parameter_words, web
from auditapp.formats import change as signed
from auditapp.formats import decimal, interval, percent, quarter, text
from auditapp.insight import method_words, words
from auditapp.insight.areas import AreaPage
from auditapp.insight.norms import CriteriaPage, CriterionPage
from auditapp.insight.places import LocationPage
from auditapp.insight.queries import VisitPage
from auditapp.results import Facts
from reports.columns import Population
from reports.compare import ComparisonRow
from reports.findings import change_ends
from reports.intervals import Z95
from reports.summary import Summary
from reports.thresholds import Thresholds

Lines = list[tuple[str, str]]
_VISITS_NAMED = 12  # scores of visits that a sentence can hold


class Figures(Protocol):
    """One criterion in one location, as tables of criteria have it."""

    @property
    def n(self) -> int: ...
    @property
    def answers(self) -> int: ...
    @property
    def score(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def basis(self) -> str | None: ...


def of_location(page: LocationPage) -> Lines:
    """Explain the score of a location, or of each of its channels."""
    settings = page.facts.settings
    lines: Lines = []
    if page.channels:
        lines.append((_("Score"), _channels(page)))
        if page.row.low is not None:
            lines.append((_("Likely level"), _("Made of the intervals of the channels, with the same weights.")))
    for row, population in page.populations:
        named = f"{words.channel(row.channel)}: " if page.channels else ""
        told = standing(row, population, settings)
        if row.score is not None:
            told.insert(0, (_("Score"), mean(row, page.scores(row.channel))))
        lines += [((named + what)[:1].upper() + (named + what)[1:], how) for what, how in told]
    lines += changed(page.compared, settings)
    left = sum(not line.counts for line in page.visits)
    lines.append((_("What does not count"), _left_out(left)))
    return [*lines, *origin(page.facts, {row.channel for row, _population in page.populations})]


def of_place(row: ComparisonRow, population: Population | None, settings: Thresholds) -> Lines:
    """Explain interval, level, place and change of a location in one channel."""
    return [*standing(row, population, settings), *changed(row, settings)]


def score_of(
    row: ComparisonRow, population: Population | None, settings: Thresholds, scores: Sequence[float] = ()
) -> Lines:
    """Explain the score of a location and how it stands; without a `population` it is one over several channels."""
    if population is None:
        return [(str(_("Score")), str(_("The weighted mean of the channels that were visited.")))]
    return [(str(_("Score")), mean(row, scores)), *standing(row, population, settings)]


def standing(row: ComparisonRow, population: Population | None, settings: Thresholds) -> Lines:
    """Explain interval, level and place of a location in one channel."""
    lines: Lines = []
    if row.score is not None and row.low is not None and row.phi:
        lines.append((_("Likely level"), _likely(row, population)))
    if row.p_below is not None and population is not None and population.reference is not None:
        against = _("the acceptance level") if settings.reference == "target" else _("the network's mean")
        lines.append(
            (
                _("Compared with the network"),
                _(
                    "The chance that the true level lies below %(against)s of %(mean)s is %(chance)s. The list of "
                    "those clearly below goes on as long as on average at most %(error)s of it are expected to be "
                    "wrong; likewise above.",
                    against=against,
                    mean=percent(population.reference),
                    chance=method_words.chance(row.p_below),
                    error=percent(settings.list_error),
                ),
            )
        )
    if words.rank(row, population):
        lines.append(
            (
                _("Likely place"),
                _(
                    "In %(coverage)s of %(draws)s simulated orders of the locations the place lies from %(low)s to "
                    "%(high)s.",
                    coverage=percent(settings.rank_coverage),
                    draws=settings.rank_draws,
                    low=row.rank_low,
                    high=row.rank_high,
                ),
            )
        )
    return lines


def of_visit(page: VisitPage) -> Lines:
    """Explain the score of one visit."""
    found = page.score
    if found.score is None:
        return []
    said = ngettext(
        "The weight earned, %(earned)s, divided by the weight of the questions that applied, %(applied)s. (All "
        "questions of the checklist weigh %(whole)s.) It rests on %(num)d answer.",
        "The weight earned, %(earned)s, divided by the weight of the questions that applied, %(applied)s. (All "
        "questions of the checklist weigh %(whole)s.) It rests on %(num)d answers.",
        found.answers,
        earned=decimal(found.score * found.applicable_weight, 1),
        applied=decimal(found.applicable_weight, 1),
        whole=decimal(found.total_weight, 1),
    )
    checklist = page.visit.checklist_version
    version = _("%(checklist)s, version %(version)s", checklist=checklist.code, version=checklist.version)
    return [(str(_("Score")), str(said)), (str(_("Versions")), str(version))]


def of_area(page: AreaPage) -> Lines:
    """Explain the score of a region or of the network."""
    summary = page.summary
    lines = of_summary(summary)
    if page.change is not None and page.change.low is not None and page.period.previous is not None:
        lines.append(
            (
                _("Change of score"),
                _(
                    "The score now less that of %(quarter)s, on the questions that both checklists have: %(change)s "
                    "points, likely %(low)s to %(high)s. It is called up or down only where this range leaves out 0.",
                    quarter=quarter(str(page.period.previous)),
                    change=signed(page.change.change),
                    **ends(page.change.low, page.change.high),
                ),
            )
        )
    return [*lines, *origin(page.facts)]


def for_example(name: str, lines: Lines) -> Lines:
    """Return the lines below the name of the one of many that they explain."""
    return [(str(_("For example")), name), *lines] if lines else []


def of_summary(summary: Summary) -> Lines:
    """Explain the score of many locations together, of the whole checklist or of one criterion."""
    if summary.score is None:
        return []
    weighed = _("weighed by footfall") if summary.footfall else _("all with the same weight")
    said = ngettext(
        "The mean of %(num)d location, %(weighed)s; not of its visits, %(visits)s in number. Locations without a visit "
        "are named and not guessed.",
        "The mean of %(num)d locations, %(weighed)s; not of their visits, %(visits)s in number. Locations without a "
        "visit are named and not guessed.",
        summary.visited,
        weighed=weighed,
        visits=summary.n,
    )
    lines = [(_("Score"), str(said))]
    if summary.se is not None and summary.low is not None:
        likely = interval(summary.low, summary.high)
        lines.append(
            (
                _("Likely level"),
                _(
                    "Within each location the visits were all alike, so they do not show how visits vary: %(range)s is "
                    "Wilson's interval with phi 1, the widest there is for so many visits.",
                    range=likely,
                )
                if summary.se == 0
                else _(
                    "The score ± %(z)s standard errors of %(se)s points: %(range)s. Each location is a stratum; how "
                    "unsure its score is follows from its visits.",
                    z=decimal(Z95, 2),
                    se=decimal(100 * summary.se, 1),
                    range=likely,
                ),
            )
        )
    return [(str(what), str(how)) for what, how in lines]


def of_lost(total: float) -> Lines:
    """Explain points lost, which sum up to `total`."""
    return [
        (
            _("Points lost"),
            _(
                "In each visit: the weight of the criterion among all questions that applied, times the share of its "
                "points that was missed. Then the mean over the visits, and over the locations where there are "
                "several. All criteria together: %(total)s points, exactly what is missing to 100.",
                total=words.points(total),
            ),
        )
    ]


def of_criteria(page: CriteriaPage) -> Lines:
    """Explain the table of all criteria by the first one that was asked."""
    line = next((each for each in page.lines if each.network is not None and each.network.n), None)
    if line is None or line.network is None:
        return []
    title = text(line.criterion.title)
    lines = for_example(title, of_summary(line.network))
    if page.region is not None and line.region is not None:
        lines += for_example(f"{title}, {page.region.name}", of_summary(line.region))
    return [*lines, *of_lost(page.lost_total), acceptance(), (_("Versions"), versions(page.facts))]


def of_criterion(page: CriterionPage) -> Lines:
    """Explain the network's score on one criterion, and a location's by the first one listed."""
    lines = [] if page.network is None else of_summary(page.network)
    if page.places:
        lines.append(of_row(page.places[0].name, page.places[0].row))
    channels = {channel for channel, code in page.facts.items if code == page.criterion.code}
    return [*lines, acceptance(), (_("Versions"), versions(page.facts, channels))] if lines else []


def of_rows(named: Iterable[tuple[str, Figures]]) -> Lines:
    """Explain a table of criteria in one location by the first one with a score."""
    found = next(((name, row) for name, row in named if row.score is not None), None)
    return [] if found is None else [of_row(*found), acceptance()]


def origin(facts: Facts, channels: Iterable[str] | None = None) -> Lines:
    """Name the versions behind the quarter's figures and, where it is public, whose settings they keep."""
    public = facts.published is not None
    kept = parameter_words.settings(facts) if public else parameter_words.earlier_weights(facts)
    return [(str(_("Versions")), versions(facts, channels)), *((str(_("Settings")), said) for said in kept)]


def versions(facts: Facts, channels: Iterable[str] | None = None) -> str:
    """Return the checklist versions behind the quarter's figures: "STORE, version 2"."""
    wanted = set(facts.overall.loc[facts.overall["quarter"] == str(facts.quarter), "channel"].unique())
    if channels is not None:
        wanted &= set(channels)
    found = [
        _("%(checklist)s, version %(version)s", checklist=checklist.code, version=checklist.version)
        for id_, checklist in facts.checklists.items()
        if checklist.channel in wanted
        and id_ in facts.used.get((checklist.channel.value, facts.quarter), set(facts.checklists))
    ]
    return "; ".join(str(each) for each in found) or "–"


def mean(row: ComparisonRow, scores: Sequence[float] = ()) -> str:
    """Return what the score of a location in one channel is the mean of; few visits are named."""
    said = ngettext("The mean of %(num)d visit", "The mean of %(num)d visits", row.n)
    if 1 < len(scores) <= _VISITS_NAMED:
        said += f": {', '.join(percent(score) for score in sorted(scores))}"
    return f"{said}. " + str(
        _("The score of a visit is the weight earned divided by the weight of the questions that applied.")
    )


def _likely(row: ComparisonRow, population: Population | None) -> str:
    phi, effect = row.phi or 1.0, row.effect or 1.0
    words_of = {"score": percent(row.score), "visits": row.n, "phi": decimal(phi, 3)}
    size = decimal(row.n / (phi * effect), 0)
    if effect > 1 and not ((reader := web.actor()) and reader.sees_auditors):
        # That one person made all visits of a place is nothing for those who work there.
        said = _("Wilson's interval of %(score)s as if from %(size)s independent observations.", **words_of, size=size)
    elif effect > 1:
        said = _(
            "Wilson's interval of %(score)s as if from %(visits)s / (%(phi)s × %(effect)s) = %(size)s independent "
            "observations; %(effect)s because few shoppers made these visits.",
            **words_of,
            effect=decimal(effect, 2),
            size=size,
        )
    else:
        said = _(
            "Wilson's interval of %(score)s as if from %(visits)s / %(phi)s = %(size)s independent observations.",
            **words_of,
            size=size,
        )
    sentence = str(said)
    return sentence if population is None else f"{sentence} {method_words.source(population)}."


def _channels(page: LocationPage) -> str:
    weights = page.facts.weights
    parts = [
        _(
            "%(channel)s %(score)s (%(visits)s, weight %(weight)s)",
            channel=words.channel(row.channel),
            score=percent(fmean(page.scores(row.channel) or [row.score or 0.0])),
            visits=words.visits(row.n),
            weight=decimal(weights.get(row.channel, 1.0), 1),
        )
        for row in page.channels
    ]
    said = str(_("The weighted mean of the channels: %(parts)s.", parts="; ".join(str(part) for part in parts)))
    if any(row.n == 1 for row in page.channels):
        said += " " + str(_("A channel with one visit has no score of its own, but the visit counts in this mean."))
    return said


def changed(row: ComparisonRow, settings: Thresholds) -> Lines:
    """Explain the change of a location."""
    if row.change_label == "not_comparable":
        why = _(
            "Not computed: the two checklists share less than %(overlap)s of their weight, or other channels were "
            "visited.",
            overlap=percent(settings.overlap),
        )
        return [(_("Change of score"), why)]
    if row.change is None or row.previous is None or row.change_low is None:
        return []
    return [
        (
            _("Change of score"),
            _(
                "%(now)s now less %(before)s in %(quarter)s, on the questions that both checklists have: %(change)s "
                "points, likely %(low)s to %(high)s. It is called up or down only where this range leaves out 0.",
                now=percent((row.previous_score or 0.0) + row.change, 1),
                before=percent(row.previous_score, 1),
                quarter=quarter(row.previous),
                change=signed(row.change),
                **ends(row.change_low, row.change_high),
            ),
        )
    ]


def ends(low: float | None, high: float | None) -> dict[str, str]:
    """Return the ends of a change's interval in points, as paper has them (`findings.change_ends`)."""
    *found, digits = change_ends(low or 0.0, high or 0.0)
    return {name: signed(points / 100, digits) for name, points in zip(("low", "high"), found, strict=True)}


def listed_change(row: ComparisonRow, settings: Thresholds) -> Lines:
    """Explain the change of a location in a list of many, where chance alone would name some."""
    lines = changed(row, settings)
    if row.change_label == "not_comparable" or not lines or row.change_p is None:
        return lines
    ((what, how),) = lines
    return [(what, f"{how} {listed(row.change_p, settings)}")]


def listed(p: float, settings: Thresholds) -> str:
    """Return what a place on a list of changes or differences takes; `p` is adjusted over the list."""
    return str(
        _(
            "As one of many it is called clear only where, besides, the chance to see as much if nothing differed, "
            "adjusted for all that are compared (Benjamini-Hochberg), is at most %(q)s; here it is %(p)s.",
            q=percent(settings.change_q),
            p=method_words.chance(p),
        )
    )


def excluded() -> tuple[str, str]:
    """Explain which visits no figure of a list rests on."""
    return (
        str(_("What does not count")),
        str(_("Re-visits, training and pilot visits, and visits in which less than half of the checklist applied.")),
    )


def _left_out(number: int) -> str:
    if not number:
        return str(_("Every approved visit of this quarter counts. Re-visits, training and pilot visits would not."))
    return str(
        ngettext(
            "%(num)d approved visit of this quarter: a re-visit, a training or pilot visit, or one in which less than "
            "half of the checklist applied.",
            "%(num)d approved visits of this quarter: re-visits, training or pilot visits, or such in which less than "
            "half of the checklist applied.",
            number,
        )
    )


def of_row(name: str, row: Figures) -> tuple[str, str]:
    """Explain the score of one criterion in one location."""
    basis = _("of the last four quarters") if row.basis == "four_quarters" else _("of this quarter")
    said = ngettext(
        "%(score)s is the mean of the %(num)d visit %(basis)s in which it applied, with %(answers)s answers in all.",
        "%(score)s is the mean of the %(num)d visits %(basis)s in which it applied, with %(answers)s answers in all.",
        row.n,
        score=percent(row.score),
        basis=basis,
        answers=row.answers,
    )
    if row.low is not None:
        said += " " + _(
            "The range of %(range)s is Wilson's interval with the dispersion of this criterion in the whole network.",
            range=interval(row.low, row.high),
        )
    return str(_("For example %(criterion)s", criterion=name)), str(said)


def acceptance() -> tuple[str, str]:
    """Explain when an acceptance level is called met."""
    return (
        str(_("Acceptance level")),
        str(_("Met where the whole likely range reaches it, missed where the whole range lies below it.")),
    )
