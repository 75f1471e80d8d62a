"""The paper itself: accessible, complete, the same every time, and safe against whatever somebody wrote."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pdf_oxide
import pdfua
import pikepdf
import pytest
from PIL import Image
from pypdfium2 import PdfDocument

from checklists.model import Text
from reports import alternatives, pdf, printed, theme
from reports.brand import Brand
from reports.compare import Comparison
from reports.pdf import Report, ReportProblem
from reports.quarterly import Photo, Verdicts
from reports.quotes import Quote
from reports.regional import Matrix, MatrixCell, MatrixRow
from tests.reports.paper import (
    CRITERIA,
    QUARTER,
    make_criterion,
    make_frame,
    make_line,
    make_location_report,
    make_lost,
    make_network_report,
    make_population,
    make_region_report,
    make_row,
    make_series,
    make_summary,
    make_visit,
)

NUMBER = "LUMO-2026Q3-S001-PL-1"
MM = 72 / 25.4


def jpeg(mode: str = "RGB", size: tuple[int, int] = (300, 200)) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "white" if mode != "CMYK" else (0, 40, 80, 0)).save(out, "JPEG")
    return out.getvalue()


PHOTO = Photo("k1", make_visit(28).day, "B1", Text("Czy kolejka była krótka?", "Was the queue short?"), good=False)
REPORTS: dict[str, Report] = {
    "location": make_location_report(photos=(PHOTO,)),
    "region": make_region_report(),
    "network": make_network_report(),
}


@dataclass(frozen=True)
class Paper:
    """One printed report of each kind and language; the page is what it was printed from."""

    kind: str
    locale: str
    report: Report
    page: dict[str, Any]
    data: bytes


@pytest.fixture(scope="module", params=[(kind, locale) for kind in REPORTS for locale in ("pl", "en")])
def paper(request: pytest.FixtureRequest) -> Paper:
    kind, locale = request.param
    report = REPORTS[kind]
    data = pdf.render(report, NUMBER, locale, {"k1": jpeg()})
    return Paper(kind, locale, report, pdf.page_of(report, NUMBER, locale), data)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def read(data: bytes) -> str:
    """Return the text of all pages with single spaces; a word broken at the end of a line is whole again."""
    document = PdfDocument(io.BytesIO(data))
    pages = [document[index].get_textpage().get_text_range() for index in range(len(document))]
    return plain(re.sub("[\u00ad\ufffe\u0002]\\s*", "", " ".join(pages)))


def outside(data: bytes) -> list[str]:
    """Return the letters that stand outside the margins of their page, each page's as one text."""
    document, found = PdfDocument(io.BytesIO(data)), []
    for index in range(len(document)):
        page = document[index]
        width, height = page.get_size()
        side, edge = (18 if width > height else 21) * MM, 5 * MM
        text = page.get_textpage()
        boxes = [(text.get_text_range(at, 1), text.get_charbox(at)) for at in range(text.count_chars())]
        over = [
            letter
            for letter, (left, bottom, right, top) in boxes
            if letter.strip("\u00ad\ufffe\u0002 \r\n\N{NO-BREAK SPACE}")
            and (left < side - 0.5 or right > width - side + 0.5 or bottom < edge or top > height - edge)
        ]
        found += [f"page {index + 1}: {''.join(over)}"] if over else []
    return found


def findings_of(data: bytes, folder: Path) -> list[Any]:
    """Return what checkers of PDF/UA, PDF/A and of the file itself have to say."""
    path = folder / "report.pdf"
    path.write_bytes(data)
    archive = pdf_oxide.PdfDocument(str(path)).validate_pdf_a("2a")
    with pikepdf.open(path) as document:
        syntax = document.check_pdf_syntax()
    return [*pdfua.validate(str(path)).findings, *archive["errors"], *syntax]


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


