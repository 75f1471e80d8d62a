"""Files of anybody: encodings, columns, bombs, limits, formulas."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditapp.exchange import readers
from auditapp.exchange.findings import Findings
from auditapp.exchange.readers import Upload, open_tables
from auditapp.formulas import protect, unprotect
from checklists.problems import Problem
from tests.auditapp.exchange_rows import csv_file, raw_file, workbook_file


def read(data: bytes, name: str = "regions.csv") -> tuple[list[dict[str, str]], list[Problem]]:
    findings = Findings()
    (table,) = open_tables(raw_file(data, name), ("regions",), findings)
    return [dict(line.values) for line in table.lines], findings.listed


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"region,name\nA,Alfa\n", [("A", "Alfa")]),
        (b"name,region\nAlfa,A\n", [("A", "Alfa")]),
        ("\ufeffregion,name\nŁódź,Łódź\n".encode(), [("Łódź", "Łódź")]),
        (b'region,name\r\nA,"two\nlines"\r\n\r\nB,Beta', [("A", "two\nlines"), ("B", "Beta")]),
        (b"region,name\n'=A,\"'-1+2\"\n", [("=A", "-1+2")]),
        (b"region,name\n", []),
        (b"region;name\r\nA;Alfa, Beta\r\n", [("A", "Alfa, Beta")]),
        ('\ufeffname;region\n"Łódź; śródmieście";A\n'.encode(), [("A", "Łódź; śródmieście")]),
        (b"region,name\nA,Alfa;Beta\n", [("A", "Alfa;Beta")]),
    ],
)
def test_a_csv_reads_as_it_was_meant(data: bytes, rows: list[tuple[str, str]]) -> None:
    assert read(data) == ([{"region": region, "name": name} for region, name in rows], [])


@pytest.mark.parametrize(
    ("data", "code", "row"),
    [
        ("region,name\nA,Alfa\nB,Łódź\n".encode("cp1250"), "bad_encoding", "3"),
        (b"region,name\nA,\0\n", "bad_encoding", "2"),
        (b'region,name\nA,"never closed\n', "not_a_table", "2"),
        (b"region,name\nA\n", "wrong_columns", "2"),
        (b"region,name\nA,b,c\n", "wrong_columns", "2"),
    ],
)
def test_a_broken_line_is_named(data: bytes, code: str, row: str) -> None:
    _, (problem,) = read(data)
    assert problem.code == code
    assert problem.place is not None
    assert (problem.place.find("file"), problem.place.find("row")) == ("regions.csv", row)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "wrong_columns"),
        (b"region;colour\nA;Alfa\n", "wrong_columns"),
        (b"region,name,colour\n", "wrong_columns"),
        (b"region,name,name\n", "wrong_columns"),
        ("region,name\n".encode("utf-16"), "bad_encoding"),
        (b"x" * (readers.MAX_LINE + 1), "not_a_table"),
        (b"PK\x05\x06" + bytes(18), "not_a_table"),
    ],
)
def test_a_file_without_the_table_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Problem) as refused:
        read(data)
    assert refused.value.code == code


def test_the_row_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MAX_ROWS", 2)
    rows, problems = read(b"region,name\nA,\nB,\n")
    assert (len(rows), problems) == (2, [])
    rows, (problem,) = read(b"region,name\nA,\nB,\nC,\n")
    assert (len(rows), problem.code, problem.arguments) == (2, "too_many_rows", {"limit": 2})


def test_two_hundred_thousand_rows_are_read_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "regions.csv"
    path.write_text("region,name\n" + "".join(f"R{number},Region {number}\n" for number in range(200_000)))
    findings = Findings()
    with path.open("rb") as stream:
        (table,) = open_tables(Upload(path.name, stream), ("regions",), findings)
        tracemalloc.start()
        last = max(line.number for line in table.lines)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (last, findings.count) == (200_001, 0)
    assert peak < 2**20


def test_codes_of_a_workbook_stay_text() -> None:
    upload = workbook_file({"regions": [{"region": "001", "name": 7.0}, {"region": 12, "name": 0.1 + 0.2}]})
    (table,) = open_tables(upload, ("regions",), Findings())
    assert [dict(line.values) for line in table.lines] == [
        {"region": "001", "name": "7"},
        {"region": "12", "name": "0.30000000000000004"},
    ]


def test_the_sheets_of_a_workbook_are_found_by_name_and_by_columns() -> None:
    upload = workbook_file({"answers": [], "regions": [], "visits": []})
    assert [table.kind for table in open_tables(upload, ("visits", "answers"), Findings())] == ["answers", "visits"]


def zipped(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped({"xl/worksheets/sheet1.xml": bytes(10**6)})
    assert len(bomb) < 2000
    monkeypatch.setattr(readers, "MAX_UNPACKED", 10**6 - 1)
    with pytest.raises(Problem) as refused:
        open_tables(raw_file(bomb, "bomb.xlsx"), ("regions",), Findings())
    assert refused.value.code == "unpacked_too_large"


def test_a_zip_that_lies_about_its_size_is_refused() -> None:
    bomb = bytearray(zipped({"xl/worksheets/sheet1.xml": bytes(10**6)}))
    size = (10**6).to_bytes(4, "little")
    assert bomb.count(size) == 2
    with pytest.raises(Problem) as refused:
        open_tables(raw_file(bytes(bomb.replace(size, (10).to_bytes(4, "little"))), "x.xlsx"), ("regions",), Findings())
    assert refused.value.code == "not_a_table"


def test_too_many_entries_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MAX_ENTRIES", 2)
    with pytest.raises(Problem) as refused:
        open_tables(raw_file(zipped(dict.fromkeys("abc", b""))), ("regions",), Findings())
    assert refused.value.code == "unpacked_too_large"


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    with pytest.raises(Problem) as refused:
        open_tables(raw_file(zipped({"note.txt": b"hello"}), "x.xlsx"), ("regions",), Findings())
    assert refused.value.code == "not_a_table"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+48 600", "'+48 600"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("'=x", "''=x"),
        ("-5", "'-5"),
        ("+7", "'+7"),
        ("a=b", "a=b"),
        ("'quoted'", "'quoted'"),
        ("", ""),
    ],
)
def test_formulas_are_disarmed(text: str, written: str) -> None:
    assert protect(text) == written
    assert unprotect(written) == text


@given(st.text(alphabet="'=+-@\t\r\n1a,\"", max_size=6))
def test_disarming_loses_nothing_in_a_csv(text: str) -> None:
    findings = Findings()
    (table,) = open_tables(csv_file("regions", [{"region": "x", "name": text}]), ("regions",), findings)
    (line,) = table.lines
    assert (line.values["name"], findings.count) == (text, 0)
    assert unprotect(protect(text)) == text


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = f"<worksheet {MAIN}><sheetData>{{}}</sheetData></worksheet>"
TEXTS = f"<sst {MAIN}>{{}}</sst>"
WORDS = '<c t="inlineStr"><is><t>{}</t></is></c>'
HEAD = f"<row>{WORDS.format('region')}{WORDS.format('name')}</row>"


def workbook_of(parts: dict[str, str]) -> Upload:
    """Return a workbook of ours with parts of somebody else's making."""
    with zipfile.ZipFile(workbook_file({"regions": [{"region": "A", "name": "Alfa"}]}).stream) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    return raw_file(zipped(entries | {name: text.encode() for name, text in parts.items()}), "x.xlsx")


