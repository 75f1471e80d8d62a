"""The one document of a visit and round: what the page without JavaScript fills and what a phone sends whole.

Its JSON: {id, visit, round, checklist, rev, status, started_at, ended_at, answers: [{item, state, value, comment, at}],
photos: [{item, sha, taken_at}]}. `rev` rises by one with each change and orders everything; clocks order nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from checklists.answers import check
from checklists.applicability import asked
from checklists.model import Answer, AnswerState, Checklist, ItemType


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer as the auditor left it: a canonical value and the instant of its last change."""

    item: str
    state: AnswerState
    at: datetime
    value: str = ""
    comment: str = ""


class Taken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One photo by the SHA-256 of its kept bytes; `taken_at` are the camera's own words."""

    item: str
    sha: str
    taken_at: str = ""


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything an auditor recorded in one round. A draft also keeps answers that a branch hides just now."""

    id: UUID
    visit: str
    round: int
    checklist: str
    rev: int
    status: Literal["draft", "final"]
    started_at: datetime
    ended_at: datetime | None
    answers: tuple[Given, ...] = ()
    photos: tuple[Taken, ...] = ()


def read(stored: Mapping[str, Any]) -> Document:
    """Return the document a row holds; msgspec.ValidationError for another shape."""
    return msgspec.convert(stored, Document)


def write(document: Document) -> dict[str, Any]:
    """Return the plain JSON values of a document."""
    built: dict[str, Any] = msgspec.to_builtins(document)
    return built


def receipt(document: Document) -> str:
    """Return the SHA-256 of the document in canonical form: keys sorted, no spaces, UTF-8."""
    text = json.dumps(write(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def photo_counts(document: Document) -> Counter[str]:
    """Return the number of photos by item."""
    return Counter(photo.item for photo in document.photos)


def answers_in(checklist: Checklist, document: Document) -> dict[str, Answer]:
    """Return the answers by item with what they earn; Problem for a value that cannot be one.

    On a photo item the photos themselves are the answer.
    """
    given = {entry.item: entry for entry in document.answers}
    photos = photo_counts(document)
    answers: dict[str, Answer] = {}
    for item in checklist.items:
        entry = given.get(item.code)
        shot = item.type is ItemType.PHOTO
        if entry is not None or (shot and photos[item.code]):
            answers[item.code] = check(
                item,
                entry.value if entry and not shot else "",
                na=entry is not None and entry.state is AnswerState.NA,
                comment=entry.comment if entry else "",
                photos=photos[item.code],
            )
    return answers


def finish(
    document: Document,
    checklist: Checklist,
    attributes: frozenset[str],
    *,
    started_at: datetime,
    ended_at: datetime,
) -> Document:
    """Return the final document: one revision on, and only what was asked."""
    codes = {item.code for item in asked(checklist, answers_in(checklist, document), attributes)}
    return msgspec.structs.replace(
        document,
        rev=document.rev + 1,
        status="final",
        started_at=started_at,
        ended_at=ended_at,
        answers=tuple(given for given in document.answers if given.item in codes),
        photos=tuple(photo for photo in document.photos if photo.item in codes),
    )
