"""What the report of a location prints, from the exported tables."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from reports import findings, quarterly
from reports.criteria import PointsLost
from reports.labels import LEVELS
from reports.quarterly import CriterionLine
from tests.flows.exported import Row
from tests.flows.on_paper import OnPaper, upper, write


class LocationOnPaper(OnPaper):
    """The report of a location."""

    def read(self, code: str) -> None:
        data, locale = self.data, self.locale
        row = data.comparison.get_row(code)
        rows = [each for each in data.comparison.rows if each.location == code and each.channel and each.n]
        lost, visits = data.lost([code]), data.visits[code]
        needed = data.comparison.settings.label_visits
        self.take(
            row.region.replace("/", " / "), "·", code, "·", data.quarter.label(locale), self.share(row.score),
            findings.likely(row, locale), findings.standing(row, rows, locale),
            findings.change(row, rows, needed, locale),
        )  # fmt: skip
        self.beside_network([each.channel for each in rows])
        hits = sum(int(visit["critical_failed"]) > 0 for visit in data.counted(code))
        failed = data.failed(code)
        for _ in range(1 + bool(failed)):  # on the first page, and above the list
            self.critical(lost, hits, len(data.counted(code)))
        if len(rows) > 1:
            for each in rows:
                self.take(upper(self.channel(each.channel)), *self.scored(each), LEVELS[each.level].get(locale))
        lines = [
            CriterionLine(data.criteria[each.criterion], each, data.of_channel[each.channel]["", each.criterion].score)
            for each in data.criterion_rows[code]
        ]
        self.praise_of_location(lines)
        self.costs(lost)
        self.history(data.series[code])
        for each in rows:
            self.take(
                upper(self.channel(each.channel)), write(each.score, locale), *self.change(each, each.change_label)
            )
        self.criteria_change(data.criterion_changes([code]))
        self.cards(code, lost, several=len(rows) > 1)
        self.criteria_of_location(lines)
        for visit in visits:
            self.visit(visit)
        for visit, question in failed:
            self.take(
                self.day(visit), self.channel(visit["channel"]), question[f"question_{locale}"],
                self.title(question["criterion"]),
            )  # fmt: skip
        if f" {self.word('photos')} " in self.paper.left:
            self.photos(code)
        self.trust({(each.format, each.channel) for each in rows})
        self.where_to_check()

    def praise_of_location(self, lines: Sequence[CriterionLine]) -> None:
        ranked = quarterly.ranked_standings(lines)
        met = [each for each in ranked if each.meets]
        judged = [each for each in ranked if each.judged]
        good = [each for each in judged if all(score > each.criterion.acceptance_level - 1e-9 for score in each.scores)]
        best = (met or good)[:5]
        criteria = [each.criterion for each in best]
        self.take(findings.praise(criteria, len(met), len(ranked), self.locale, judged=bool(judged)))
        for each in best:
            low, high = self.share(min(each.scores)), self.share(max(each.scores))
            both = high if low == high else f"{low.rstrip('%').strip()}–{high}"
            self.take(each.criterion.title.get(self.locale), both, str(each.n))

    def cards(self, code: str, lost: Sequence[PointsLost], *, several: bool) -> None:
        total = sum(each.lost for each in lost)
        for each in [each for each in lost if each.lost > 1e-9][:3]:
            criterion = self.data.criteria[each.criterion]
            self.take(
                each.criterion, criterion.title.get(self.locale), findings.cost(each.lost, total, self.locale),
                criterion.procedure.get(self.locale),
            )  # fmt: skip
            for asked in self.data.asked(code, each.criterion)[:4]:
                answers = len(asked.shares)
                if asked.question["type"] == "yes_no":
                    earned = f"{sum(share == 1 for share in asked.shares)} {self.word('of')} {answers}"
                else:
                    earned = f"{self.share(sum(asked.shares) / answers)} ({answers})"
                channel = [self.channel(asked.question["channel"])] if several else []
                self.take(asked.question[f"question_{self.locale}"], *channel, earned)

    def criteria_of_location(self, lines: Sequence[CriterionLine]) -> None:
        for _channel, group in groupby(lines, key=lambda line: line.row.channel):
            few = []
            for line in group:
                if line.row.score is None:
                    few.append(line.criterion.code)
                else:
                    star = "*" if line.row.basis == "four_quarters" else ""
                    self.criterion(line.criterion.code, line.row, self.share(line.network), star)
            self.unscored(few)

    def visit(self, visit: Row) -> None:
        remarks = [] if visit["visit_kind"] == "regular" else [visit["visit_kind"]]
        assert not remarks, "the demo has regular visits only"
        if int(visit["critical_failed"]):
            words = "krytyczne niespełnione" if self.locale == "pl" else "critical failed"
            remarks.append(f"{words}: {visit['critical_failed']}")
        self.take(self.day(visit), self.channel(visit["channel"]), self.share(float(visit["score"])), *remarks)

    def photos(self, code: str) -> None:
        """A photo stands under its question, with the day of a visit of the quarter."""
        for visit, question, _share in self.data.answers[code]:
            self.paper.find(f"{question[f'question_{self.locale}']} {self.day(visit)}")
