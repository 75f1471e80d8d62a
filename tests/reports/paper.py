"""Whole reports made by hand: each function gives a complete value, and a test changes what it is about."""

from __future__ import annotations

from datetime import date
from typing import Any

from checklists.model import Area, Channel, Criterion, CriticalPolicy, Dimension, Section, Stage, Standard, Text
from reports.attention import Costliest, CriterionChange
from reports.change import ChangeLabel
from reports.columns import Population
from reports.compare import Comparison, ComparisonRow
from reports.criteria import CriterionRow, PointsLost
from reports.periods import Quarter
from reports.quarterly import (
    ChecklistUsed,
    CriterionLine,
    DimensionLost,
    Facts,
    Failed,
    Frame,
    LocationReport,
    NetworkReport,
    Question,
    Verdicts,
    VisitLine,
    Wave,
)
from reports.quotes import Quote
from reports.regional import (
    AreaStanding,
    ChannelVisits,
    CriticalPlace,
    Matrix,
    MatrixCell,
    MatrixRow,
    RegionReport,
    first_steps,
)
from reports.summary import Series, SeriesPoint, Summary, SummaryChange
from reports.thresholds import Thresholds

QUARTER = Quarter(2026, 3)
TITLES = {
    "A1": Text("Witamy pierwsi", "We greet first"),
    "A2": Text("Żegnamy i dziękujemy", "We say goodbye and thank you"),
    "B1": Text("Zakup bez zbędnego czekania", "Buying without needless waiting"),
    "B2": Text("Cena jest widoczna", "The price is visible"),
}


def make_criterion(code: str, title: Text | None = None, level: float = 0.9) -> Criterion:
    return Criterion(
        code=code,
        section=code[0],
        title=title or TITLES[code],
        procedure=Text("Tak robimy.", "This is how."),
        dimension=Dimension.COURTESY if code[0] == "A" else Dimension.TIMELINESS,
        area=Area.PEOPLE,
        stage=Stage.WELCOME,
        weight=1.0,
        acceptance_level=level,
        channels=(Channel.STORE_VISIT, Channel.PHONE),
    )


CRITERIA = {code: make_criterion(code) for code in TITLES}


def make_row(**changes: Any) -> ComparisonRow:
    """A store with three visits, no clear difference and no clear change."""
    values: dict[str, Any] = {
        "location": "S001",
        "name": "Gdynia, Batory",
        "region": "Północ/Pomorze",
        "format": "store",
        "quarter": "2026Q3",
        "channel": "store_visit",
        "n": 3,
        "score": 0.68,
        "low": 0.512,
        "high": 0.808,
        "phi": 0.06,
        "reliability": 0.43,
        "shrunken": 0.75,
        "p_below": 0.9,
        "level": "none",
        "rank_low": None,
        "rank_high": None,
        "previous": "2026Q2",
        "previous_score": 0.80,
        "previous_low": 0.7,
        "previous_high": 0.88,
        "change": -0.12,
        "change_low": -0.272,
        "change_high": 0.016,
        "change_label": "none",
        "change_p": 0.2,
    }
    return ComparisonRow(**(values | changes))


def make_population(**changes: Any) -> Population:
    values: dict[str, Any] = {
        "format": "store",
        "channel": "store_visit",
        "locations": 40,
        "visited": 40,
        "df": 80,
        "source": "quarter",
        "phi": 0.061,
        "var_within": 0.0064,
        "mu": 0.83,
        "tau2": 0.0016,
        "reliability": 0.43,
        "k0": 4.0,
        "reference": 0.83,
        "wrong_below": 0.0,
        "wrong_above": 0.0,
    }
    return Population(**(values | changes))


def make_summary(**changes: Any) -> Summary:
    """The network: 62 of 64 locations, 190 visits."""
    values: dict[str, Any] = {
        "region": "",
        "quarter": QUARTER,
        "channel": "",
        "criterion": "",
        "footfall": False,
        "locations": 64,
        "visited": 62,
        "not_visited": ("S063", "S064"),
        "n": 190,
        "answers": 7000,
        "score": 0.8345,
        "se": 0.01,
        "low": 0.814,
        "high": 0.855,
        "critical_failed": 12,
        "critical_applicable": 180,
    }
    return Summary(**(values | changes))


def make_lost(code: str, lost: float, *, failed: int = 0, applicable: int = 0) -> PointsLost:
    return PointsLost(code, lost, lost / 0.32, 1 - lost, 3, 9, failed, applicable)


