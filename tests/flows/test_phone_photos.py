"""When a photo was taken: what the camera said, read on the phone before the picture is drawn anew."""

from __future__ import annotations

import base64
import io
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image
from playwright.sync_api import Browser, Page

from auditapp.fieldwork import documents
from auditapp.static_files import FOLDER
from tests.flows.phones import Office, Phone, fill_in, first_open, send, show, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("phone")]
SAID = "2026:08:12 11:20:30"


def camera_file(
    taken: str = SAID, offset: str = "", endian: str = "<", size: tuple[int, int] = (800, 600), **options: Any
) -> bytes:
    """A JPEG as a camera writes it."""
    exif = Image.Exif()
    exif.endian = endian
    exif[ExifTags.Base.Make] = "Aparat"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    if offset:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.OffsetTimeOriginal] = offset
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).save(out, "JPEG", exif=exif, **options)
    return out.getvalue()


def heic_like() -> bytes:
    """The block lies far inside of such a file, behind its pictures."""
    block = camera_file()
    exif = block[block.index(b"Exif\0\0") :][:400]
    return b"\0\0\0\x18ftypheic" + b"Exi\0Exif\0\0" * 50_000 + b"\0\0\0\x06" + exif + b"\0" * 1000


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    for name in ("asked.js", "photos.js"):
        page.add_script_tag(path=FOLDER / name)
    yield page
    context.close()


def read(page: Page, data: bytes) -> dict[str, str] | None:
    found: dict[str, str] | None = page.evaluate(
        "text => AuditPhotos.readCapture(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)))",
        base64.b64encode(data).decode(),
    )
    return found


PLAIN = {"date": "2026-08-12", "clock": "11:20", "seconds": "30", "offset": ""}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (camera_file(), PLAIN),
        (camera_file(endian=">"), PLAIN),
        (camera_file(offset="+02:00"), {**PLAIN, "offset": "+02:00"}),
        (camera_file(offset="summer"), PLAIN),
        (camera_file(offset="+99:00"), PLAIN),
        (camera_file(comment=b"Exif\0\0 is what I say"), PLAIN),
        (heic_like(), PLAIN),
        (camera_file(taken="    :  :     :  :  "), None),
        (camera_file(taken="yesterday"), None),
        (camera_file(taken="x" * 4000), None),
        (b"", None),
        (b"Exif\0\0MM\0*", None),
        (b"Exif\0\0II*\0\xff\xff\xff\xff", None),
        (b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x69\x87\x04\0\x01\0\0\0\x08\0\0\0" * 100, None),  # leads to itself
    ],
)
def test_what_a_camera_said_is_read_from_the_file(page: Page, data: bytes, said: dict[str, str] | None) -> None:
    assert read(page, data) == said


def test_hostile_bytes_are_read_to_an_end(page: Page) -> None:
    """Cut at every place and changed at random: nothing is thrown, and what is said has the shape of a time."""
    whole, draw = camera_file(offset="+02:00")[:400], random.Random(7)
    cases = [whole[:length] for length in range(0, 400, 3)]
    for _ in range(400):
        changed = bytearray(whole)
        for _ in range(draw.randint(1, 8)):
            changed[draw.randrange(20, 200)] = draw.choice([0, 1, 0x7F, 0x80, 0xFF, draw.randrange(256)])
        cases.append(bytes(changed))
    found = [read(page, case) for case in cases]
    for said in filter(None, found):
        assert [len(said[name]) for name in ("date", "clock", "seconds")] == [10, 5, 2]
    assert None in found
    assert {**PLAIN, "offset": "+02:00"} in found


def test_a_large_file_full_of_beginnings_is_read_in_time(page: Page) -> None:
    began = time.monotonic()
    assert read(page, b"Ex" * 4_000_000) is None
    assert time.monotonic() - began < 20  # most of it is the way into the browser


def test_the_document_says_whose_time_it_is(phone: Phone, office: Office, tmp_path: Path) -> None:
    plain, files = io.BytesIO(), []
    Image.linear_gradient("L").resize((640, 480)).save(plain, "JPEG")
    for name, data in (
        ("zone.jpg", camera_file(offset="-03:00")),
        ("place.jpg", camera_file(taken="2026:01:12 11:20:31", size=(400, 700))),
        ("impossible.jpg", camera_file(taken="2026:13:45 11:20:31", size=(500, 700))),
        ("silent.jpg", plain.getvalue()),
    ):
        files.append(tmp_path / name)
        files[-1].write_bytes(data)
        os.utime(files[-1], (1_780_000_000, 1_780_000_000))
    page = first_open(phone, office)
    show(page, "s-till")
    for number, file in enumerate(files, start=1):
        page.set_input_files("#p-M10", file)
        page.wait_for_selector(f"#q-M10 .thumbs li:nth-child({number})")
    fill_in(page)
    send(page)
    wait_for(page, "sent")
    (row,) = office.submissions()
    by_file = ("2026-05-28T20:26:40.000Z", "file")
    assert sorted((photo.taken_at, photo.source) for photo in documents.read(row.document).photos) == [
        ("2026-01-12T10:20:31.000Z", "camera"),  # in the zone of the place
        by_file,
        by_file,
        ("2026-08-12T14:20:30.000Z", "camera"),
    ]
