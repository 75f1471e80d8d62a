"""Column contracts: the only door through which data enters this floor.

A frame that has passed `check` has exactly the columns of its contract, in their order, with the dtypes
below, and unique keys; everything behind the door relies on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd


class Kind(StrEnum):
    """What a column holds. Only `OPTIONAL` numbers may be absent (NaN)."""

    TEXT = "text"
    NUMBER = "number"
    OPTIONAL = "optional number"
    COUNT = "count"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Contract:
    """Names and kinds of a frame's columns, and the columns that together name a row."""

    name: str
    columns: Mapping[str, Kind]
    key: tuple[str, ...]


class FrameProblem(ValueError):
    """A frame that breaks its contract; `column` names where."""

    def __init__(self, frame: str, column: str, reason: str) -> None:
        super().__init__(f"{frame}, column {column}: {reason}")
        self.frame = frame
        self.column = column
        self.reason = reason


SCORES = Contract(
    "scores",  # one row per approved visit
    {
        "visit": Kind.TEXT,
        "location": Kind.TEXT,
        "quarter": Kind.TEXT,
        "channel": Kind.TEXT,
        "shopper": Kind.TEXT,
        "score": Kind.OPTIONAL,
        "score_gated": Kind.OPTIONAL,
        "applicable_weight": Kind.NUMBER,
        "total_weight": Kind.NUMBER,
        "scorable": Kind.FLAG,
        "kind": Kind.TEXT,
        "critical_failed": Kind.COUNT,
        "critical_applicable": Kind.COUNT,
    },
    ("visit",),
)
CRITERIA = Contract(
    "criteria",  # one row per approved visit and criterion that applied in it
    {
        "visit": Kind.TEXT,
        "criterion": Kind.TEXT,
        "score": Kind.NUMBER,
        "applicable_weight": Kind.NUMBER,
        "answers": Kind.COUNT,
        "lost": Kind.NUMBER,
        "critical_failed": Kind.COUNT,
        "critical_applicable": Kind.COUNT,
    },
    ("visit", "criterion"),
)
CELLS = Contract(
    "cells",  # additive facts; criterion "" = overall
    {
        "location": Kind.TEXT,
        "quarter": Kind.TEXT,
        "channel": Kind.TEXT,
        "criterion": Kind.TEXT,
        "n": Kind.COUNT,
        "score_sum": Kind.NUMBER,
        "score_sum_sq": Kind.NUMBER,
        "lost_sum": Kind.NUMBER,
        "answers": Kind.COUNT,
        "critical_failed": Kind.COUNT,
        "critical_applicable": Kind.COUNT,
    },
    ("location", "quarter", "channel", "criterion"),
)
ANSWERS = Contract(
    "answers",  # one row per approved visit and item of one checklist version; what was not asked may be left out
    {
        "visit": Kind.TEXT,
        "item": Kind.TEXT,
        "state": Kind.TEXT,
        "points": Kind.OPTIONAL,
    },
    ("visit", "item"),
)
LOCATIONS = Contract(
    "locations",  # region is a path like "Północ/Pomorze"
    {
        "location": Kind.TEXT,
        "name": Kind.TEXT,
        "region": Kind.TEXT,
        "format": Kind.TEXT,
        "footfall": Kind.OPTIONAL,
    },
    ("location",),
)


def check(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Return the contract's columns of `frame` in its order and dtypes; FrameProblem names the first bad column.

    Columns the contract does not name are left behind.
    """
    columns: dict[str, Any] = {}
    for name, kind in contract.columns.items():
        if name not in frame.columns:
            raise FrameProblem(contract.name, name, "is missing")
        columns[name] = _column(frame[name], kind, contract.name)
    checked = pd.DataFrame(columns).reset_index(drop=True)
    repeated = checked.duplicated(list(contract.key)).to_numpy()
    if repeated.any():
        key = tuple(checked.loc[int(np.argmax(repeated)), list(contract.key)])
        raise FrameProblem(contract.name, ", ".join(contract.key), f"the row {key} stands there more than once")
    return checked


def _column(column: pd.Series[Any], kind: Kind, frame: str) -> pd.Series[Any]:
    name = str(column.name)
    if kind is not Kind.OPTIONAL and column.isna().any():
        raise FrameProblem(frame, name, "has an empty value")
    try:
        if kind is Kind.TEXT:
            return _text(column, frame)
        if kind is Kind.FLAG:
            if not column.isin([True, False]).all():
                raise FrameProblem(frame, name, "holds something other than yes and no")
            return column.astype(bool)
        numbers = pd.to_numeric(column).astype("float64")
    except (TypeError, ValueError) as error:
        if isinstance(error, FrameProblem):
            raise
        raise FrameProblem(frame, name, f"is not a {kind}: {error}") from error
    if np.isinf(numbers).any():
        raise FrameProblem(frame, name, "has an infinite value")
    if kind in (Kind.NUMBER, Kind.OPTIONAL):
        return numbers
    if ((numbers < 0) | (numbers % 1 != 0)).any():
        raise FrameProblem(frame, name, "holds something other than whole numbers from 0")
    return numbers.astype("int64")


def _text(column: pd.Series[Any], frame: str) -> pd.Series[Any]:
    # Codes are text, never numbers: a code "007" that became 7 on its way here is lost already.
    if len(column) and not all(isinstance(value, str) for value in column.unique()):
        raise FrameProblem(frame, str(column.name), "holds something other than text")
    return column.astype("str")
