"""Reading one TOML table key by key, so that one pass over a document finds every problem in it.

A reading method that meets a problem notes it and returns a stand-in; the caller goes on, and throws the result away at
the end if anything was noted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from checklists.answers import NUMBER_LIMIT, clean
from checklists.model import LOCALES, Text
from checklists.problems import Place, Problem, Problems, at

Choice = TypeVar("Choice", bound=StrEnum)

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_BLANK = Text("", "")

A_PAIR = Text(
    "para {pl = „…”, en = „…”} z niepustymi tekstami", "a pair {pl = “…”, en = “…”} of texts that are not empty"
)
A_TEXT = Text("tekst w cudzysłowie", "a text in quotes")
A_NUMBER = Text("liczba", "a number")
A_WHOLE = Text("liczba całkowita większa od zera", "a whole number above zero")
A_DATE = Text("data RRRR-MM-DD bez cudzysłowu", "a date YYYY-MM-DD without quotes")
A_FLAG = Text("true albo false", "true or false")
A_LIST = Text("niepusta lista tekstów bez powtórzeń", "a list of texts, not empty and without repeats")
A_TABLE = Text("tabela", "a table")


def read_toml(text: str, name: str) -> dict[str, object]:
    """Return the document as nested tables; Problems with toml_syntax when it is not TOML."""
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:  # hostile nesting and numbers of thousands of digits end here too
        raise Problems([Problem("toml_syntax", at(file=name), detail=error)]) from None


class Table:
    """One table of a document. `problems` is shared by all tables of the document."""

    def __init__(self, data: Mapping[str, object], place: Place, problems: list[Problem]) -> None:
        self.place = place
        self.problems = problems
        self._data = data
        self._known: set[str] = set()

    def refuse(self, code: str, /, **arguments: object) -> None:
        """Note a problem of this table."""
        self.problems.append(Problem(code, self.place, **arguments))

    def close(self) -> None:
        """Refuse the keys that nobody asked for."""
        for key in self._data.keys() - self._known:
            self.refuse("unknown_key", key=key, allowed=self._known)

    def has(self, key: str) -> bool:
        """Tell whether the key is written at all."""
        return key in self._data

    def optional_text(self, key: str) -> Text | None:
        """Return a pair of sentences, or None where the key is absent."""
        return self.text(key) if self._value(key) is not None else None

    def text(self, key: str) -> Text:
        """Return a pair of sentences, cleaned."""
        pair = self._value(key, required=True)
        if pair is None:
            return _BLANK
        if isinstance(pair, dict) and pair.keys() == set(LOCALES) and all(isinstance(v, str) for v in pair.values()):
            text = Text(clean(pair["pl"]), clean(pair["en"]))
            if text.pl and text.en:
                return text
        self._wrong(key, A_PAIR)
        return _BLANK

    def code(self, key: str = "code") -> str:
        """Return a code; what was written stands in for it when it is not a good one."""
        value = self.string(key)
        if value and not _CODE.fullmatch(value):
            self.refuse("bad_code", code=value)
        return value

    def string(self, key: str, default: str | None = None) -> str:
        """Return one plain text; required when there is no default."""
        value = self._value(key, required=default is None)
        if value is None:
            return default or ""
        if isinstance(value, str):
            return value
        self._wrong(key, A_TEXT)
        return ""

    def whole(self, key: str) -> int:
        """Return a whole number above zero."""
        value = self._value(key, required=True)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= NUMBER_LIMIT:
            return value
        if value is not None:
            self._wrong(key, A_WHOLE)
        return 1

    def number(self, key: str, *, required: bool = True) -> float | None:
        """Return a number, or None where it is absent or wrong."""
        value = self._value(key, required=required)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= NUMBER_LIMIT:
            return float(value)
        if value is not None:
            self._wrong(key, A_NUMBER)
        return None

    def positive(self, key: str, *, required: bool = True) -> float | None:
        """Return a number above zero, or None where it is absent or wrong."""
        value = self.number(key, required=required)
        if value is not None and value <= 0:
            self.refuse("not_positive", key=key)
            return None
        return value

    def share(self, key: str, default: float | None = None) -> float:
        """Return a number from 0 to 1; required when there is no default."""
        value = self.number(key, required=default is None)
        if value is not None and not 0 <= value <= 1:
            self.refuse("not_a_share", key=key)
        return value if value is not None else default or 0.0

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self._value(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self._wrong(key, A_FLAG)
        return default

    def day(self, key: str) -> date:
        """Return a calendar date."""
        value = self._value(key, required=True)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is not None:
            self._wrong(key, A_DATE)
        return date.min

    def choice(self, key: str, choices: type[Choice]) -> Choice | None:
        """Return a member of `choices`, or None where it is absent or none of them."""
        value = self.string(key)
        if value in list(choices):
            return choices(value)
        if isinstance(self._data.get(key), str):
            self.refuse("unknown_value", key=key, value=value, allowed=list(choices))
        return None

    def strings(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        """Return a list of plain texts that is not empty; () where it is absent or wrong."""
        value = self._value(key, required=required)
        if value is None:
            return ()
        if (
            isinstance(value, list)
            and all(isinstance(entry, str) for entry in value)
            and 0 < len(value) == len({*value})
        ):
            return tuple(value)
        self._wrong(key, A_LIST)
        return ()

    def table(self, key: str, **place: object) -> Table | None:
        """Return an inner table, or None where it is absent or wrong."""
        value = self._value(key)
        if isinstance(value, dict):
            return Table(value, self.place.inside(**place), self.problems)
        if value is not None:
            self._wrong(key, A_TABLE)
        return None

    def tables(self, key: str, *, required: bool = False) -> list[Table]:
        """Return the tables written as [[key]]; each is placed by its code, or by its number where it has none."""
        value = self._value(key, required=required)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            self._wrong(key, A_TABLE)
            return []
        return [
            Table(entry, self.place.inside(**{key: entry.get("code", number)}), self.problems)
            for number, entry in enumerate(value, start=1)
        ]

    def reference(self, key: str, known: Collection[str], refusal: str) -> str:
        """Return a code that must be among `known`."""
        code = self.string(key)
        if code and code not in known:
            self.refuse(refusal, code=code, allowed=known)
        return code

    def _value(self, key: str, *, required: bool = False) -> object | None:
        self._known.add(key)
        if required and key not in self._data:
            self.refuse("missing_key", key=key)
        return self._data.get(key)

    def _wrong(self, key: str, expected: Text) -> None:
        self.refuse("wrong_type", key=key, expected=expected)


def check_unique(tables: Collection[Table], codes: Collection[str]) -> None:
    """Refuse each table whose code an earlier one of the same kind has already."""
    seen: set[str] = set()
    for table, code in zip(tables, codes, strict=True):
        if code and code in seen:
            table.refuse("duplicate_code", code=code)
        seen.add(code)