LOST = (
    make_lost("B1", 0.142, failed=1, applicable=3),
    make_lost("B2", 0.098),
    make_lost("A2", 0.08),
    make_lost("A1", 0),
)


def make_line(code: str, score: float | None, *, channel: str = "store_visit", **changes: Any) -> CriterionLine:
    values: dict[str, Any] = {
        "location": "S001",
        "channel": channel,
        "criterion": code,
        "basis": None if score is None else "quarter",
        "n": 3,
        "answers": 9,
        "score": score,
        "low": None if score is None else max(0.0, score - 0.21),
        "high": None if score is None else min(1.0, score + 0.17),
        "critical_failed": 0,
        "critical_applicable": 0,
    }
    return CriterionLine(CRITERIA[code], CriterionRow(**(values | changes)), 0.77)


def make_visit(day: int = 3, score: float | None = 0.7, **changes: Any) -> VisitLine:
    values: dict[str, Any] = {"channel": "store_visit", "kind": "regular", "scorable": True, "critical_failed": 0}
    return VisitLine(day=date(2026, 7, day), score=score, **(values | changes))


def make_series(*scores: float | None, breaks: int | None = None) -> Series:
    first = QUARTER.previous(len(scores) - 1)
    return Series(
        tuple(
            SeriesPoint(
                first.next(index),
                0 if score is None else 3,
                score,
                None if score is None else score - 0.1,
                None if score is None else min(1.0, score + 0.1),
                index == breaks,
            )
            for index, score in enumerate(scores)
        ),
        None,
    )


def make_frame(*rows: ComparisonRow, populations: tuple[Population, ...] = (), **changes: Any) -> Frame:
    values: dict[str, Any] = {
        "programme": "Lumo – dom i kuchnia",
        "quarter": QUARTER,
        "previous": QUARTER.previous(),
        "standard": Standard(
            "SOK",
            2,
            date(2026, 1, 1),
            Text("Standard obsługi klienta", "Customer-service standard"),
            Text("Po co.", "Why."),
            CriticalPolicy(),
            (Section("A", Text("Powitanie", "Welcome")), Section("B", Text("Zakup", "Purchase"))),
            tuple(CRITERIA.values()),
        ),
        "criteria": CRITERIA,
        "sections": {"A": Text("Powitanie", "Welcome"), "B": Text("Zakup", "Purchase")},
        "checklists": (ChecklistUsed("STORE 2", "store_visit", 40, 0.12),),
        "weights": {},
        "targets": {"store_visit": 0.9},
        "comparison": Comparison(
            QUARTER, QUARTER.previous(), None, Thresholds(), populations or (make_population(),), rows or (make_row(),)
        ),
        "waves": (Wave("Fala letnia", date(2026, 7, 1), date(2026, 9, 30), date(2026, 6, 15), "intranet"),),
    }
    return Frame(**(values | changes))


def make_question(item: str = "S1", **changes: Any) -> Question:
    values: dict[str, Any] = {
        "criterion": "B1",
        "channel": "store_visit",
        "text": Text("Czy kolejka była krótka?", "Was the queue short?"),
        "answers": 3,
        "earned": 1 / 3,
        "lost": 4.0,
        "yes_no": True,
    }
    return Question(item=item, **(values | changes))


def make_change(code: str, by: float = 0.04, label: str = "none") -> CriterionChange:
    return CriterionChange("store_visit", code, 1, 3, 3, 0.7, 0.7 + by, by, by - 0.2, by + 0.2, 0.04, label)


def make_location_report(**changes: Any) -> LocationReport:
    row = make_row()
    values: dict[str, Any] = {
        "frame": make_frame(),
        "headline": make_row(channel=""),
        "rows": (row,),
        "populations": (make_population(),),
        "network": make_summary(),
        "lost": LOST,
        "criteria": (make_line("A1", 1.0), make_line("A2", 0.76), make_line("B1", 0.58), make_line("B2", None)),
        "visits": (make_visit(3, 0.61), make_visit(14, 0.70), make_visit(28, 0.73, critical_failed=1)),
        "quotes": (
            Quote(
                "Od razu podeszła do mnie osoba z obsługi, zażółciła się gęś i jaźń.", "A1", "store_visit", good=True
            ),
            Quote("Czekanie przy jednej kasie trwało prawie kwadrans.", "B1", "store_visit", good=False),
        ),
        "series": make_series(None, 0.74, 0.80, 0.68, breaks=3),
        "questions": (make_question(), make_question("S2", yes_no=False, earned=0.55)),
        "changes": (make_change("A1"), make_change("B1", -0.31, "down")),
        "failed": (Failed(date(2026, 7, 28), "store_visit", "B1", Text("Czy podano cenę?", "Was the price given?")),),
    }
    return LocationReport(**(values | changes))


