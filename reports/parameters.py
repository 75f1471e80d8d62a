"""With what the figures of one quarter are computed: the programme's own values, frozen at publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reports.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Parameters:
    """`weights` are W of each channel in the headline, 1 where absent."""

    settings: Thresholds = field(default_factory=Thresholds)
    weights: Mapping[str, float] = field(default_factory=dict)
