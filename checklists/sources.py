"""From the bytes of a source to its messages: a chat, the e-mails of a thread, or the times of a call as typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo
from enum import StrEnum

from checklists.threads import parse_thread
from checklists.transcripts import Transcript, parse_transcript, read_text

STEPS = ("started", "picked_up", "ended")


class SourceKind(StrEnum):
    """What a source is; the channel of the visit decides."""

    CHAT = "chat"
    EMAIL = "email"
    CALL = "call"


def read_source(kind: SourceKind, files: Sequence[tuple[str, bytes]], *, zone: tzinfo, day: date) -> Transcript:
    """Return what a source says, from its files (name, bytes); a call has no messages. Problem as the readers raise it.

    A chat is one file; the e-mails of a thread may be many.
    """
    if kind is SourceKind.EMAIL:
        return Transcript(parse_thread([data for _name, data in files], zone=zone, day=day))
    if kind is SourceKind.CHAT:
        name, data = files[0]
        return parse_transcript(read_text(data), zone=zone, day=day, name=name)
    return Transcript(())


def write_call(times: Sequence[str]) -> bytes:
    """Return the typed times of a call, in the order of STEPS, as the text that is kept."""
    return "".join(f"{step}: {time.strip()[:40]}\n" for step, time in zip(STEPS, times, strict=True)).encode()


def read_call(data: bytes) -> tuple[str, str, str]:
    """Return the typed times out of the text that was kept; empty where it does not have one."""
    lines = dict(line.partition(": ")[::2] for line in data.decode(errors="replace").splitlines())
    started, picked_up, ended = (lines.get(step, "").strip() for step in STEPS)
    return started, picked_up, ended
