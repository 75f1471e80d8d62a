"""Reading a chat as it was copied or exported: plain lines, CSV, JSON or a saved page, in many forms and mixed ones.

Nothing is left out: every line belongs to a message, or stands aside (a heading, a line with only a date). Plain lines
are read in `chat_lines`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from html import unescape

from checklists.answers import clean
from checklists.chat_lines import NAME_LIMIT, Doubt, Entry, Lines, plain, read_lines
from checklists.contacts import MESSAGE_LIMIT, Message
from checklists.problems import Problem, at
from checklists.stamps import Stamp, find_stamp, newest_first, place

_COLUMNS: Mapping[str, frozenset[str]] = {
    "time": frozenset(
        {
            "time",
            "timestamp",
            "datetime",
            "date",
            "created",
            "created_at",
            "createdat",
            "sent",
            "sent_at",
            "sentat",
            "at",
            "ts",
            "when",
            "czas",
            "data",
            "godzina",
            "data_i_godzina",
        }
    ),
    "who": frozenset(
        {
            "author",
            "name",
            "from",
            "sender",
            "user",
            "who",
            "participant",
            "username",
            "display_name",
            "autor",
            "nadawca",
            "od",
            "kto",
            "osoba",
            "uczestnik",
        }
    ),
    "text": frozenset(
        {"text", "message", "body", "content", "msg", "wiadomość", "wiadomosc", "treść", "tresc", "tekst"}
    ),
}
_LISTS = ("messages", "transcript", "chat", "conversation", "events", "items", "history", "data")


@dataclass(frozen=True, slots=True)
class Transcript:
    """The messages of a contact in their order, the lines (number, text) that are part of none, and doubtful lines."""

    messages: tuple[Message, ...]
    aside: tuple[tuple[int, str], ...] = ()
    doubts: tuple[Doubt, ...] = ()


def read_text(data: bytes) -> str:
    """Return what bytes say in UTF-8, UTF-16 with its mark, or Windows' Central European. Problem source_not_text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").lstrip("\ufeff")
    if b"\x00" in data:
        raise Problem("source_not_text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1250", errors="replace")


def parse_transcript(text: str, *, zone: tzinfo, day: date, name: str = "") -> Transcript:
    """Return the messages of a chat.

    `zone` is the time of the place and `day` the day of the visit, for stamps that do not say; `name` is the file's.
    Problem with the line that was not understood.
    """
    if not text.strip():
        raise Problem("source_empty")
    kind, begins = name.rpartition(".")[2].casefold(), text.lstrip()[:1]
    lines = Lines([], [], [])
    if kind == "json" or (begins in ("[", "{") and _is_json(text)):
        entries = list(_bounded(_from_json(text)))
    elif kind == "csv" or _looks_like_table(text):
        entries = list(_bounded(_from_table(text)))
    else:
        if kind in ("html", "htm") or begins == "<":
            text = text_of_html(text)
        lines = read_lines(text)
        entries = lines.entries
    if not entries:
        raise Problem("transcript_unreadable", at(line=1))
    return Transcript(_in_order(entries, zone, day), tuple(lines.aside), tuple(lines.doubts))


