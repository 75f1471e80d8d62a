"""Networks whose truth is known, drawn and judged: what the tests promise and docs/statistics.md prints.

`python -m tests.reports.simulations` prints every figure (some minutes). The visits are drawn as in the demo: on the
logit scale a location's quality is normal, every visit adds its own luck, and every item is then passed or not. The
true level is the expected visit score over luck. Networks are the rows of one `Cube`: the statistics judged are ours.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np

from reports import levels
from reports.change import ChangeLabel
from reports.columns import Pair, change_columns, level_columns
from reports.intervals import FloatArray
from reports.measures import Cube, Estimate, estimate
from reports.periods import Quarter
from reports.severity import find_severity
from reports.thresholds import Thresholds

NOW, BEFORE = Quarter(2026, 3), Quarter(2026, 2)
# Ranks are not judged here, and drawing them would take most of the time.
SETTINGS = Thresholds(reliability=1.1)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(31)
Plan = tuple[int, ...]  # visits to the locations, in turn


@dataclass(frozen=True, slots=True)
class Model:
    """`base` and `spread` of the locations and `luck` of a visit on the logit scale; `items` asked in each visit."""

    base: float = 1.55
    spread: float = 0.45
    luck: float = 0.40
    items: int = 40


OVERALL = Model()
CRITERION = Model(items=4)
CEILING = Model(base=3.4)  # true levels round 96 %
CRITERION_CEILING = Model(base=3.4, items=4)
CRITERION_OF_TWO = Model(base=3.4, items=2)
NARROW = Model(spread=0.25)
EQUAL = Model(spread=0.0)


@dataclass(frozen=True, slots=True)
class Networks:
    """Several networks of one model: their `quality` (logit) and true `level`, shaped (networks, locations)."""

    model: Model
    quality: FloatArray
    level: FloatArray

    def visit(self, rng: np.random.Generator, plan: Plan, quarter: Quarter) -> Cube:
        """Return the cells of one quarter; a network is a channel of its own, and so a population."""
        networks, locations = self.level.shape
        n = np.resize(np.array(plan), locations)
        quality = self.quality[:, None] + rng.normal(0, self.model.luck, (networks, n.max(), locations))
        scores = rng.binomial(self.model.items, 1 / (1 + np.exp(-quality))) / self.model.items
        made = np.arange(n.max())[:, None] < n
        total, squares = ((scores**power * made).sum(axis=1)[:, None] for power in (1, 2))
        return Cube(
            tuple((f"N{number}", "") for number in range(networks)),
            (quarter,),
            tuple(f"L{number:04d}" for number in range(locations)),
            np.full(locations, "store"),
            np.broadcast_to(n.astype(np.float64), total.shape),
            total,
            squares,
            *(np.zeros_like(total) for _ in range(4)),
        )

    def estimate(self, rng: np.random.Generator, plan: Plan, quarter: Quarter = NOW) -> tuple[Cube, Estimate]:
        cube = self.visit(rng, plan, quarter)
        return cube, estimate(cube, [quarter], dict.fromkeys(cube.measures, self.model.items))


def draw(rng: np.random.Generator, model: Model, networks: int, locations: int) -> Networks:
    quality = model.base + model.spread * rng.standard_normal((networks, locations))
    chance = 1 / (1 + np.exp(-(quality[..., None] + model.luck * _NODES)))
    return Networks(model, quality, (chance * _WEIGHTS).sum(axis=-1) / _WEIGHTS.sum())


def coverage(model: Model, plan: Plan, *, networks: int = 40, locations: int = 1000, seed: int = 1) -> float:
    """Return the share of 95 % intervals that hold the true level."""
    rng = np.random.default_rng(seed)
    drawn = draw(rng, model, networks, locations)
    _, now = drawn.estimate(rng, plan)
    return float(((now.low <= drawn.level) & (drawn.level <= now.high)).mean())


@dataclass(frozen=True, slots=True)
class Listed:
    """Locations listed on one side in all networks; how many are truly not on that side of their network's mean."""

    listed: int
    wrong: int

    @property
    def share_wrong(self) -> float:
        return self.wrong / self.listed


