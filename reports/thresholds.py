"""The thresholds of scoring.md: configuration with defaults, printed in every methods box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When something may be printed, labelled, ranked or listed. Shares are in [0, 1]."""

    scorable_share: float = 0.50  # applicable of total weight, below which a visit is not averaged
    overlap: float = 0.70  # common of total weight, below which two versions are not comparable
    score_visits: int = 2  # visits from which a location has a score
    label_visits: int = 3  # visits from which it has a label and a rank
    criterion_visits: int = 3  # visits in which a criterion applied, from which a location's is shown
    criterion_answers: int = 5  # and its applicable answers
    reliability: float = 0.5  # mean reliability of a population, below which nobody is ranked
    list_error: float = 0.05  # expected share of wrong entries on a list of levels
    change_q: float = 0.10  # false discovery rate of a list of changes
    xmr_quarters: int = 12  # quarters from which a series has limits
    rank_coverage: float = 0.90
    rank_draws: int = 1000
    seed: int = 20260101  # of the rank simulation
    reference: Literal["network", "target"] = "network"  # what a level is below or above of
