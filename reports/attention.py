"""What a manager should look at first, chosen by the same rules as every list: nothing that can be chance is named.

Locations come from the level lists and the lists of changes of a comparison. Criteria are compared with an earlier
quarter over the locations visited in both, so that a store that opened, closed or moved does not pass for a change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from checklists.model import Checklist
from checklists.rounding import TOLERANCE
from checklists.versions import compare_versions
from reports.change import ChangeLabel, adjusted, label_change, score_test
from reports.columns import BoolArray
from reports.compare import ComparisonRow
from reports.intervals import Z95, FloatArray, mover
from reports.measures import Cells, Measure, Spread, build_cube, estimate
from reports.periods import Quarter
from reports.thresholds import Thresholds

Standing = Literal["no_visits", "one_location", "too_few", "perfect", "equal", "no_differences", "differences"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows of one channel each, the surest first: levels from the level lists, changes from the lists of changes."""

    below: tuple[ComparisonRow, ...]
    above: tuple[ComparisonRow, ...]
    fell: tuple[ComparisonRow, ...]
    rose: tuple[ComparisonRow, ...]


def choose(rows: Sequence[ComparisonRow], label: Callable[[ComparisonRow], str | None]) -> Chosen:
    """Return the rows of a comparison that belong on the page of what needs somebody, and of what went well.

    Headlines are left out: a level belongs to one channel, and so does the list of changes. `label` is what may be said
    of a change in a list of many.
    """
    visited = [row for row in rows if row.channel and row.n]

    def surest(found: Iterable[ComparisonRow], doubt: Callable[[ComparisonRow], float]) -> tuple[ComparisonRow, ...]:
        return tuple(sorted(found, key=lambda row: (doubt(row), row.name, row.location)))

    def chance(row: ComparisonRow) -> float:
        return 1.0 if row.change_p is None else row.change_p

    return Chosen(
        below=surest((row for row in visited if row.level == "below"), lambda row: -(row.p_below or 0.0)),
        above=surest((row for row in visited if row.level == "above"), lambda row: row.p_below or 0.0),
        fell=surest((row for row in visited if label(row) == ChangeLabel.DOWN), chance),
        rose=surest((row for row in visited if label(row) == ChangeLabel.UP), chance),
    )


def find_standing(rows: Sequence[ComparisonRow], *, compared: int) -> Standing:
    """Return what is true of these rows together; `compared` locations of the whole network were visited."""
    visited = [row for row in rows if row.channel and row.n]
    if not visited:
        return "no_visits"
    scores = [row.score for row in visited if row.score is not None]
    if len(scores) == len(visited) and min(scores) >= 1 - TOLERANCE:
        return "perfect"
    if compared == 1:
        return "one_location"
    judged = [row for row in visited if row.level in ("below", "none", "above")]
    if not judged:
        return "too_few"
    if any(row.level != "none" for row in judged):
        return "differences"
    alike = len(judged) > 1 and len(judged) == len(visited) and len({row.channel for row in judged}) == 1
    return "equal" if alike and max(scores) - min(scores) <= TOLERANCE else "no_differences"


def comparable_criteria(versions: Sequence[Checklist]) -> frozenset[str]:
    """Return the criteria that all versions of a checklist measure alike: the same items, weighed alike.

    Their scores mean the same in each version, so they need no restating (scoring.md 1.9).
    """
    *earlier, newest = versions
    alike = frozenset(item.criterion for item in newest.items if item.scored)
    return frozenset(code for code in alike if all(_alike(old, newest, code) for old in earlier))


def _alike(old: Checklist, new: Checklist, criterion: str) -> bool:
    before, after = (
        {item.code: item.weight or 0.0 for item in version.items if item.scored and item.criterion == criterion}
        for version in (old, new)
    )
    if before.keys() != after.keys() or not before.keys() <= set(compare_versions(old, new).common):
        return False
    sums = sum(before.values()), sum(after.values())
    return all(abs(before[code] / sums[0] - after[code] / sums[1]) <= TOLERANCE for code in before)


@dataclass(frozen=True, slots=True)
class CriterionFacts:
    """The criteria of one quarter in every location, arrays shaped (measures, locations), formats (measures, kinds).

    `mean` is 0 where n is 0; `lost` is the sum over visits; `kind` is each location's place among the formats.
    """

    measures: tuple[Measure, ...]
    locations: tuple[str, ...]
    n: FloatArray
    mean: FloatArray
    lost: FloatArray
    answers: FloatArray
    kind: npt.NDArray[np.intp]
    phi: FloatArray
    var_within: FloatArray

    @property
    def settled(self) -> bool:
        """Tell whether it is known of everything visited how visits vary."""
        unknown = np.isnan(self.var_within)
        return not (unknown[:, self.kind] & (self.n >= 1)).any()


