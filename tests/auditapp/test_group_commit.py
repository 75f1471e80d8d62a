"""Several requests in one transaction: who waits, who leads, and what one that fails does to the others."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from auditapp.group_commit import GroupCommit

PATIENCE = 30  # seconds; only a fault makes anybody wait so long


class Desk:
    """Work that writes down its groups, and begins its first one only when it is told to."""

    def __init__(self, most: int = 16) -> None:
        self.groups: list[list[str]] = []
        self.begun, self.go = Event(), Event()
        self.office = GroupCommit[str, str](self.work, key=lambda task: task[0], most=most)

    def work(self, tasks: Sequence[str]) -> list[str]:
        self.groups.append(list(tasks))
        self.begun.set()
        assert self.go.wait(PATIENCE)
        if any("late" in task for task in tasks):
            raise TimeoutError("taken")
        if bad := [task for task in tasks if "bad" in task]:
            raise ValueError(bad[0])
        return [task.upper() for task in tasks]

    def play(self, first: str, others: Sequence[str]) -> list[Future[str]]:
        """Send one task, and all others while it is being done."""
        with ThreadPoolExecutor(1 + len(others)) as pool:
            futures = [pool.submit(self.office.do, first)]
            assert self.begun.wait(PATIENCE)
            for other in others:
                waiting = len(self.office._queue)
                futures.append(pool.submit(self.office.do, other))
                while len(self.office._queue) == waiting:
                    time.sleep(0.001)
            self.go.set()
        return futures


def outcome(future: Future[str]) -> Any:
    error = future.exception()
    return (type(error), str(error)) if error else future.result()


BAD = (ValueError, "bad")


@pytest.mark.parametrize(
    ("most", "others", "outcomes", "groups"),
    [
        (16, [], [], []),
        (16, ["b", "c", "d"], ["B", "C", "D"], [["b", "c", "d"]]),
        (2, ["b", "c", "d"], ["B", "C", "D"], [["b", "c"], ["d"]]),
        (16, ["b", "b2", "c", "b3"], ["B", "B2", "C", "B3"], [["b", "c"], ["b2"], ["b3"]]),
        (16, ["b", "bad", "c"], ["B", BAD, "C"], [["b", "c"], ["bad"]]),
        (16, ["c", "bad", "d"], ["C", BAD, "D"], [["c", "bad", "d"], ["c"], ["bad"], ["d"]]),
        (16, ["c", "late"], [(TimeoutError, "taken")] * 2, [["c", "late"]]),
    ],
    ids=["alone", "together", "at most two", "one of a kind", "bad by itself", "bad among others", "nobody's turn"],
)
def test_who_is_done_with_whom(most: int, others: list[str], outcomes: list[Any], groups: list[list[str]]) -> None:
    desk = Desk(most)
    assert [outcome(future) for future in desk.play("a", others)] == ["A", *outcomes]
    assert desk.groups == [["a"], *groups]


def test_somebody_leads_when_the_queue_was_empty_again() -> None:
    desk = Desk()
    desk.go.set()
    assert [desk.office.do(task) for task in ("a", "b")] == ["A", "B"]
    assert desk.groups == [["a"], ["b"]]


def test_nobody_waits_for_a_leader_who_was_told_to_end() -> None:
    """A thread that ends in the middle gives its end to those it worked for, and the next one leads."""

    class End(BaseException):
        pass

    ended: list[Sequence[str]] = []

    def work(tasks: Sequence[str]) -> list[str]:
        ended.append(tasks)
        if len(ended) == 1:
            raise End
        return [task.upper() for task in tasks]

    office = GroupCommit[str, str](work, key=str)
    with pytest.raises(End):
        office.do("a")
    assert office.do("b") == "B"
