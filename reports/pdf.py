"""From a report's values to the bytes of its PDF: Typst, tagged, PDF/UA-1 and PDF/A-2a, the same bytes every time.

One compile per report. Nothing of the machine gets in: fonts come from the package alone, the time is the last day of
the quarter, and user text goes in as data, never as markup.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import files
from multiprocessing import get_context
from typing import Any

import typst

from reports import printed, theme
from reports.quarterly import LocationReport, NetworkReport

TEMPLATES = str(files("reports") / "templates")
STANDARDS: Any = ["ua-1", "a-2a"]


class ReportProblem(Exception):
    """A report that could not be printed; the message says which one and why."""


@dataclass(frozen=True, slots=True)
class Job:
    """One report to print. `key` names it to whoever asked."""

    key: str
    report: LocationReport | NetworkReport
    number: str
    locale: str


@dataclass(frozen=True, slots=True)
class Printed:
    """What became of a job: the bytes, or the sentence that says what went wrong."""

    key: str
    data: bytes | None
    problem: str = ""


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(theme.FONTS)])


@cache
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(f"{TEMPLATES}/{template}.typ", root=TEMPLATES, font_paths=_fonts())


def page_of(report: LocationReport | NetworkReport, number: str, locale: str) -> dict[str, Any]:
    """Return everything that is printed, as plain strings and shares: what a fingerprint is taken of."""
    if isinstance(report, LocationReport):
        return printed.location_page(report, number, locale)
    return printed.network_page(report, number, locale)


def render(report: LocationReport | NetworkReport, number: str, locale: str) -> bytes:
    """Return the PDF. ReportProblem when the template refuses the data or would print something it should not."""
    from reports import charts  # matplotlib takes a second to load, and most processes never print

    page = page_of(report, number, locale)
    page["series_alt"] = charts.describe_series(report.series, locale=locale)
    inputs = {
        "data": json.dumps(page, ensure_ascii=False, sort_keys=True),
        "series": charts.draw_series(report.series, locale=locale).decode(),
    }
    template = "location" if isinstance(report, LocationReport) else "network"
    last_day = report.frame.quarter.bounds()[1]
    try:
        data, warnings = _compiler(template).compile_with_warnings(
            sys_inputs=inputs,
            pdf_standards=STANDARDS,
            timestamp=datetime.combine(last_day, time(12), UTC),
            format="pdf",
        )
    except typst.TypstError as error:
        raise ReportProblem(f"{page['name']} {number}: {error.message} {' '.join(error.hints)}".strip()) from error
    if warnings:
        raise ReportProblem(f"{page['name']} {number}: {'; '.join(str(w.message) for w in warnings)}")
    assert isinstance(data, bytes)  # noqa: S101 (one PDF is one piece; only pictures come as lists)
    return data


def _print(job: Job) -> Printed:
    try:
        return Printed(job.key, render(job.report, job.number, job.locale))
    except Exception as error:  # one report that fails must not stop the others, whatever it fails with
        return Printed(job.key, None, f"{type(error).__name__}: {error}")


def render_many(jobs: Iterable[Job], processes: int) -> Iterator[Printed]:
    """Print many reports in `processes` processes and yield each as it is done; a failed one carries its reason.

    Typst's memory grows over a hundred reports and its threads do not scale, hence processes that are renewed.
    """
    todo = list(jobs)
    if processes <= 1 or len(todo) <= 2:
        yield from map(_print, todo)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), max_tasks_per_child=200) as pool:
        for done in as_completed([pool.submit(_print, job) for job in todo]):
            yield done.result()
