"""The model the demo's visits are drawn from. It is kept, so that statistics can be judged against the truth.

On the logit scale, for location l, criterion c, quarter t, shopper a and visit v:

    quality = base + level[l] + drift[l, t] + criterion[c] + profile[l, c] + luck[v] - k * severity[a]

with level ~ N(0, 0.45), drift a random walk with steps N(0, 0.06) plus a planned shift of 0.8 at a few locations,
criterion ~ N(0, 0.7), profile ~ N(0, 0.35), luck ~ N(0, 0.40), severity ~ N(0, 0.30); k = 1 for judgements and 0.25
for facts. A yes/no item earns its point with probability logistic(quality); on every other scored item a uniform draw u
is compared with it: full points for u < q, half for u < q + (1 - q) / 2.

The true level of a location in a quarter is the expected visit score over luck and shoppers, by Gauss-Hermite
quadrature (7 nodes): what very many visits by very many shoppers would give.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random

import numpy as np

from checklists.model import Checklist, Item, ItemKind

LUCK, SEVERITY = 0.40, 0.30
JUDGEMENT_SHARE = {ItemKind.JUDGEMENT: 1.0, ItemKind.FACT: 0.25}
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(7)


@dataclass
class Truth:
    """Everything that was drawn, by code."""

    base: float
    level: dict[str, float] = field(default_factory=dict)
    drift: dict[tuple[str, int], float] = field(default_factory=dict)
    shift: dict[str, float] = field(default_factory=dict)
    criterion: dict[str, float] = field(default_factory=dict)
    profile: dict[tuple[str, str], float] = field(default_factory=dict)
    severity: dict[str, float] = field(default_factory=dict)

    def quality(self, location: str, criterion: str, quarter: int) -> float:
        """Return the location's quality on a criterion in quarter number `quarter`, on the logit scale."""
        return (
            self.base
            + self.level[location]
            + self.drift[location, quarter]
            + self.criterion[criterion]
            + self.profile[location, criterion]
        )

    def expected_score(self, checklist: Checklist, location: str, quarter: int, attributes: frozenset[str]) -> float:
        """Return the true level: the expected visit score over luck and shoppers (N/A and branches left aside)."""
        earned = total = 0.0
        for item in checklist.items:
            if item.weight is None or not attributes.issuperset(item.requires):
                continue
            spread = math.hypot(LUCK, JUDGEMENT_SHARE[item.kind] * SEVERITY)
            quality = self.quality(location, item.criterion, quarter) + spread * NODES
            chance = 1 / (1 + np.exp(-quality))
            share = chance if item.type == "yes_no" else chance + (1 - chance) / 4
            earned += item.weight * float(np.dot(WEIGHTS, share) / WEIGHTS.sum())
            total += item.weight
        return earned / total


def draw_truth(random: Random, locations: list[str], criteria: list[str], shoppers: list[str], quarters: int) -> Truth:
    """Draw a network. Every tenth location changes by 0.8 in the last third, up and down in turn."""
    truth = Truth(base=1.55)
    truth.criterion = {code: random.gauss(0, 0.7) for code in criteria}
    truth.severity = {shopper: random.gauss(0, SEVERITY) for shopper in shoppers}
    for number, location in enumerate(locations):
        truth.level[location] = random.gauss(0, 0.45)
        for code in criteria:
            truth.profile[location, code] = random.gauss(0, 0.35)
        planned = 0.8 if number % 20 == 5 else -0.8 if number % 20 == 15 else 0.0
        truth.shift[location] = planned
        walk = 0.0
        for quarter in range(quarters + 1):
            walk += random.gauss(0, 0.06)
            truth.drift[location, quarter] = walk + (planned if quarter >= quarters - 1 else 0.0)
    return truth


def chance(truth: Truth, item: Item, location: str, quarter: int, shopper: str, luck: float) -> float:
    """Return q of the module's text for one item in one visit."""
    quality = truth.quality(location, item.criterion, quarter) + luck
    return 1 / (1 + math.exp(-(quality - JUDGEMENT_SHARE[item.kind] * truth.severity[shopper])))
