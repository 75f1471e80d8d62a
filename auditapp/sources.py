"""Chats, e-mails and calls kept as sources: their files and messages, as the auditor and the reviewer read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from auditapp.models import Source, Visit
from auditapp.storage import Storage
from checklists.contacts import Message
from checklists.problems import Problem
from checklists.sources import SourceKind, read_messages

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


def messages_in(visit: Visit, rows: Sequence[Source], files: Sequence[tuple[str, bytes]]) -> tuple[Message, ...]:
    """Return the messages of one reading; none of a call. Problem where its files cannot be read any more."""
    zone, day = ZoneInfo(visit.location.timezone), day_of(visit, rows[0].created_at)
    return read_messages(SourceKind(rows[0].kind), files, zone=zone, day=day)


def clock(message: Message, zone: ZoneInfo) -> str:
    """Return when a message was written, in the time of the place, no finer than its stamp."""
    return message.at.astimezone(zone).strftime("%d.%m %H:%M" if message.minute else "%d.%m %H:%M:%S")
