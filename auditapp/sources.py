"""Chats, e-mails and calls kept as sources: their files and messages, as the auditor and the reviewer read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask_babel import get_locale
from flask_babel import gettext as _

from auditapp.formats import day as day_words
from auditapp.models import Source, Visit
from auditapp.storage import Storage
from checklists.agreement import Odd, Off, Span, find_odd, span_of, span_of_call
from checklists.contacts import Message, Part
from checklists.model import Answer, AnswerState, Channel, Checklist, ItemType
from checklists.problems import Problem
from checklists.sources import SourceKind, read_source
from checklists.transcripts import Transcript

KIND = "source"  # in the storage


def day_of(visit: Visit, now: datetime) -> date:
    """Return the local day of a visit, for sources that do not say theirs."""
    return (visit.started_at or now).astimezone(ZoneInfo(visit.location.timezone)).date()


def files_of(storage: Storage, rows: Sequence[Source]) -> list[tuple[str, bytes]]:
    """Return the files (name, bytes) of one reading. Problem source_lost."""
    try:
        return [(row.name, storage.get(KIND, row.sha256)) for row in rows]
    except FileNotFoundError as error:
        raise Problem("source_lost") from error


def transcript_in(visit: Visit, rows: Sequence[Source], files: Sequence[tuple[str, bytes]]) -> Transcript:
    """Return what one reading says; of a call no messages. Problem where its files cannot be read any more."""
    zone, day = ZoneInfo(visit.location.timezone), day_of(visit, rows[0].created_at)
    return read_once(SourceKind(rows[0].kind), tuple(files), zone, day)


@lru_cache(maxsize=4)
def read_once(kind: SourceKind, files: tuple[tuple[str, bytes], ...], zone: ZoneInfo, day: date) -> Transcript:
    """Return what a source says. The same files again, as within one request, are not read again: that takes seconds.

    Problem as the readers raise it.
    """
    return read_source(kind, files, zone=zone, day=day)


def span_in(
    visit: Visit, messages: Sequence[Message], parts: Mapping[str, Part], call: Sequence[str], told: Span
) -> Span | None:
    """Return from when to when a contact lasted, by its messages or by the times of a call; None where there is none.

    `told` is when the visit was, for times that do not say their day.
    """
    zone = ZoneInfo(visit.location.timezone)
    if any(call):
        return span_of_call(call[0], call[2], told, zone)
    return span_of(messages, parts, told, zone)


def odd_times(
    visit: Visit, told: Span, contacts: Sequence[Span], checklist: Checklist, answers: Mapping[str, Answer]
) -> list[str]:
    """Return in words which times do not fit together: of contacts, of the visit as `told`, of answers."""
    typed = [
        (item.code, answers[item.code].value)
        for item in checklist.items
        if item.type is ItemType.TIME and item.code in answers and answers[item.code].state is AnswerState.ANSWERED
    ]
    zone, slow = ZoneInfo(visit.location.timezone), visit.channel in (Channel.EMAIL, Channel.ONLINE_ORDER)
    questions = {item.code: item.question.get(str(get_locale())) for item in checklist.items}
    return [_odd_words(odd, zone, questions) for odd in find_odd(told, contacts, typed, zone, slow=slow)]


def _odd_words(odd: Odd, zone: ZoneInfo, questions: Mapping[str, str]) -> str:
    outer = span_words(odd.outer, zone)
    if odd.inner is not None:
        contact = span_words(odd.inner, zone)
        return str(
            _(
                "The contact (%(contact)s) lies outside the times of the visit (%(visit)s).",
                contact=contact,
                visit=outer,
            )
        )
    told = {"question": questions[odd.item], "value": odd.value}
    if odd.off is Off.ANSWER_CONTACT:
        return str(_("“%(question)s” %(value)s lies outside the contact (%(contact)s).", **told, contact=outer))
    return str(_("“%(question)s” %(value)s lies outside the times of the visit (%(visit)s).", **told, visit=outer))


def span_words(span: Span, zone: ZoneInfo) -> str:
    """Return "12 Aug 2026, 10:14–10:19", with both days where they differ; without an end "from …"."""
    begin = span.begin.astimezone(zone)
    words = f"{day_words(begin.date())}, {begin:%H:%M}"
    if span.end is None:
        return str(_("from %(begin)s", begin=words))
    end = span.end.astimezone(zone)
    return f"{words}–{end:%H:%M}" if end.date() == begin.date() else f"{words} – {day_words(end.date())}, {end:%H:%M}"


def clock(message: Message, zone: ZoneInfo) -> str:
    """Return when a message was written, in the time of the place, no finer than its stamp."""
    return message.at.astimezone(zone).strftime("%d.%m %H:%M" if message.minute else "%d.%m %H:%M:%S")
