"""Reading a chat in plain lines: which lines begin a message, in many forms and mixed ones, and which are doubtful.

A line that begins no message goes on with the one above it. Where such a line holds a time, or a name and a colon, it
may have been a message in a form that is not known here, so it is named as a doubt for a person to look at.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from checklists.answers import clean
from checklists.contacts import DAY, MESSAGE_LIMIT, MINUTE
from checklists.problems import Problem, at
from checklists.stamps import DATE, STAMP, TIME, Stamp, find_day, plain_pattern, read_day, read_stamp

NAME_LIMIT = 80
LINE_LIMIT = 20_000  # characters
LINES_LIMIT = 30_000  # that are not empty
HEAD_LIMIT = 1000  # characters of a line that begins with a name
TIME_LINE_LIMIT = 60  # characters of a line that is a time and nothing else
TITLE_LIMIT = NAME_LIMIT + 20  # characters of a line that is a name, perhaps with "says:"
WORDS_LIMIT = 5  # of a name that is not followed by a colon

_FLAGS = re.IGNORECASE
_DATE, _TIME = plain_pattern(DATE), plain_pattern(TIME)
_SAYS = r"(?:\s{1,3}(?:pisze|napisał\(a\)|napisała?|mówi|writes|wrote|says|said))"
# "10:14:05 Anna: …", "[12/08/2026, 10:14] Anna: …", "(10:14) <Anna> …"
_STAMP_FIRST = re.compile(
    rf"(?P<open>[\[(<]?)\s*{STAMP}\s*(?P<close>[\])>]?)(?P<gap>\s*[-–—|,;]?\s*)(?P<rest>.*)", _FLAGS
)
_NAMED = re.compile(rf"(?P<who>\S.{{0,{NAME_LIMIT - 1}}}?){_SAYS}?\s?:(?:\s+(?P<text>.*))?", _FLAGS)
_ANGLED = re.compile(rf"<(?P<who>[^>]{{1,{NAME_LIMIT}}})>(?!\s*:)\s*(?P<text>.*)")
_TABBED = re.compile(rf"(?P<who>[^\t]{{1,{NAME_LIMIT}}})\t\s*(?P<text>.*)")
# "Anna (10:14 AM)", "Anna [10:14]:", "Anna, 10:14", "Anna • 10:14", with the text on the next line
_NAME_FIRST = re.compile(
    rf"(?P<who>\S.{{0,{NAME_LIMIT - 1}}}?)\s*(?:[(\[]\s*{STAMP}\s*[)\]]\s*(?::\s*(?P<text>.*))?)", _FLAGS
)
_NAME_COMMA = re.compile(rf"(?P<who>[^,|•·]{{1,{NAME_LIMIT}}}?)\s*[,|•·]\s*{STAMP}\s*:?", _FLAGS)
_NAME_PLAIN = re.compile(rf"(?P<who>\S.{{0,{NAME_LIMIT - 1}}}?)\s+{STAMP}", _FLAGS)
# "Anna 12.08.2026, 10:14"
_NAME_DATED = re.compile(rf"(?P<who>\S.{{0,{NAME_LIMIT - 1}}}?)\s+(?={_DATE}){STAMP}\s*:?", _FLAGS)
# "[10:14, 12.08.2026]" is read as "[12.08.2026, 10:14]"
_TIME_DATE = rf"(?P<time>{_TIME})(?:,\s*|\s+(?:[-–—|•·]\s+)?)(?P<date>{_DATE})"
_DATE_LAST = (
    re.compile(rf"(?P<before>[\[(<]?\s*){_TIME_DATE}(?P<after>\s*(?:[\])>,]|$|[-–—]\s))", _FLAGS),
    re.compile(rf"(?P<before>\S.{{0,{NAME_LIMIT}}}?\s[\[(<]?|[\[(<]){_TIME_DATE}(?P<after>\s*[\])>]?\s*:?$)", _FLAGS),
)
# A line of its own in a chat window: "10:14", "Today at 10:14", "12 Aug 2026, 10:14", "10:14 ✓✓"
_TIME_LINE = re.compile(
    rf"[\W_]*(?:(?:dziś|dzisiaj|today)\W+)?(?:(?:o|at|godz\.)\s+)?{STAMP}[\W_]*", _FLAGS
)  # fmt: skip
# "be here at" and "we open from" go on with a time; no name ends like this
_SENTENCE = re.compile(
    r"(?:.*\s)?(?:o|od|do|po|przed|na|ok|około|koło|godz|godzina|godzinie|godziny|jest|"
    r"at|by|from|to|until|till|before|after|around|about|is|since)\.?|.*[,;!?…]",
    _FLAGS,
)
_STAMP_IN = re.compile(rf"(?<![\d:.,/-])(?:{_DATE}(?:,\s*|\s+|T)(?:(?:at|o|godz\.)\s+)?)?{_TIME}", _FLAGS)
_SAID_THEN = re.compile(rf"{_SAYS}\s?:.*", _FLAGS)


@dataclass(frozen=True, slots=True)
class Entry:
    """What begins a message: who and when, with what stands in `line` to `last`.

    `sure`: nothing else is written like this; otherwise it may be a sentence that ends with a time.
    """

    stamp: Stamp
    who: str
    text: str
    line: int
    last: int
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Doubt:
    """A line that was not understood for certain. It is part of the message above it, or of none (`aside`).

    `begins`: it looks as if a message began there; otherwise a time stands in its sentence.
    """

    line: int
    text: str
    begins: bool
    aside: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """The messages in plain lines, the lines (number, text) that are part of none, and the doubtful ones."""

    entries: list[Entry]
    aside: list[tuple[int, str]]
    doubts: list[Doubt]


@dataclass(slots=True)
class _Heads:
    """Which lines begin a message; `parts` are other lines of a beginning: a name or a time on a line of its own."""

    entries: dict[int, Entry] = field(default_factory=dict)
    parts: set[int] = field(default_factory=set)

    @property
    def named(self) -> list[int]:
        return sorted(number for number, head in self.entries.items() if head.who)


def lines_of(text: str) -> list[str]:
    """Return the lines without the marks and rare spaces that phones put around times and names."""
    return [plain(line) if line else "" for line in re.split(r"\r\n|\r|\n", text)]


def plain(line: str) -> str:
    """Return one line without those marks, and no run of blanks in it: patterns would try each way to share one out."""
    line = re.sub(r"[\u00a0\u2000-\u200a\u202f\u3000]", " ", line)
    line = re.sub(r"[\u200b-\u200f\u061c\ufeff\u2060]", "", line)
    line = "\t".join(clean(part) for part in line.split("\t"))
    return re.sub(r"\s{2,}", lambda run: "\t" if "\t" in run[0] else " ", line)


def check_lines(lines: Sequence[str]) -> None:
    """Refuse what no chat is, before any pattern looks at it. Problem line_too_long, too_many_lines."""
    if sum(map(bool, lines)) > LINES_LIMIT:
        raise Problem("too_many_lines", limit=LINES_LIMIT)
    for number, line in enumerate(lines, start=1):
        if len(line) > LINE_LIMIT:
            raise Problem("line_too_long", at(line=number), limit=LINE_LIMIT)


def read_lines(text: str) -> Lines:
    """Return the messages in plain lines; none where no line names somebody and a time.

    Problem transcript_bad_time, line_too_long, too_many_lines, too_many_messages.
    """
    lines = lines_of(text)
    check_lines(lines)
    heads = _heads(lines)
    named = heads.named
    shapes = {_shape(lines[number - 1], heads.entries[number]) for number in named}
    names = {heads.entries[number].who for number in named}
    found, texts = Lines([], [], []), list[list[str]]()
    day: re.Match[str] | None = None
    for number, line in enumerate(lines, start=1):
        head = heads.entries.get(number)
        if head is not None and not head.who:  # a notice, or a message's text that happens to begin with a time
            later = bisect_right(named, number)
            after = heads.entries[named[later]].stamp if later < len(named) else None
            before = found.entries[-1].stamp if found.entries else None
            head = head if _shape(line, head) in shapes and _fits(head.stamp, before, after) else None
        if head is not None:
            found.entries.append(head if day is None else replace(head, stamp=_on_day(head.stamp, day)))
            texts.append([head.text])
            day = None
        elif found.entries and number in heads.parts:
            found.entries[-1] = replace(found.entries[-1], last=number)
        elif (date_alone := find_day(line)) is not None:
            day = date_alone
            found.aside.append((number, line))
        else:
            # Below a line with only a date stands no text of the message above it.
            aside = not found.entries or day is not None
            found.doubts.extend(_doubt(line, number, names, aside=aside))
            if aside:
                found.aside.extend([(number, line)] if line else [])
            else:
                texts[-1].append(line)
                found.entries[-1] = replace(found.entries[-1], last=number)
    found.entries[:] = [replace(entry, text="\n".join(said)) for entry, said in zip(found.entries, texts, strict=True)]
    return found if names else Lines([], found.aside, found.doubts)


def _heads(lines: Sequence[str]) -> _Heads:
    """Return the beginnings in the form that most of them are written in."""
    heads = _in_place(_each(lines, _head))
    least = 2 * len(heads.named)  # in a chat in blocks, a line of somebody's text may look like a beginning
    if not heads.named:
        heads = _in_place(_each(lines, _plain_head))
        least = len(heads.named)
    blocks = _blocks(lines)
    return blocks if len(blocks.entries) > least else heads


def _each(lines: Sequence[str], read: Callable[[str, int], Entry | None]) -> _Heads:
    heads, named = _Heads(), 0
    for number, line in enumerate(lines, start=1):
        head = read(line, number)
        if head is not None:
            heads.entries[number] = head
            named += bool(head.who)
            if named > 2 * MESSAGE_LIMIT:  # some may be no beginnings after all
                raise Problem("too_many_messages", limit=MESSAGE_LIMIT)
    return heads


# ---- beginnings on one line


def _head(line: str, number: int) -> Entry | None:
    """Return what a line begins, or None. Without a name it may be a notice, or just text that begins with a time."""
    found = _STAMP_FIRST.fullmatch(_date_first(line, _DATE_LAST[0]))
    if found:
        rest = found["rest"]
        named = _ANGLED.fullmatch(rest) or _TABBED.fullmatch(rest) or _NAMED.fullmatch(rest)
        if named:
            return Entry(read_stamp(found, number), named["who"].strip(), named["text"] or "", number, number)
        return _loose(found, "", number, rest)
    if len(line) > HEAD_LIMIT:
        return None
    found = _NAME_FIRST.fullmatch(line)
    if found and found["text"] is not None and (line[found.end("who") :].lstrip()[0] == "[" or _is_short(found["who"])):
        return Entry(read_stamp(found, number), found["who"].strip(), found["text"], number, number)
    turned = _date_first(line, _DATE_LAST[1])
    found = next((f for form in (_NAME_FIRST, _NAME_DATED, _NAME_COMMA) if (f := form.fullmatch(turned))), None)
    who = found["who"].strip(" ,|•·") if found else ""
    return _loose(found, who, number, found.groupdict().get("text") or "") if found and _is_short(who) else None


def _plain_head(line: str, number: int) -> Entry | None:
    """Return what "Anna 10:14" or "10:14 Anna" begins: a form so loose that it is tried only when no other fits."""
    if len(line) > HEAD_LIMIT:
        return None
    turned = _date_first(line, _DATE_LAST[1])
    found = _NAME_PLAIN.fullmatch(turned) or _STAMP_FIRST.fullmatch(_date_first(line, _DATE_LAST[0]))
    if not found:
        return None
    who = (found.groupdict().get("who") or found.groupdict().get("rest") or "").strip()
    return _loose(found, who, number) if _is_short(who) else None


def _is_short(who: str) -> bool:
    """Tell whether words are few enough for a name and do not go on with a time as a sentence does."""
    return 0 < len(who) <= NAME_LIMIT and len(who.split()) <= WORDS_LIMIT and not _SENTENCE.fullmatch(who)


def _loose(found: re.Match[str], who: str, number: int, text: str = "") -> Entry | None:
    """Return a beginning that may as well be text: then a time that cannot be is no fault."""
    try:
        return Entry(read_stamp(found, number), who, text, number, number, sure=False)
    except Problem:
        return None


def _date_first(line: str, form: re.Pattern[str]) -> str:
    """Return a line that says the time and then the date with both the other way round."""
    found = form.match(line[:HEAD_LIMIT])
    if not found:
        return line
    return f"{found['before']}{found['date']}, {found['time']}{found['after']}{line[found.end() :]}"


def _in_place(heads: _Heads) -> _Heads:
    """Leave out the beginnings that nothing speaks for: in a loose form, by a name that comes once, out of place."""
    named = heads.named
    counts = Counter(heads.entries[number].who for number in named)
    stands = {number for number in named if heads.entries[number].sure or counts[heads.entries[number].who] > 1}
    firm = [number for number in named if number in stands or not stands]
    kept, gone = dict(heads.entries), set[int]()
    for number in named:
        if number in stands:
            continue
        below, above = bisect_left(firm, number) - 1, bisect_right(firm, number)
        while below >= 0 and firm[below] in gone:
            below -= 1
        before = heads.entries[firm[below]].stamp if below >= 0 else None
        after = heads.entries[firm[above]].stamp if above < len(firm) else None
        known = bool(stands) or after is not None  # of two alone nobody knows which one is wrong
        if known and not _suits(heads.entries[number].stamp, before, after, alike=bool(stands)):
            gone.add(number)
            del kept[number]
    return _Heads(kept)


def _suits(stamp: Stamp, before: Stamp | None, after: Stamp | None, *, alike: bool) -> bool:
    """Tell whether a time lies between its neighbours' and, where it has to be `alike`, has a date as they have."""
    if before is None:
        return True
    if stamp.dated != before.dated:
        return not alike
    if not stamp.dated:
        return _fits(stamp, before, after)
    own, first, last = (each and (each.day or each.loose) for each in (stamp, before, after))
    if own not in (first, last):
        return first != last
    late = own == first and stamp.of_day + MINUTE < before.of_day
    early = after is not None and own == last and stamp.of_day > after.of_day + MINUTE
    return first != last if late or early else True


