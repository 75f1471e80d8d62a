"""What a list of locations can tell: which are clearly below or above, which not, and which nobody knows of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from auditapp.insight import words
from checklists.rounding import TOLERANCE
from reports.columns import Population
from reports.compare import ComparisonRow


def standing(rows: Iterable[ComparisonRow], *, alone: bool = False) -> str:
    """Return what is clearly below or above among the rows of a comparison, what may be chance, and what is unknown.

    Levels exist inside a channel only, so several channels have a sentence each; `rows` hold headlines and channels.
    `alone`: no channel was visited in more than one location of the network.
    """
    by_channel: dict[str, list[ComparisonRow]] = {}
    for row in rows:
        by_channel.setdefault(row.channel, []).append(row)
    headlines = by_channel.pop("", [])
    visited = {name: each for name, each in by_channel.items() if any(row.n for row in each)}
    if len(visited) <= 1:
        return differences(next(iter(visited.values()), headlines), alone=alone)
    levels = {name: Counter(row.level for row in each) for name, each in visited.items()}
    judged = {name: each["below"] + each["none"] + each["above"] for name, each in levels.items()}
    if not any(judged.values()):
        return str(_("There are not enough visits to tell locations apart."))
    differing = [name for name in visited if levels[name]["below"] + levels[name]["above"]]
    if all(group(row) == "none" for each in visited.values() for row in each):
        return str(_("No clear differences between locations this quarter: what separates them can be chance."))
    told = differing or [name for name in visited if judged[name]]
    sentences = [
        words.of_channel(name, differences(visited[name])) for name in sorted(told, key=lambda name: -judged[name])
    ]
    sentences += [
        str(_("%(channel)s: no clear differences.", channel=words.capital(words.channel(name))))
        for name in visited
        if judged[name] and name not in told
    ]
    sentences += [
        str(_("%(channel)s: too few visits to compare.", channel=words.capital(words.channel(name))))
        for name in visited
        if not judged[name]
    ]
    return " ".join(sentences)


def is_alone(populations: Iterable[Population], channel: str = "") -> bool:
    """Tell whether only one location of the network was visited, in the channel or ("") in any."""
    visited = [each.visited for each in populations if channel in ("", each.channel)]
    return max(visited, default=0) == 1


def differences(rows: Sequence[ComparisonRow], *, alone: bool = False, elsewhere: bool = False) -> str:
    """Return how many of the rows, one for each location, are below, above, neither or not known: all are counted.

    `elsewhere`: visits count in the quarter, of these locations and this channel or of others.
    """
    counts = Counter(group(row) for row in rows)
    if counts["not_visited"] == len(rows):
        return words.nothing(elsewhere=elsewhere)
    if alone:
        return str(_("Only one location was visited, so there is nothing to compare it with."))
    if counts["none"] + counts["not_visited"] == len(rows) and _alike(rows):
        return " ".join((_alike(rows), *map(str, _not_compared(counts))))
    if not counts["below"] + counts["above"] + counts["none"] + counts["unlabelled"]:
        return str(_("There are not enough visits to tell locations apart."))
    if counts["none"] == len(rows):
        return str(_("No clear differences between locations this quarter: what separates them can be chance."))
    sentences = []
    if counts["below"]:
        sentences.append(
            ngettext(
                "%(num)d location is clearly below the network.",
                "%(num)d locations are clearly below the network.",
                counts["below"],
            )
        )
    if counts["above"]:
        sentences.append(
            ngettext(
                "%(num)d location is clearly above the network.",
                "%(num)d locations are clearly above the network.",
                counts["above"],
            )
        )
    if counts["none"]:
        sentences.append(
            ngettext(
                "For %(num)d location the difference can be chance.",
                "For %(num)d locations the differences can be chance.",
                counts["none"],
            )
        )
    return " ".join(str(sentence) for sentence in (*sentences, *_not_compared(counts)))


def _alike(rows: Sequence[ComparisonRow]) -> str:
    """Return what is true of all locations listed where they have the very same score, "" otherwise."""
    scores = [row.score for row in rows if row.n and row.score is not None]
    if min(scores) >= 1 - TOLERANCE:
        return str(_("Every visit earned all its points."))
    alike = len(scores) > 1 and max(scores) - min(scores) <= TOLERANCE
    return str(_("All locations have the same score.")) if alike else ""


def _not_compared(counts: Counter[str]) -> list[str]:
    """Return the sentences about locations that are in a list and not compared."""
    sentences = []
    if counts["indicative"]:
        sentences.append(
            ngettext(
                "%(num)d location has a provisional score: too few visits to compare.",
                "%(num)d locations have a provisional score: too few visits to compare.",
                counts["indicative"],
            )
        )
    if counts["single"]:
        sentences.append(
            ngettext(
                "%(num)d location has one visit and no score yet.",
                "%(num)d locations have one visit each and no score yet.",
                counts["single"],
            )
        )
    if counts["unlabelled"]:
        sentences.append(
            ngettext(
                "%(num)d location has no verdict: several channels together, or too few visits in the network.",
                "%(num)d locations have no verdict: several channels together, or too few visits in the network.",
                counts["unlabelled"],
            )
        )
    if counts["not_visited"]:
        sentences.append(
            ngettext(
                "%(num)d location was not visited.",
                "%(num)d locations were not visited.",
                counts["not_visited"],
            )
        )
    return sentences


def group(row: ComparisonRow) -> str:
    """Return what can be said of a location in a list: below, above, none, indicative, single, unlabelled, not_visited.

    Sentences count these groups and pages list them, so that both give the same numbers.
    """
    return (row.level or "unlabelled") if row.n else "not_visited"