def build_facts(
    cells: Cells,
    locations: pd.DataFrame,
    quarter: Quarter,
    *,
    items: Mapping[Measure, int],
    spread: Spread | None = None,
) -> CriterionFacts:
    """Return the criteria of `items` from the quarter's CELLS of the whole network.

    `spread` says how visits vary; without it the quarter itself does, as far as it can (`settled`).
    """
    measures = [measure for measure in items if measure[1]]
    cube = build_cube(cells, locations, [quarter], measures)
    now = estimate(cube, [quarter], items, spread=spread)
    names, kind = np.unique(cube.formats, return_inverse=True)
    pools = [[now.pools[measure, str(name)] for name in names] for measure in measures]
    phi, var_within = (
        np.array([[getattr(pool, part) for pool in row] for row in pools], dtype=np.float64).reshape(
            len(measures), len(names)
        )
        for part in ("phi", "var_within")
    )
    mean = np.where(now.n >= 1, np.nan_to_num(now.mean), 0.0)
    return CriterionFacts(
        cube.measures, cube.locations, now.n, mean, cube.lost_sum[:, 0], cube.answers[:, 0], kind, phi, var_within
    )


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """One criterion in one channel, over the `locations` visited in both quarters; `p` is adjusted over all compared.

    `low` and `high` are the ends of the change, `label` up or down where it belongs on a list of many.
    """

    channel: str
    criterion: str
    locations: int
    visits_before: int
    visits: int
    before: float
    score: float
    change: float
    low: float
    high: float
    p: float
    label: str


@dataclass(frozen=True, slots=True)
class _Side:
    """One quarter of the locations compared, arrays shaped (measures,); n and phi are those of one equal sample."""

    mean: FloatArray
    low: FloatArray
    high: FloatArray
    n: FloatArray
    phi: FloatArray


def criterion_changes(
    before: CriterionFacts,
    after: CriterionFacts,
    members: BoolArray,
    comparable: Collection[Measure],
    settings: Thresholds | None = None,
) -> tuple[CriterionChange, ...]:
    """Return the change of each comparable criterion over the `members` visited in both quarters, the surest first.

    Locations are strata with equal weights: SE^2 = sum(V)/k^2, V = var_within/n, and the interval of the change is the
    hybrid one of both quarters. The p of the pooled score test is adjusted over the criteria compared; up and down need
    both, an interval without 0 and a place on the list at q (scoring.md sections 2 and 4). A criterion needs the visits
    and answers in each quarter that it needs in one location.
    """
    settings = settings or Thresholds()
    paired = members & (before.n >= 1) & (after.n >= 1)
    wanted = np.array([measure in comparable for measure in after.measures], dtype=np.bool_)
    visits, answers = (
        [(getattr(side, name) * paired).sum(axis=1) for side in (before, after)] for name in ("n", "answers")
    )
    enough = (np.minimum(*visits) >= settings.criterion_visits) & (np.minimum(*answers) >= settings.criterion_answers)
    one, two = _side(before, paired), _side(after, paired)
    known = wanted & enough & ~np.isnan(one.low) & ~np.isnan(two.low)
    change, low, high = mover(one.mean, one.low, one.high, two.mean, two.low, two.high)
    p = np.full(len(known), np.nan)
    _, p[known] = score_test(*(values[known] for side in (one, two) for values in (side.mean, side.n, side.phi)))
    p = adjusted(p)
    found = []
    for index in np.flatnonzero(known):
        channel, criterion = after.measures[index]
        found.append(
            CriterionChange(
                channel=channel,
                criterion=criterion,
                locations=int(paired[index].sum()),
                visits_before=int(visits[0][index]),
                visits=int(visits[1][index]),
                before=float(one.mean[index]),
                score=float(two.mean[index]),
                change=float(change[index]),
                low=float(low[index]),
                high=float(high[index]),
                p=float(p[index]),
                label=(
                    label_change(low[index], high[index]) if p[index] <= settings.change_q else ChangeLabel.NONE
                ).value,
            )
        )
    return tuple(sorted(found, key=lambda row: (row.p, -abs(row.change), row.channel, row.criterion)))


def _side(facts: CriterionFacts, paired: BoolArray) -> _Side:
    k = np.maximum(paired.sum(axis=1), 1)
    share = np.divide(paired, facts.n, out=np.zeros_like(facts.n), where=paired) / (k**2)[:, None]
    mean = (facts.mean * paired).sum(axis=1) / k
    # Only formats that take part matter: another format may have nothing to tell how its visits vary.
    variance, spread = (np.where(share > 0, values[:, facts.kind], 0.0) for values in (facts.var_within, facts.phi))
    half = Z95 * np.sqrt((share * variance).sum(axis=1))
    total = share.sum(axis=1)
    n = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    low, high = np.clip(mean - half, 0.0, 1.0), np.clip(mean + half, 0.0, 1.0)
    return _Side(mean, low, high, n, n * (share * spread).sum(axis=1))


@dataclass(frozen=True, slots=True)
class Costliest:
    """The criterion that cost a location most in one channel: `lost` of the `total` points missing, both shares."""

    criterion: str
    lost: float
    total: float


def find_costliest(facts: CriterionFacts, location: str, channel: str, visits: int) -> Costliest | None:
    """Return what cost a location most over its `visits` in a channel; None where no point was lost."""
    place = facts.locations.index(location)
    lost = {
        code: float(facts.lost[index, place]) / visits
        for index, (name, code) in enumerate(facts.measures)
        if name == channel
    }
    total = sum(lost.values())
    if total <= TOLERANCE:
        return None
    criterion = min(lost, key=lambda code: (-lost[code], code))
    return Costliest(criterion, lost[criterion], total)


def unasked(facts: CriterionFacts, members: BoolArray, channels: Collection[str]) -> tuple[str, ...]:
    """Return the criteria of these channels that were asked about nowhere among the members, as the checklists go."""
    seen = (facts.n * members).sum(axis=1) > 0
    asked = {code for (_, code), found in zip(facts.measures, seen, strict=True) if found}
    return tuple(dict.fromkeys(code for name, code in facts.measures if name in channels and code not in asked))
