"""Stored cells as frames, and what was computed from them, kept in memory while nothing about them has changed.

Measured at 1,000 locations: one quarter of criteria is 24,000 rows and 0.25 s from SQL to frame, while a page has
0.15 s. The fingerprint costs a few milliseconds.
"""

from __future__ import annotations

import sys
from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from sqlalchemy import Row, Select, case, func, select, true
from sqlalchemy.orm import Session

from auditapp.models import Cell, CellStamp, Location
from auditapp.rollups import KEY, SUMS
from checklists.model import Channel
from reports import frames
from reports.heat import Between
from reports.intervals import Dispersion
from reports.measures import Cube, Measure
from reports.periods import Quarter

KEPT_ROWS = 1_200_000  # in all that one process keeps, about 110 MB
READ_AT_ONCE = 5_000  # rows, so that reading takes little more memory than what is kept
_CHANNELS = [channel.value for channel in Channel]


@dataclass(frozen=True, slots=True)
class Part:
    """Some locations, or some criteria, by their codes."""

    locations: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()


_Place = tuple[str, int]
_kept: OrderedDict[tuple[object, ...], tuple[object, Any, int]] = OrderedDict()
_lock = Lock()
T = TypeVar("T")


def cells_of(
    session: Session, programme_id: int, prints: Mapping[str, object], quarters: Sequence[Quarter]
) -> pd.DataFrame:
    """Return the CELLS of whole visits in these quarters; read only. `prints` are the `fingerprints` of all of them."""
    names = [str(quarter) for quarter in quarters]
    place = (*place_of(session, programme_id), "visits")
    found: dict[str, pd.DataFrame] = {
        name: frame for name in names if (frame := _find((*place, name), prints[name])) is not None
    }
    missing = [name for name in names if name not in found]
    if missing:
        read = _read(session, programme_id, missing, criteria=False)
        for name in missing:
            frame = read if len(missing) == 1 else read[read["quarter"] == name].reset_index(drop=True)
            _keep((*place, name), prints[name], frame, len(frame))
            found[name] = frame
    return pd.concat([found[name] for name in names], ignore_index=True)


def sum_cube(
    session: Session,
    programme_id: int,
    quarters: Sequence[Quarter],
    locations: pd.DataFrame,
) -> Cube:
    """Return the sums of criteria over `quarters` as those of the last of them, by location; nothing of it is kept.

    Rows go into their places as they come: a frame of them, with its texts, would be three times as large.
    """
    wanted = (*_wanted(programme_id, [str(quarter) for quarter in quarters]), Cell.criterion != "")
    known = session.execute(select(Cell.channel, Cell.criterion).where(*wanted).distinct())
    measures = tuple(sorted((row[0], row[1]) for row in known))
    index = {measure: place for place, measure in enumerate(measures)}
    codes = {code: place for place, code in enumerate(locations["location"])}
    ids = session.execute(select(Location.id, Location.code).where(Location.programme_id == programme_id)).all()
    place_of_id = np.full(max((row[0] for row in ids), default=0) + 1, -1)
    for row in ids:
        place_of_id[row[0]] = codes.get(row[1], -1)
    sums = {name: np.zeros((len(index), 1, len(codes))) for name in SUMS}
    query = select(Cell.channel, Cell.criterion, Cell.location_id, *(getattr(Cell, name) for name in SUMS))
    for quarter in quarters:  # each has a location's criterion once
        for rows in _rows(session, query.where(*_wanted(programme_id, [str(quarter)]), Cell.criterion != "")):
            columns = list(zip(*rows, strict=True))
            measure = np.array([index.get(key, -1) for key in zip(columns[0], columns[1], strict=True)])
            place = place_of_id[np.array(columns[2])]
            listed = (measure >= 0) & (place >= 0)
            at = measure[listed], 0, place[listed]
            for name, column in zip(SUMS, columns[3:], strict=True):
                sums[name][at] += np.array(column, dtype=np.float64)[listed]
    formats = locations["format"].to_numpy(dtype=np.str_)
    return Cube(measures, (quarters[-1],), tuple(codes), formats, **sums)


def part_of(session: Session, programme_id: int, quarters: Sequence[Quarter], part: Part) -> pd.DataFrame:
    """Return the CELLS of criteria of some locations, or of some criteria everywhere; nothing of it is kept."""
    return _read(session, programme_id, [str(quarter) for quarter in quarters], criteria=True, part=part)


