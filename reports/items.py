"""How the questions of a checklist work: how often they apply, pass, and tell good visits from poor ones.

For the methods page and whoever writes the next version; nothing here enters a score. An item's share is points /
maximum, in [0, 1], where it was answered and earned points; N/A and what was not asked have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import atanh, sqrt, tanh

import numpy as np
import pandas as pd

from checklists.model import AnswerState, Checklist, Item, ItemKind
from checklists.rounding import TOLERANCE
from reports.frames import ANSWERS, FrameProblem, check
from reports.intervals import Z95, FloatArray

CEILING = 0.95  # share of full points from which an item hardly tells visits apart
ENOUGH_VISITS = 30  # below which a correlation says nothing: its standard error is then about 0.2
WEAK = 0.20  # item-rest correlation below which an item says little about the rest (Ebel and Frisbie, 1991)
RARE = 0.50  # share of N/A above which an item rarely applies
_STATES = tuple(AnswerState)


class Sign(StrEnum):
    """What the author of the next version should look at first; the order is that of `find_sign`."""

    UNSCORED = "unscored"
    FEW = "few"
    CEILING = "ceiling"
    AGAINST = "against"
    WEAK = "weak"
    RARE = "rare"
    UNCLEAR = "unclear"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item over the visits of its checklist version. Rates are shares in [0, 1], None where nothing was counted.

    `answered` of the `asked` visits had an answer; `na_rate` is N/A / asked. Over scored answers: `pass_rate` the
    share that reached the pass mark, `full_rate` with full points, `mean` the mean share, `ceiling` whether full
    points are at least 95 %. `discrimination` is the corrected item-rest correlation, None below 30 visits and
    where the item or the rest never varies.
    """

    item: str
    criterion: str
    kind: ItemKind
    critical: bool
    asked: int
    answered: int
    na_rate: float | None
    pass_rate: float | None
    full_rate: float | None
    mean: float | None
    ceiling: bool | None
    discrimination: float | None


@dataclass(frozen=True, slots=True)
class ItemTable:
    """The items of one checklist version in the order asked; `judgement` is the share of judgements in their weight."""

    checklist: str
    version: int
    visits: int
    judgement: float | None
    rows: tuple[ItemRow, ...]


def build_items(answers: pd.DataFrame, checklist: Checklist) -> ItemTable:
    """Return the statistics of every item of `checklist` from ANSWERS of its approved regular visits.

    FrameProblem when an answer names an item the version does not have, or a state that does not exist.
    """
    answers = check(answers, ANSWERS)
    codes = pd.Index([item.code for item in checklist.items])
    column = codes.get_indexer(pd.Index(answers["item"]))
    if (column < 0).any():
        raise FrameProblem(ANSWERS.name, "item", f"{answers['item'][int(np.argmin(column))]} is not in the checklist")
    state = pd.Index([each.value for each in _STATES]).get_indexer(pd.Index(answers["state"]))
    if (state < 0).any():
        raise FrameProblem(ANSWERS.name, "state", "holds something other than a state of an answer")
    visit, visits = pd.factorize(answers["visit"])
    shares = np.full((len(visits), len(codes)), np.nan)
    answered = state == _STATES.index(AnswerState.ANSWERED)
    most = np.array([item.max_points or np.nan for item in checklist.items])
    points = answers["points"].to_numpy(dtype=np.float64)
    shares[visit[answered], column[answered]] = points[answered] / most[column[answered]]
    weights = np.array([item.weight or 0.0 for item in checklist.items])
    counts = np.zeros((len(codes), len(_STATES)), dtype=np.int64)
    np.add.at(counts, (column, state), 1)
    rest = rest_scores(shares, weights)
    return ItemTable(
        checklist.code,
        checklist.version,
        len(visits),
        judgement_share(checklist),
        tuple(
            _row(item, shares[:, index], rest[:, index], dict(zip(_STATES, counts[index].tolist(), strict=True)))
            for index, item in enumerate(checklist.items)
        ),
    )


def rest_scores(shares: FloatArray, weights: FloatArray) -> FloatArray:
    """Return each visit's score without each item, shaped like `shares` (visits, items); NaN where nothing is left.

    The score is the ratio of sums of scoring.md 1.3 over the other items that applied.
    """
    applied = ~np.isnan(shares) & (weights > 0)
    earned, weight = np.where(applied, shares, 0) * weights, applied * weights
    left = weight.sum(axis=1, keepdims=True) - weight
    others = earned.sum(axis=1, keepdims=True) - earned
    rest: FloatArray = np.full_like(shares, np.nan)
    np.divide(others, left, out=rest, where=left > TOLERANCE)
    return rest


def find_discrimination(share: FloatArray, rest: FloatArray) -> float | None:
    """Return the corrected item-rest correlation over visits; None below 30 visits or where one of both is constant.

    Source: Henrysson, Psychometrika 28:211-218 (1963): the item is left out of the score it is compared with, which
    would otherwise correlate with itself.
    """
    both = ~(np.isnan(share) | np.isnan(rest))
    x, y = share[both], rest[both]
    if len(x) < ENOUGH_VISITS or np.ptp(x) <= TOLERANCE or np.ptp(y) <= TOLERANCE:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def find_sign(row: ItemRow) -> Sign:
    """Return the one thing to say about an item.

    Discrimination counts as weak, as against the rest or as fine only where its whole 95 % interval says so. Source:
    Fisher's transformation, Metron 1:3-32 (1921).
    """
    if row.full_rate is None:
        return Sign.UNSCORED if row.answered else Sign.RARE if row.asked else Sign.FEW
    if row.answered < ENOUGH_VISITS:
        return Sign.FEW
    if row.ceiling:
        return Sign.CEILING
    lowest, highest = -1.0, 1.0
    if row.discrimination is not None:
        centre = atanh(max(min(row.discrimination, 1 - TOLERANCE), -1 + TOLERANCE))
        lowest, highest = (tanh(centre + side * Z95 / sqrt(row.answered - 3)) for side in (-1, 1))
    if highest < WEAK:
        return Sign.AGAINST if highest < 0 else Sign.WEAK
    if (row.na_rate or 0.0) > RARE:
        return Sign.RARE
    return Sign.FINE if lowest > 0 else Sign.UNCLEAR


def _row(item: Item, share: FloatArray, rest: FloatArray, states: Mapping[AnswerState, int]) -> ItemRow:
    asked = sum(states.values()) - states[AnswerState.NOT_ASKED]
    scored = share[~np.isnan(share)]
    full = float((scored >= 1 - TOLERANCE).mean()) if len(scored) else None
    return ItemRow(
        item=item.code,
        criterion=item.criterion,
        kind=item.kind,
        critical=item.critical,
        asked=asked,
        answered=states[AnswerState.ANSWERED],
        na_rate=states[AnswerState.NA] / asked if asked else None,
        pass_rate=float((scored >= item.pass_mark - TOLERANCE).mean()) if len(scored) else None,
        full_rate=full,
        mean=float(scored.mean()) if len(scored) else None,
        ceiling=None if full is None else full >= CEILING - TOLERANCE,
        discrimination=find_discrimination(share, rest),
    )


def judgement_share(checklist: Checklist) -> float | None:
    """Return the share of judgements in the weight of the scored items, None without any."""
    scored = [item for item in checklist.items if item.scored]
    judged = sum(item.weight or 0.0 for item in scored if item.kind is ItemKind.JUDGEMENT)
    return judged / checklist.total_weight if scored else None