def test_accessible(paper: Paper, tmp_path: Path) -> None:
    assert findings_of(paper.data, tmp_path) == []
    with pikepdf.open(io.BytesIO(paper.data)) as document:
        assert str(document.Root.Lang) == paper.locale
        assert bool(document.Root.MarkInfo.Marked)
        assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
        title = f"{paper.page['name']}, {paper.page['quarter']}"
        assert plain(str(document.docinfo["/Title"])) == plain(title)
        assert document.Root.Outlines.Count != 0
        meta = document.Root.Metadata.read_bytes()
        assert b"pdfuaid:part>1" in meta
        assert b"pdfaid:part>2" in meta


def test_every_letter_stands_between_the_margins(paper: Paper) -> None:
    assert outside(paper.data) == []


def test_nothing_of_people_or_machines_is_in_the_file(paper: Paper) -> None:
    with pikepdf.open(io.BytesIO(paper.data)) as document:
        info = {str(key): str(value) for key, value in document.docinfo.items()}
    assert plain(info.pop("/Author")) == paper.report.frame.programme
    assert info.pop("/CreationDate").startswith(f"D:{QUARTER.bounds()[1]:%Y%m%d}")
    assert set(info) <= {"/Title", "/Creator", "/Producer", "/ModDate"}
    assert str(Path.home()).encode() not in paper.data


def test_structure(paper: Paper) -> None:
    found = elements(paper.data)
    figures = [plain(each.alt) for each in found if each.tag == "/Figure"]
    assert len(figures) == (3 if paper.kind == "location" else 2)  # points lost, the history, a photo
    assert all(len(alt) > 20 for alt in figures)
    assert plain(alternatives.describe_series(paper.report.series, locale=paper.locale)) in figures
    assert [each.tag for each in found].count("/H1") == 1
    tables = [each.headers for each in found if each.tag == "/Table"]
    assert len(tables) >= 5
    assert min(tables) >= 2  # each has a row of headers


def test_every_page_has_its_running_head_and_number(paper: Paper) -> None:
    document = PdfDocument(io.BytesIO(paper.data))
    word, of = ("Page", "of") if paper.locale == "en" else ("Strona", "z")
    for index in range(len(document)):
        text = plain(document[index].get_textpage().get_text_range())
        assert f"{word} {index + 1} {of} {len(document)}" in text
        assert NUMBER in text
        if index:
            assert plain(paper.page["name"]) in text


def test_long_reports_have_contents_that_lead_to_the_sections(paper: Paper) -> None:
    count = len(PdfDocument(io.BytesIO(paper.data)))
    with pikepdf.open(io.BytesIO(paper.data)) as document:
        links = [each for each in document.pages[0].get("/Annots", []) if str(each.Subtype) == "/Link"]
    tags = [each.tag for each in elements(paper.data)]
    assert ("/TOC" in tags) == (count >= 5)
    assert len(links) >= (8 if count >= 5 else 0)


def test_fonts_are_embedded(paper: Paper) -> None:
    with pikepdf.open(io.BytesIO(paper.data)) as document:
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
    assert {f"{face}.ttf" for face in faces} <= set(theme.FACES)


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    return [text for each in value for text in strings(each)] if isinstance(value, list) else []


NOT_PRINTED = {"words", "lang", "accent", "logo", "number", "series_alt", "bars_alt", "mark", "alt", "key", "depth"}
SILENT = {"channels", "changes_note", "trust_note"}  # printed only where there is more than one, or anything to say


def printed_strings(page: dict[str, Any]) -> set[str]:
    """Return the texts of a page that have to stand on paper, those of glyphs and pictures left out."""
    found = set()
    for name, value in page.items():
        if name in NOT_PRINTED | SILENT:
            continue
        if isinstance(value, dict):
            found |= printed_strings(value)
        elif isinstance(value, list):
            for each in value:
                found |= printed_strings(each) if isinstance(each, dict) else set(strings(each))
        else:
            found |= set(strings(value))
    return {plain(text) for text in found if text not in ("none", "below", "above", "")}


def test_every_word_and_figure_of_the_values_is_on_paper(paper: Paper) -> None:
    text = read(paper.data)
    missing = {each for each in printed_strings(paper.page) if each not in text}
    assert missing == set()


