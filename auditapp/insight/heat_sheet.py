"""The table of criteria as rows of a file."""

from __future__ import annotations

from auditapp.insight.heat import HeatPage
from auditapp.insight.sheets import Row

COLUMNS = (
    "part",
    "code",
    "name",
    "channel",
    "criterion",
    "title",
    "basis",
    "n",
    "answers",
    "score",
    "low",
    "high",
    "level",
)


def rows_of(page: HeatPage) -> list[Row]:
    """Return the table as rows of a file, one for each cell; without a criterion it is the whole visit."""
    rows: list[Row] = []
    for row in page.rows:
        for column, cell in zip(page.columns, row.cells, strict=True):
            place, criterion = (column, row.head) if page.by == "region" else (row.head, column)
            rows.append(
                {
                    "part": page.by if place.code else "network",
                    "code": place.code,
                    "name": place.title,
                    "channel": page.channel,
                    "criterion": criterion.code,
                    "title": criterion.title,
                    "basis": cell.basis,
                    "n": cell.n,
                    "answers": cell.answers if criterion.code or page.by == "region" else None,
                    "score": cell.score,
                    "low": cell.low,
                    "high": cell.high,
                    "level": cell.tone,
                }
            )
    return rows