def lists(model: Model, plan: Plan, *, networks: int, locations: int, seed: int = 1, side: str = "below") -> Listed:
    """Return the errors of "clearly below", or of "clearly above"."""
    rng = np.random.default_rng(seed)
    drawn = draw(rng, model, networks, locations)
    cube, now = drawn.estimate(rng, plan)
    columns, _ = level_columns(cube, now, np.ones(now.n.shape, dtype=np.bool_), {}, SETTINGS)
    return _judge(drawn, columns["level"] == side, side)


def lists_with_one_variance(model: Model, plan: Plan, *, networks: int, locations: int, seed: int = 1) -> Listed:
    """Return the errors of the same lists, had every location the pooled variance of visits within locations."""
    rng = np.random.default_rng(seed)
    drawn = draw(rng, model, networks, locations)
    _, now = drawn.estimate(rng, plan)
    below = np.zeros(now.n.shape, dtype=np.bool_)
    for index, (mean, n, within) in enumerate(zip(now.mean, now.n, now.var_within, strict=True)):
        belief = levels.build_posterior(mean, within / n)
        below[index] = levels.listed(levels.p_below(belief, belief.mu), SETTINGS.list_error)
    return _judge(drawn, below, "below")


@dataclass(frozen=True, slots=True)
class Way:
    """One way of naming poor locations: listed a network, truly not below the mean, networks where anybody is named."""

    listed: float
    wrong: float
    anybody: float


def three_ways(model: Model, plan: Plan, *, networks: int = 1000, locations: int = 64, seed: int = 1) -> dict[str, Way]:
    """Return what the ten lowest scores, the locations with an interval below the mean, and our list would say."""
    rng = np.random.default_rng(seed)
    drawn = draw(rng, model, networks, locations)
    cube, now = drawn.estimate(rng, plan)
    columns, populations = level_columns(cube, now, np.ones(now.n.shape, dtype=np.bool_), {}, SETTINGS)
    mu = np.array([[population.mu] for population in populations], dtype=np.float64)
    lists = {
        "ten lowest scores": now.mean.argsort(axis=1).argsort(axis=1) < 10,
        "interval below the mean": now.high < mu,
        "clearly below": columns["level"] == "below",
    }
    # Rounding must not put equal locations on two sides of their own mean.
    fine = drawn.level >= drawn.level.mean(axis=1, keepdims=True) - 1e-9
    return {
        name: Way(
            float(listed.sum()) / networks, float((listed & fine).sum()) / networks, float(listed.any(axis=1).mean())
        )
        for name, listed in lists.items()
    }


def _judge(drawn: Networks, listed: np.ndarray, side: str) -> Listed:
    mean = drawn.level.mean(axis=1, keepdims=True)
    wrong = listed & (drawn.level >= mean if side == "below" else drawn.level <= mean)
    return Listed(int(listed.sum()), int(wrong.sum()))


def changed(
    model: Model, plan: Plan, *, networks: int = 40, locations: int = 500, seed: int = 1
) -> tuple[float, float]:
    """Return the shares of unchanged locations called up or down, and kept in the list of changes."""
    rng = np.random.default_rng(seed)
    drawn = draw(rng, model, networks, locations)
    cube, before = drawn.estimate(rng, plan, BEFORE)
    _, after = drawn.estimate(rng, plan)
    columns = change_columns(Pair(before, after, np.ones(after.n.shape, dtype=np.bool_)), cube.formats, SETTINGS)
    called = np.isin(columns["change_label"], [ChangeLabel.UP.value, ChangeLabel.DOWN.value])
    return float(called.mean()), float((columns["change_p"] <= SETTINGS.change_q).mean())


@dataclass(frozen=True, slots=True)
class Ordering:
    """Root mean squared error of levels, and the share of pairs of locations in their true order."""

    rmse: float
    pairs: float


