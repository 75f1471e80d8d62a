"""What a corrected report says about the one it replaces: which issue, why, and which figures are others now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.labels import LABELS
from reports.printed import clean, lower

MOST = 12  # changes named one by one
LONGEST_REASON = 500  # letters


@dataclass(frozen=True, slots=True)
class Change:
    """A printed figure before and after, as it was printed; `what` says which one."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Correction:
    """The issue that is replaced, the day it was issued, the reason in the words of who corrected, and what changed."""

    issue: int
    issued_on: date
    reason: str
    changes: tuple[Change, ...]


def find_changes(before: Mapping[str, Any], after: Mapping[str, Any], locale: str) -> tuple[Change, ...]:
    """Compare what two issues of a report print (`pdf.page_of`): the headline, verdicts, critical questions, criteria.

    A figure that only one of them prints has "–" in the other.
    """
    was, now = _figures(before, locale), _figures(after, locale)
    return tuple(
        Change(what, was.get(what, "–"), now.get(what, "–"))
        for what in dict.fromkeys((*now, *was))
        if was.get(what) != now.get(what)
    )


def _figures(page: Mapping[str, Any], locale: str) -> dict[str, str]:
    """Return the figures of a page by what they say, the weightiest first, because not all may be named.

    They are its score, the verdicts on channels, populations and regions, how many locations are told from the others,
    critical questions, and the scores of these parts and of each criterion.
    """
    found = {LABELS["score"].get(locale): page["big"]}
    parts = [row for name in ("channels", "standings", "regions", "areas") for row in page.get(name, ())]
    for row in parts:
        found[f"{row['name']}, {lower(LABELS['level'].get(locale))}"] = row["level"]
    for name in ("below", "above"):
        if name in page:
            found[LABELS[name].get(locale)] = str(len(page[name]))
    critical = page["critical"].removesuffix(".")
    found[LABELS["critical"].get(locale)] = critical.partition(": ")[2] or critical
    if len(parts) > 1:  # the only channel has the score of all
        found |= {row["name"]: row["score"] for row in parts}
    for group in page["criteria"]:
        channel = f" ({group['channel']})" if "channel" in group and len(page["criteria"]) > 1 else ""
        for section in group.get("sections", [group]):
            for row in section["rows"]:
                found[f"{row['code']} {row['title']}{channel}"] = row["score"]
    return found


def lines(correction: Correction, locale: str) -> dict[str, Any]:
    """Return the words of the box that a corrected report prints."""
    day = f"{correction.issued_on:%Y-%m-%d}" if locale == "en" else f"{correction.issued_on:%d.%m.%Y}"
    polish, reason = locale == "pl", clean(correction.reason, LONGEST_REASON)
    shown = [f"{each.what}: {each.before} → {each.after}" for each in correction.changes[:MOST]]
    more = len(correction.changes) - len(shown)
    if more > 0:
        shown.append(f"i {more} kolejnych" if polish else f"and {more} more")
    return {
        "title": "Korekta" if polish else "Correction",
        "replaces": (
            f"To wydanie zastępuje wydanie {correction.issue} z {day}."
            if polish
            else f"This issue replaces issue {correction.issue} of {day}."
        ),
        "reason": f"{'Powód' if polish else 'Reason'}: {reason}" if reason else "",
        "changes": shown
        or [
            "Wyniki, oceny wobec sieci i pytania krytyczne są takie same; zmieniły się inne treści."
            if polish
            else "Scores, verdicts and critical questions are the same; other contents have changed."
        ],
    }