def test_polish_is_extracted_whole() -> None:
    quote = Quote("Zażółć gęślą jaźń, ĄĆĘŁŃÓŚŹŻ i ąćęłńóśźż.", "A1", "store_visit", good=True)
    text = read(pdf.render(make_location_report(quotes=(quote,)), "N-1", "pl"))
    assert "„Zażółć gęślą jaźń, ĄĆĘŁŃÓŚŹŻ i ąćęłńóśźż.”" in text


def test_the_same_bytes_every_time_and_in_every_process() -> None:
    report = make_location_report()
    first = pdf.render(report, "N-1", "pl")
    assert pdf.render(report, "N-1", "pl") == first
    assert pdf.render(report, "N-2", "pl") != first
    program = (
        "import hashlib; from reports import pdf; from tests.reports.paper import *\n"
        "for report in (make_location_report(), make_region_report(), make_network_report()):\n"
        "    print(hashlib.sha256(pdf.render(report, 'N-1', 'pl')).hexdigest())"
    )
    root = Path(__file__).parents[2]
    other = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    here = [pdf.render(each, "N-1", "pl") for each in (report, make_region_report(), make_network_report())]
    assert other.stdout.split() == [hashlib.sha256(data).hexdigest() for data in here]


@pytest.mark.parametrize("processes", [0, 2])
def test_printed_in_processes_and_one_that_fails(processes: int) -> None:
    good = {**pdf.inputs_of(make_location_report(), "pl")}
    good["page"] = {**good["page"], "number": "N-1", "correction": None}
    bad = {**good, "page": {**good["page"], "big": {"no": "text"}}}
    printer = pdf.Printer(processes)
    with ThreadPoolExecutor(3) as pool:
        first, failed, last = (pool.submit(printer.render, inputs, {}) for inputs in (good, bad, good))
    assert isinstance(failed.exception(), ReportProblem)
    assert "N-1" in str(failed.exception())
    assert first.result() == last.result() == pdf.render(make_location_report(), "N-1", "pl")


def test_a_process_that_is_lost_takes_one_report_with_it() -> None:
    inputs = pdf.inputs_of(make_network_report(), "pl")
    inputs["page"] = {**inputs["page"], "number": "N-1", "correction": None}
    printer = pdf.Printer(1)
    first = printer.render(inputs, {})
    assert printer._pool is not None
    (process,) = printer._pool._processes.values()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(printer.render, inputs, {})
        process.kill()
        assert isinstance(running.exception(), BrokenProcessPool)
    assert printer.render(inputs, {}) == first


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
    assert outside(data) == []


@pytest.mark.parametrize(
    "name", [LONG, LONG.replace(" ", "\N{NO-BREAK SPACE}"), "ą" * 200, "w i z a o u " * 20, "PRZEDSIĘBIORSTWOHANDLOWE"]
)
@pytest.mark.parametrize("kind", ["region", "network"])
def test_a_long_name_keeps_to_the_page(kind: str, name: str, tmp_path: Path) -> None:
    low = make_row(name=name, region=f"{name}/{name}", level="below", change=-0.2, change_label="down", change_p=0.01)
    frame = make_frame(low, programme=name, populations=(make_population(), make_population(channel="phone")))
    report: Report = make_network_report(
        frame=frame, below=(low,), regions=(make_summary(region=name),), not_visited=(name,),
        verdicts=Verdicts("store", "online_order", {name: "none"}),
    )  # fmt: skip
    if kind == "region":
        line = MatrixRow(name, 1.0, "above", (MatrixCell(1.0, "above"),) * 36)
        criteria = tuple(make_criterion(f"A{index:02d}", Text(name, name)) for index in range(36))
        report = make_region_report(
            frame=frame, path=f"{name}/{name}", rows=(low,), fell=(low,), areas=(make_summary(region=name),),
            matrices=(Matrix("store", "store_visit", "location", criteria, (line,), 0),),
        )  # fmt: skip
    data = pdf.render(report, "N-1", "pl")
    assert findings_of(data, tmp_path) == []
    assert outside(data) == []


