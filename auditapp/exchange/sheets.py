"""What a workbook would take once it is read, told by its parts before the reader lays out a grid of them.

The reader makes a cell of everything between A1 and the last cell, and a copy of a shared text for each cell that names
it: a file of a kilobyte can ask for more memory than any machine has, and that ends the whole process. So the parts are
counted here, and the reader gets a workbook with nothing in it but what was counted.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from xlsxwriter.utility import xl_cell_to_rowcol, xl_rowcol_to_cell

from checklists.problems import Problem

MAX_COLUMNS = 256
MAX_CELLS = 5_000_000  # of all sheets together, empty ones between others included
MAX_TEXT = 200 * 2**20  # characters of shared texts, counted once for each cell that names them
PIECE = 2**16
LONGEST_TAG = 2**20  # bytes: this parser begins anew at each piece of a tag, and so would take hours

_CELL = re.compile(r"[A-Za-z]{1,3}[1-9][0-9]{0,6}")
_ROW = re.compile(r"[1-9][0-9]{0,6}")
_NUMBER = re.compile(r"[0-9]{1,9}")
LONGEST_NUMBER = 20
_LINKS = "xl/_rels/workbook.xml.rels"


@dataclass(slots=True)
class Sizes:
    """What was counted in all parts: cells of the grids, texts (their lengths) and how often each is named."""

    cells: int = 0
    texts: list[int] = field(default_factory=list)
    named: Counter[int] = field(default_factory=Counter)
    targets: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)


def copy_counted(packed: IO[bytes], copy: IO[bytes]) -> None:
    """Write the workbook to `copy` with only those parts that were counted.

    `packed` is a zip of a bounded size once unpacked; zipfile's own errors come through. Problem not_a_table,
    sheet_too_large, unpacked_too_large.
    """
    sizes, names = Sizes(), set[str]()
    with zipfile.ZipFile(packed) as archive, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as kept:
        for entry in archive.infolist():
            name = entry.filename.replace("\\", "/").lower()  # as the reader looks for it
            if not _is_part(name):
                continue
            _need(sound=name not in names)
            names.add(name)
            with archive.open(entry) as part, kept.open(entry.filename, "w") as out:
                _count(part, out, sizes, is_links=name == _LINKS)
    _check(sizes)


def _is_part(name: str) -> bool:
    return name == "[content_types].xml" or (name.startswith(("xl/", "_rels/")) and name.endswith((".xml", ".rels")))


def _check(sizes: Sizes) -> None:
    """Refuse texts that are named too often, and sheets that share a part: each would be laid out again."""
    shared = max(Counter(sizes.targets).values(), default=0) > 1 or max(Counter(sizes.sheets).values(), default=0) > 1
    _need(sound=not shared and all(index < len(sizes.texts) for index in sizes.named))
    if sum(sizes.texts[index] * times for index, times in sizes.named.items()) > MAX_TEXT:
        raise Problem("unpacked_too_large", limit=MAX_TEXT // 2**20)


def _count(part: IO[bytes], out: IO[bytes], sizes: Sizes, *, is_links: bool) -> None:
    """Read one part to its end, copying it as it goes. Problem not_a_table where it is no plain XML."""
    counting, read = _Part(sizes, is_links=is_links), 0
    try:
        while piece := part.read(PIECE):
            counting.parser.Parse(piece)
            out.write(piece)
            read += len(piece)
            _need(sound=read - counting.parser.CurrentByteIndex < LONGEST_TAG)
        counting.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Problem("not_a_table") from error
    sizes.cells += counting.rows * counting.columns


class _Part:
    """One part on its way through the parser: where in the grid it stands, and how far the grid reaches by now.

    What the reader might understand in another way than this parser is refused: no spreadsheet program writes it.
    """

    def __init__(self, sizes: Sizes, *, is_links: bool) -> None:
        self.sizes, self.is_links = sizes, is_links
        self.rows = self.columns = 0
        self.first_text = len(sizes.texts)
        self._row = self._column = 1  # of the next cell that does not say its own
        self._cell: tuple[int, int] | None = None  # the open one
        self._names_text = False  # the open cell holds the number of a shared text
        self._number: str | None = None
        self._number_at = 0
        self._length: int | None = None  # of the open shared text
        self._is_told = self._is_spelled = False
        # UTF-8 whatever a part says of itself: the reader looks at its bytes alone.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._said
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_parts: object) -> None:
        raise Problem("not_a_table")  # it may bring entities, and those anything

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if self._cell is not None:
            _need(sound=name not in ("c", "row"))
            self._fill(*self._cell)
        if name == "c":
            self._cell = self._place(attributes.get("r"))
            self._names_text = attributes.get("t") == "s"
        elif name == "row":
            said = attributes.get("r")
            _need(sound=said is None or _ROW.fullmatch(said) is not None)
            self._row, self._column = int(said or self._row), 1
        elif name == "v" and self._names_text:
            self._number = ""
        elif name == "si":
            # One list of texts only: with another one before it their numbers would not be ours.
            _need(sound=self._length is None and not self.first_text)
            self._length, self._is_told = 0, False
        elif name in ("rPh", "t"):
            self._is_spelled = name == "rPh" or self._is_spelled
            self._is_told = self._is_told or not self._is_spelled
        elif name == "sheet":
            self.sizes.sheets += [value for key, value in attributes.items() if key.rpartition(":")[2] == "id"]
        elif self.is_links and name == "Relationship":
            target = attributes.get("Target", "").replace("\\", "/").lower()
            self.sizes.targets.append(posixpath.normpath(posixpath.join("/xl", target)))

    def _place(self, said: str | None) -> tuple[int, int]:
        """Return the row and the column of a cell."""
        row, column = self._row, self._column
        if said is not None:
            _need(sound=_CELL.fullmatch(said) is not None)
            row, column = (number + 1 for number in xl_cell_to_rowcol(said.upper()))
        self._column = column + 1
        return row, column

    def _fill(self, row: int, column: int) -> None:
        """Let the grid reach to a cell in which something stands."""
        _need(sound=row >= self.rows)  # the reader takes the row of the last cell for the lowest one
        self.rows, self.columns = row, max(self.columns, column)
        if self.columns > MAX_COLUMNS or self.sizes.cells + self.rows * self.columns > MAX_CELLS:
            cell = xl_rowcol_to_cell(row - 1, column - 1)
            raise Problem("sheet_too_large", cell=cell, columns=MAX_COLUMNS, cells=MAX_CELLS // 10**6)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._cell, self._names_text = None, False
        elif name == "row":
            self._row, self._column = self._row + 1, 1
        elif name == "v" and self._number is not None:
            _need(sound=_NUMBER.fullmatch(self._number) is not None)
            # Digits and nothing else: no comment between them, none written as an entity.
            _need(sound=self.parser.CurrentByteIndex - self._number_at == len(self._number))
            self.sizes.named[int(self._number)] += 1
            self._number = None
        elif name == "rPh":
            self._is_spelled = False
        elif name == "si" and self._length is not None:
            _need(sound=self._is_told)  # the reader skips a text without words, and counts on
            self.sizes.texts.append(self._length)
            self._length = None

    def _said(self, text: str) -> None:
        if self._number is not None:
            if not self._number:
                self._number_at = self.parser.CurrentByteIndex
            self._number = (self._number + text)[:LONGEST_NUMBER]
        if self._length is not None:
            self._length += len(text)


def _need(*, sound: bool) -> None:
    """Refuse a part that is not written as spreadsheet programs write it."""
    if not sound:
        raise Problem("not_a_table")
