"""What changed between two versions of a checklist, and what may still be compared across them (scoring.md 1.9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from checklists.model import Answer, AnswerState, Checklist, Item
from checklists.rounding import TOLERANCE
from checklists.scoring import earned_share

COMPARABLE_OVERLAP = 0.70


@dataclass(frozen=True, slots=True)
class VersionChange:
    """The scored items of two versions side by side, as codes in the order of their checklist.

    `overlap_old` and `overlap_new` are the weight of the `common` items as a share of each version's total weight.
    `changed` items kept their code although wording, scale or pass mark changed; such an item needs a new code, and
    until it has one it counts as not common.
    """

    common: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    overlap_old: float
    overlap_new: float
    comparable: bool


def compare_versions(old: Checklist, new: Checklist, *, minimum_overlap: float = COMPARABLE_OVERLAP) -> VersionChange:
    """Return what two versions have in common; below `minimum_overlap` in either the series is broken."""
    before = {item.code: item for item in old.items if item.scored}
    after = {item.code: item for item in new.items if item.scored}
    shared = [code for code in after if code in before]
    common = tuple(code for code in shared if _meaning(before[code]) == _meaning(after[code]))
    overlap_old = _weight(before, common) / (_weight(before, before) or 1.0)
    overlap_new = _weight(after, common) / (_weight(after, after) or 1.0)
    return VersionChange(
        common=common,
        added=tuple(code for code in after if code not in before),
        removed=tuple(code for code in before if code not in after),
        changed=tuple(code for code in shared if code not in common),
        overlap_old=overlap_old,
        overlap_new=overlap_new,
        comparable=min(overlap_old, overlap_new) >= minimum_overlap - TOLERANCE,
    )


def restated_score(new: Checklist, common: Collection[str], answers: Mapping[str, Answer]) -> float | None:
    """Return a visit's score over the `common` items only, with the weights of the `new` version.

    `answers` may come from either version. None when none of the common items applied. A restated score serves
    comparison only; the published one stays what its own version gave.
    """
    earned = weight = 0.0
    for item in new.items:
        answer = answers.get(item.code)
        if item.code not in common or answer is None or answer.state is not AnswerState.ANSWERED:
            continue
        if item.weight is not None:
            earned += item.weight * earned_share(item, answer)
            weight += item.weight
    return earned / weight if weight else None


def _meaning(item: Item) -> tuple[object, ...]:
    """Return what makes an item the same measurement: everything but its weight, its place and its guidance."""
    return (item.type, item.question, item.good, item.max_points, item.pass_mark, item.options, item.bands)


def _weight(items: Mapping[str, Item], codes: Collection[str]) -> float:
    return sum(items[code].weight or 0.0 for code in codes)