def make_network_report(**changes: Any) -> NetworkReport:
    below = make_row(location="S009", name="Elbląg, Ogrody", score=0.57, low=0.45, high=0.69, level="below")
    values: dict[str, Any] = {
        "frame": make_frame(make_row(), below, populations=(make_population(wrong_below=0.04),)),
        "network": make_summary(),
        "change": SummaryChange(0.0125, 0.002, 0.0231, ChangeLabel.UP),
        "regions": (
            make_summary(region="Północ", locations=22, visited=22, n=78, score=0.81),
            make_summary(region="Północ/Pomorze", locations=7, visited=7, n=30, score=0.792),
        ),
        "verdicts": Verdicts("store", "store_visit", {"Północ": "none", "Północ/Pomorze": "below"}),
        "channels": (make_summary(channel="store_visit"),),
        "lost": LOST,
        "dimensions": (
            DimensionLost(Dimension.TIMELINESS, 0.24, 0.75),
            DimensionLost(Dimension.COURTESY, 0.08, 0.25),
        ),
        "criteria": tuple((criterion, make_summary(criterion=code)) for code, criterion in CRITERIA.items()),
        "below": (below,),
        "above": (),
        "changes": (make_change("A1"),),
        "critical_visits": (180, 11),
        "not_visited": ("Sopot, Monciak", "Słupsk, Jantar"),
        "series": make_series(0.82, 0.83, 0.8345),
        "facts": Facts(planned=200, made=196, approved=190, rejected=4, waiting=2, not_counted=3, auditors=36),
    }
    return NetworkReport(**(values | changes))


def make_region_report(**changes: Any) -> RegionReport:
    """A region of four stores: one clearly below that fell, one above, one alike, one with a single visit."""
    below = make_row(
        location="S009", name="Elbląg, Ogrody", score=0.57, low=0.45, high=0.69, level="below", p_below=0.98,
        reliability=0.6, change=-0.2, change_low=-0.33, change_high=-0.05, change_label="down", change_p=0.02,
    )  # fmt: skip
    above = make_row(
        location="S002", name="Sopot, Monciak", score=0.93, low=0.86, high=0.97, level="above", p_below=0.01
    )
    single = make_row(
        location="S003", name="Hel, Port", n=1, score=None, low=None, high=None, level="single", p_below=None
    )
    rows = (below, make_row(), above, single)
    region = make_summary(
        region="Północ", locations=5, visited=4, n=13, not_visited=("S010",), score=0.77, low=0.7, high=0.84
    )
    cost = Costliest("B1", 0.142, 0.43)
    critical = (CriticalPlace("S009", "Elbląg, Ogrody", {"B1": 1}), CriticalPlace("S001", "Gdynia, Batory", {"B1": 2}))
    cells = (MatrixCell(0.5, "below"), MatrixCell(None, "none"), MatrixCell(0.97, "above", older=True))
    values: dict[str, Any] = {
        "frame": make_frame(*rows),
        "path": "Północ",
        "region": region,
        "network": make_summary(),
        "comparable": True,
        "change": SummaryChange(-0.02, -0.05, 0.01, ChangeLabel.NONE),
        "series": make_series(0.8, 0.79, 0.77),
        "standings": (AreaStanding("store", "store_visit", region, make_summary(), "none"),),
        "populations": (make_population(),),
        "areas": (make_summary(region="Północ/Pomorze", locations=3, visited=3, n=10, score=0.792),),
        "verdicts": Verdicts("store", "store_visit", {"Północ/Pomorze": "none"}),
        "rows": rows,
        "fell": (below,),
        "rose": (),
        "changes": (make_change("A1"), make_change("B1", -0.31, "down")),
        "lost": LOST,
        "criteria": tuple((criterion, make_summary(criterion=code), 0.8) for code, criterion in CRITERIA.items()),
        "matrices": (
            Matrix(
                "store", "store_visit", "location", tuple(CRITERIA.values())[:3],
                tuple(MatrixRow(row.name, row.score, "none", cells) for row in rows), 0,
            ),
        ),
        "critical": critical,
        "critical_visits": (13, 3),
        "first": first_steps((below,), (below,), critical, {("S009", "store_visit"): cost}),
        "visits": (ChannelVisits("store_visit", 4, 12, 1),),
        "not_visited": ("Słupsk, Jantar",),
    }  # fmt: skip
    return RegionReport(**(values | changes))