def sums_of(
    session: Session,
    programme_id: int,
    prints: Mapping[str, object],
    quarters: Sequence[Quarter],
    locations: pd.DataFrame,
    mark: object,
) -> Cube:
    """Return the sums of criteria over `quarters` (see `sum_cube`); `mark` differs whenever the locations do."""
    names = [str(quarter) for quarter in quarters]
    key = (*place_of(session, programme_id), "sums", *names)
    stamp = (*(prints[name] for name in names), mark)
    found: Cube | None = _find(key, stamp)
    if found is None:
        found = sum_cube(session, programme_id, quarters, locations)
        _keep(key, stamp, found, found.n.size * 2 // 3)  # rows of a frame that take as much memory
    return found


def spread_of(
    session: Session,
    programme_id: int,
    prints: Mapping[str, object],
    formats: object,
    quarters: Sequence[Quarter],
    criteria: tuple[str, ...] = (),
) -> dict[tuple[Measure, str, Quarter], Dispersion]:
    """Return how visits of the whole network vary, by measure (or those of some criteria), format and quarter.

    Summed by the database (see `Dispersion`): a wide network has more cells than a process should hold. `formats`
    differs whenever the format of any location does.
    """
    place = (*place_of(session, programme_id), "spread", criteria)
    stamps = {quarter: (prints[str(quarter)], formats) for quarter in quarters}
    known = {quarter: _find((*place, str(quarter)), stamp) for quarter, stamp in stamps.items()}
    missing = [quarter for quarter, sums in known.items() if sums is None]
    if missing:
        read = _spread(session, programme_id, missing, criteria)
        for quarter in missing:
            known[quarter] = {key: sums for key, sums in read.items() if key[2] == quarter}
            _keep((*place, str(quarter)), stamps[quarter], known[quarter], len(known[quarter]))
    return {key: sums for each in known.values() for key, sums in each.items()}


def _spread(
    session: Session, programme_id: int, quarters: Sequence[Quarter], criteria: tuple[str, ...]
) -> dict[tuple[Measure, str, Quarter], Dispersion]:
    mean, free = Cell.score_sum / Cell.n, Cell.n - 1
    squares = Cell.score_sum_sq - Cell.score_sum * mean
    squares = case((squares > 0, squares), else_=0.0)
    here = Location.programme_id == programme_id
    found = {}
    for kind in session.scalars(select(Location.format).where(here).distinct()).all():
        # Each format by itself, so that cells are grouped as their key has them and need no sorting.
        rows = session.execute(
            select(
                Cell.quarter,
                Cell.channel,
                Cell.criterion,
                func.sum(squares),
                func.sum(free * mean * (1 - mean) + squares / Cell.n),
                func.sum(free),
            )
            .where(*_wanted(programme_id, [str(quarter) for quarter in quarters]), Cell.n >= 2)
            .where(Cell.criterion.in_([*criteria, ""]) if criteria else true())
            .where(Cell.location_id.in_(select(Location.id).where(here, Location.format == kind)))
            .group_by(Cell.quarter, Cell.channel, Cell.criterion)
        )
        for row in rows:
            found[(row[1], row[2]), kind, Quarter.parse(row[0])] = Dispersion(row[3], row[4], int(row[5]))
    return found


def between(
    session: Session, programme_id: int, quarters: Sequence[Quarter], channel: str
) -> Mapping[tuple[str, str], Between]:
    """Return what tells how locations differ, by (criterion, location format), over `quarters` taken together."""
    visits, points = func.sum(Cell.n), func.sum(Cell.score_sum)
    each = (
        select(Cell.criterion, Cell.location_id, visits.label("n"), points.label("points"))
        .where(
            Cell.programme_id == programme_id,
            Cell.quarter.in_([str(quarter) for quarter in quarters]),
            Cell.channel == channel,
            Cell.criterion != "",
        )
        .group_by(Cell.criterion, Cell.location_id)
        .subquery()
    )
    rows = session.execute(
        select(
            each.c.criterion,
            Location.format,
            func.count(),
            func.sum(each.c.n),
            func.sum(each.c.n * each.c.n),
            func.sum(each.c.points),
            func.sum(each.c.points * each.c.points / each.c.n),
            func.sum(each.c.points / each.c.n),
        )
        .join(Location, Location.id == each.c.location_id)
        .group_by(each.c.criterion, Location.format)
    )
    return {(row[0], row[1]): Between(int(row[2]), *(float(value) for value in row[3:])) for row in rows}


def remember(key: tuple[object, ...], fingerprint: object, make: Callable[[], T], rows: int = 100) -> T:
    """Return what `make` made for the same key and an equal fingerprint before, else make it; read only.

    `fingerprint` differs whenever anything that `make` reads differs; `rows` is the size of the value in rows of cells.
    """
    found: T | None = _find(key, fingerprint)
    if found is None:
        found = make()
        _keep(key, fingerprint, found, rows)
    return found


def place_of(session: Session, programme_id: int) -> _Place:
    """Return what tells the programme from all others that this process may serve, as the start of a key."""
    return str(session.get_bind().engine.url), programme_id


def _find(key: tuple[object, ...], fingerprint: object) -> Any:
    with _lock:
        known = _kept.get(key)
        if known is None or known[0] != fingerprint:
            return None
        _kept.move_to_end(key)
        return known[1]


def _keep(key: tuple[object, ...], fingerprint: object, value: object, rows: int) -> None:
    with _lock:
        _kept[key] = (fingerprint, value, rows)
        _kept.move_to_end(key)
        total = sum(size for *_, size in _kept.values())
        while total > KEPT_ROWS and len(_kept) > 1:
            _, (*_, dropped) = _kept.popitem(last=False)
            total -= dropped


def fingerprints(session: Session, programme_id: int, quarters: Collection[Quarter]) -> dict[str, object]:
    """Return what differs whenever cells of a quarter differ; None where it never had any."""
    rows = session.execute(
        select(CellStamp.quarter, CellStamp.stamp).where(
            CellStamp.programme_id == programme_id, CellStamp.quarter.in_([str(quarter) for quarter in quarters])
        )
    )
    stamps: dict[str, object] = {row.quarter: row.stamp for row in rows}
    return {str(quarter): stamps.get(str(quarter)) for quarter in quarters}


def _wanted(programme_id: int, quarters: Sequence[str]) -> tuple[Any, ...]:
    # Naming the channels completes the prefix of the key, so that only the rows wanted are touched.
    return Cell.programme_id == programme_id, Cell.quarter.in_(quarters), Cell.channel.in_(_CHANNELS)


def _read(
    session: Session, programme_id: int, quarters: Sequence[str], *, criteria: bool, part: Part | None = None
) -> pd.DataFrame:
    query = (
        select(Location.code, Cell.quarter, Cell.channel, Cell.criterion, *(getattr(Cell, name) for name in SUMS))
        .join(Location, Location.id == Cell.location_id)
        .where(Cell.criterion != "" if criteria else Cell.criterion == "")
    )
    if part is not None and part.locations:  # by the index of locations, whatever the channel
        mine = select(Location.id).where(Location.programme_id == programme_id, Location.code.in_(part.locations))
        query = query.where(Cell.location_id.in_(mine), Cell.quarter.in_(quarters))
    else:
        query = query.where(*_wanted(programme_id, quarters))
    if part is not None and part.criteria:
        query = query.where(Cell.criterion.in_(part.criteria))
    return _framed(session, query)


def _framed(session: Session, query: Select[Any]) -> pd.DataFrame:
    """Return the rows of a query, its columns those of CELLS, as a frame."""
    texts: list[list[str]] = [[] for _ in KEY]
    numbers = [array("d") for _ in SUMS]
    for rows in _rows(session, query):
        columns = list(zip(*rows, strict=True))
        for known, column in zip(texts, columns, strict=False):
            known.extend(map(sys.intern, column))  # each code once in memory, not once a row
        for sums, column in zip(numbers, columns[len(KEY) :], strict=True):
            sums.extend(column)
    frame: dict[str, Any] = {name: pd.Series(column, dtype="str") for name, column in zip(KEY, texts, strict=True)}
    frame |= {name: np.frombuffer(sums) for name, sums in zip(SUMS, numbers, strict=True)}
    return frames.check(pd.DataFrame(frame), frames.CELLS)


def _rows(session: Session, query: Select[Any]) -> Iterator[Sequence[Row[Any]]]:
    """Yield the rows of columns in parts; the connection gives them in half the time of the session."""
    return session.connection().execute(query.execution_options(yield_per=READ_AT_ONCE)).partitions()
