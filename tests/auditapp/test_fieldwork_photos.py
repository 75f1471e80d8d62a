"""Photos: what is accepted, what is left of it, and who may see it."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Lock
from typing import Any

import pytest
from PIL import ExifTags, Image

from auditapp.evidence import photos
from auditapp.evidence.photos import accept_photo, check_photo
from auditapp.factory import App
from auditapp.models import Evidence, User, Visit
from checklists.lifecycle import Role
from checklists.problems import Problem
from tests import factories as make
from tests.pages import Person
from tests.phone import ENTRY_WHOLE, TILL, World, make_world, save, send, start

LIMIT, PIXELS = 12 * 2**20, 50_000_000


@pytest.fixture
def world(app: App) -> World:
    return make_world(app)


@pytest.fixture
def auditor(world: World) -> Person:
    return Person(world.app, world.auditor)


def picture(kind: str = "JPEG", size: tuple[int, int] = (80, 60), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(out, kind, **options)
    return out.getvalue()


def with_exif(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "SpyCam"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:08:12 11:20:30"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (54.0, 30.0, 36.0),
            ExifTags.GPS.GPSLongitudeRef: "W",
            ExifTags.GPS.GPSLongitude: (18.0, 31.0, 48.0),
        }
    )
    return picture(exif=exif, comment=b"<script>alert(1)</script>")


def accept(data: bytes) -> Any:
    return accept_photo(data, limit=LIMIT, max_pixels=PIXELS)


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")]
)
def test_formats_become_plain_jpeg(kind: str, mode: str) -> None:
    photo = accept(picture(kind, mode=mode))
    with Image.open(io.BytesIO(photo.data)) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (80, 60))
        assert not image.info.get("progressive")
    assert (photo.width, photo.height, photo.taken_at, photo.lat) == (80, 60, "", None)


def test_a_long_edge_is_cut_to_1600() -> None:
    photo = accept(picture(size=(3200, 1800)))
    assert (photo.width, photo.height) == (1600, 900)


def test_capture_data_are_read_and_nothing_of_them_stays_in_the_file() -> None:
    photo = accept(with_exif())
    assert photo.taken_at == "2026:08:12 11:20:30"
    assert photo.lat == pytest.approx(54.51)
    assert photo.lon == pytest.approx(-18.53)
    with Image.open(io.BytesIO(photo.data)) as image:
        assert not image.getexif()
    for trace in (b"Exif", b"SpyCam", b"script", b"2026:08"):
        assert trace not in photo.data


def test_a_turned_photo_stands_upright() -> None:
    photo = accept(with_exif(orientation=6))
    assert (photo.width, photo.height) == (60, 80)


def test_the_same_bytes_give_the_same_photo() -> None:
    assert accept(with_exif()).data == accept(with_exif()).data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "photo_not_an_image"),
        (b"<html><script>alert(1)</script></html>", "photo_not_an_image"),
        (picture()[:-200], "photo_not_an_image"),
        (picture("PNG")[:-60], "photo_not_an_image"),
        (picture("GIF", mode="L"), "photo_not_an_image"),
        (picture("BMP"), "photo_not_an_image"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 100, "photo_not_an_image"),
        (b"\x00" * (LIMIT + 1), "photo_too_large"),
        (picture("PNG", (10_000, 10_000), "1"), "photo_too_many_pixels"),
    ],
    ids=["empty", "html", "cut-jpeg", "cut-png", "gif", "bmp", "broken-heic", "huge", "bomb"],
)
def test_what_is_no_photo_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(Problem) as refused:
        accept(data)
    assert refused.value.code == code


HEIC = (Path(__file__).parent.parent / "cases" / "picture.heic").read_bytes()


@pytest.mark.parametrize(
    ("data", "share"),
    [(picture("PNG"), 2), (picture("WEBP"), 2), (picture(), 1), (HEIC, 1)],
    ids=["png", "webp", "jpeg", "heic"],
)
def test_what_is_read_whole_may_have_half_the_pixels(data: bytes, share: int) -> None:
    width, height = Image.open(io.BytesIO(data)).size
    most = share * width * height
    assert check_photo(data, limit=LIMIT, max_pixels=most).width
    with pytest.raises(Problem) as refused:
        check_photo(data, limit=LIMIT, max_pixels=most - 1)
    assert refused.value.code == "photo_too_many_pixels"


@pytest.mark.parametrize(("size", "most"), [((300, 200), 1), ((30, 20), 4)])
def test_large_pictures_are_read_one_at_a_time(
    size: tuple[int, int], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four threads meet inside; a large picture lets only one in."""
    monkeypatch.setattr(photos, "LARGE", 1000)
    inside, at_once, lock, upright = 0, 0, Lock(), photos._upright
    meeting = Barrier(4)

    def watched(image: Image.Image, edge: int) -> Image.Image:
        nonlocal inside, at_once
        with lock:
            inside += 1
            at_once = max(at_once, inside)
        with suppress(BrokenBarrierError):
            meeting.wait(10 if most == 4 else 0.2)
        try:
            return upright(image, edge)
        finally:
            with lock:
                inside -= 1

    monkeypatch.setattr(photos, "_upright", watched)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(accept, [picture(size=size)] * 4))
    assert at_once == most