def sheet_of(rows: str, texts: str = "") -> Upload:
    return workbook_of({"xl/worksheets/sheet1.xml": SHEET.format(rows), "xl/sharedStrings.xml": TEXTS.format(texts)})


def rows_in(upload: Upload) -> list[dict[str, str]]:
    (table,) = open_tables(upload, ("regions",), Findings())
    return [dict(line.values) for line in table.lines]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="A2"><v>7</v></c><c r="B2"><v>8</v></c></row>',
        "<row><c><v>7</v></c><c><v>8</v></c></row>",
        '<row r="2"><c r="A2"><v>7</v></c><c><v>8</v></c><c r="XFD2" s="1"/></row><row r="1048576"/>',
        '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c></row>',
    ],
)
def test_a_sheet_reads_the_same_however_its_cells_say_where_they_stand(rows: str) -> None:
    texts = "<si><t>7</t></si><si><r><t>8</t></r></si>"
    assert rows_in(sheet_of(HEAD + rows, texts)) == [{"region": "7", "name": "8"}]


@pytest.mark.parametrize(
    ("rows", "cell"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "XFD1048576"),
        ('<row r="1048576"><c r="Z1048576" t="inlineStr"><is><t>x</t></is></c></row>', "Z1048576"),
        ('<row r="2"><c r="IW2"><v>1</v></c></row>', "IW2"),
        ('<row r="2"><c r="IV2"><f>1</f></c><c><v>1</v></c></row>', "IW2"),
        ('<row r="1000000"/><row><c r="Z1000001"><v>1</v></c></row>', "Z1000001"),
        ('<row r="2"><c r="Z2"><v>1</v></c></row><row r="1000000"><c><v>1</v></c></row>', "A1000000"),
    ],
)
def test_a_sheet_that_reaches_too_far_is_refused_before_its_grid_is_laid_out(rows: str, cell: str) -> None:
    with pytest.raises(Problem) as refused:
        open_tables(sheet_of(HEAD + rows), ("regions",), Findings())
    assert (refused.value.code, refused.value.arguments["cell"]) == ("sheet_too_large", cell)
    assert refused.value.place is not None
    assert refused.value.place.find("file") == "x.xlsx"


