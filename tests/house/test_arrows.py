"""Rules of the house that a person would otherwise have to remember."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [path for room in ("auditapp", "reports", "checklists") for path in (ROOT / room).rglob("*.py")]
FEATURES = ("account", "handbook", "programme", "exchange", "fieldwork", "review", "insight", "reporting", "evidence")


def test_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_only_db_commits() -> None:
    found = [path.name for path in SOURCES for line in path.read_text().splitlines() if ".commit(" in line]
    assert set(found) == {"db.py"}


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        (r"\bdatetime\.(now|utcnow)\(|\bdate\.today\(|time\.time\(", {"auditapp/factory.py", "auditapp/terminal.py"}),
        (r"\.query\(|Model\.query", set()),
        (r"\bprint\(", set()),
        (r"TODO|FIXME|XXX", set()),
    ],
)
def test_words_that_stay_at_the_edge(pattern: str, allowed: set[str]) -> None:
    found = {str(path.relative_to(ROOT)) for path in SOURCES if re.search(pattern, path.read_text())}
    assert found <= allowed


def test_views_are_thin() -> None:
    """No SQL and no arithmetic of scores in a routes module."""
    for path in (ROOT / "auditapp").glob("*/routes.py"):
        text = path.read_text()
        assert "from sqlalchemy" not in text or path.parent.name == "account", path
        assert "import pandas" not in text, path