def test_a_picture_that_is_also_a_page_becomes_only_a_picture() -> None:
    both = picture(comment=b"<html><script>alert(1)</script>") + b"<html><script>alert(2)</script></html>"
    assert b"script" not in accept(both).data


def upload(person: Person, world: World, files: list[tuple[bytes, str]], item: str = "M10", **more: Any) -> Any:
    named = [(io.BytesIO(data), name) for data, name in files]
    return save(person, world, "till", {**TILL, f"p-{item}": named}, **more)


def evidence(world: World) -> list[Evidence]:
    with world.app.database.transaction(write=False) as session:
        return list(session.query(Evidence).order_by(Evidence.id))


def test_photos_come_with_the_form_and_can_be_taken_out_again(world: World, auditor: Person) -> None:
    start(auditor, world)
    files = [(picture(), '../../etc/pa"ss<b>.php'), (picture(size=(90, 60)), "b.jpg")]
    answer = upload(auditor, world, files, go="photo:M10")
    assert answer.location == f"{world.base}/sections/till#q-M10"
    page = auditor.get(f"{world.base}/sections/till")
    assert page.document is not None
    assert len(page.document.xpath("//img")) == 2
    assert "php" not in page.html
    assert world.given()["M10"] == "2"
    first, second = evidence(world)
    assert [photo.sha for photo in world.document().photos] == [first.sent_sha256, second.sent_sha256]
    upload(auditor, world, files)
    assert len(evidence(world)) == 2, "the same photos again are the same rows"
    answer = save(auditor, world, "till", {**TILL, "remove": f"M10:{first.sent_sha256}"})
    assert answer.location == f"{world.base}/sections/till#q-M10"
    assert world.given()["M10"] == "1"
    assert auditor.get(f"/p/lumo/evidence/{first.id}").status == 404


def test_a_bad_photo_loses_nothing_else(world: World, auditor: Person) -> None:
    start(auditor, world)
    page = upload(auditor, world, [(b"no photo", "a.jpg"), (picture(), "b.jpg")])
    assert page.status == 422
    assert "nie jest zdjęciem" in page.text
    assert len(evidence(world)) == 1
    assert world.given()["M9"] == "19.9"


def test_an_old_page_may_still_bring_a_photo(world: World, auditor: Person) -> None:
    start(auditor, world)
    save(auditor, world, "till", TILL, rev=0)
    page = upload(auditor, world, [(picture(), "a.jpg")], rev=0, **{"a-M6": "some"})
    assert page.status == 409
    assert world.given()["M6"] == "all"
    assert len(world.document().photos) == 1
    assert "1 zdjęcie" in auditor.get(f"{world.base}/check").text


def test_a_photo_of_a_question_that_was_not_on_the_page_is_left_out(world: World, auditor: Person) -> None:
    start(auditor, world)
    upload(auditor, world, [(picture(), "a.jpg")], item="M1")
    assert evidence(world) == []


def test_who_may_see_a_photo(world: World, auditor: Person) -> None:
    start(auditor, world)
    save(auditor, world, "entry", ENTRY_WHOLE)
    upload(auditor, world, [(with_exif(), "a.jpg")], item="M8")
    upload(auditor, world, [(with_exif(), "receipt.jpg")])  # its hour would tell a location who came
    address, receipt = (f"/p/lumo/evidence/{row.id}" for row in evidence(world))
    with world.app.database.transaction() as session:
        visit = session.get_one(Visit, world.visit_id)
        programme = visit.auditor.programme
        people: dict[str, User] = {
            "reviewer": make.make_member(session, programme, Role.REVIEWER).user,
            "own": make.make_member(session, programme, Role.LOCATION_MANAGER, location=visit.location).user,
            "neighbour": make.make_member(
                session, programme, Role.LOCATION_MANAGER, location=make.make_location(session, programme)
            ).user,
            "stranger": make.make_member(session, make.make_programme(session, "rondo"), Role.PROGRAMME_MANAGER).user,
        }
    seen = {name: Person(world.app, user).get(address).status for name, user in people.items()}
    assert seen == {"reviewer": 200, "own": 404, "neighbour": 404, "stranger": 404}
    assert Person(world.app, world.other).get(address).status == 404
    send(auditor, world)
    reviewer = Person(world.app, people["reviewer"])
    file = reviewer.get(f"/p/lumo/review/{world.visit_id}")
    assert file.document is not None
    assert address in file.links()
    seal = file.document.xpath("//input[@name='seen']/@value")[0]
    reviewer.post(f"/p/lumo/review/{world.visit_id}/approve", {"seen": seal})
    own = Person(world.app, people["own"])
    assert (own.get(address).status, own.get(receipt).status) == (200, 404)
    assert (reviewer.get(receipt).status, auditor.get(receipt).status) == (200, 200)
    assert Person(world.app, people["neighbour"]).get(address).status == 404


def test_a_photo_is_sent_so_that_it_can_be_nothing_else(world: World, auditor: Person) -> None:
    start(auditor, world)
    upload(auditor, world, [(picture(), "page.html")])
    response = auditor.client.get(f"/p/lumo/evidence/{evidence(world)[0].id}")
    assert response.mimetype == "image/jpeg"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Disposition"] == f'inline; filename="photo-{evidence(world)[0].id}.jpg"'
