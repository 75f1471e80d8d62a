"""From a report's values to the bytes of its PDF: Typst, tagged, PDF/UA-1 and PDF/A-2a, the same bytes every time.

One compile per report. Nothing of the machine gets in: fonts come from the package alone, the time is the last day of
the quarter, and user text goes in as data, never as markup.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from multiprocessing import get_context, parent_process
from threading import Lock, Thread
from typing import Any

import typst

from reports import pictures, theme
from reports.printed_location import location_page
from reports.printed_network import network_page
from reports.printed_region import region_page
from reports.quarterly import LocationReport, NetworkReport
from reports.regional import RegionReport

TEMPLATES = str(files("reports") / "templates")
STANDARDS: Any = ["ua-1", "a-2a"]
LONG, LONG_TABLE = 5, 20  # pages from which a report has contents, lines of criteria that tell so beforehand


Report = LocationReport | RegionReport | NetworkReport


class ReportProblem(Exception):
    """A report that could not be printed; the message says which one and why."""


@cache
def check_fonts() -> None:
    """Raise ReportProblem that names the files of the face that are missing: Typst would print in another one."""
    missing = [name for name in theme.FACES if not (theme.FONTS / name).is_file()]
    if missing:
        raise ReportProblem(f"fonts missing in {theme.FONTS}: {', '.join(missing)}; install font-source-sans-pro again")


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(theme.FONTS)])


@cache
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(f"{TEMPLATES}/{template}.typ", root=TEMPLATES, font_paths=_fonts())


def page_of(report: Report, number: str, locale: str) -> dict[str, Any]:
    """Return everything that is printed, as plain strings and shares: what a fingerprint is taken of."""
    if isinstance(report, LocationReport):
        return location_page(report, number, locale)
    if isinstance(report, RegionReport):
        return region_page(report, number, locale)
    return network_page(report, number, locale)


def template_of(report: Report) -> str:
    """Return the name of the template that prints a report."""
    if isinstance(report, LocationReport):
        return "location"
    return "region" if isinstance(report, RegionReport) else "network"


def inputs_of(report: Report, locale: str) -> dict[str, Any]:
    """Return everything that a report is printed from, as plain JSON values: the page without a number, and the rest.

    `photos` are the keys of the pictures that it shows.
    """
    logo = report.frame.brand.logo
    return {
        "template": template_of(report),
        "day": report.frame.quarter.bounds()[1].isoformat(),
        "page": page_of(report, "", locale),
        "photos": [photo.key for photo in report.photos] if isinstance(report, LocationReport) else [],
        "logo": (pictures.read_logo(logo) or "") if logo else "",
    }


def print_inputs(inputs: Mapping[str, Any], pictures_of: Mapping[str, bytes] | None = None) -> bytes:
    """Return the PDF of `inputs_of` with a number in its page: the same bytes for the same values, wherever.

    `pictures_of` are the bytes of the photos by key, and a photo without any is left out. ReportProblem when the
    template refuses the data or would print something it should not.
    """
    check_fonts()
    page = dict(inputs["page"])
    photos = pictures.read_photos(inputs["photos"], pictures_of or {})
    if inputs["photos"]:
        page["photos"] = [photo for photo in page["photos"] if photo["key"] in photos]
    values = {f"photo-{key}": svg for key, svg in photos.items()}
    if inputs["logo"]:
        values["logo"] = inputs["logo"]
    name = f"{page['name']} {page['number']}"
    at = datetime.combine(date.fromisoformat(inputs["day"]), time(12), UTC)
    contents = _criteria_lines(page) >= LONG_TABLE
    data = _compile(inputs["template"], page | {"contents": contents}, values, name, at)
    if (_pages(data) >= LONG) != contents:
        data = _compile(inputs["template"], page | {"contents": not contents}, values, name, at)
    return data


def _criteria_lines(page: dict[str, Any]) -> int:
    """Return how long the tables of criteria are, which tells nearly always whether a report is a long one."""
    sections = [section for group in page["criteria"] for section in group.get("sections", [group])]
    return sum(len(section["rows"]) for section in sections)


def _compile(template: str, page: dict[str, Any], values: dict[str, str], name: str, at: datetime) -> bytes:
    try:
        data, warnings = _compiler(template).compile_with_warnings(
            sys_inputs=values | {"data": json.dumps(page, ensure_ascii=False, sort_keys=True)},
            pdf_standards=STANDARDS,
            timestamp=at,
            format="pdf",
        )
    except typst.TypstError as error:
        raise ReportProblem(f"{name}: {error.message} {' '.join(error.hints)}".strip()) from error
    if warnings:
        raise ReportProblem(f"{name}: {'; '.join(str(w.message) for w in warnings)}")
    assert isinstance(data, bytes)  # noqa: S101 (one PDF is one piece; only pictures come as lists)
    return data


def _pages(data: bytes) -> int:
    found = re.search(rb"/Type/Pages/Count (\d+)", data)
    return int(found[1]) if found else 0


def render(report: Report, number: str, locale: str, pictures_of: Mapping[str, bytes] | None = None) -> bytes:
    """Return the PDF of a report under a number; ReportProblem as `print_inputs`."""
    inputs = inputs_of(report, locale)
    inputs["page"] = {**inputs["page"], "number": number, "correction": None}
    return print_inputs(inputs, pictures_of)


class Printer:
    """Processes that print: Typst's memory grows over a hundred reports and its threads do not scale.

    They are started when they are first needed, renewed now and then, and end with the process that started them.
    Without any, this process prints.
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None

    def render(self, inputs: Mapping[str, Any], pictures_of: Mapping[str, bytes]) -> bytes:
        """Print in another process; ReportProblem, or BrokenProcessPool when that was lost: it may be tried again."""
        if not self._processes:
            with self._lock:  # a compiler serves one thread at a time
                return print_inputs(inputs, pictures_of)
        pool = self._open()
        try:
            return pool.submit(print_inputs, inputs, pictures_of).result()
        except BrokenProcessPool:
            with self._lock:
                if self._pool is pool:
                    self._pool = None
            pool.shutdown(wait=False)
            raise

    def _open(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    self._processes,
                    mp_context=get_context("spawn"),
                    initializer=_end_with_parent,
                    max_tasks_per_child=200,
                )
            return self._pool


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, however it went."""
    parent = parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
        os._exit(0)

    Thread(target=wait, daemon=True).start()
