"""What a ranking, a list of significant stores and our list say, against the truth the demo keeps."""

from __future__ import annotations

import csv
from pathlib import Path

from click.testing import CliRunner, Result

from auditapp.cli import main
from auditapp.config import Settings
from auditapp.db import Database
from auditapp.demo.verdicts import NAMES, Verdict, judge, read_truth
from reports.compare import Comparison, build_comparison
from reports.periods import Quarter
from tests.auditapp.networks import BEFORE, CODES, NOW_SHOWN, WORST, make_network
from tests.reports.builders import STORE, make_cells, make_locations

Q3 = Quarter(2026, 3)
STORES = [f"L{number:02d}" for number in range(20)]
POOR = STORES[:4]


def _comparison(stores: list[str]) -> Comparison:
    around = (-0.06, -0.02, 0.02, 0.06)
    cells = make_cells(
        {(code, "2026Q3", STORE): [(0.5 if code in POOR else 0.85) + step for step in around] for code in stores}
    )
    return build_comparison(cells, make_locations(STORES), Q3, items={(STORE, ""): 40}, channel=STORE)


def test_errors_are_counted() -> None:
    """Four stores look poor and one of them only had bad luck; a ranking of ten has to name six more."""
    truth = {code: 0.5 if code in POOR[:3] else 0.9 if code == POOR[3] else 0.85 for code in STORES}
    ranking, significant, ours = judge(_comparison(STORES), truth).values()
    assert ranking == Verdict(listed=10, not_below=7, of_worst=9)  # equal stores are taken by code in both tens
    assert significant == ours == Verdict(listed=4, not_below=1, of_worst=3)
    assert ranking + ours == Verdict(14, 8, 12)


def test_stores_without_a_score_or_a_truth_are_left_out() -> None:
    truth = dict.fromkeys(STORES, 0.85)
    assert judge(_comparison([]), truth) == dict.fromkeys(NAMES, Verdict(0, 0, 0))
    assert judge(_comparison(STORES), dict.fromkeys(POOR[:2], 0.5))[NAMES[0]] == Verdict(2, 2, 2)


def _keep_truth(path: Path, levels: dict[str, float]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["location", "quarter", "channel", "true_level", "planned_shift"])
        for quarter in (BEFORE, NOW_SHOWN):
            writer.writerows([code, str(quarter), STORE, repr(level), 0.0] for code, level in levels.items())


def _run(*arguments: str) -> Result:
    return CliRunner(env={"LANG": "C"}).invoke(main, ["demo", *arguments])


def test_the_command_prints_the_last_quarter_and_all_of_them(settings: Settings, database: Database) -> None:
    with database.transaction() as session:
        make_network(session)
    path = settings.dir / "demo-truth.csv"
    _keep_truth(path, {code: 0.4 if code == WORST else 0.85 for code in CODES})
    assert read_truth(path)[BEFORE][WORST] == 0.4
    result = _run("truth", "--dir", str(settings.dir))
    assert result.exit_code == 0, result.output
    last, together, rest = result.output.split("\n\n")
    assert rest == ""
    assert last.splitlines()[0].startswith(f"| {NOW_SHOWN}, store visits | listed |")
    assert last.splitlines()[2].startswith("| ten lowest scores | 10 | 9 |")
    assert last.splitlines()[4] == "| clearly below | 1 | 0 | 1 |"
    assert together.splitlines()[0].startswith("| 2 quarters together | listed |")
    assert together.splitlines()[4] == "| clearly below | 2 | 0 | 2 |"


def test_without_a_demo_the_command_says_how_to_make_one(settings: Settings) -> None:
    result = _run("truth", "--dir", str(settings.dir))
    assert result.exit_code == 1
    assert "build the demo first" in result.output


def test_the_folder_may_be_named_before_the_command(settings: Settings) -> None:
    result = _run("--dir", str(settings.dir), "truth")
    assert str(settings.dir / "demo-truth.csv") in result.output
