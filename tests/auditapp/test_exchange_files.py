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
