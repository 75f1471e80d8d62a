"""What a corrected report says about the one it replaces: which issue, why, and which figures are others now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.labels import LABELS
from reports.printed import clean

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
    """Compare what two issues of a report print (`pdf.page_of`): the headline first, then criterion by criterion.

    A figure that only one of them prints has "–" in the other.
    """
    was, now = _figures(before, locale), _figures(after, locale)
    return tuple(
        Change(what, was.get(what, "–"), now.get(what, "–"))
        for what in dict.fromkeys((*now, *was))
        if was.get(what) != now.get(what)
    )


def _figures(page: Mapping[str, Any], locale: str) -> dict[str, str]:
    """Return the figures of a page by what they say: its score, and the score of each criterion, by channel."""
    found = {LABELS["score"].get(locale): page["big"]}
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
            "Wynik i wyniki kryteriów są takie same; zmieniły się inne treści."
            if polish
            else "The score and the scores of the criteria are the same; other contents have changed."
        ],
    }
