"""With what the figures of one quarter are computed: the programme's own values, frozen at publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reports.thresholds import Thresholds

Effects = Mapping[tuple[str, str, str], float]  # design effect of few shoppers by (location, quarter, channel); else 1


@dataclass(frozen=True, slots=True)
class FewShoppers:
    """What is known of the shoppers of one population; variances None where the visits cannot tell them apart."""

    format: str
    channel: str
    var_shopper: float | None
    var_rest: float | None


@dataclass(frozen=True, slots=True)
class Parameters:
    """`weights` are W of each channel in the headline, 1 where absent.

    `shoppers` says in which populations few shoppers are taken into account, None where nobody looked; `effects` is
    what follows for locations (scoring.md section 2).
    """

    settings: Thresholds = field(default_factory=Thresholds)
    weights: Mapping[str, float] = field(default_factory=dict)
    shoppers: tuple[FewShoppers, ...] | None = None
    effects: Effects = field(default_factory=dict)
