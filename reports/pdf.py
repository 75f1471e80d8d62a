"""From a report's values to the bytes of its PDF: Typst, tagged, PDF/UA-1 and PDF/A-2a, the same bytes every time.

One compile per report. Nothing of the machine gets in: fonts come from the package alone, the time is the last day of
the quarter, and user text goes in as data, never as markup.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import files
from itertools import chain, islice
from multiprocessing import get_context
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


Report = LocationReport | RegionReport | NetworkReport


class ReportProblem(Exception):
    """A report that could not be printed; the message says which one and why."""


@dataclass(frozen=True, slots=True)
class Job:
    """One report to print. `key` names it to whoever asked; `pictures` are the photos it may show, by their keys."""

    key: str
    report: Report
    number: str
    locale: str
    pictures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Printed:
    """What became of a job: the bytes, or the sentence that says what went wrong."""

    key: str
    data: bytes | None
    problem: str = ""


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


def photo_keys(report: Report) -> tuple[str, ...]:
    """Return the keys of the pictures that a report shows."""
    return tuple(photo.key for photo in report.photos) if isinstance(report, LocationReport) else ()


def render(report: Report, number: str, locale: str, pictures_of: Mapping[str, bytes] | None = None) -> bytes:
    """Return the PDF; `pictures_of` are the bytes of the photos by key, and a photo without any is left out.

    ReportProblem when the template refuses the data or would print something it should not.
    """
    check_fonts()
    page = page_of(report, number, locale)
    inputs: dict[str, str] = {}
    if isinstance(report, LocationReport):
        photos = pictures.read_photos(report.photos, pictures_of or {})
        page["photos"] = [photo for photo in page["photos"] if photo["key"] in photos]
        inputs |= {f"photo-{key}": svg for key, svg in photos.items()}
    if report.frame.brand.logo:
        inputs["logo"] = pictures.read_logo(report.frame.brand.logo) or ""
    inputs["data"] = json.dumps(page, ensure_ascii=False, sort_keys=True)
    last_day = report.frame.quarter.bounds()[1]
    try:
        data, warnings = _compiler(template_of(report)).compile_with_warnings(
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
        return Printed(job.key, render(job.report, job.number, job.locale, job.pictures))
    except Exception as error:  # one report that fails must not stop the others, whatever it fails with
        return Printed(job.key, None, f"{type(error).__name__}: {error}")


def render_many(jobs: Iterable[Job], processes: int) -> Iterator[Printed]:
    """Print many reports in `processes` processes and yield each as it is done; a failed one carries its reason.

    Typst's memory grows over a hundred reports and its threads do not scale, hence processes that are renewed. Jobs are
    taken as they are needed, because each brings its photos along.
    """
    todo = iter(jobs)
    first = list(islice(todo, 3))
    if processes <= 1 or len(first) <= 2:
        yield from map(_print, chain(first, todo))
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), max_tasks_per_child=200) as pool:
        ahead = {pool.submit(_print, job) for job in chain(first, islice(todo, 4 * processes))}
        while ahead:
            done, ahead = wait(ahead, return_when=FIRST_COMPLETED)
            ahead |= {pool.submit(_print, job) for job in islice(todo, len(done))}
            yield from (each.result() for each in done)
