"""What is wrong with an import: all of it is collected, the first lines are told, nothing is stored."""

from __future__ import annotations

from checklists.problems import Problem, Problems

LISTED = 500


class Refused(Problems):
    """The import was refused. `problems` are the first ones in the order of the files, `more` counts the rest."""

    def __init__(self, problems: list[Problem], more: int) -> None:
        super().__init__(problems)
        self.more = more


class Findings:
    """The problems found so far."""

    def __init__(self) -> None:
        self.listed: list[Problem] = []
        self.count = 0

    def add(self, problem: Problem) -> None:
        self.count += 1
        if len(self.listed) < LISTED:
            self.listed.append(problem)

    def check(self) -> None:
        """Raise Refused when anything was found."""
        if self.count:
            raise Refused(self.listed, self.count - len(self.listed))