def test_a_network_without_differences_or_history_prints(tmp_path: Path) -> None:
    report = make_network_report(
        below=(), change=None, not_visited=(), series=make_series(0.8), lost=(), regions=(), criteria=()
    )
    text = read(pdf.render(report, "N-1", "pl"))
    assert "W tym kwartale nie ma wyraźnych różnic między placówkami." in text
    assert "W tym kwartale nie ma tu żadnej placówki." in text
    assert findings_of(pdf.render(report, "N-1", "en"), tmp_path) == []


VERIFY = {"address": "https://audit.example.com/verify", "link": f"https://audit.example.com/verify?number={NUMBER}"}


@pytest.mark.parametrize("kind", REPORTS)
def test_the_paper_says_where_it_can_be_checked(kind: str, tmp_path: Path) -> None:
    inputs = pdf.inputs_of(REPORTS[kind], "en")
    assert "verify" not in inputs["page"]  # so it is no part of the fingerprint
    inputs["page"] = {**inputs["page"], "number": NUMBER, "correction": None, "verify": VERIFY}
    data = pdf.print_inputs(inputs, {})
    assert findings_of(data, tmp_path) == []
    assert f"Check that this report is genuine: {VERIFY['address']} (number {NUMBER})." in read(data)
    with pikepdf.open(io.BytesIO(data)) as document:
        links = [str(each.A.URI) for page in document.pages for each in page.get("/Annots", []) if "/A" in each]
    assert set(links) == {VERIFY["link"]}
    assert pdf.print_inputs(inputs, {}) == data
    assert "genuine" not in read(pdf.render(REPORTS[kind], NUMBER, "en"))  # a preview has no number to check


@pytest.mark.parametrize("rows", [0, 20, 28, 32, 36, 40])
def test_the_method_and_fair_play_stand_on_one_page(rows: int) -> None:
    """No page is turned for the box of fair play alone, however full the page before is."""
    criteria = tuple((make_criterion(f"A{n:02d}", CRITERIA["A1"].title), make_summary()) for n in range(rows))
    document = PdfDocument(io.BytesIO(pdf.render(make_network_report(criteria=criteria), "N-1", "en")))
    pages = [plain(document[index].get_textpage().get_text_range()) for index in range(len(document))]
    assert ("How to read this" in pages[-1], "Fair play" in pages[-1]) == (True, True)
    assert "A visit's score is the weight earned" in pages[-1]


def test_a_box_longer_than_a_page_goes_on() -> None:
    wave = make_frame().waves[0]
    frame = make_frame(waves=tuple(replace(wave, told_by=f"kanał numer {n}") for n in range(120)))
    text = read(pdf.render(make_location_report(frame=frame), "N-1", "pl"))
    assert all(f"(kanał numer {n})" in text for n in range(120))


def test_long_lists_go_on_over_pages() -> None:
    rows = tuple(make_row(location=f"S{n:03d}", name=f"Placówka {n:03d}", level="below") for n in range(60))
    frame = make_frame(*rows)
    assert isinstance(frame.comparison, Comparison)
    text = read(pdf.render(make_network_report(frame=frame, below=rows), "N-1", "pl"))
    assert all(f"Placówka {n:03d}" in text for n in range(60))


def truncated() -> bytes:
    return jpeg(size=(900, 700))[:3000]