def _shape(line: str, head: Entry) -> tuple[str, bool, bool]:
    """Return how a line writes its time: a notice is written like the messages around it."""
    begins = "name" if head.who and line.startswith(head.who) else line[:1] if line[:1] in "[(<" else ""
    return begins, head.stamp.dated, head.stamp.second is not None


def _fits(stamp: Stamp, before: Stamp | None, after: Stamp | None) -> bool:
    """Tell whether a time lies between its neighbours', as that of a notice does."""
    if stamp.dated or before is None or before.dated:
        return True
    begun, over = before.of_day, after.of_day if after and not after.dated else before.of_day + DAY
    return begun > over or begun <= stamp.of_day + before.open.seconds <= over + 2 * MINUTE


def _on_day(stamp: Stamp, found: re.Match[str]) -> Stamp:
    if stamp.dated:
        return stamp
    day, loose = read_day(found)
    return replace(stamp, day=day, loose=loose)


# ---- beginnings on several lines, as they come out of the windows of web chats


@dataclass(frozen=True, slots=True)
class _Block:
    """One message: the lines of its name and its time, and whether it has words."""

    name: int
    time: int
    who: str
    words: bool


def _name_above(times: Sequence[int], filled: Sequence[int], index: int) -> int | None:
    at = bisect_left(filled, times[index])
    return filled[at - 1] if at else None


