"""What the report of a region prints, from the exported tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from reports import area_findings, attention, findings, regional
from reports.compare import ComparisonRow, listed_label
from reports.criteria import PointsLost
from reports.findings import interval, share
from reports.labels import LEVELS, population_name
from tests.flows.on_paper import OnPaper, upper


class RegionOnPaper(OnPaper):
    """The report of a region."""

    def read(self, path: str) -> None:
        data, locale = self.data, self.locale
        inside, found = data.inside(path), data.summaries[path, ""]
        comparison = data.comparison.only(inside)
        rows = [row for row in comparison.rows if row.channel and row.n]
        lost = data.lost(inside)
        populations = {(row.format, row.channel) for row in rows}
        standings = self.standings(path, populations)
        self.take(
            path.rpartition("/")[2], *([path.replace("/", " / "), "·"] if "/" in path else []),
            data.quarter.label(locale), self.share(found.score, 1), f"{findings.coverage(found, locale)}.",
            findings.area(found, locale), area_findings.beside(standings, locale),
            findings.summary_change(data.change(path), locale),
        )  # fmt: skip
        self.beside_network()
        asked, hit = data.critical_visits(inside)
        places = data.critical_places(inside)
        for _ in range(1 + bool(places)):
            self.critical(lost, hit, asked)
        for each in standings:
            self.take(
                upper(population_name(each.format, each.channel, locale)), self.share(each.region.score, 1),
                interval(each.region.low, each.region.high), self.share(each.network.score, 1), str(each.region.n),
                LEVELS[each.level].get(locale),
            )  # fmt: skip
        self.costs(lost)
        chosen = attention.choose(rows, lambda row: listed_label(row, comparison.settings))
        self.first_steps(chosen, places)
        self.critical_criteria(lost, places)
        self.take(area_findings.tones(rows, locale))
        areas = [area for area in data.regions if area.rpartition("/")[0] == path]
        for row in rows:
            self.place(row, with_region=bool(areas))
        below = [row for row in rows if row.level == "below"]
        self.maybe(area_findings.rebound(below, data.comparison.populations, locale))
        self.places_changed(rows, chosen)
        self.criteria_change(data.criterion_changes(inside))
        self.history(data.series_of_region(path))
        kind, channel = self.largest(rows)
        for area in areas:
            self.area(data.summaries[area, ""], data.verdicts[kind, channel].get(area), channel)
        self.criteria_of_area(path, lost=None)
        self.visits_behind(inside)
        for kind, channel in populations:
            self.matrix([row for row in rows if (row.format, row.channel) == (kind, channel)], kind, channel)
        self.key(populations, inside)
        self.trust(populations)
        self.where_to_check()

    def standings(self, path: str, populations: Collection[tuple[str, str]]) -> list[regional.AreaStanding]:
        found = []
        for each in self.data.comparison.populations:
            kind, channel = each.format, each.channel
            if (kind, channel) in populations:
                summaries = self.data.of_population[kind, channel]
                level = self.data.verdicts[kind, channel][path]
                found.append(regional.AreaStanding(kind, channel, summaries[path, ""], summaries["", ""], level))
        return sorted(found, key=lambda each: -each.region.n)

    def first_steps(self, chosen: attention.Chosen, places: Sequence[regional.CriticalPlace]) -> None:
        costs = {
            (row.location, row.channel): attention.find_costliest(self.data.facts[1], row.location, row.channel, row.n)
            for row in (*chosen.below, *chosen.fell)
        }
        steps = regional.first_steps(chosen.below, chosen.fell, places, costs)
        for step in steps[:12]:
            cost = "–"
            if step.cost is not None:
                cost = (
                    f"{self.title(step.cost.criterion)}: {findings.cost(step.cost.lost, step.cost.total, self.locale)}"
                )
            self.take(
                step.name, area_findings.channel_name(step.channel, self.locale),
                area_findings.reasons(step, self.locale), str(step.critical) if step.critical else "–", cost,
            )  # fmt: skip
        self.left_out(len(steps) - 12)

    def left_out(self, number: int) -> None:
        if number > 0:
            self.take(f"Pominięte tutaj: {number}." if self.locale == "pl" else f"Left out here: {number}.")

    def critical_criteria(self, lost: Sequence[PointsLost], places: Sequence[regional.CriticalPlace]) -> None:
        for each in lost:
            if each.critical_failed:
                hit = [(place.failed[each.criterion], place.name) for place in places if each.criterion in place.failed]
                hit.sort(key=lambda pair: (-pair[0], pair[1]))
                named = ", ".join(f"{name} ({number})" if number > 1 else name for number, name in hit[:3])
                left = len(hit) - 3
                words = f"i {left} inn" if self.locale == "pl" else f"and {left} more"
                self.take(
                    self.title(each.criterion), f"{each.critical_failed}/{each.critical_applicable}",
                    named if left <= 0 else f"{named} {words}"[:-4],
                )  # fmt: skip

    def places_changed(self, rows: Sequence[ComparisonRow], chosen: attention.Chosen) -> None:
        compared = sum(row.change_p is not None for row in rows)
        up, down = len(chosen.rose), len(chosen.fell)
        if up or down:
            self.take(
                f"Porównane wyniki placówek: {compared}. Wyraźnie w górę: {up}, wyraźnie w dół: {down}."
                if self.locale == "pl"
                else f"Scores of locations compared: {compared}. Clearly up: {up}, clearly down: {down}."
            )
        elif compared:
            self.take(
                f"wyniki placówek ({compared}): żaden nie zmienił się"
                if self.locale == "pl"
                else f"with the previous quarter ({compared}): none has clearly"
            )
        for row in (*chosen.fell, *chosen.rose):
            self.take(row.name, self.channel(row.channel), *self.change(row, None, verdict=False))

    def visits_behind(self, inside: Collection[str]) -> None:
        for channel in self.data.channels:
            made = [(code, visit) for code in inside for visit in self.data.visits[code] if visit["channel"] == channel]
            counted = [visit for code in inside for visit in self.data.counted(code) if visit["channel"] == channel]
            if made:
                places = len({code for code, _ in made})
                self.take(upper(self.channel(channel)), f"{places} {len(counted)} {len(made) - len(counted)}")

    def matrix(self, rows: Sequence[ComparisonRow], kind: str, channel: str) -> None:
        """The table of all criteria: whole per cents, a triangle where one clearly differs, and how many do."""
        cells = {
            (each.location, each.criterion): each
            for row in rows
            for each in self.data.criterion_rows[row.location]
            if each.channel == channel
        }
        scored = [each for each in cells.values() if each.score is not None]
        if not scored:
            return
        codes = [code for code in self.data.criteria if any((row.location, code) in cells for row in rows)]
        tones = self.data.tones(list(cells.values()), kind)
        self.take(self.word("location"), self.word("score"), *codes)
        for row in rows:
            printed = [self.cell(row.score, row.level)]
            for code in codes:
                found = cells.get((row.location, code))
                printed.append(self.cell(None if found is None else found.score, tones.get((row.location, code))))
            self.take(row.name, *printed)
        toned = sum(tone != "none" for tone in tones.values())
        self.take(
            f"{toned} z {len(scored)} {findings.plural(len(scored), 'pola', 'pól', 'pól')}"
            if self.locale == "pl"
            else f"{toned} of {len(scored)} cell{'' if len(scored) == 1 else 's'}"
        )

    def cell(self, score: float | None, tone: str | None) -> str:
        mark = {"below": "▼", "above": "▲"}.get(tone or "", "") if score is not None else ""
        return share(score, "en").rstrip("%") + mark

    def key(self, populations: Collection[tuple[str, str]], inside: Collection[str]) -> None:
        """Under the tables, the titles of their criteria; a population without any score has no table."""
        shown = set()
        for kind, channel in populations:
            rows = [
                each
                for code in inside
                if self.data.place[code]["format"] == kind
                for each in self.data.criterion_rows[code]
                if each.channel == channel
            ]
            if any(each.score is not None for each in rows):
                shown |= {each.criterion for each in rows}
        for code in self.data.criteria:
            if code in shown:
                self.take(code, self.title(code))
