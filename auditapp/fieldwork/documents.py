"""The one document of a visit and round: what the page without JavaScript fills and what a phone sends whole.

Its JSON is described in docs/phone-protocol.md. `rev` rises by one with each change and orders everything; clocks
order nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from auditapp.evidence.service import PER_ITEM, PER_VISIT
from checklists.answers import check
from checklists.applicability import asked
from checklists.model import Answer, AnswerState, Checklist, ItemType
from checklists.problems import Problem, at

# PostgreSQL cannot hold the character NUL, and a time without a zone says nothing.
Words = Annotated[str, msgspec.Meta(pattern="^[^\\x00]*$")]
Code = Annotated[str, msgspec.Meta(pattern="^[^\\x00]*$", max_length=40)]
Name = Annotated[str, msgspec.Meta(pattern="^[^\\x00]*$", max_length=80)]
Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Number = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer as the auditor left it: a canonical value and the instant of its last change."""

    item: Code
    state: AnswerState
    at: Instant
    value: Words = ""
    comment: Words = ""


class Taken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One photo by the SHA-256 of its bytes as sent; `taken_at` are the camera's own words.

    `source` tells where a phone found the time: "camera", or "file" when the camera said nothing.
    """

    item: Code
    sha: Hash
    taken_at: Name = ""
    bytes: Number = 0
    source: Code = ""


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the phone was, in degrees and metres, or the `error` that it has instead."""

    lat: float | None = None
    lon: float | None = None
    accuracy: float | None = None
    at: Instant | None = None
    error: Words = ""


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something noted during the visit; `item` is the question it was moved to, "" while it belongs to none."""

    at: Instant
    text: Words = ""
    item: Code = ""


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything an auditor recorded in one round. A draft also keeps answers that a branch hides just now.

    `parent` and `base_rev` name the stored document that this one goes on from, when another phone or the page began
    it. `recognised`: somebody of the staff saw through the visit; `conflict` of interest in the auditor's words;
    `reply` to what the reviewer asked about the whole visit.
    Notes are a help for the auditor: a draft backs them up, a final leaves them out.
    """

    id: UUID
    visit: Name
    round: Number
    checklist: Name
    rev: Number
    status: Literal["draft", "final"]
    started_at: Instant
    ended_at: Instant | None
    answers: tuple[Given, ...] = ()
    photos: tuple[Taken, ...] = ()
    device: Name = ""
    app: Name = ""
    tz: Name = ""
    gps: Position | None = None
    base_rev: Number | None = None
    parent: UUID | None = None
    recognised: bool = False
    conflict: Words = ""
    reply: Words = ""
    notes: tuple[Note, ...] = ()


_decoder = msgspec.json.Decoder(Document)


def find(body: bytes) -> Document | None:
    """Return the document in a request's body; None when it holds none, a time far from our own included."""
    try:
        document = _decoder.decode(body)
    except (ValueError, RecursionError):
        return None
    instants = (document.started_at, document.ended_at)
    return document if all(instant is None or 1970 <= instant.year < 2200 for instant in instants) else None


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


def wanted(document: Document) -> tuple[tuple[str, str], ...]:
    """Return the photos to keep by (item, hash), each once, as many as a visit may have."""
    counts: Counter[str] = Counter()
    found: list[tuple[str, str]] = []
    for photo in dict.fromkeys((photo.item, photo.sha) for photo in document.photos):
        if counts[photo[0]] < PER_ITEM and len(found) < PER_VISIT:
            counts[photo[0]] += 1
            found.append(photo)
    return tuple(found)


def answers_in(checklist: Checklist, document: Document) -> dict[str, Answer]:
    """Return the answers by item with what they earn. A value that cannot be one is left out.

    On a photo item the photos themselves are the answer.
    """
    return sorted_out(checklist, document)[0]


def sorted_out(checklist: Checklist, document: Document) -> tuple[dict[str, Answer], dict[str, Problem]]:
    """Return the answers by item, and by item what cannot be one: a value of another kind, an unknown item."""
    given = {entry.item: entry for entry in document.answers}
    photos = photo_counts(document)
    answers: dict[str, Answer] = {}
    faults: dict[str, Problem] = {}
    for item in checklist.items:
        entry = given.pop(item.code, None)
        shot = item.type is ItemType.PHOTO
        if entry is None and not (shot and photos[item.code]):
            continue
        try:
            answers[item.code] = check(
                item,
                entry.value if entry and not shot else "",
                na=entry is not None and entry.state is AnswerState.NA,
                comment=entry.comment if entry else "",
                photos=photos[item.code],
            )
        except Problem as problem:
            faults[item.code] = problem
    for code in given:
        faults[code] = Problem("unknown_item", at(item=code), checklist=checklist.code, value=code)
    return answers, faults


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
        notes=(),
    )
