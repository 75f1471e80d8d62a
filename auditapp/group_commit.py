"""Several requests, one transaction: whoever arrives while another one writes waits for the next transaction.

Group commit, as databases call it: a transaction with its `fsync` costs as much for one visit as for eight. Nobody
waits for company: a request that finds nobody at work begins at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Generic, TypeVar, cast

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(eq=False)
class _Waiting(Generic[Task, Result]):
    task: Task
    woken: Event = field(default_factory=Event)
    result: Result | None = None
    error: BaseException | None = None
    done: bool = False


class GroupCommit(Generic[Task, Result]):
    """Tasks of many threads done together by `work`, which does them all in one transaction or raises.

    Tasks with the same `key` are never in one group, at most `most` are. Where a group fails, each of its tasks is
    done once more by itself, so that one that cannot be done does no harm to the others.
    """

    def __init__(
        self, work: Callable[[Sequence[Task]], Sequence[Result]], key: Callable[[Task], Hashable], most: int = 16
    ) -> None:
        self._work, self._key, self._most = work, key, most
        self._queue: deque[_Waiting[Task, Result]] = deque()
        self._lock, self._at_work = Lock(), False

    def do(self, task: Task) -> Result:
        """Return what `work` made of the task, once it is committed; raises what it raised for this task."""
        mine: _Waiting[Task, Result] = _Waiting(task)
        with self._lock:
            self._queue.append(mine)
            waits, self._at_work = self._at_work, True
        if waits:
            mine.woken.wait()
        if not mine.done:  # nobody has done it, so it is for this thread to lead the next group
            group = self._take()
            try:
                self._do_all(group)
            except BaseException as error:  # this thread is told to end: nobody may wait for it for ever
                for waiting in group:
                    waiting.error = waiting.error or error
                raise
            finally:
                self._hand_on(group)
        if mine.error is not None:
            raise mine.error
        return cast(Result, mine.result)

    def _take(self) -> list[_Waiting[Task, Result]]:
        """Return the next group, the longest waiting first; the rest stays in its order."""
        group: dict[Hashable, _Waiting[Task, Result]] = {}
        with self._lock:
            left: deque[_Waiting[Task, Result]] = deque()
            for waiting in self._queue:
                key = self._key(waiting.task)
                if len(group) < self._most and key not in group:
                    group[key] = waiting
                else:
                    left.append(waiting)
            self._queue = left
        return list(group.values())

    def _do_all(self, group: Sequence[_Waiting[Task, Result]]) -> None:
        try:
            results = self._work([waiting.task for waiting in group])
        except TimeoutError as error:  # the database is taken: trying each by itself would take as long again
            for waiting in group:
                waiting.error = error
        except Exception as error:
            if len(group) > 1:
                for waiting in group:
                    self._do_all([waiting])
            else:
                group[0].error = error
        else:
            for waiting, result in zip(group, results, strict=True):
                waiting.result = result

    def _hand_on(self, group: Sequence[_Waiting[Task, Result]]) -> None:
        """Wake those whose tasks are done, and the next one to lead."""
        for waiting in group:
            waiting.done = True
            waiting.woken.set()
        with self._lock:
            self._at_work = bool(self._queue)
            if self._queue:
                self._queue[0].woken.set()
