"""Figures in words: sentences that never say more than the numbers do (scoring.md section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from flask_babel import gettext as _
from flask_babel import ngettext

from auditapp import web
from auditapp.formats import decimal, percent, quarter
from checklists.rounding import half_up
from checklists.rounding import percent as to_percent
from reports import findings
from reports.columns import Population
from reports.compare import ComparisonRow
from reports.criteria import meets
from reports.method import ENOUGH
from reports.planner import visits_for_reliability
from reports.summary import Summary, SummaryChange
from reports.thresholds import Thresholds


def location_score(row: ComparisonRow) -> str:
    """Return the score of a location as a sentence that carries its uncertainty, in the words of the printed report."""
    return _scored(percent(row.score) if row.score is not None else "", findings.likely(row, web.locale()))


def area_score(summary: Summary, *, network: bool) -> str:
    """Return the score of the network (one decimal) or of a region as a sentence."""
    if summary.score is None:
        return str(_("No visit counts in this quarter yet, so there is no score."))
    return _scored(percent(summary.score, 1 if network else 0), findings.area(summary, web.locale()))


def _scored(score: str, sentence: str) -> str:
    """Join a score with what the report says beside it: "68%; with 3 visits the true level is likely …"."""
    return f"{score}; {sentence[:1].lower()}{sentence[1:]}" if score else sentence


def coverage(summary: Summary) -> str:
    """Return "62 of 64 locations, 190 visits"."""
    return findings.coverage(summary, web.locale())


def points(share: float) -> str:
    """Return a share as points of the score with one decimal: "5.1"."""
    return findings.points(share, web.locale())


def visits(number: int) -> str:
    return findings.visits(number, web.locale())


def of_channel(code: str, sentence: str) -> str:
    """Return a sentence that is true of one channel only: "Phone: ..."."""
    return f"{capital(channel(code))}: {sentence}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def channel(code: str) -> str:
    """Return the name of a channel."""
    return {
        "store_visit": str(_("store visit")),
        "phone": str(_("phone")),
        "chat": str(_("chat")),
        "email": str(_("e-mail")),
        "online_order": str(_("online order")),
    }[code]


def level(row: ComparisonRow) -> str:
    """Return where a location stands, in words."""
    if row.n == 0:
        return str(_("not visited"))
    if row.level is None:
        return str(_("no verdict")) if row.low is None else str(_("several channels: no verdict over all of them"))
    if row.level == "below":
        return str(_("clearly below the network"))
    if row.level == "above":
        return str(_("clearly above the network"))
    if row.level == "indicative":
        return str(_("indicative: 2 visits"))
    return str(_("1 visit – no location score") if row.level == "single" else _("no clear difference"))


def verdicts(headline: ComparisonRow, channels: Sequence[ComparisonRow]) -> list[tuple[str, str]]:
    """Return (tone, words) of what may be said of a location; never nothing.

    Where several channels were visited a verdict is of one of them, so it names the channel and has the channel's own
    score: the clear ones, else all that can be compared.
    """
    visited = [row for row in channels if row.n]
    if len(visited) <= 1:
        return [(headline.level or "none", level(headline))]
    clear = [row for row in visited if row.level in ("below", "above")]
    told = clear or [row for row in visited if row.level == "none"]
    if not told:
        return [("none", str(_("too few visits in each channel to compare")))]
    return [(row.level or "none", f"{channel(row.channel)}, {percent(row.score)}: {level(row)}") for row in told]


def change(value: float | None, label: str | None) -> str:
    """Return a change in words: "up 9 points", "no clear change"; "" where there is nothing to compare."""
    if label == "not_comparable":
        return str(_("not comparable"))
    if label is None or value is None:
        return ""
    if label == "none":
        return str(_("no clear change"))
    points = int(abs(to_percent(value)))
    if points == 0:
        return str(_("up by less than a point") if label == "up" else _("down by less than a point"))
    if label == "up":
        return str(ngettext("up %(num)d point", "up %(num)d points", points))
    return str(ngettext("down %(num)d point", "down %(num)d points", points))


def listed_change(row: ComparisonRow, label: str | None) -> str:
    """Return the change of one location among many; `label` is the one that the list of all changes carries."""
    if label == "none" and row.change_label == "up":
        return str(_("up, perhaps by chance"))
    if label == "none" and row.change_label == "down":
        return str(_("down, perhaps by chance"))
    return change(row.change, label)


def location_change(row: ComparisonRow, channels: Sequence[ComparisonRow] = ()) -> str:
    """Return the change of one location as a sentence, as its report has it.

    Where only the mix of channels changed, each of `channels` that can be compared is told by itself.
    """
    if row.previous is None:
        return ""
    since = quarter(row.previous)
    alone = [each for each in channels if each.change_label in ("up", "down", "none")]
    if row.change_label == "not_comparable" and alone:
        lead = _("The channels have changed, so each is compared with %(quarter)s by itself.", quarter=since)
        named = [f"{channel(each.channel)}: {change(each.change, each.change_label)}." for each in alone]
        return " ".join([str(lead), *(f"{said[0].upper()}{said[1:]}" for said in named)])
    if row.change_label == "not_comparable":
        return str(_("Not comparable with %(quarter)s: the checklist or the channels changed too much.", quarter=since))
    words = change(row.change, row.change_label)
    if not words and row.score is not None and row.low is None:
        return str(_("Too few visits to speak of a change since %(quarter)s.", quarter=since))
    if not words:
        return str(_("A change since %(quarter)s needs at least three visits in both quarters.", quarter=since))
    return str(_("Since %(quarter)s: %(change)s.", quarter=since, change=words))


def area_change(found: SummaryChange | None, previous: str | None, *, comparable: bool) -> str:
    """Return the change of a region or the network as a sentence."""
    if previous is None:
        return ""
    if not comparable:
        return str(_("Not comparable with %(quarter)s: the checklist changed too much.", quarter=quarter(previous)))
    if found is None or found.label is None:
        return str(_("Too few visits to speak of a change since %(quarter)s.", quarter=quarter(previous)))
    words = change(found.change, found.label.value)
    return str(_("Since %(quarter)s: %(change)s.", quarter=quarter(previous), change=words))


def wrong_listed(number: int, wrong: float) -> str:
    """Return how many of a list are expected to stand there by chance."""
    if wrong < 0.05:
        return str(_("an error on this list is very unlikely"))
    return str(
        ngettext(
            "of %(num)d listed about %(wrong)s may be wrong",
            "of %(num)d listed about %(wrong)s may be wrong",
            number,
            wrong=decimal(wrong, 0 if half_up(wrong) >= 2 else 1),
        )
    )


def rank(row: ComparisonRow, population: Population | None) -> str:
    """Return between which places a location likely stands, 1 being the best; "" unless ranks mean something here."""
    if row.rank_low is None or row.rank_high is None or population is None or not population.ranked:
        return ""
    return str(
        _("likely place %(low)s to %(high)s of %(all)s", low=row.rank_low, high=row.rank_high, all=population.ranked)
    )


def acceptance(score: float | None, low: float | None, high: float | None, target: float) -> str:
    """Return whether an acceptance level is met: only said where the whole interval agrees."""
    if score is None or low is None or high is None:
        return str(_("too few visits to say"))
    met = meets(low, high, target)
    if met is None:
        return str(_("not certain yet"))
    return str(_("level met") if met else _("level not met"))


def acceptance_tone(score: float | None, low: float | None, high: float | None, target: float) -> str:
    """Return the tone (above, below, none) that goes with `acceptance`."""
    return "none" if score is None else {True: "above", False: "below", None: "none"}[meets(low, high, target)]


def method(population: Population) -> str:
    """Return how far the scores of one population can be trusted, and what more trust would take."""
    if population.var_within is None:
        return str(_("Too few visits to estimate how much visits vary, so no intervals are printed."))
    sentence = str(
        _(
            "One visit usually lies about %(points)s points above or below the level of its location.",
            points=decimal(100 * sqrt(population.var_within), 0),
        )
    )
    if population.source == "previous_four":
        sentence += " " + str(_("This is taken from the four quarters before."))
    if population.reliability is None:
        return sentence
    if population.k0 is None:
        return sentence + " " + str(_("The visits show no reliable differences between locations."))
    needed = visits_for_reliability(population.k0, ENOUGH)
    return " ".join(
        (
            sentence,
            str(
                _(
                    "Of the differences between locations' scores about %(real)s are real, the rest is chance.",
                    real=percent(population.reliability),
                )
            ),
            str(
                ngettext(
                    "For %(enough)s a location needs %(num)d visit.",
                    "For %(enough)s a location needs %(num)d visits.",
                    needed,
                    enough=percent(ENOUGH),
                )
            ),
        )
    )


def nothing(*, elsewhere: bool) -> str:
    """Return that there is nothing to compare: for this choice only where visits count `elsewhere` in the quarter."""
    if elsewhere:
        return str(
            _("There is nothing to compare for this choice. Visits do count in this quarter: choose other filters.")
        )
    return str(_("No visit counts in this quarter yet, so there is nothing to compare."))


def no_visits(*, elsewhere: bool) -> str:
    """Return that no visit of the area shown counts; `elsewhere` in the network visits of the quarter do."""
    if elsewhere:
        return str(_("No visit counts here in this quarter yet; elsewhere in the network visits do."))
    return str(_("No visit counts in this quarter yet. Choose another quarter, or come back when visits are approved."))


def visit_score(score: float | None) -> str:
    """Return what one visit says, and what it does not."""
    if score is None:
        return str(_("Nothing in this visit earned or lost points."))
    return str(
        _("This visit earned %(score)s of its points. One visit is a moment, not a verdict.", score=percent(score))
    )


def criteria(met: int, missed: int, asked: int, total: int) -> str:
    """Return how many of the criteria `asked` about the network meets or misses, and how many nobody asked about."""
    if not total:
        return str(_("There are no criteria yet."))
    if not asked:
        return str(_("No visit of this quarter asked about any criterion."))
    parts = []
    if not met and not missed:
        parts.append(_("For no criterion can it be said yet whether the network meets its acceptance level."))
    if missed:
        parts.append(
            ngettext(
                "The network misses the acceptance level of %(num)d criterion.",
                "The network misses the acceptance level of %(num)d criteria.",
                missed,
            )
        )
    if met:
        parts.append(
            ngettext(
                "It meets the level of %(num)d criterion.",
                "It meets the level of %(num)d criteria.",
                met,
            )
        )
    if asked > met + missed > 0:
        parts.append(
            ngettext(
                "For %(num)d other it is too close, or visits are too few, to say.",
                "For %(num)d others it is too close, or visits are too few, to say.",
                asked - met - missed,
            )
        )
    if total > asked:
        parts.append(
            ngettext(
                "About %(num)d criterion no visit asked.",
                "About %(num)d criteria no visit asked.",
                total - asked,
            )
        )
    return " ".join(str(part) for part in parts)


def criterion(summary: Summary, target: float) -> str:
    """Return the network's score on one criterion, and how it stands to its acceptance level."""
    verdict = {
        "above": _("The acceptance level of %(level)s is met.", level=percent(target)),
        "below": _("The acceptance level of %(level)s is not met.", level=percent(target)),
        "none": _("Whether the acceptance level of %(level)s is met cannot be said.", level=percent(target)),
    }[acceptance_tone(summary.score, summary.low, summary.high, target)]
    return f"{area_score(summary, network=True)} {verdict}"


def locations(number: int) -> str:
    """Return "7 locations"."""
    return str(ngettext("%(num)d location", "%(num)d locations", number))


def thresholds(settings: Thresholds) -> str:
    """Return the rules of this page with their thresholds."""
    return str(
        _(
            "A location has a score from %(score)s visits and a verdict from %(label)s. Of the whole network's list of "
            "clear differences at most %(error)s is expected to be wrong; in a part of it (a region, a filter) it can "
            "be more or less. Places are shown where at least %(reliability)s of the differences between scores are "
            "real (reliability). Of the changes marked in the whole network at most %(q)s are expected to be wrong "
            "(false discovery rate).",
            score=settings.score_visits,
            label=settings.label_visits,
            error=percent(settings.list_error),
            reliability=percent(settings.reliability),
            q=percent(settings.change_q),
        )
    )
