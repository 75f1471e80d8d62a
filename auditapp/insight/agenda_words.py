"""Sentences of the page that says what went well and what needs somebody."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from auditapp.formats import percent, quarter
from auditapp.insight import words
from checklists.rounding import outward
from reports.attention import Costliest, CriterionChange, Standing
from reports.compare import ComparisonRow
from reports.periods import Quarter
from reports.thresholds import Thresholds


def lead(
    standing: Standing,
    *,
    places: int,
    criteria: int,
    well_places: int,
    well_criteria: int,
    clean: bool,
    elsewhere: bool = False,
) -> str:
    """Return the first sentences: how much needs somebody, how much went well; calm where nothing is clear.

    `places` and `criteria` need somebody; `clean` tells that no critical question failed, `elsewhere` that visits count
    in the network.
    """
    if standing == "no_visits":
        return words.no_visits(elsewhere=elsewhere)
    together, well = whole(standing), well_places + well_criteria + clean
    parts = [together] if standing == "perfect" else []
    if places and criteria:
        number = str(ngettext("%(num)d thing needs you", "%(num)d things need you", places + criteria))
        of_criteria = str(ngettext("%(num)d criterion", "%(num)d criteria", criteria))
        parts.append(f"{number}: {words.locations(places)}, {of_criteria}.")
    elif places:
        parts.append(str(ngettext("%(num)d location needs you.", "%(num)d locations need you.", places)))
    elif criteria:
        parts.append(str(ngettext("%(num)d criterion needs you.", "%(num)d criteria need you.", criteria)))
    elif standing in ("no_differences", "equal") and not well_places + well_criteria:
        parts.append(str(_("No clear differences this quarter.")))
    elif well:
        parts.append(str(_("Nothing stands out that needs you.")))
    if well and well == well_places:
        parts.append(str(ngettext("%(num)d location did well.", "%(num)d locations did well.", well)))
    elif well:
        parts.append(str(ngettext("%(num)d thing went well.", "%(num)d things went well.", well)))
    if together and together not in parts:
        parts.append(together)
    return " ".join(parts)


def whole(standing: Standing) -> str:
    """Return what is true of all locations together, "" where some differ or nothing more is to be said."""
    return {
        "one_location": str(_("Only one location was visited, so there is nothing to compare it with.")),
        "too_few": str(_("There are not enough visits to tell locations apart.")),
        "perfect": str(_("Every visit earned all its points.")),
        "equal": str(_("All locations have the same score.")),
        "no_differences": str(_("What separates the locations can be chance.")),
    }.get(standing, "")


def place_change(row: ComparisonRow, label: str) -> str:
    """Return the change of a location with its likely range."""
    since = "" if row.previous is None else quarter(row.previous)
    sentence = str(_("Since %(quarter)s: %(change)s.", quarter=since, change=words.change(row.change, label)))
    return f"{sentence} {_range(row.change_low, row.change_high)}".strip()


def criterion_change(change: CriterionChange, previous: Quarter | None) -> str:
    """Return the change of a criterion with its likely range, and over how many locations it was found."""
    since = "" if previous is None else quarter(str(previous))
    return " ".join(
        (
            str(_("Since %(quarter)s: %(change)s.", quarter=since, change=words.change(change.change, change.label))),
            _range(change.low, change.high),
            str(
                ngettext(
                    "Compared in the %(num)d location visited in both quarters.",
                    "Compared in the %(num)d locations visited in both quarters.",
                    change.locations,
                )
            ),
        )
    )


def _range(low: float | None, high: float | None) -> str:
    """Return between how many points a clear change likely lies, rounded outward."""
    if low is None or high is None:
        return ""
    least, most = outward(min(abs(low), abs(high)), max(abs(low), abs(high)))
    if least < 1:
        return str(ngettext("Likely up to %(num)d point.", "Likely up to %(num)d points.", int(most)))
    return str(
        ngettext(
            "Likely between %(low)s and %(num)d point.",
            "Likely between %(low)s and %(num)d points.",
            int(most),
            low=int(least),
        )
    )


def cost(title: str, found: Costliest) -> str:
    """Return which criterion cost a location most."""
    return str(
        _(
            "Most points were lost on “%(criterion)s”: %(lost)s of %(all)s.",
            criterion=title,
            lost=words.points(found.lost),
            all=words.points(found.total),
        )
    )


def critical(asked: int, failed: int) -> str:
    """Return in how many visits with critical questions at least one failed."""
    return str(
        ngettext(
            "In %(failed)s of %(num)d visit with critical questions at least one of them failed.",
            "In %(failed)s of %(num)d visits with critical questions at least one of them failed.",
            asked,
            failed=failed,
        )
    )


def clean(asked: int) -> str:
    """Return that no critical question failed."""
    return str(
        ngettext(
            "No critical question failed: %(num)d visit asked about them.",
            "No critical question failed: %(num)d visits asked about them.",
            asked,
        )
    )


def progress(visited: int, locations: int) -> str:
    """Return how far a quarter under way is."""
    return str(
        ngettext(
            "The quarter is under way: %(visited)s of %(num)d location visited so far.",
            "The quarter is under way: %(visited)s of %(num)d locations visited so far.",
            locations,
            visited=visited,
        )
    )


def waiting(number: int) -> str:
    return str(
        ngettext(
            "%(num)d visit waits for its review; it counts once it is approved.",
            "%(num)d visits wait for their review; they count once they are approved.",
            number,
        )
    )


def changed(number: int) -> str:
    """Return that criteria have other questions than before."""
    return str(
        ngettext(
            "%(num)d criterion has other questions than before, so its change is not shown.",
            "%(num)d criteria have other questions than before, so their change is not shown.",
            number,
        )
    )


def broken(channel: str, previous: str) -> str:
    """Return that the checklists of a channel share too little to compare scores."""
    said = _(
        "Not comparable with %(quarter)s: the checklist changed too much.",
        quarter=quarter(previous),
    )
    return words.of_channel(channel, str(said))


def listed_changes(settings: Thresholds) -> str:
    """Return how sure a list of changes is."""
    return str(
        _(
            "Only changes that the visits can carry are listed; of those listed in the whole network at most %(q)s are "
            "expected to be chance.",
            q=percent(settings.change_q),
        )
    )


def shown(number: int) -> str:
    return str(ngettext("the first %(num)d is shown", "the first %(num)d are shown", number))
