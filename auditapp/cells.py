"""Stored cells as frames, a quarter at a time, kept in memory while nothing about them has changed.

Measured at 1,000 locations: one quarter of criteria is 24,000 rows and 0.25 s from SQL to frame, while a page has
0.15 s. The fingerprint costs a few milliseconds.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from auditapp.models import Cell, JournalLine, Location
from auditapp.rollups import KEY, SUMS
from checklists.model import Channel
from reports import frames
from reports.periods import Quarter

KEPT_ROWS = 600_000  # in all frames kept by one process, about 80 MB
_CHANNELS = [channel.value for channel in Channel]

_Key = tuple[str, int, bool, str]
_kept: OrderedDict[_Key, tuple[object, pd.DataFrame]] = OrderedDict()
_lock = Lock()


def cells_of(
    session: Session, programme_id: int, overall: Sequence[Quarter], criteria: Sequence[Quarter] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the CELLS of whole visits in the quarters `overall`, and those of criteria in `criteria`; read only."""
    wanted = [(False, str(quarter)) for quarter in overall] + [(True, str(quarter)) for quarter in criteria]
    prints = _fingerprints(session, programme_id, sorted({name for _, name in wanted}))
    place = (str(session.get_bind().engine.url), programme_id)
    found = {part: frame for part in wanted if (frame := _find((*place, *part), prints[part[1]])) is not None}
    for of_criteria in (False, True):
        missing = [name for kind, name in wanted if kind is of_criteria and (kind, name) not in found]
        if missing:
            read = _read(session, programme_id, missing, criteria=of_criteria)
            for name in missing:
                frame = read[read["quarter"] == name].reset_index(drop=True)
                _keep((*place, of_criteria, name), prints[name], frame)
                found[of_criteria, name] = frame
    whole, parts = ([found[part] for part in wanted if part[0] is kind] for kind in (False, True))
    return pd.concat(whole, ignore_index=True), pd.concat([*parts, whole[0][:0]], ignore_index=True)


def _find(key: _Key, fingerprint: object) -> pd.DataFrame | None:
    with _lock:
        known = _kept.get(key)
        if known is None or known[0] != fingerprint:
            return None
        _kept.move_to_end(key)
        return known[1]


def _keep(key: _Key, fingerprint: object, frame: pd.DataFrame) -> None:
    with _lock:
        _kept[key] = (fingerprint, frame)
        _kept.move_to_end(key)
        rows = sum(len(kept) for _, kept in _kept.values())
        while rows > KEPT_ROWS and len(_kept) > 1:
            _, (_, dropped) = _kept.popitem(last=False)
            rows -= len(dropped)


def _fingerprints(session: Session, programme_id: int, quarters: Sequence[str]) -> dict[str, object]:
    """Return what differs whenever cells of a quarter differ: the programme's last journal line and overall sums.

    Every move of a visit writes a journal line; the sums notice what was brought in or recounted without one.
    """
    line = select(JournalLine.id).where(JournalLine.programme_id == programme_id).order_by(JournalLine.id.desc())
    sums = (
        select(
            Cell.quarter,
            line.limit(1).scalar_subquery(),
            func.count(),
            func.sum(Cell.n),
            func.sum(Cell.score_sum),
            func.sum(Cell.score_sum_sq),
            func.sum(Cell.answers),
        )
        .where(*_wanted(programme_id, quarters), Cell.criterion == "")
        .group_by(Cell.quarter)
    )
    found: dict[str, object] = {row[0]: tuple(row[1:]) for row in session.execute(sums)}
    return {quarter: found.get(quarter) for quarter in quarters}


def _wanted(programme_id: int, quarters: Sequence[str]) -> tuple[Any, ...]:
    # Naming the channels completes the prefix of the key, so that only the rows wanted are touched.
    return Cell.programme_id == programme_id, Cell.quarter.in_(quarters), Cell.channel.in_(_CHANNELS)


def _read(session: Session, programme_id: int, quarters: Sequence[str], *, criteria: bool) -> pd.DataFrame:
    rows = session.execute(
        select(Location.code, Cell.quarter, Cell.channel, Cell.criterion, *(getattr(Cell, name) for name in SUMS))
        .join(Location, Location.id == Cell.location_id)
        .where(*_wanted(programme_id, quarters), Cell.criterion != "" if criteria else Cell.criterion == "")
    )
    columns = list(zip(*rows, strict=True)) or [()] * len(KEY + SUMS)
    texts = {name: pd.Series(column, dtype="str") for name, column in zip(KEY, columns, strict=False)}
    return frames.check(pd.DataFrame({**texts, **dict(zip(SUMS, columns[len(KEY) :], strict=True))}), frames.CELLS)
