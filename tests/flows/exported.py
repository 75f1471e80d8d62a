"""The figures of a quarter made again from exported files alone, with the statistics of `reports` and no database."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from checklists.parse import parse_standard
from reports import attention, compare, criteria, frames, measures, summary
from reports.attention import CriterionChange
from reports.compare import Comparison
from reports.criteria import CriterionRow, PointsLost
from reports.heat import Tone, sum_between, tell_regions, tell_rows
from reports.measures import Measure
from reports.parameters import Effects, Parameters
from reports.periods import Quarter
from reports.regional import CriticalPlace
from reports.severity import find_few_shoppers
from reports.summary import Series, Summary, SummaryChange

TABLES = ("locations", "items", "visits", "visit_scores", "answers", "cells", "comparison")
HISTORY = 12
Row = dict[str, str]


def read_rows(path: Path) -> list[Row]:
    """Return the rows of one exported table as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class Asked:
    """What one question of a location earned: `shares` of its points, one for each answer of a visit that counts."""

    question: Row
    shares: tuple[float, ...]

    @property
    def lost(self) -> float:
        return float(self.question["weight"]) * sum(1 - share for share in self.shares)


class Exported:
    """The exported tables of a programme, and what its reports of one quarter have to print."""

    def __init__(self, folder: Path, quarter: Quarter) -> None:
        self.quarter, self.before = quarter, quarter.previous()
        self.tables = {kind: read_rows(folder / f"{kind}.csv") for kind in TABLES}
        self.standard = parse_standard((folder / "standard.toml").read_text(encoding="utf-8"), name="standard.toml")
        self.criteria = {criterion.code: criterion for criterion in self.standard.criteria}
        self.sections = {section.code: section.title for section in self.standard.sections}
        self.cells = frames.check(pd.DataFrame(self.tables["cells"]), frames.CELLS)
        self.locations = frames.check(
            pd.DataFrame(self.tables["locations"]).replace({"footfall": {"": None}}), frames.LOCATIONS
        ).sort_values("location", ignore_index=True)
        self.place = {row["location"]: row for row in self.tables["locations"]}
        self.regions = sorted({"/".join(parts[: size + 1]) for parts in self._paths() for size in range(len(parts))})
        self.items = _items(self.tables["items"])
        self.channels = tuple(
            name for name in measures.channels_of(self.cells) if any(row.n for row in self._of_channel(name))
        )

    def _paths(self) -> list[list[str]]:
        return [row["region"].split("/") for row in self.tables["locations"]]

    def _of_channel(self, channel: str) -> list[compare.ComparisonRow]:
        return [row for row in self.comparison.rows if row.channel == channel]

    @cached_property
    def comparison(self) -> Comparison:
        return compare.build_comparison(
            self.cells, self.locations, self.quarter, items=self.items, previous=self.before, effects=self.effects
        )

    @cached_property
    def effects(self) -> Effects:
        """Return the design effects of few shoppers in the quarter, the only one that is public, from its visits."""
        scores = {row["visit"]: float(row["score"]) for row in self.tables["visit_scores"] if row["scorable"] == "true"}
        visits: dict[tuple[str, str], list[tuple[float, str, str]]] = defaultdict(list)
        for row in self.tables["visits"]:
            counts = (row["quarter"], row["status"], row["visit_kind"]) == (str(self.quarter), "approved", "regular")
            if counts and row["visit"] in scores:
                place = self.place[row["location"]]
                seen = (scores[row["visit"]], row["location"], row["shopper"])
                visits[place["format"], row["channel"]].append(seen)
        found = {population: find_few_shoppers(*zip(*seen, strict=True))[1] for population, seen in visits.items()}
        return {
            (code, str(self.quarter), channel): effect
            for (_, channel), effects in found.items()
            for code, effect in effects.items()
        }

    def inside(self, path: str) -> frozenset[str]:
        """Return the locations of a region and of everything below it."""
        return frozenset(self.locations.loc[summary.in_region(self.locations, path), "location"])

    # --- Scores, intervals, points lost

    @cached_property
    def summaries(self) -> dict[tuple[str, str], Summary]:
        """Return regions and the network ("") by (path, criterion), over all channels."""
        return self._summaries(self.locations, None, ("", *self.criteria))

    @cached_property
    def of_channel(self) -> dict[str, dict[tuple[str, str], Summary]]:
        """Return the same inside one channel, by channel."""
        return {each: self._summaries(self.locations, each, ("", *self.criteria)) for each in self.channels}

    @cached_property
    def of_population(self) -> dict[tuple[str, str], dict[tuple[str, str], Summary]]:
        """Return the same inside one (format, channel), without criteria."""
        found = {}
        for each in self.comparison.populations:
            places = self.locations[self.locations["format"] == each.format].reset_index(drop=True)
            found[each.format, each.channel] = self._summaries(places, each.channel, ("",))
        return found

    def _summaries(
        self, places: pd.DataFrame, channel: str | None, codes: Sequence[str]
    ) -> dict[tuple[str, str], Summary]:
        built = summary.build_summaries(
            self.cells, places, self.quarter, items=self.items, regions=["", *self.regions], criteria=codes,
            channel=channel,
        )  # fmt: skip
        return {(each.region, each.criterion): each for each in built}

    @cached_property
    def verdicts(self) -> dict[tuple[str, str], dict[str, Tone]]:
        """Return which regions clearly differ from the rest of the network, by (format, channel)."""
        verdicts = {}
        for population, found in self.of_population.items():
            seen = [path for path in self.regions if found[path, ""].n]
            told = tell_regions([(found[path, ""], found["", ""]) for path in seen])
            verdicts[population] = {path: level for path, (level, _) in zip(seen, told, strict=True)}
        return verdicts

    def change(self, path: str) -> SummaryChange | None:
        before, after = (
            summary.build_summary(self.cells, self.locations, quarter, items=self.items, region=path)
            for quarter in (self.before, self.quarter)
        )
        return summary.find_change(before, after)

    @cached_property
    def series(self) -> dict[str, Series]:
        """Return the history of every location by code."""
        return summary.build_location_series(
            self.cells, self.locations, self._history(), self.locations["location"].tolist(), items=self.items,
            parameters={self.quarter: Parameters(effects=self.effects)},
        )  # fmt: skip

    def series_of_region(self, path: str) -> Series:
        return summary.build_series(self.cells, self.locations, self._history(), items=self.items, region=path)

    def _history(self) -> tuple[Quarter, ...]:
        return Quarter.range(self.quarter.previous(HISTORY - 1), self.quarter)

    def lost(self, locations: Collection[str]) -> tuple[PointsLost, ...]:
        meant = self.locations[self.locations["location"].isin(locations)].reset_index(drop=True)
        return criteria.points_lost(self.cells, meant, self.quarter)

    @cached_property
    def criterion_rows(self) -> dict[str, list[CriterionRow]]:
        """Return the criteria of each location, in the order of channels and of the standard."""
        place = {code: index for index, code in enumerate(self.criteria)}
        found: dict[str, list[CriterionRow]] = defaultdict(list)
        for channel in self.channels:
            rows = criteria.criterion_rows(self.cells, self.locations, self.quarter, channel=channel, items=self.items)
            for row in sorted(rows, key=lambda row: place[row.criterion]):
                if row.n:
                    found[row.location].append(row)
        return found

    def tones(self, rows: Sequence[CriterionRow], location_format: str) -> dict[tuple[str, str], Tone]:
        """Return which of these (location, criterion) of one population clearly differ from the network."""
        now = self.cells[self.cells["quarter"] == str(self.quarter)]
        four = self.cells[self.cells["quarter"].isin([str(self.quarter.previous(step)) for step in range(4)])]
        four = four.groupby(["location", "channel", "criterion"], as_index=False).sum(numeric_only=True)
        four = four.assign(quarter=str(self.quarter))
        asked = sorted({measure for measure in self.items if measure[1]})
        between = {
            (basis, channel, code): sums
            for basis, cells in (("quarter", now), ("four_quarters", four))
            for (kind, channel, code), sums in sum_between(
                measures.build_cube(cells, self.locations, [self.quarter], asked)
            ).items()
            if kind == location_format
        }
        return tell_rows(rows, location_format, between, self.spread, self.quarter)

    # --- Changes of criteria, all compared with the quarter before

    @cached_property
    def spread(self) -> measures.Spread:
        quarters = Quarter.range(self.quarter.previous(5), self.quarter)
        cube = measures.build_cube(self.cells, self.locations, quarters, list(self.items))
        return measures.spread_of(cube)

    @cached_property
    def facts(self) -> tuple[attention.CriterionFacts, attention.CriterionFacts]:
        """Return the criteria of the quarter before and of the quarter."""
        before, after = (
            attention.build_facts(self.cells, self.locations, quarter, items=self.items, spread=self.spread)
            for quarter in (self.before, self.quarter)
        )
        return before, after

    def criterion_changes(self, locations: Collection[str]) -> tuple[CriterionChange, ...]:
        before, after = self.facts
        members = np.array([code in locations for code in after.locations], dtype=np.bool_)
        return attention.criterion_changes(before, after, members, frozenset(self.items))

    # --- Visits and answers

    @cached_property
    def visits(self) -> dict[str, list[Row]]:
        """Return the approved visits of the quarter by location, each with its scores."""
        scores = {row["visit"]: row for row in self.tables["visit_scores"]}
        found: dict[str, list[Row]] = defaultdict(list)
        for visit in self.tables["visits"]:
            if visit["quarter"] == str(self.quarter) and visit["status"] == "approved":
                day = datetime.fromisoformat(visit["started_at"]).date().isoformat()
                found[visit["location"]].append({**scores[visit["visit"]], **visit, "day": day})
        return found

    def counted(self, location: str) -> list[Row]:
        visits = self.visits[location]
        return [each for each in visits if each["visit_kind"] == "regular" and each["scorable"] == "true"]

    def critical_visits(self, locations: Collection[str]) -> tuple[int, int]:
        """Return the visits that asked critical questions, and those in which one failed."""
        asked = [
            int(visit["critical_failed"]) > 0
            for code in locations
            for visit in self.counted(code)
            if int(visit["critical_applicable"])
        ]
        return len(asked), sum(asked)

    @cached_property
    def answers(self) -> dict[str, list[tuple[Row, Row, float]]]:
        """Return the scored answers of visits that count, by location: (visit, question, share of its points)."""
        questions = {(row["checklist"], row["version"], row["item"]): row for row in self.tables["items"]}
        visits = {each["visit"]: each for code in list(self.visits) for each in self.counted(code)}
        found: dict[str, list[tuple[Row, Row, float]]] = defaultdict(list)
        for answer in self.tables["answers"]:
            visit = visits.get(answer["visit"])
            if visit is not None and answer["state"] == "answered" and answer["points"]:
                question = questions[visit["checklist"], visit["version"], answer["item"]]
                share = float(answer["points"]) / float(question["max"])
                found[visit["location"]].append((visit, question, share))
        return found

    def asked(self, location: str, criterion: str) -> list[Asked]:
        """Return the questions of a criterion that lost points, most weight first."""
        shares: dict[str, list[float]] = defaultdict(list)
        questions = {}
        for _visit, question, share in self.answers[location]:
            if question["criterion"] == criterion:
                shares[question["item"]].append(share)
                questions[question["item"]] = question
        found = [Asked(questions[item], tuple(each)) for item, each in shares.items()]
        lost = [each for each in found if each.lost > 1e-9]
        return sorted(lost, key=lambda each: (-each.lost, each.question["channel"], each.question["item"]))

    def failed(self, location: str) -> list[tuple[Row, Row]]:
        """Return the critical questions below their pass mark: (visit, question)."""
        return [
            (visit, question)
            for visit, question, share in self.answers[location]
            if question["critical"] == "true" and share < float(question["pass_mark"]) - 1e-9
        ]

    def critical_places(self, locations: Collection[str]) -> tuple[CriticalPlace, ...]:
        """Return the locations with failed critical questions, most first."""
        counts = {code: Counter(question["criterion"] for _, question in self.failed(code)) for code in locations}
        places = [CriticalPlace(code, self.place[code]["name"], dict(found)) for code, found in counts.items() if found]
        return tuple(sorted(places, key=lambda place: (-place.number, place.name, place.location)))


def _items(rows: Sequence[Row]) -> dict[Measure, int]:
    """Return J, the number of scored items of each (channel, criterion), the largest over versions."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for row in rows:
        if row["weight"]:
            for criterion in ("", row["criterion"]):
                counts[row["checklist"], row["version"], row["channel"], criterion] += 1
    found: dict[Measure, int] = {}
    for (_checklist, _version, channel, criterion), number in counts.items():
        found[channel, criterion] = max(number, found.get((channel, criterion), 0))
    return found
