"""The workbook of a quarter: its sheets and, last, the method."""

from __future__ import annotations

from datetime import datetime
from typing import IO

from auditapp.reporting import workbook_history, workbook_method, workbook_sheets
from auditapp.reporting.quarter import QuarterFacts
from auditapp.reporting.workbook_sheets import Part
from auditapp.workbooks import write_tables


def write(
    file: IO[bytes], quarter: QuarterFacts, part: Part, locale: str, now: datetime, *, edition: int | None = None
) -> None:
    """Write the workbook in the language spoken, which is `locale`; of an `edition`, or of the figures of `now`."""
    sheets = workbook_sheets.build_sheets(quarter, part, locale)
    sheets.append(workbook_history.build_sheet(quarter, part, locale))
    method = workbook_method.build_table(quarter, part, sheets, locale, now, edition)
    title = f"{quarter.frame.programme}, {quarter.frame.quarter.label(locale)}"
    write_tables(file, [*(sheet.table() for sheet in sheets), method], locale, title=title, now=now)
