"""Write tables as CSV and documents as zip: unrounded figures, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence

from auditapp.exchange.rows import batched
from auditapp.formulas import MAY_RUN, protect

EPOCH = (1980, 1, 1, 0, 0, 0)  # zip entries have to have a time; the same documents give the same bytes


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield a CSV in pieces of a thousand rows. `csv` writes None as nothing and a float with all its digits."""
    yield _written([columns]).encode()
    for batch in batched(rows, 1000):
        text = _written(batch)
        if MAY_RUN.search(f"\n{text}"):  # looking at whole pieces costs a tenth of looking at every cell
            text = _written([[protect(cell) if isinstance(cell, str) else cell for cell in row] for row in batch])
        yield text.encode()


def _written(rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def write_zip(documents: Iterable[tuple[str, str]]) -> bytes:
    """Return documents (file name, text) as one zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in documents:
            archive.writestr(zipfile.ZipInfo(name, EPOCH), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
