"""Who is asked what: branches, location attributes, and how far the auditor has come.

The phone decides the same in the browser; this is the reading that counts.
"""

from __future__ import annotations

from collections.abc import Mapping

from checklists.model import Answer, AnswerState, Branch, Checklist, Item

_GIVEN = (AnswerState.ANSWERED, AnswerState.NA)


def asked(
    checklist: Checklist, answers: Mapping[str, Answer], attributes: frozenset[str] = frozenset()
) -> tuple[Item, ...]:
    """Return the items this visit asks, in order, given the answers so far and the location's attributes.

    An item is not asked when the location lacks one of its attributes, or when the item of its branch was not asked
    itself, is unanswered or N/A, or was answered otherwise.
    """
    items: list[Item] = []
    codes: set[str] = set()
    for item in checklist.items:
        if item.requires and not attributes.issuperset(item.requires):
            continue
        branch = item.show_if
        if branch is not None and (branch.item not in codes or not _taken(branch, answers.get(branch.item))):
            continue
        items.append(item)
        codes.add(item.code)
    return tuple(items)


def given(answer: Answer | None) -> bool:
    """Tell whether the auditor has dealt with the item: an answer or N/A is recorded."""
    return answer is not None and answer.state in _GIVEN


def progress(
    checklist: Checklist,
    answers: Mapping[str, Answer],
    attributes: frozenset[str] = frozenset(),
    section: str | None = None,
) -> tuple[int, int]:
    """Return (done, total) over the required items asked, of the whole visit or of one section."""
    required = [
        item
        for item in asked(checklist, answers, attributes)
        if item.required and (section is None or item.section == section)
    ]
    return sum(given(answers.get(item.code)) for item in required), len(required)


def _taken(branch: Branch, answer: Answer | None) -> bool:
    if answer is None or answer.state is not AnswerState.ANSWERED:
        return False
    return not set(answer.value.split(";")).isdisjoint(branch.values)  # only `multiple` has more than one part