def _name_below(times: Sequence[int], filled: Sequence[int], index: int) -> int | None:
    at = bisect_right(filled, times[index])
    return filled[at] if at < len(filled) else None


def _name_after_last(times: Sequence[int], filled: Sequence[int], index: int) -> int | None:
    return filled[bisect_right(filled, times[index - 1]) if index else 0]


# Where the name stands by its time: "name, time, text", "time, name, text", "name, text, time".
_LAYOUTS = (_name_above, _name_below, _name_after_last)


def _blocks(lines: Sequence[str]) -> _Heads:
    """Return the beginnings of a chat that has names and times on lines of their own; none where it has fewer than two.

    Of the layouts the one is taken that gives most messages with words, then the one with fewest names.
    """
    stamps = {number: stamp for number, line in enumerate(lines, start=1) if (stamp := _time_line(line, number))}
    if len(stamps) < 2:
        return _Heads()
    filled = [number for number, line in enumerate(lines, start=1) if line and find_day(line) is None]
    found = [list(_laid_out(lines, list(stamps), filled, name_by)) for name_by in _LAYOUTS]
    best = max(found, key=lambda blocks: (sum(b.words for b in blocks), -len({b.who for b in blocks})))
    heads = _Heads()
    for block in best if len(best) > 1 else []:
        first, last = sorted((block.name, block.time))
        stamp = stamps[block.time]
        if best is not found[2]:  # between a name and a time that belong together stands at most a date
            for number in range(first + 1, last):
                heads.parts.add(number)
                between = find_day(lines[number - 1])
                stamp = _on_day(stamp, between) if between else stamp
        heads.entries[first] = Entry(stamp, block.who, "", first, first)
        heads.parts.add(last)
    return heads


