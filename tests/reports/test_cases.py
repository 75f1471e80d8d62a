"""Every worked case is used by a test."""

from __future__ import annotations

import json
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def test_every_case_is_tested() -> None:
    names = {case["name"] for case in json.loads((TESTS / "cases" / "scoring.json").read_text(encoding="utf-8"))}
    used = set()
    for path in TESTS.rglob("test_*.py"):
        used |= set(re.findall(r'\bcase\(\s*"(\w+)"', path.read_text(encoding="utf-8")))
    assert used == names
