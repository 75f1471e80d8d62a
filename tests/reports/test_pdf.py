"""The paper itself: accessible, complete, the same every time, and safe against whatever somebody wrote."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pdfua
import pikepdf
import pytest
from pypdfium2 import PdfDocument

from checklists.model import Text
from reports import charts, pdf, printed
from reports.compare import Comparison
from reports.quarterly import LocationReport, NetworkReport, Quote
from tests.reports.paper import (
    CRITERIA,
    make_criterion,
    make_frame,
    make_line,
    make_location_report,
    make_lost,
    make_network_report,
    make_population,
    make_row,
    make_series,
    make_visit,
)

REPORTS: dict[str, LocationReport | NetworkReport] = {
    "location": make_location_report(),
    "network": make_network_report(),
}


@pytest.fixture(scope="module", params=[("location", "pl"), ("location", "en"), ("network", "pl"), ("network", "en")])
def paper(request: pytest.FixtureRequest) -> tuple[LocationReport | NetworkReport, str, bytes]:
    kind, locale = request.param
    return REPORTS[kind], locale, pdf.render(REPORTS[kind], "LUMO-2026Q3-S001-PL-1", locale)


def read(data: bytes) -> str:
    """Return the text of all pages with single spaces."""
    document = PdfDocument(io.BytesIO(data))
    pages = [document[index].get_textpage().get_text_range() for index in range(len(document))]
    return re.sub(r"\s+", " ", " ".join(pages))


def findings_of(data: bytes, folder: Path) -> list[Any]:
    path = folder / "report.pdf"
    path.write_bytes(data)
    return list(pdfua.validate(str(path)).findings)


@dataclass(frozen=True)
class Element:
    """One element of the structure tree: its tag, its alternative text, the header cells within it."""

    tag: str
    alt: str
    headers: int


def elements(data: bytes) -> list[Element]:
    with pikepdf.open(io.BytesIO(data)) as document:
        return [
            Element(str(node.S), str(node.get("/Alt", "")), sum(str(each.S) == "/TH" for each in below(node)))
            for node in below(document.Root.StructTreeRoot)
        ]


def below(node: Any) -> Iterator[pikepdf.Dictionary]:
    """Yield a structure node, where it is an element, and all elements below it."""
    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from below(each)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        yield from below(node.get("/K"))


def test_accessible(paper: tuple[LocationReport | NetworkReport, str, bytes], tmp_path: Path) -> None:
    report, locale, data = paper
    assert findings_of(data, tmp_path) == []
    with pikepdf.open(io.BytesIO(data)) as document:
        assert str(document.Root.Lang) == locale
        assert bool(document.Root.MarkInfo.Marked)
        assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
        name = report.headline.name if isinstance(report, LocationReport) else report.frame.programme
        assert str(document.docinfo["/Title"]).replace("\xa0", " ") == f"{name}, {report.frame.quarter.label(locale)}"
        assert document.Root.Outlines.Count != 0
        meta = document.Root.Metadata.read_bytes()
        assert b"pdfuaid:part>1" in meta
        assert b"pdfaid:part>2" in meta


def test_structure(paper: tuple[LocationReport | NetworkReport, str, bytes]) -> None:
    report, locale, data = paper
    found = elements(data)
    figures = [each.alt for each in found if each.tag == "/Figure"]
    assert len(figures) == 2  # points lost and the history
    assert all(len(alt) > 20 for alt in figures)
    assert charts.describe_series(report.series, locale=locale) in figures
    assert [each.tag for each in found].count("/H1") == 1
    tables = [each.headers for each in found if each.tag == "/Table"]
    assert len(tables) >= 5
    assert min(tables) >= 3


def test_fonts_are_embedded(paper: tuple[LocationReport | NetworkReport, str, bytes]) -> None:
    _report, _locale, data = paper
    with pikepdf.open(io.BytesIO(data)) as document:
        faces = {
            str(each.BaseFont).partition("+")[2]
            for page in document.pages
            for font in page.Resources.get("/Font", {}).values()
            for each in font.DescendantFonts
            if "/FontFile2" in each.FontDescriptor or "/FontFile3" in each.FontDescriptor
        }
        count = sum(len(page.Resources.get("/Font", {})) for page in document.pages)
    assert count
    assert faces
    assert all(face.startswith("SourceSansPro") for face in faces)


@pytest.mark.parametrize("locale", ["pl", "en"])
def test_the_figures_of_the_values_are_on_paper(locale: str) -> None:
    report = make_location_report()
    text = read(pdf.render(report, "LUMO-2026Q3-S001-PL-1", locale))
    page = printed.location_page(report, "LUMO-2026Q3-S001-PL-1", locale)
    for row in page["criteria"][0]["sections"][0]["rows"]:
        assert re.sub(r"\s+", " ", " ".join(row[key] for key in ("code", "title", "score"))) in text
        assert " ".join(row[key] for key in ("range", "n", "other", "target")).replace("\xa0", " ") in text
    for sentence in ("likely", "standing", "change", "lost", "praise", "critical"):
        assert re.sub(r"\s+", " ", page[sentence]) in text, sentence
    for visit in page["visits"]:
        assert re.sub(r"\s+", " ", f"{visit['day']} {visit['channel']} {visit['score']}") in text
    for bar in page["bars"]:
        assert bar["points"] in text
    assert "LUMO-2026Q3-S001-PL-1" in text


def test_polish_is_extracted_whole() -> None:
    quote = Quote("Zażółć gęślą jaźń, ĄĆĘŁŃÓŚŹŻ i ąćęłńóśźż.", "A1", "store_visit", good=True)
    text = read(pdf.render(make_location_report(quotes=(quote,)), "N-1", "pl"))
    assert "„Zażółć gęślą jaźń, ĄĆĘŁŃÓŚŹŻ i ąćęłńóśźż.”" in text


def test_the_same_bytes_every_time() -> None:
    report = make_location_report()
    first = pdf.render(report, "N-1", "pl")
    assert pdf.render(report, "N-1", "pl") == first
    assert pdf.render(report, "N-2", "pl") != first


def test_many_in_processes_and_one_that_fails() -> None:
    good = make_location_report()
    bad = make_location_report(quotes=(Quote("Kryterium, którego nie ma.", "Z9", "store_visit", good=True),))
    jobs = [pdf.Job("good", good, "N-1", "pl"), pdf.Job("bad", bad, "N-2", "pl"), pdf.Job("last", good, "N-1", "pl")]
    done = {each.key: each for each in pdf.render_many(jobs, processes=2)}
    assert done["bad"].data is None
    assert "Z9" in done["bad"].problem
    assert done["good"].data == done["last"].data == pdf.render(good, "N-1", "pl")


HOSTILE = [
    '#import "x": *',
    "*gwiazdki* _kreski_ $x^2$ `kod` @odnośnik <etykieta>",
    "= Nagłówek // komentarz",
    "\\ ukośnik #{1 + 1} [nawias]",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_markup_is_printed_as_it_was_written(name: str) -> None:
    report = make_location_report(
        headline=make_row(channel="", name=name, region=name),
        quotes=(Quote(name + " – i tak dalej", "A1", "store_visit", good=False),),
    )
    text = read(pdf.render(report, "N-1", "pl"))
    shown = re.sub(r"\s+", " ", printed.clean(name))
    assert text.count(shown) >= 3  # the title, the region, the quote


LONG = "Zażółcona Gęślą Jaźnią Galeria Handlowa przy ulicy Księdza Kardynała Stefana Wyszyńskiego"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"headline": make_row(channel="", name=LONG)}, id="89 letters"),
        pytest.param({"headline": make_row(channel="", name="ą" * 20_000)}, id="20,000 letters"),
        pytest.param({"headline": make_row(channel="", name="店 😀\x00\u202e")}, id="nothing printable"),
        pytest.param(
            {
                "headline": make_row(channel="", n=1, score=None, low=None, high=None, level="single", previous=None),
                "rows": (make_row(n=1, score=None, low=None, high=None, level="single"),),
                "criteria": tuple(make_line(code, None) for code in CRITERIA),
                "visits": (make_visit(),),
                "quotes": (),
                "series": make_series(0.7),
            },
            id="one visit, the first quarter",
        ),
        pytest.param(
            {
                "headline": make_row(channel="", n=2, score=1.0, low=0.6, high=1.0, level="indicative"),
                "lost": (make_lost("A1", 0.0),),
                "criteria": (make_line("A1", 1.0),),
                "visits": (make_visit(1, 1.0), make_visit(2, 1.0)),
            },
            id="two visits, all perfect",
        ),
        pytest.param({"visits": tuple(make_visit(1 + index % 28, 0.5) for index in range(90))}, id="ninety visits"),
        pytest.param({"populations": (make_population(phi=None, reliability=None, k0=None),)}, id="no dispersion"),
        pytest.param(
            {
                "criteria": tuple(
                    replace(make_line("A1", 0.5), criterion=make_criterion(f"A{index}", Text(LONG, LONG)))
                    for index in range(80)
                )
            },
            id="eighty criteria",
        ),
    ],
)
def test_whatever_the_values_are_it_prints(changes: dict[str, Any], tmp_path: Path) -> None:
    data = pdf.render(make_location_report(**changes), "N-1", "pl")
    assert findings_of(data, tmp_path) == []


def test_a_network_without_differences_or_history_prints(tmp_path: Path) -> None:
    report = make_network_report(
        below=(), change=None, not_visited=(), series=make_series(0.8), lost=(), regions=(), criteria=()
    )
    text = read(pdf.render(report, "N-1", "pl"))
    assert "W tym kwartale nie ma wyraźnych różnic między placówkami." in text
    assert "W tym kwartale nie ma tu żadnej placówki." in text
    assert findings_of(pdf.render(report, "N-1", "en"), tmp_path) == []


def test_long_lists_go_on_over_pages() -> None:
    rows = tuple(make_row(location=f"S{n:03d}", name=f"Placówka {n:03d}", level="below") for n in range(60))
    frame = make_frame(*rows)
    assert isinstance(frame.comparison, Comparison)
    text = read(pdf.render(make_network_report(frame=frame, below=rows), "N-1", "pl"))
    assert all(f"Placówka {n:03d}" in text for n in range(60))
