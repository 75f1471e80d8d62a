"""Small checklists and answers for the tables of cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import settings

from checklists.model import (
    Answer,
    AnswerState,
    Channel,
    Checklist,
    CriticalPolicy,
    Item,
    ItemKind,
    ItemType,
    Option,
    Section,
    Text,
)

RANDOM = settings(database=None, deadline=None, derandomize=True, max_examples=60)

_CASES = json.loads((Path(__file__).parents[1] / "cases" / "scoring.json").read_text(encoding="utf-8"))


def case(name: str) -> dict[str, Any]:
    """Return one worked example of scoring.md."""
    (found,) = [entry for entry in _CASES if entry["name"] == name]
    return found


def text(word: str = "x") -> Text:
    return Text(word, word)


def make_item(code: str, *, criterion: str = "C1", type: ItemType = ItemType.YES_NO, **fields: Any) -> Item:  # noqa: A002
    """Return an item; scored with weight 1 and 1 point unless told otherwise."""
    if type not in (ItemType.TEXT, ItemType.PHOTO):
        fields = {"weight": 1.0, "max_points": 1.0} | fields
    return Item(code, "s", criterion, type, ItemKind.FACT, text(code), **fields)


def make_options(**points: float | None) -> tuple[Option, ...]:
    return tuple(Option(code, text(code), worth) for code, worth in points.items())


def make_checklist(*items: Item, policy: CriticalPolicy | None = None, version: int = 1) -> Checklist:
    return Checklist(
        code="TEST",
        version=version,
        standard="SOK",
        standard_version=1,
        channel=Channel.STORE_VISIT,
        title=text(),
        brief=text(),
        minutes=10,
        sections=(Section("s", text()),),
        scenarios=(),
        items=items,
        critical_policy=policy or CriticalPolicy(),
    )


def answered(**points: float | None) -> dict[str, Answer]:
    """Return answers with these points; None is N/A."""
    return {
        code: Answer(code, AnswerState.NA) if worth is None else Answer(code, AnswerState.ANSWERED, "yes", float(worth))
        for code, worth in points.items()
    }
