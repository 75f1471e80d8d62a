"""How strict shoppers are, and whether that can be told from how good locations are (scoring.md section 5).

For quality control always; for labels only where `Separability.separable`; never for a printed score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import krippendorff
import mixedlm
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from reports.intervals import design_effect

ENOUGH_VISITS = 5
ENOUGH_SHOPPERS = 20
ENOUGH_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Severity:
    """Crossed random effects S = mu + location + shopper + e.

    Variances in squared units of the score. `criterion` is the REML criterion, or -2 log likelihood under ML.
    A shopper's effect is how much higher than others they score (negative: stricter), shrunken.
    """

    mu: float
    se: float
    var_location: float
    var_shopper: float
    var_rest: float
    criterion: float
    locations: Mapping[str, float]
    shoppers: Mapping[str, float]

    @property
    def shopper_share(self) -> float:
        """The part of a visit's variance that is the shopper's."""
        return self.var_shopper / (self.var_location + self.var_shopper + self.var_rest)

    @property
    def levels(self) -> dict[str, float]:
        """Each location's level with its shoppers' severity taken out, shrunken; for labels, never a printed score."""
        return {location: self.mu + effect for location, effect in self.locations.items()}


def find_severity(
    score: npt.ArrayLike, location: Sequence[str], shopper: Sequence[str], *, reml: bool = True
) -> Severity | None:
    """Fit visits' scores by location and shopper; None when they cannot tell the three variances apart.

    That is: fewer than two locations or shoppers, no more visits than locations and shoppers, or one score
    throughout.
    """
    frame = pd.DataFrame({"score": np.asarray(score, dtype=np.float64), "location": location, "shopper": shopper})
    groups = (frame["location"].nunique(), frame["shopper"].nunique())
    if min(groups) < 2 or len(frame) <= sum(groups) or frame["score"].nunique() < 2:
        return None
    # No variance between shoppers is a finding here, not a reason to warn.
    control = mixedlm.lmerControl(check_singular=False, check_nlev_gtreq_5="ignore")
    fit = mixedlm.lmer("score ~ 1 + (1 | location) + (1 | shopper)", frame, REML=reml, control=control)
    variances = {name: group.variance["(Intercept)"] for name, group in fit.VarCorr().groups.items()}
    effects = {
        structure.grouping_factor: dict(
            zip(
                sorted(structure.level_map, key=structure.level_map.__getitem__),
                fit.ranef()[structure.grouping_factor]["(Intercept)"].tolist(),
                strict=True,
            )
        )
        for structure in fit.matrices.random_structures
    }
    return Severity(
        mu=float(fit.fixef()["(Intercept)"]),
        se=float(np.sqrt(fit.vcov()[0, 0])),
        var_location=float(variances["location"]),
        var_shopper=float(variances["shopper"]),
        var_rest=float(fit.sigma**2),
        criterion=float(fit.deviance),
        locations=effects["location"],
        shoppers=effects["shopper"],
    )


@dataclass(frozen=True, slots=True)
class Separability:
    """Whether strict shoppers can be told from poor locations, with the three facts that decide it.

    `groups` counts the connected parts of the graph of who visited what; `experienced` the shoppers with 5 or
    more visits; `share` the shoppers' part of the variance (None when it could not be estimated).
    """

    groups: int
    experienced: int
    share: float | None

    @property
    def separable(self) -> bool:
        return (
            self.groups == 1
            and self.experienced >= ENOUGH_SHOPPERS
            and self.share is not None
            and self.share > ENOUGH_SHARE
        )


def build_separability(location: Sequence[str], shopper: Sequence[str], severity: Severity | None) -> Separability:
    """Return whether the visits of the compared set separate shoppers from locations."""
    places, of_place = np.unique(np.asarray(location, dtype=np.str_), return_inverse=True)
    people, of_person = np.unique(np.asarray(shopper, dtype=np.str_), return_inverse=True)
    size = len(places) + len(people)
    edges = coo_array((np.ones(len(of_place)), (of_place, len(places) + of_person)), shape=(size, size))
    return Separability(
        groups=int(connected_components(edges, directed=False)[0]),
        experienced=int((np.bincount(of_person) >= ENOUGH_VISITS).sum()),
        share=None if severity is None else severity.shopper_share,
    )


def clustered_se(visits_by_shopper: npt.ArrayLike, var_shopper: float, var_rest: float) -> float:
    """Return the standard error of a mean of visits: sqrt(vs * sum((n_k/n)^2) + ve / n)."""
    counts = np.asarray(visits_by_shopper, dtype=np.float64)
    n = counts.sum()
    return float(np.sqrt(var_shopper * ((counts / n) ** 2).sum() + var_rest / n))


def find_few_shoppers(
    score: npt.ArrayLike, location: Sequence[str], shopper: Sequence[str]
) -> tuple[tuple[float | None, float | None], dict[str, float]]:
    """Return the variance between shoppers and the remainder of one population's visits, and the effects above 1.

    The effects are by location (scoring.md section 2). Both variances are None, and there is no effect, where the model
    cannot be fitted (see `find_severity`) or the graph of who visited what falls apart: then nothing tells a strict
    shopper from a poor location.
    """
    fit = find_severity(score, location, shopper)
    if fit is None or build_separability(location, shopper, fit).groups > 1:
        return (None, None), {}
    visits = Counter(zip(location, shopper, strict=True))
    by_location: dict[str, list[int]] = {}
    for (code, _shopper), n in visits.items():
        by_location.setdefault(code, []).append(n)
    effects = {code: design_effect(n, fit.var_shopper, fit.var_rest) for code, n in sorted(by_location.items())}
    return (fit.var_shopper, fit.var_rest), {code: found for code, found in effects.items() if found > 1 + 1e-9}


def alpha(
    readings: Sequence[Sequence[float | None]],
    level: Literal["nominal", "ordinal", "interval", "ratio"],
) -> float:
    """Return Krippendorff's alpha of reviewers (rows) who read the same visits (columns, None: not read).

    Only visits read twice say anything; ValueError when no visit was, or all readings are the same.
    """
    table = np.array([[np.nan if value is None else value for value in row] for row in readings], dtype=np.float64)
    pairable = table[:, (~np.isnan(table)).sum(axis=0) >= 2]
    if len(np.unique(pairable[~np.isnan(pairable)])) < 2:
        raise ValueError("agreement needs visits read twice, and more than one value among the readings")
    return float(krippendorff.alpha(reliability_data=table, level_of_measurement=level))
