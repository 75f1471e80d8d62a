"""What all reports print, written down from the exported tables and taken out of the text of a PDF."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from auditapp.config import Settings
from reports import attention, findings, method, quarterly
from reports.compare import ComparisonRow
from reports.criteria import CriterionRow, PointsLost
from reports.findings import interval, points, share, signed
from reports.labels import CHANNELS, LABELS, LEVELS
from reports.summary import Series, Summary
from tests.flows.exported import Exported, Row
from tests.flows.paper_text import Paper


class OnPaper:
    """The parts that several kinds of report have; `take` takes what must stand there."""

    def __init__(self, exported: Exported, paper: Paper, locale: str) -> None:
        self.data, self.paper, self.locale = exported, paper, locale
        self.take = paper.take

    def word(self, name: str) -> str:
        return LABELS[name].get(self.locale)

    def share(self, value: float | None, digits: int = 0) -> str:
        return share(value, self.locale, digits)

    def channel(self, name: str) -> str:
        return CHANNELS[name].get(self.locale)

    def title(self, code: str) -> str:
        return self.data.criteria[code].title.get(self.locale)

    def day(self, visit: Row) -> str:
        year, month, day = visit["day"].split("-")
        return visit["day"] if self.locale == "en" else f"{day}.{month}.{year}"

    def scored(self, row: ComparisonRow) -> Iterator[str]:
        yield write(row.score, self.locale)
        yield "" if row.score is None else interval(row.low, row.high)
        yield str(row.n)

    def covered(self, found: Summary) -> Iterator[str]:
        yield interval(found.low, found.high)
        yield f"{found.visited}/{found.locations}"
        yield str(found.n)

    def beside_network(self, channels: Sequence[str] = ()) -> None:
        """Take the network's mark: of all channels together, or of the only one that something has."""
        found = self.data.of_channel[channels[0]] if len(channels) == 1 else self.data.summaries
        score = found["", ""].score
        self.take(f"{self.word('scale_low')} {lower(self.word('network'))} {self.share(score, 1)}")
        if score is not None and score <= 0.88:
            self.take(self.word("scale_high"))

    def critical(self, lost: Sequence[PointsLost], hit: int, asked: int) -> None:
        self.take(findings.critical(lost, (), self.locale, visits_hit=(asked, hit)))

    def costs(self, lost: Sequence[PointsLost]) -> None:
        self.take(findings.lost(lost, self.data.criteria, self.locale))
        for each in [each for each in lost if each.lost > 1e-9][:6]:
            self.take(self.title(each.criterion), points(each.lost, self.locale))

    def history(self, series: Series) -> None:
        seen = quarterly.since_first(series).points
        scores = [write(point.score, self.locale) for point in seen]
        ranges = ["" if point.score is None else interval(point.low, point.high) for point in seen]
        if len(seen) > 1:
            self.take(
                self.word("quarter"), *(point.quarter.short(self.locale) for point in seen), self.word("score"),
                *scores, self.word("interval_short"), *ranges, self.word("visits"), *(str(point.n) for point in seen),
            )  # fmt: skip

    def change(self, row: ComparisonRow, label: str | None, verdict: bool = True) -> Iterator[str]:
        yield self.share(row.previous_score)
        yield "–" if row.change is None else signed(100 * row.change, self.locale)
        yield findings.change_range(row.change_low, row.change_high, self.locale)
        if verdict:
            yield findings.CHANGES[label].get(self.locale)

    def criteria_change(self, changes: Sequence[attention.CriterionChange]) -> None:
        self.take(findings.criteria_change(changes, self.locale))
        for each in changes:
            if each.label != "none":
                self.take(
                    self.title(each.criterion), self.channel(each.channel), self.share(each.before),
                    signed(100 * each.change, self.locale), findings.change_range(each.low, each.high, self.locale),
                    findings.CHANGES[each.label].get(self.locale),
                )  # fmt: skip

    def criterion(self, code: str, found: CriterionRow | Summary, other: str, star: str = "") -> None:
        level = self.share(self.data.criteria[code].acceptance_level)
        score = self.share(found.score) + star
        self.take(code, self.title(code), score, interval(found.low, found.high), str(found.n), other, level)

    def unscored(self, codes: Sequence[str]) -> None:
        if codes:
            self.take(f"{self.word('unscored')} {', '.join(codes)}.")

    def trust(self, populations: Collection[tuple[str, str]]) -> None:
        """How far figures can be trusted, and the share of judgement: from the comparison and the questions."""
        mine = [each for each in self.data.comparison.populations if (each.format, each.channel) in populations]
        for line in method.trust(mine, self.locale):
            self.take(*line)
        weights: dict[str, list[float]] = {}
        for item in self.data.tables["items"]:
            if item["weight"]:
                all_, judged = weights.setdefault(item["checklist"], [0.0, 0.0])
                weight = float(item["weight"])
                weights[item["checklist"]] = [all_ + weight, judged + weight * (item["kind"] == "judgement")]
        shares = [judged / all_ for all_, judged in weights.values()]
        low, high = self.share(min(shares)), self.share(max(shares))
        self.take(high if low == high else f"{low.rstrip('%').strip()}–{high}")
        versions = sorted({f"{item['checklist']} {item['version']}" for item in self.data.tables["items"]})
        word = "wersja" if self.locale == "pl" else "version"
        self.take(f"{word} {self.data.standard.version};")
        self.take(f"{', '.join(versions)}.")

    def where_to_check(self) -> None:
        address = f"{Settings.base_url}/verify"
        self.take(self.word("verify"), address, f"({self.word('verify_number')} {self.paper.name}).")

    def maybe(self, sentence: str) -> None:
        if sentence:
            self.take(sentence)

    def area(self, found: Summary, level: str | None, channel: str) -> None:
        """A region: its score is of all channels of the demo, its verdict of one, which stands behind it."""
        verdict = "–" if level is None else f"{LEVELS[level].get(self.locale)} · {self.channel(channel)}"
        self.take(found.region.rpartition("/")[2], self.share(found.score), *self.covered(found), verdict)

    def place(self, row: ComparisonRow, *, with_region: bool) -> None:
        region = [row.region.rpartition("/")[2]] if with_region else []
        range_ = "–" if row.score is None else interval(row.low, row.high)
        self.take(row.name, *region, self.channel(row.channel), write(row.score, self.locale), range_, str(row.n))

    def largest(self, rows: Sequence[ComparisonRow]) -> tuple[str, str]:
        visits: dict[tuple[str, str], int] = {}
        for row in rows:
            visits[row.format, row.channel] = visits.get((row.format, row.channel), 0) + row.n
        return max(visits, key=lambda key: (visits[key], key))

    def criteria_of_area(self, path: str, lost: dict[str, float] | None) -> None:
        few = []
        for code in self.data.criteria:
            found = self.data.summaries[path, code]
            if lost is not None and found.n:
                self.criterion(code, found, points(lost.get(code, 0.0), self.locale))
            elif found.n >= self.data.comparison.settings.criterion_visits:
                self.criterion(code, found, self.share(self.data.summaries["", code].score))
            elif found.n:
                few.append(code)
        self.unscored(few)


def write(score: float | None, locale: str) -> str:
    return LABELS["no_score"].get(locale) if score is None else share(score, locale)


def upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def lower(text: str) -> str:
    return text[:1].lower() + text[1:]