def tagged() -> bytes:
    """A photo with the place where it was taken in its metadata."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "SECRET-PLACE"
    Image.new("RGB", (300, 200)).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        pytest.param(jpeg(), True, id="plain"),
        pytest.param(jpeg("L"), True, id="grey"),
        pytest.param(jpeg("CMYK"), True, id="CMYK"),
        pytest.param(jpeg(size=(9000, 6000)), True, id="54 megapixels"),
        pytest.param(jpeg(size=(9000, 9000)), False, id="81 megapixels"),
        pytest.param(truncated(), False, id="truncated"),
        pytest.param(b"GIF89a", False, id="no photo"),
        pytest.param(b"", False, id="empty"),
        pytest.param(None, False, id="lost"),
    ],
)
def test_a_photo_that_cannot_be_read_is_left_out(data: bytes | None, shown: bool, tmp_path: Path) -> None:
    report = make_location_report(photos=(PHOTO,))
    paper = pdf.render(report, "N-1", "pl", {} if data is None else {"k1": data})
    alts = [plain(each.alt) for each in elements(paper) if each.tag == "/Figure"]
    assert (any(alt.startswith("Zdjęcie z wizyty 28.07.2026") for alt in alts)) == shown
    assert ("Zdjęcia z wizyt" in read(paper)) == shown
    assert findings_of(paper, tmp_path) == []
    assert len(paper) < 400_000


def test_a_photo_brings_nothing_but_pixels() -> None:
    assert b"SECRET-PLACE" in tagged()
    assert b"SECRET-PLACE" not in pdf.render(make_location_report(photos=(PHOTO,)), "N-1", "pl", {"k1": tagged()})


SVG_LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><path d="M0 0h40v10H0z" fill="#303"/></svg>'


@pytest.mark.parametrize("kind", REPORTS)
@pytest.mark.parametrize("form", ["svg", "png"])
def test_a_logo_and_a_colour_keep_the_paper_accessible(kind: str, form: str, tmp_path: Path) -> None:
    logo = SVG_LOGO
    if form == "png":
        out = io.BytesIO()
        Image.new("RGBA", (200, 80), (120, 0, 60, 128)).save(out, "PNG")
        logo = out.getvalue()
    report = REPORTS[kind]
    branded = replace(report, frame=replace(report.frame, brand=Brand("#7a1040", logo)))
    paper = pdf.render(branded, "N-1", "en")
    assert findings_of(paper, tmp_path) == []
    assert f"Logo: {report.frame.programme}" in [plain(each.alt) for each in elements(paper)]
    assert paper != pdf.render(report, "N-1", "en")


def test_missing_faces_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme, "FONTS", tmp_path)
    pdf.check_fonts.cache_clear()
    with pytest.raises(pdf.ReportProblem, match=r"fonts missing in .*SourceSansPro-Regular\.ttf.*font-source-sans-pro"):
        pdf.render(make_location_report(), "N-1", "pl")
    monkeypatch.undo()
    pdf.check_fonts.cache_clear()


def test_a_region_of_many_locations_and_criteria_prints(tmp_path: Path) -> None:
    criteria = tuple(make_criterion(f"A{index:02d}", CRITERIA["A1"].title) for index in range(40))
    rows = tuple(MatrixRow(f"Sklep {n}", 0.8, "below", (MatrixCell(1.0, "above"),) * 40) for n in range(30))
    matrix = Matrix("store", "store_visit", "location", criteria, rows, 0)
    places = tuple(make_row(location=f"S{n:03d}", name=f"Placówka {n:03d}", level="below") for n in range(60))
    data = pdf.render(make_region_report(matrices=(matrix,), rows=places), "N-1", "pl")
    assert findings_of(data, tmp_path) == []
    text = read(data)
    assert all(f"Placówka {n:03d}" in text for n in range(60))
    assert len(re.findall("100 ?▲", text)) == 1_200


def test_a_small_region_prints(tmp_path: Path) -> None:
    report = make_region_report(
        standings=(), areas=(), fell=(), rose=(), changes=(), criteria=(), matrices=(), critical=(), first=(),
        series=make_series(0.8), change=None, critical_visits=(0, 0), not_visited=(), lost=(),
        rows=(make_row(n=1, score=None, low=None, high=None, level="single", p_below=None),),
    )  # fmt: skip
    data = pdf.render(report, "N-1", "en")
    assert "There are too few visits to compare locations." in read(data)
    assert findings_of(data, tmp_path) == []
