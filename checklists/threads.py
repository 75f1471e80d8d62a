"""Reading e-mails saved as .eml: who wrote when, in which words, and what was attached.

The time of a message is what its sender's program says, unless the mail servers on the way say something else: then
the first server's clock counts. Attachments are named and hashed, never opened; HTML is read as words.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message as Mail
from email.policy import Compat32
from email.utils import parseaddr, parsedate_to_datetime

from checklists.answers import clean
from checklists.chat_lines import lines_of
from checklists.contacts import DAYS_LIMIT, MESSAGE_LIMIT, Attachment, Message
from checklists.problems import Problem, at
from checklists.stamps import STAMP, place, read_stamp
from checklists.transcripts import text_of_html

NAME_LIMIT = 120
CLOSE = timedelta(minutes=5)  # a sender's clock as far off as this is still believed
SAME = timedelta(minutes=2)  # a quoted message and the message itself
QUOTES_LIMIT, LINES_LIMIT = 100, 200  # quoted messages in one e-mail, lines kept of each
QUOTE_LIMIT = 10_000  # characters kept of a quoted message
HEADING_LIMIT = 300  # characters of the line above a quoted message
HEADER_LIMIT = 4000  # characters read of a header
AUTOMATIC = "[auto]"

# "On Wed, 12 Aug 2026 at 10:14, Anna <a@x.pl> wrote:", "W dniu 12.08.2026 o 10:14, Anna pisze:"
_QUOTED = re.compile(
    rf"(?:On|W dniu|Dnia)?\s?{STAMP}\s?,?\s?(?P<who>[^\n]{{1,{NAME_LIMIT}}}?)\s?"
    r"(?:wrote|writes|napisał\(a\)|napisała|napisał|pisze)\s?:",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"^(?:>\s?)+")
# Texts in any other are read as UTF-8: decoding some (Punycode) takes the square of their length.
_CHARSETS = re.compile(
    r"utf-?8|(?:us-)?ascii|iso[-_]?8859[-_]?[0-9]{1,2}|latin-?[12]|(?:windows-|cp)125[0-8]|koi8-[ru]|utf-?16(?:-?[lb]e)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Letter:
    """One e-mail, or one quoted in another: `sent` is aware; `minute` and `clock` as in `Message`."""

    file: int
    line: int
    last: int
    who: str
    text: str
    sent: datetime
    minute: bool = False
    automatic: bool = False
    clock: str = ""
    attachments: tuple[Attachment, ...] = ()


def parse_thread(files: Sequence[bytes], *, zone: tzinfo, day: date) -> tuple[Message, ...]:
    """Return the messages of a thread in the order of their times: those saved, attached to others, or quoted in them.

    `zone` is the time of the place and `day` the day of the visit, where an e-mail does not say. The same message in
    two files counts once. Problem email_unreadable, email_no_time, too_many_messages, contact_too_long.
    """
    letters: list[_Letter] = []
    known: dict[tuple[str, str], list[datetime]] = {}  # when each text of each author was sent, in order
    read = 0
    for index, data in enumerate(files):
        for letter in _letters(data, index, zone):
            read += 1
            _check_count(read)
            sent = known.setdefault((letter.who, letter.text[:200]), [])
            if not _is_near(sent, letter.sent, CLOSE):
                insort(sent, letter.sent)
                letters.append(letter)
    taken = sorted(letter.sent for letter in letters)
    for letter in list(letters):
        for quoted in _quoted(letter, taken, zone, day):
            letters.append(quoted)
            _check_count(len(letters))
    letters.sort(key=lambda letter: letter.sent)
    for letter in letters:
        if letter.sent - letters[0].sent > timedelta(days=DAYS_LIMIT):
            raise Problem("contact_too_long", at(line=letter.line), days=DAYS_LIMIT)
    return tuple(
        Message(
            number=number,
            line=letter.line,
            last=letter.last,
            who=letter.who,
            text=letter.text,
            at=letter.sent,
            minute=letter.minute,
            automatic=letter.automatic,
            clock=letter.clock,
            file=letter.file,
            attachments=letter.attachments,
        )
        for number, letter in enumerate(letters, start=1)
    )


def _check_count(count: int) -> None:
    if count > MESSAGE_LIMIT:
        raise Problem("too_many_messages", limit=MESSAGE_LIMIT)


def _is_near(sent: Sequence[datetime], when: datetime, most: timedelta) -> bool:
    """Tell whether one of the instants, which are in order, is at most so far from another one."""
    place = bisect_left(sent, when)
    return any(abs(other - when) <= most for other in sent[max(0, place - 1) : place + 1])


class _Headers(Compat32):
    """How a file is taken apart: of an endless header only its beginning, before anything looks for parts in it."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:HEADER_LIMIT]


_HEADERS = _Headers()


