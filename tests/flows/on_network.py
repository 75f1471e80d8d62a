"""What the report of the network prints, from the exported tables."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from checklists.model import Dimension
from reports import area_findings, findings, quarterly
from reports.criteria import meets
from reports.findings import points
from reports.labels import DIMENSIONS
from tests.flows.on_paper import OnPaper, upper


class NetworkOnPaper(OnPaper):
    """The report of the network."""

    def read(self) -> None:
        data, locale = self.data, self.locale
        found, rows = data.summaries["", ""], [row for row in data.comparison.rows if row.channel and row.n]
        below, above = (quarterly.levelled(data.comparison, level) for level in ("below", "above"))
        lost = data.lost(list(data.place))
        self.take(
            data.quarter.label(locale), self.share(found.score, 1), f"{findings.coverage(found, locale)}.",
            findings.area(found, locale), findings.summary_change(data.change(""), locale),
            *self.differences(len(below), len(above)),
        )  # fmt: skip
        asked, hit = data.critical_visits(list(data.place))
        self.critical(lost, hit, asked)
        self.praise_of_network()
        self.costs(lost)
        self.history(data.series_of_region(""))
        kind, channel = self.largest(rows)
        for path in data.regions:
            self.area(data.summaries[path, ""], data.verdicts[kind, channel].get(path), channel)
        for channel in data.channels:
            each = data.of_channel[channel]["", ""]
            self.take(upper(self.channel(channel)), self.share(each.score, 1), *self.covered(each))
        dimensions = quarterly.dimensions_lost(lost, data.criteria)
        self.take(area_findings.dimensions(dimensions, locale))
        for each in dimensions:
            self.take(
                DIMENSIONS[Dimension(each.dimension)].get(locale), points(each.lost, locale), self.share(each.share)
            )
        for row in (*below, *above):
            self.place(row, with_region=True)
        self.maybe(area_findings.rebound(below, data.comparison.populations, locale))
        self.criteria_of_area("", lost={each.criterion: each.lost for each in lost})
        self.criteria_change(data.criterion_changes(list(data.place)))
        self.take(area_findings.reliability(data.comparison.populations, locale))
        self.facts()
        self.trust({(each.format, each.channel) for each in data.comparison.populations})
        self.where_to_check()

    def praise_of_network(self) -> None:
        found = [(self.data.criteria[code], self.data.summaries["", code]) for code in self.data.criteria]
        found = [(criterion, each) for criterion, each in found if each.n]
        judged = [(criterion, each) for criterion, each in found if each.low is not None]
        judged.sort(key=lambda pair: (-(pair[1].score or 0), pair[0].code))
        met = [pair for pair in judged if meets(pair[1].low, pair[1].high, pair[0].acceptance_level)]
        best = met or [pair for pair in judged if (pair[1].score or 0) > pair[0].acceptance_level - 1e-9]
        criteria = [criterion for criterion, _ in best]
        self.take(findings.praise(criteria, len(met), len(found), self.locale, judged=bool(judged)))
        for criterion, each in best[:5]:
            self.take(criterion.title.get(self.locale), self.share(each.score, 1), str(each.n))

    def differences(self, below: int, above: int) -> Iterator[str]:
        wrong = sum((each.wrong_below or 0) + (each.wrong_above or 0) for each in self.data.comparison.populations)
        about = findings.about(wrong, self.locale)
        if self.locale == "pl":
            yield f"Wyraźnie poniżej sieci: {below}, wyraźnie powyżej: {above}."
            yield f"Spodziewana liczba pomyłek na tych listach: {about}."
        else:
            yield f"Clearly below the network: {below}, clearly above: {above}."
            yield f"Mistakes to be expected on these lists: {about}."

    def facts(self) -> None:
        data = self.data
        visits = [row for row in data.tables["visits"] if row["quarter"] == str(data.quarter)]
        approved = [row for row in visits if row["status"] == "approved"]
        counted = sum(len(data.counted(code)) for code in data.place)
        for name, number in (
            ("made", len(visits)),
            ("approved", len(approved)),
            ("rejected", sum(row["status"] == "rejected" for row in visits)),
            ("waiting", sum(row["status"] == "submitted" for row in visits)),
            ("not_in_scores", len(approved) - counted),
            ("auditors", len({row["shopper"] for row in approved})),
        ):
            self.take(self.word(name), str(number))
        since = data.standard.valid_from
        self.take(
            data.standard.title.get(self.locale), str(data.standard.version),
            f"{since:%Y-%m-%d}" if self.locale == "en" else f"{since:%d.%m.%Y}",
        )  # fmt: skip
        scored = [item for item in data.tables["items"] if item["weight"]]
        for name, group in groupby(scored, key=lambda item: (item["checklist"], item["version"], item["channel"])):
            items = list(group)
            total = sum(float(item["weight"]) for item in items)
            judged = sum(float(item["weight"]) for item in items if item["kind"] == "judgement")
            self.take(f"{name[0]} {name[1]}", self.channel(name[2]), str(len(items)), self.share(judged / total))