def _bounded(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries up to the most that are read. Problem too_many_messages."""
    for number, entry in enumerate(entries, start=1):
        if number > MESSAGE_LIMIT:
            raise Problem("too_many_messages", limit=MESSAGE_LIMIT)
        yield entry


def _in_order(entries: list[Entry], zone: tzinfo, day: date) -> tuple[Message, ...]:
    entries = list(_bounded(entries))
    if newest_first([entry.stamp for entry in entries], zone, day):
        entries = entries[::-1]
    instants = place([entry.stamp for entry in entries], zone, day)
    return tuple(
        Message(
            number=number,
            line=entry.line,
            last=entry.last,
            who=entry.who,
            text=clean(entry.text),
            at=when,
            minute=entry.stamp.second is None,
            dated=entry.stamp.dated,
        )
        for number, (entry, when) in enumerate(zip(entries, instants, strict=True), start=1)
    )


# ---- a saved page

_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    }
)
_SILENT = ("script", "style", "template", "title", "noscript")
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]{0,20})(?:[\s/][^<>]*)?>|<[!?][^<>]*>")


def text_of_html(source: str) -> str:
    """Return the words of a page, a line for each block; scripts, styles and every mark-up are left out.

    A scanner of its own, because the standard library's takes minutes for a megabyte of half-open tags. What it
    returns is text for reading and never becomes a page again.
    """
    source = _without(_without(source, "<!--", "-->"), "<![CDATA[", "]]>")
    for name in _SILENT:
        source = _without(source, f"<{name}", f"</{name}")
    words = _TAG.sub(lambda tag: "\n" if (tag["name"] or "").lower() in _BLOCKS else " ", _folded(source))
    lines = (re.sub(r"\s+", " ", line).strip() for line in unescape(words).split("\n"))
    return "\n".join(line for line in lines if line)


def _folded(source: str) -> str:
    return re.sub(r"\s+", " ", source)


def _without(source: str, begin: str, end: str) -> str:
    """Cut out everything from `begin` to `end`; what is never ended stays to be read."""
    lower, kept, position = source.lower(), list[str](), 0
    if len(lower) != len(source):  # a few capitals change their length
        lower = source
    while (start := lower.find(begin, position)) >= 0 and (stop := lower.find(end, start + len(begin))) >= 0:
        kept.append(source[position:start])
        position = stop + (len(end) if end[-1] == ">" else 0)
    return "".join([*kept, source[position:]])


# ---- tables and JSON


def _looks_like_table(text: str) -> bool:
    first = text.lstrip("\ufeff\r\n ").split("\n", 1)[0]
    return set(_roles(_cells(first, _separator(first)))) >= {"time", "who"}


def _separator(line: str) -> str:
    return max(";,\t", key=line.count)


def _cells(line: str, separator: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(separator)]


def _roles(names: Sequence[object]) -> dict[str, list[int]]:
    """Return which columns hold the time (a date and a time may be two), the author and the text."""
    roles: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        plain = str(name).strip().casefold().replace(" ", "_").replace("-", "_")
        for role, known in _COLUMNS.items():
            if plain in known:
                roles.setdefault(role, []).append(index)
    return roles


def _from_table(text: str) -> Iterator[Entry]:
    first = text.lstrip("\ufeff\r\n ").split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=_separator(first))
    roles: dict[str, list[int]] = {}
    begin = 1
    try:
        for row in rows:
            line, begin = begin, rows.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if not roles:
                roles = _needed(_roles(row), row, line)
                continue
            cells = {role: " ".join(row[i].strip() for i in wanted if i < len(row)) for role, wanted in roles.items()}
            yield _record(cells["time"], cells["who"], cells["text"], line, rows.line_num)
    except csv.Error as error:
        raise Problem("source_not_text") from error


def _needed(roles: dict[str, list[int]], names: Sequence[object], line: int) -> dict[str, list[int]]:
    if roles.keys() != _COLUMNS.keys():
        raise Problem("transcript_columns", at(line=line), found=tuple(str(name)[:40] for name in names[:20]))
    return {**roles, "who": roles["who"][:1], "text": roles["text"][:1], "time": roles["time"][:2]}


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _from_json(text: str) -> Iterator[Entry]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem("transcript_unreadable", at(line=getattr(error, "lineno", 1))) from error
    if isinstance(value, dict):
        value = next((value[key] for key in _LISTS if isinstance(value.get(key), list)), [value])
    if not isinstance(value, list):
        raise Problem("transcript_unreadable", at(line=1))
    for number, record in enumerate(value, start=1):
        if not isinstance(record, dict):
            raise Problem("transcript_unreadable", at(line=number))
        names = list(record)
        roles = _needed(_roles(names), names, number)
        time, who, words = (record[names[roles[role][0]]] for role in ("time", "who", "text"))
        if isinstance(who, dict):
            who = next((who[key] for key in ("name", "display_name", "username") if key in who), "")
        yield _record(time, str(who or ""), str(words or ""), number, number)


def _record(time: object, who: str, text: str, line: int, last: int) -> Entry:
    stamp = _stamp_of(time, line)
    return Entry(stamp, clean(who)[:NAME_LIMIT].replace("\n", " "), text, line, last)


def _stamp_of(value: object, line: int) -> Stamp:
    """Return the stamp of a cell: as people write it, or seconds or milliseconds since 1970."""
    written = plain(str(value))[:NAME_LIMIT]
    if re.fullmatch(r"\d{10}(\.\d+)?|\d{13}", written):
        seconds = float(written) / (1000 if len(written.partition(".")[0]) == 13 else 1)
        when = datetime.fromtimestamp(seconds, UTC)
        offset = when.utcoffset()
        return Stamp(
            line, written, when.hour, when.minute, when.second, (when.year, when.month, when.day), None, offset
        )
    found = find_stamp(written, line)
    if found is None:
        raise Problem("transcript_bad_time", at(line=line), value=written[:40])
    return found