def _letters(data: bytes, index: int, zone: tzinfo) -> Iterator[_Letter]:
    """Return the message in a file and those attached to it as messages."""
    if not data.strip():
        raise Problem("source_empty")
    try:
        whole = message_from_bytes(data, policy=_HEADERS)
        mails = [whole, *(part for part in whole.walk() if part is not whole and _is_message(part))]
        last = data.count(b"\n") + 1
        for mail in mails:
            yield _letter(mail, index, last, zone)
    except (MessageError, RecursionError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise Problem("email_unreadable") from error


def _is_message(part: Mail) -> bool:
    """Tell whether a part is a message of its own: it says who wrote it and when."""
    return bool(part.get("From") and (part.get("Date") or part.get("Received")))


def _letter(mail: Mail, index: int, last: int, zone: tzinfo) -> _Letter:
    if not mail.get("From"):
        raise Problem("email_unreadable")
    sent, clock = _sent(mail, zone)
    automatic = _is_automatic(mail)
    who = _who(_header(mail, "From"))
    text, attachments = _content(mail)
    subject = clean(_header(mail, "Subject"))
    return _Letter(
        file=index,
        line=1,
        last=last,
        who=f"{who} {AUTOMATIC}" if automatic else who,
        text=f"{subject}\n\n{text}".strip(),
        sent=sent,
        automatic=automatic,
        clock=clock,
        attachments=attachments,
    )


def _sent(mail: Mail, zone: tzinfo) -> tuple[datetime, str]:
    """Return when a message was sent and whose clock says so (see the module). Problem email_no_time."""
    passed = [_instant(str(hop).rpartition(";")[2], None) for hop in mail.get_all("Received", [])]
    first_hop = min((when for when in passed if when), default=None)
    written = str(mail.get("Date", ""))
    said = _instant(written, None)
    if said and (first_hop is None or abs(said - first_hop) <= CLOSE):
        return said, ""
    if first_hop:
        return first_hop, "received"
    assumed = _instant(written, zone)
    if assumed is None:
        raise Problem("email_no_time")
    return assumed, "assumed"


def _instant(written: str, zone: tzinfo | None) -> datetime | None:
    """Return a header's time in UTC; without a zone of its own in `zone`, or None where that is not given either."""
    try:
        when = parsedate_to_datetime(written[:100].strip())
        if when.tzinfo is None:
            if zone is None:
                return None
            when = when.replace(tzinfo=zone)
        when = when.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return when if 1990 <= when.year < 2200 else None


def _is_automatic(mail: Mail) -> bool:
    """Tell whether a program answered (RFC 3834, and what older programs write)."""
    submitted = str(mail.get("Auto-Submitted", "no")).strip().casefold()
    precedence = str(mail.get("Precedence", "")).strip().casefold()
    old = any(mail.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"))
    return not submitted.startswith("no") or precedence in ("auto_reply", "bulk", "junk") or old


def _header(mail: Mail, name: str) -> str:
    """Return a header in plain words; one that is wrongly encoded as it stands."""
    return _words(str(mail.get(name, ""))[:2000])


def _words(raw: str) -> str:
    try:
        return str(make_header(decode_header(raw)))
    except (MessageError, ValueError, LookupError, AttributeError):
        return raw


def _who(sender: str) -> str:
    """Return a sender as "Anna <anna@example.pl>", shortened where it is endless."""
    name, address = parseaddr(sender)
    name, address = _one_line(name), _one_line(address)
    both = f"{name} <{address}>" if name and address else name or address or _one_line(sender)
    return both[:NAME_LIMIT] or "?"


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _content(mail: Mail) -> tuple[str, tuple[Attachment, ...]]:
    """Return the words of a message and its attachments, without what belongs to messages inside it."""
    plain, pages, attachments = list[str](), list[str](), list[Attachment]()
    for part in _own_parts(mail):
        kind, name = part.get_content_type(), _file_name(part)
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        if name or not kind.startswith("text/") or part.get_content_disposition() == "attachment":
            attachments.append(Attachment(name or kind[:40], len(data), hashlib.sha256(data).hexdigest()))
        elif kind == "text/html":
            pages.append(text_of_html(_decoded(part, data)))
        else:
            plain.append(_decoded(part, data))
    text = "\n".join(plain) if any(part.strip() for part in plain) else "\n".join(pages)
    return "\n".join(lines_of(text)).strip(), tuple(attachments)


def _own_parts(mail: Mail) -> Iterator[Mail]:
    """Return the parts that hold something, without going into messages that came along."""
    payload = mail.get_payload()
    if not isinstance(payload, list):
        yield mail
        return
    for part in payload:
        if isinstance(part, Mail) and not _is_message(part):
            yield from _own_parts(part)


def _file_name(part: Mail) -> str:
    return _one_line(_words(part.get_filename() or ""))[:NAME_LIMIT]


def _decoded(part: Mail, data: bytes) -> str:
    said = str(part.get_content_charset("utf-8"))
    try:
        return data.decode(said if _CHARSETS.fullmatch(said) else "utf-8", errors="replace")
    except (LookupError, ValueError):  # a charset that nobody knows
        return data.decode("utf-8", errors="replace")


def _quoted(letter: _Letter, taken: list[datetime], zone: tzinfo, day: date) -> Iterator[_Letter]:
    """Return the messages quoted in another that did not come themselves. Their zone is not known.

    `taken` is when those at hand were sent, in order; what is found joins them.
    """
    lines = [_QUOTE.sub("", line) for line in letter.text.split("\n")]
    most = len(taken) + QUOTES_LIMIT
    for index, line in enumerate(lines):
        found = next((m for text in (line, " ".join(lines[index : index + 2])) if (m := _heading(text))), None)
        if found is None:
            continue
        if len(taken) == most:
            return
        try:
            stamp = read_stamp(found, index + 1)
            (sent,) = place([stamp], zone, day)
        except Problem:
            continue  # quoted text that only looks like a time
        if not stamp.dated or _is_near(taken, sent, SAME):
            continue
        insort(taken, sent)
        text = "\n".join(lines[index + 1 : index + LINES_LIMIT])[:QUOTE_LIMIT].strip()
        quoted = replace(letter, who=_who(found["who"].strip(" ,")), text=text, sent=sent, automatic=False)
        clock = "" if stamp.offset is not None else "assumed"
        yield replace(quoted, minute=stamp.second is None, clock=clock, attachments=())


def _heading(text: str) -> re.Match[str] | None:
    """Return the match of a line that stands above a quoted message; runs of blanks are one."""
    if len(text) >= HEADING_LIMIT or not text.rstrip().endswith(":"):
        return None
    return _QUOTED.fullmatch(" ".join(text.split()))
