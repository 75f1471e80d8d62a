"""A little of what `python -m tests.flows.killed_batches` does as often as one likes."""

from __future__ import annotations

from tests.flows.killed_batches import play


def test_reports_are_issued_once_whatever_is_killed() -> None:
    assert play("sqlite", kills=3, seed=7) == 40