def _time_line(line: str, number: int) -> Stamp | None:
    found = _TIME_LINE.fullmatch(_date_first(line, _DATE_LAST[0])) if len(line) < TIME_LINE_LIMIT else None
    try:
        return read_stamp(found, number) if found else None
    except Problem:
        return None


def _laid_out(
    lines: Sequence[str],
    times: Sequence[int],
    filled: Sequence[int],
    name_by: Callable[[Sequence[int], Sequence[int], int], int | None],
) -> Iterator[_Block]:
    """Return the messages of one layout. A time without a name of its own begins none."""
    taken, found = set(times), list[tuple[int, int, str]]()
    for index, time in enumerate(times):
        number = name_by(times, filled, index)
        who = _name(lines[number - 1]) if number is not None and number not in taken else ""
        if number is not None and who:
            found.append((number, time, who))
            taken.add(number)
    apart = name_by is _name_after_last
    close = [each for each in found if apart or not any(not line for line in _between(lines, each))]
    found = close if len(close) > 1 else found
    counts = Counter(who for _name, _time, who in found)
    said = [number for number in filled if number not in taken]
    for index, (name, time, who) in enumerate(found):
        ends = min(found[index + 1][:2]) if index + 1 < len(found) else len(lines) + 1
        begun, over = (name, time) if apart else (max(name, time), ends)
        words = bisect_right(said, begun) < bisect_left(said, over)
        if words or counts[who] > 1:
            yield _Block(name, time, who, words)