def order(var_shopper: float, *, networks: int = 10, seed: int = 1) -> dict[str, Ordering]:
    """Return how raw, shrunken and adjusted levels do: 64 locations, 4 visits each, 30 shoppers in random order.

    Standard deviations: locations 5 points, remainder 7; shoppers as given.
    """
    rng = np.random.default_rng(seed)
    errors: dict[str, list[tuple[float, float]]] = {"raw": [], "shrunken": [], "adjusted": []}
    upper = np.triu_indices(64, 1)
    for _ in range(networks):
        truth, severity = 0.8 + rng.normal(0, 0.05, 64), rng.normal(0, var_shopper**0.5, 30)
        shopper = np.array([rng.choice(30, 4, replace=False) for _ in range(64)])
        scores = truth[:, None] + severity[shopper] + rng.normal(0, 0.07, (64, 4))
        codes = [f"L{number:02d}" for number in range(64)]
        fit = find_severity(scores.ravel(), np.repeat(codes, 4).tolist(), [f"P{p}" for p in shopper.ravel()])
        assert fit is not None
        mean = scores.mean(axis=1)
        shrunken = levels.build_posterior(mean, np.full(64, scores.var(axis=1, ddof=1).mean() / 4)).theta
        adjusted = np.array([fit.levels[code] for code in codes])
        ahead = np.sign(np.subtract.outer(truth, truth))[upper]
        for name, level in (("raw", mean), ("shrunken", shrunken), ("adjusted", adjusted)):
            right = np.sign(np.subtract.outer(level, level))[upper] == ahead
            errors[name].append((float(((level - truth) ** 2).mean()), float(right.mean())))
    return {
        name: Ordering(float(np.mean([square for square, _ in rows]) ** 0.5), float(np.mean([p for _, p in rows])))
        for name, rows in errors.items()
    }


def main() -> None:
    """Print the tables of docs/statistics.md."""
    models = {
        "overall": OVERALL,
        "criterion": CRITERION,
        "overall, 96 %": CEILING,
        "criterion, 96 %": CRITERION_CEILING,
    }
    rows = ["| measure | n = 2 | n = 4 | n = 12 |", "|---|---|---|---|"]
    for name, model in (models | {"criterion of two items, 96 %": CRITERION_OF_TWO}).items():
        rows.append(f"| {name} | " + " | ".join(f"{100 * coverage(model, (n,)):.1f} %" for n in (2, 4, 12)) + " |")
    rows += [
        "",
        "| locations x model | plan | listed a network | wrong | wrong with one V | above | wrong |",
        "|---|---|---|---|---|---|---|",
    ]
    plans = {"3": (3,), "3, 4, 5": (3, 4, 5), "4": (4,), "12": (12,)}
    for label, model in {"as in the demo": OVERALL, "96 %": CEILING, "alike": NARROW}.items():
        for size, networks in ((64, 3000), (300, 600)):
            for plan, visits in plans.items():
                given = {"networks": networks, "locations": size}
                ours, one = (judge(model, visits, **given) for judge in (lists, lists_with_one_variance))
                above = lists(model, visits, **given, side="above")
                rows.append(
                    f"| {size}, {label} | {plan} | {ours.listed / networks:.1f} | {100 * ours.share_wrong:.1f} % | "
                    f"{100 * one.share_wrong:.1f} % | {above.listed / networks:.1f} | {100 * above.share_wrong:.1f} % |"
                )
    rows += ["", "| spread | way | listed a network | wrong | networks with anybody |", "|---|---|---|---|---|"]
    for model in (EQUAL, Model(spread=0.1), NARROW, OVERALL):
        for name, way in three_ways(model, (4,)).items():
            rows.append(f"| {model.spread} | {name} | {way.listed:.1f} | {way.wrong:.1f} | {100 * way.anybody:.0f} % |")
    rows += ["", "| measure | n = 3 | n = 4 | n = 12 |", "|---|---|---|---|"]
    for name, model in models.items():
        found = [changed(model, (n,)) for n in (3, 4, 12)]
        cells = " | ".join(f"{100 * called:.1f} % (list {100 * listed:.2f} %)" for called, listed in found)
        rows.append(f"| {name} | {cells} |")
    rows += ["", "| sd of shoppers | raw | shrunken | adjusted |", "|---|---|---|---|"]
    for spread in (0.08, 0.05, 0.03, 0.0):
        found = order(spread**2, networks=40)
        cells = " | ".join(f"{100 * each.rmse:.1f} pts, {100 * each.pairs:.0f} %" for each in found.values())
        rows.append(f"| {100 * spread:.0f} points | {cells} |")
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
