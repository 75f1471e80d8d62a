"""Every worked and every published case is used by a test, and says where it comes from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(("file", "reader"), [("scoring.json", "case"), ("published.json", "published")])
def test_every_case_is_tested(file: str, reader: str) -> None:
    cases = json.loads((TESTS / "cases" / file).read_text(encoding="utf-8"))
    names = [case["name"] for case in cases]
    used = set()
    for path in TESTS.rglob("test_*.py"):
        used |= set(re.findall(rf'\b{reader}\(\s*"(\w+)"', path.read_text(encoding="utf-8")))
    assert used == set(names)
    assert len(names) == len(set(names))
    assert all(case["source"] for case in cases)


def test_there_are_enough_published_cases() -> None:
    assert len(json.loads((TESTS / "cases" / "published.json").read_text(encoding="utf-8"))) >= 15