def _between(lines: Sequence[str], found: tuple[int, int, str]) -> Sequence[str]:
    first, last = sorted(found[:2])
    return lines[first : last - 1]


def _name(line: str) -> str:
    """Return the name that a line is as a whole; empty when it reads like a sentence."""
    if len(line) > TITLE_LIMIT:
        return ""
    who = re.sub(rf"{_SAYS}?\s?:?$", "", line.strip(), flags=_FLAGS).strip()
    ended = re.search(r"\w{4}\.$", who)  # "Anna K." is a name
    fits = _is_short(who) and any(c.isalpha() for c in who) and not ended and not _STAMP_IN.search(who)
    return who if fits else ""


# ---- doubts


def _doubt(line: str, number: int, names: Collection[str], *, aside: bool) -> Iterator[Doubt]:
    """Return the doubt about a line that begins no message; nothing when there is none."""
    found = _STAMP_IN.search(line[:HEAD_LIMIT])
    if found:
        yield Doubt(number, line, _looks_like_head(line[: found.start()], line[found.end() :]), aside)
        return
    named = _NAMED.match(line[:HEAD_LIMIT])
    if named and named["who"] in names:
        yield Doubt(number, line, begins=True, aside=aside)


def _looks_like_head(before: str, after: str) -> bool:
    """Tell by what stands around a time whether a message may begin there: "Anna o 14:07 pisze: …"."""
    words = before.strip(" \t[]()<>{}-–—|,;•·*~/\"'")
    if not any(c.isalnum() for c in words):
        return True
    if _SAID_THEN.fullmatch(after) or (before.rstrip().endswith("[") and after.lstrip().startswith("]")):
        return len(words) <= NAME_LIMIT
    address = re.search(r"[\w=?&#%]$", before)  # "…/?from=14:05"
    return (
        not address
        and _is_short(words)
        and (not any(c.isalnum() for c in after) or re.match(r"[\s\])>]*:", after) is not None)
    )