def test_the_sheets_of_a_workbook_share_one_limit() -> None:
    far = SHEET.format(HEAD + '<row r="1000000"><c r="C1000000"><v>1</v></c></row>')
    book = workbook_of({"xl/worksheets/sheet1.xml": far, "xl/worksheets/sheet2.xml": far})
    with pytest.raises(Problem) as refused:
        open_tables(book, ("regions",), Findings())
    assert refused.value.code == "sheet_too_large"


def test_a_text_that_many_cells_name_counts_for_each_of_them() -> None:
    named = '<c t="s"><v>0</v></c>' * 2
    rows = HEAD + f"<row>{named}</row>" * 200
    assert len(rows_in(sheet_of(rows, f"<si><t>{'x' * 1000}</t></si>"))) == 200
    with pytest.raises(Problem) as refused:
        open_tables(sheet_of(rows, f"<si><t>{'x' * 10**6}</t></si>"), ("regions",), Findings())
    assert refused.value.code == "unpacked_too_large"


@pytest.mark.parametrize(
    ("rows", "texts"),
    [
        ('<row r="5"><c r="A5"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>', ""),
        ('<row r="2"><c r="A99999999999"><v>1</v></c></row>', ""),
        ('<row r="2"><c r="2A"><v>1</v></c></row>', ""),
        ('<row r="99999999999"><c><v>1</v></c></row>', ""),
        ("<row><c><c><v>1</v></c></c></row>", ""),
        ('<row><c t="s"><v>0</v></c></row>', ""),
        ('<row><c t="s"><v>&#48;</v></c></row>', "<si><t>x</t></si>"),
        ('<row><c t="s"><v>0<!-- -->0</v></c></row>', "<si><t>x</t></si>"),
        ('<row><c t="s"><v>0</v></c></row>', "<si/><si><t>x</t></si>"),
        ("<row><c><v>1</v></row>", ""),
        (f'<row><c s="{"1" * 3 * 10**7}"><v>1</v></c></row>', ""),
    ],
)
def test_a_sheet_as_no_program_writes_it_is_refused(rows: str, texts: str) -> None:
    with pytest.raises(Problem) as refused:
        open_tables(sheet_of(HEAD + rows, texts), ("regions",), Findings())
    assert refused.value.code == "not_a_table"


def test_sheets_that_share_a_part_are_refused() -> None:
    names = "".join(f'<sheet name="{name}" sheetId="1" r:id="rId1"/>' for name in ("regions", "items"))
    links = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    book = workbook_of({"xl/workbook.xml": f"<workbook {MAIN} {links}><sheets>{names}</sheets></workbook>"})
    with pytest.raises(Problem) as refused:
        open_tables(book, ("regions", "items"), Findings())
    assert refused.value.code == "not_a_table"
