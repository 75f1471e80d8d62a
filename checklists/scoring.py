"""The score of one visit as plain sums that anybody can recompute (scoring.md 1.1-1.5 and 1.7)."""

from __future__ import annotations

from collections.abc import Mapping

from checklists.answers import points_for
from checklists.applicability import asked
from checklists.model import Answer, AnswerState, Checklist, CriterionScore, CriticalPolicy, Item, VisitScore
from checklists.problems import Problem, at
from checklists.rounding import TOLERANCE

SCORABLE_SHARE = 0.5
_ANSWERED, _NA = AnswerState.ANSWERED, AnswerState.NA  # looked up once: the loop below runs millions of times


def score(
    checklist: Checklist,
    answers: Mapping[str, Answer],
    attributes: frozenset[str] = frozenset(),
    *,
    scorable_share: float = SCORABLE_SHARE,
) -> VisitScore:
    """Return the score of one visit: sum(w*s) / sum(w) over the applicable items, s = points / max points.

    N/A leaves both sums and so does what was not asked. Problem visit_incomplete when an answer is missing (missing is
    neither N/A nor zero), out_of_range when recorded points lie outside 0 to the maximum. Below `scorable_share` of
    the version's total weight the score is kept and `scorable` is False: the visit is listed and never averaged.
    """
    tallies: dict[str, _Tally] = {}
    missing: list[str] = []
    for item in asked(checklist, answers, attributes):
        if item.weight is None:
            continue
        answer = answers.get(item.code)
        if answer is None or (answer.state is not _ANSWERED and answer.state is not _NA):
            missing.append(item.code)
        elif answer.state is _ANSWERED:
            tally = tallies.get(item.criterion)
            if tally is None:
                tally = tallies[item.criterion] = _Tally()
            share = earned_share(item, answer)
            tally.earned += item.weight * share
            tally.weight += item.weight
            tally.answers += 1
            if item.critical:
                tally.critical_applicable += 1
                tally.critical_failed += share < item.pass_mark - TOLERANCE
    if missing:
        raise Problem("visit_incomplete", items=missing)
    return _visit_score(checklist, tallies, scorable_share)


def earned_share(item: Item, answer: Answer) -> float:
    """Return points / max points of an answered, scored item; where the record carries no points, the value decides.

    Problem out_of_range when the points lie outside 0 to the item's maximum.
    """
    points = answer.points
    if points is None:
        points = points_for(item, answer.value)
    most = item.max_points
    if points is None or most is None or not 0 <= points <= most:
        raise Problem("out_of_range", at(item=item.code), value=points, low=0, high=most)
    return points / most


class _Tally:
    """The running sums of one criterion."""

    __slots__ = ("answers", "critical_applicable", "critical_failed", "earned", "weight")

    def __init__(self) -> None:
        self.earned = 0.0
        self.weight = 0.0
        self.answers = 0
        self.critical_failed = 0
        self.critical_applicable = 0


def _visit_score(checklist: Checklist, tallies: Mapping[str, _Tally], scorable_share: float) -> VisitScore:
    weight = sum(tally.weight for tally in tallies.values())
    value = sum(tally.earned for tally in tallies.values()) / weight if tallies else None
    total = checklist.total_weight
    failed = sum(tally.critical_failed for tally in tallies.values())
    return VisitScore(
        score=value,
        score_gated=_gated(value, failed, checklist.critical_policy),
        applicable_weight=weight,
        total_weight=total,
        scorable=value is not None and weight >= scorable_share * total - TOLERANCE,
        critical_failed=failed,
        critical_applicable=sum(tally.critical_applicable for tally in tallies.values()),
        criteria={
            code: CriterionScore(
                code,
                tally.earned / tally.weight,
                tally.weight,
                tally.answers,
                tally.critical_failed,
                tally.critical_applicable,
                (tally.weight - tally.earned) / weight,  # = (D_vc / D_v) * (1 - S_vc)
            )
            for code, tally in tallies.items()
        },
    )


def _gated(value: float | None, failed: int, policy: CriticalPolicy) -> float | None:
    """Return S' (scoring.md 1.5)."""
    if value is None or not failed or policy.kind == "flag":
        return value
    return 0.0 if policy.kind == "zero" else min(value, policy.cap if policy.cap is not None else value)
