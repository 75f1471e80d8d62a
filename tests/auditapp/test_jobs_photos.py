"""Photos from phones: checked at once, made into pictures by a job, and never served as they came."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from auditapp import migrate
from auditapp.config import Settings
from auditapp.evidence import preparing
from auditapp.evidence.photos import accept_photo
from auditapp.jobs import MOST, Jobs
from auditapp.models import Evidence, Job, Visit
from auditapp.storage import Storage, bucket_store
from checklists.lifecycle import Role
from tests import factories as make
from tests.auditapp.sent import Office, open_office, sha
from tests.auditapp.test_fieldwork_photos import picture, with_exif
from tests.buckets import running_server
from tests.pages import Person
from tests.ports import free_ports

A = UUID(int=1)
LIMITS = {"limit": 12 * 2**20, "max_pixels": 50_000_000}


@pytest.fixture
def office(settings: Settings) -> Iterator[Office]:
    office = open_office(settings)
    yield office
    office.app.database.engine.dispose()


@pytest.fixture
def either_office(either_settings: Settings) -> Iterator[Office]:
    office = open_office(either_settings)
    yield office
    office.app.database.engine.dispose()


def photos(office: Office) -> list[Evidence]:
    with office.database.transaction(write=False) as session:
        return list(session.scalars(select(Evidence).order_by(Evidence.id)))


def jobs(office: Office) -> list[Job]:
    with office.database.transaction(write=False) as session:
        return list(session.scalars(select(Job).order_by(Job.id)))


def files(office: Office, kind: str = preparing.SENT) -> int:
    folder = office.app.extensions["auditapp.settings"].files_dir / kind
    return sum(path.is_file() for path in folder.rglob("*"))


def kept(office: Office, row: Evidence) -> bytes:
    data: bytes = office.app.extensions["auditapp.storage"].get("photo", row.sha256)
    return data


def reviewer(office: Office, role: Role = Role.REVIEWER) -> Person:
    with office.database.transaction() as session:
        visit = session.get_one(Visit, office.visit_id)
        place = {"location": visit.location} if role == Role.LOCATION_MANAGER else {}
        user = make.make_member(session, visit.auditor.programme, role, **place).user
    return Person(office.app, user)


def send(office: Office, *data: bytes, taken_at: str = "", item: str = "M10") -> None:
    """Send a whole visit with its photos."""
    document = office.document(A, photos=[(item, one) for one in data])
    document["photos"] = [{**photo, "taken_at": taken_at} for photo in document["photos"]]
    office.put(document)
    assert [office.photo(one, item).status for one in data] == [201] * len(data)
    assert office.put(document).receipt


# --- The way of a photo


def test_a_photo_is_kept_as_the_job_makes_it(either_office: Office) -> None:
    office, data = either_office, with_exif(orientation=6)
    send(office, data)
    (row,) = photos(office)
    assert (row.sha256, row.refused, row.size, row.width, row.height) == (None, "", len(data), 60, 80)
    assert (files(office), files(office, "photo")) == (1, 0)
    (job,) = jobs(office)
    assert (job.kind, job.key, job.state, job.programme_id) == ("photo", str(row.id), "queued", 1)
    office.do_jobs()
    (row,), made = photos(office), accept_photo(data, **LIMITS)
    assert kept(office, row) == made.data
    assert (row.size, row.width, row.height, row.taken_at) == (made.size, made.width, made.height, made.taken_at)
    assert (row.lat, row.lon) == (made.lat, made.lon)
    assert files(office) == 0, "the bytes with the camera's words are gone"
    assert jobs(office)[0].state == "done"


def test_nobody_is_served_what_was_sent(office: Office) -> None:
    data = with_exif()
    send(office, data)
    desk, address = reviewer(office), f"/p/lumo/evidence/{photos(office)[0].id}"
    page = desk.get(f"/p/lumo/review/{office.visit_id}")
    assert "Zdjęcie jest przygotowywane" in page.text
    answer = desk.client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert "niegotowe" in answer.text
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    office.do_jobs()
    answer = desk.client.get(address)
    assert answer.mimetype == "image/jpeg"
    assert b"SpyCam" not in answer.data
    assert "przygotowywane" not in desk.get(f"/p/lumo/review/{office.visit_id}").text


def test_what_the_camera_said_is_for_the_desk(office: Office) -> None:
    send(office, with_exif(), item="M8")
    office.do_jobs()
    desk = reviewer(office)
    page = desk.get(f"/p/lumo/review/{office.visit_id}")
    assert "zrobione 12 sie 2026, 11:20 w miejscu 54.510, -18.530" in page.text
    assert page.document is not None
    seal = page.document.xpath("//input[@name='seen']/@value")[0]
    desk.post(f"/p/lumo/review/{office.visit_id}/approve", {"seen": seal})
    managers = reviewer(office, Role.LOCATION_MANAGER).get(f"/p/lumo/results/visits/{office.visit_id}")
    large = f"/p/lumo/results/visits/{office.visit_id}/photos/{photos(office)[0].id}"
    assert large in managers.links()
    for shown in (managers, reviewer(office, Role.LOCATION_MANAGER).get(large)):
        for told in ("54.5", "18.5", "11:20"):
            assert told not in shown.html


@pytest.mark.parametrize(
    ("said", "kept_as"),
    [
        ("2026-08-12T08:14:05.000Z", "2026:08:12 10:14:05"),
        ("2026-08-12T08:14:05", ""),
        ("yesterday", ""),
        ("", ""),
        ("9999-12-31T23:59:59Z", ""),
    ],
)
def test_a_time_that_only_the_document_knows(office: Office, said: str, kept_as: str) -> None:
    send(office, picture(), taken_at=said)
    office.do_jobs()
    assert photos(office)[0].taken_at == kept_as


def test_one_photo_for_two_questions(either_office: Office) -> None:
    office, data = either_office, picture()
    assert [office.photo(data, item).status for item in ("M10", "M8")] == [201, 201]
    assert len(jobs(office)) == 2
    office.do_jobs()
    assert len({row.sha256 for row in photos(office)} - {None}) == 1
    assert [job.state for job in jobs(office)] == ["done", "done"]


def test_a_photo_that_comes_again_is_no_new_work(office: Office) -> None:
    data = picture()
    assert [office.photo(data).status for _ in range(2)] == [201, 200]
    office.do_jobs()
    assert office.photo(data).status == 200
    assert (len(jobs(office)), files(office)) == (1, 0)


def test_two_hundred_photos(office: Office) -> None:
    for number in range(200):
        assert office.photo(picture(size=(40 + number, 30))).status == 201
    office.do_jobs()
    assert [job.state for job in jobs(office)] == ["done"] * 200
    assert all(row.sha256 for row in photos(office))
    assert files(office) == 0


def test_one_photo_too_many_leaves_nothing_behind(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditapp.evidence.service.EVER", 1)
    assert office.photo(picture()).status == 201
    assert office.photo(picture(size=(90, 60))).json["error"] == "too_many_photos"
    assert (files(office), len(jobs(office))) == (1, 1)


# --- Hostile files


def zipped() -> bytes:
    out = io.BytesIO(picture())
    out.seek(0, os.SEEK_END)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("page.html", "<script>alert(1)</script>")
    return out.getvalue()


HEIC = (Path(__file__).parent.parent / "cases" / "picture.heic").read_bytes()
TAKEN: dict[str, Callable[[], bytes]] = {
    "a picture of four inks": lambda: picture(mode="CMYK"),
    "a progressive one": lambda: picture(size=(1200, 900), progressive=True),
    "a picture and an archive": zipped,
    "a picture and a page": lambda: picture() + b"<html><script>alert(2)</script></html>",
    "with holes": lambda: picture("PNG", mode="RGBA"),
    "as an iPhone keeps it": lambda: HEIC,
    "one dot": lambda: picture(size=(1, 1)),
    "a line": lambda: picture(size=(4000, 1)),
}
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut off": (lambda: picture(size=(900, 700))[:-300], "photo_not_an_image"),
    "cut off, progressive": (lambda: picture(size=(900, 700), progressive=True)[:-300], "photo_not_an_image"),
    "cut off, as an iPhone keeps it": (lambda: HEIC[:-40], "photo_not_an_image"),
    "an archive": (lambda: zipped()[len(picture()) :], "photo_not_an_image"),
    "a bomb": (lambda: picture("PNG", (9000, 9000), "1"), "photo_too_many_pixels"),
    "a bomb, JPEG": (lambda: picture(size=(9000, 9000), mode="L"), "photo_too_many_pixels"),
}


@pytest.mark.parametrize("case", TAKEN)
def test_an_odd_picture_becomes_a_plain_one(office: Office, case: str) -> None:
    data = TAKEN[case]()
    assert office.photo(data).status == 201
    (row,) = photos(office)
    told = (row.width, row.height)
    office.do_jobs()
    (row,) = photos(office)
    made = kept(office, row)
    with Image.open(io.BytesIO(made)) as image:
        image.load()
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (row.width, row.height))
    assert told == (row.width, row.height), "known before the picture was made"
    for trace in (b"script", b"PK\x03\x04", b"page.html"):
        assert trace not in made


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_photo_is_refused_at_once(office: Office, case: str) -> None:
    build, code = REFUSED[case]
    answer = office.photo(build())
    assert (answer.status, answer.json["error"]) == (422, code)
    assert (photos(office), jobs(office), files(office)) == ([], [], 0)


# --- What goes wrong later


def spoil(office: Office, data: bytes) -> None:
    """Put other bytes where those of the only photo lie."""
    (row,) = photos(office)
    storage: Storage = office.app.extensions["auditapp.storage"]
    preparing.drop_sent(storage, row.visit_id, row.item, row.sent_sha256)
    if data:
        preparing.keep_sent(storage, row.visit_id, row.item, row.sent_sha256, data)


def test_a_photo_that_cannot_be_shown_is_a_fact_and_no_obstacle(either_office: Office) -> None:
    office, data = either_office, picture()
    send(office, data)
    spoil(office, b"no picture after all")
    office.do_jobs()
    (row,), (job,) = photos(office), jobs(office)
    assert (row.sha256, row.refused) == (None, "photo_not_an_image")
    assert (job.state, job.attempts, job.error) == ("failed", 1, "photo_not_an_image")
    desk = reviewer(office)
    page = desk.get(f"/p/lumo/review/{office.visit_id}")
    assert "Tego zdjęcia nie da się pokazać" in page.text
    assert "Nie da się pokazać" in desk.client.get(f"/p/lumo/evidence/{row.id}").text
    assert office.put(office.document(A, photos=[("M10", data)])).receipt
    assert page.document is not None
    seal = page.document.xpath("//input[@name='seen']/@value")[0]
    desk.post(f"/p/lumo/review/{office.visit_id}/approve", {"seen": seal})
    assert office.visit().status == "approved"


def test_lost_bytes_are_looked_for_until_the_attempts_are_over(office: Office) -> None:
    send(office, picture())
    spoil(office, b"")
    for attempt in range(1, MOST + 1):
        office.do_jobs()
        assert jobs(office)[0].attempts == attempt
        office.clock.now += timedelta(hours=1)
    assert (jobs(office)[0].state, photos(office)[0].refused) == ("failed", "FileNotFoundError")


def test_storage_that_is_full_or_away_for_a_while(office: Office) -> None:
    data = picture()
    send(office, data)
    folder = office.app.extensions["auditapp.settings"].files_dir / "photo"
    folder.write_text("no room here")
    office.do_jobs()
    assert (jobs(office)[0].state, jobs(office)[0].attempts, photos(office)[0].sha256) == ("queued", 1, None)
    folder.unlink()
    office.clock.now += timedelta(seconds=10)
    office.do_jobs()
    assert (jobs(office)[0].state, files(office)) == ("done", 0)
    assert kept(office, photos(office)[0]) == accept_photo(data, **LIMITS).data


def test_storage_that_is_full_or_away_while_a_phone_sends(office: Office) -> None:
    data, way = picture(), f"/api/v1/visits/{office.visit_id}/photos/M10/"
    folder = office.app.extensions["auditapp.settings"].files_dir / preparing.SENT
    folder.write_text("no room here")
    refused = office.app.test_client().put(
        way + sha(data), data=data, headers={"Authorization": f"Bearer {office.token}"}
    )
    assert (refused.status_code, refused.json["error"]) == (500, "unexpected")
    assert (photos(office), jobs(office)) == ([], [])
    folder.unlink()
    assert office.photo(data).status == 201
    office.do_jobs()
    assert kept(office, photos(office)[0]) == accept_photo(data, **LIMITS).data


def test_the_same_photo_twice_at_once(office: Office) -> None:
    data = picture()
    office.photo(data)
    office.do_jobs()
    known: Jobs = office.app.extensions["auditapp.jobs"]
    preparing.keep_sent(known.storage, office.visit_id, "M10", sha(data), data)  # the other request was a little later
    with office.database.transaction() as session:
        preparing.ask(known, session, office.visit_id, "M10", sha(data))
    assert (files(office), len(jobs(office))) == (0, 1)


@pytest.mark.xdist_group("bucket")
def test_evidence_in_a_bucket_that_goes_away(settings: Settings) -> None:
    with running_server() as bucket:
        office = open_office(replace(settings, bucket=bucket))
        known: Jobs = office.app.extensions["auditapp.jobs"]
        storage, data = known.storage, with_exif()
        send(office, data)
        known.storage = Storage(bucket_store(replace(bucket, endpoint=f"http://127.0.0.1:{free_ports(1)[0]}")))
        office.do_jobs()
        assert (jobs(office)[0].state, photos(office)[0].sha256) == ("queued", None)
        known.storage = storage
        office.clock.now += timedelta(seconds=10)
        office.do_jobs()
        (row,) = photos(office)
        answer = reviewer(office).client.get(f"/p/lumo/evidence/{row.id}")
        assert answer.data == accept_photo(data, **LIMITS).data
        with pytest.raises(FileNotFoundError):
            storage.get(preparing.SENT, preparing._name(row.visit_id, row.item, row.sent_sha256))
        assert not settings.files_dir.exists()
        office.app.database.engine.dispose()


def test_no_photo_is_lost_by_an_older_database(either_office: Office) -> None:
    office, data = either_office, [picture(size=(40 + number, 30)) for number in range(3)]
    send(office, *data)
    with office.database.transaction(write=False) as session:
        first = session.scalars(select(Job.id).order_by(Job.id)).first()
    known: Jobs = office.app.extensions["auditapp.jobs"]
    known.work(first or 0)
    with office.database.transaction() as session:
        preparing.refuse(known, session, str(photos(office)[1].id), "photo_not_an_image")
    made, url = photos(office)[0].sha256, known.settings.database_url
    office.database.engine.dispose()
    migrate.downgrade(url, "0003")
    migrate.upgrade(url)
    assert [row.sent_sha256 for row in photos(office)] == [sha(one) for one in data]
    assert [row.sha256 for row in photos(office)] == [made, sha(data[1]), sha(data[2])]


# --- Processes


def command(office: Office, *words: str) -> subprocess.Popen[str]:
    settings: Settings = office.app.extensions["auditapp.settings"]
    environment = {
        **os.environ, "AUDITAPP_DIR": str(settings.dir), "AUDITAPP_DATABASE_URL": settings.database_url,
        "AUDITAPP_SECRET_KEY": settings.secret_key,
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "auditapp.cli", *words],
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_worker_killed_in_the_middle(office: Office) -> None:
    data = picture("PNG", (5000, 5000))
    send(office, data)
    worker = command(office, "jobs", "work")
    try:
        wait_until(lambda: jobs(office)[0].state == "running")
    finally:
        worker.kill()
        worker.communicate()
    assert (jobs(office)[0].state, photos(office)[0].sha256, files(office)) == ("running", None, 1)
    office.clock.now = datetime.now(UTC)
    office.do_jobs()
    assert jobs(office)[0].attempts == 1, "another worker waits until the first one is surely dead"
    office.clock.now += preparing.JOB.lease
    known: Jobs = office.app.extensions["auditapp.jobs"]
    assert known.sweep() == 1
    while (task := known.huey.dequeue()) is not None:
        known.huey.execute(task)
    (row,), (job,) = photos(office), jobs(office)
    assert (job.state, job.attempts, job.error) == ("done", 2, "")
    assert kept(office, row) == accept_photo(data, **LIMITS).data
    assert (files(office), files(office, "photo")) == (0, 1)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_serving_does_jobs_and_ends_when_asked(office: Office, sign: signal.Signals) -> None:
    port = free_ports(1)[0]
    server = command(office, "serve", "--port", str(port))

    def answers() -> bool:
        assert server.poll() is None
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(answers)
        data = picture(size=(1200, 900))
        sending = HTTPConnection("127.0.0.1", port, timeout=30)
        address = f"/api/v1/visits/{office.visit_id}/photos/M10/{sha(data)}"
        sending.request("PUT", address, data, {"Authorization": f"Bearer {office.token}"})
        assert sending.getresponse().status == 201
        sending.close()
        wait_until(lambda: jobs(office)[0].state == "done")
        assert kept(office, photos(office)[0]) == accept_photo(data, **LIMITS).data
    finally:
        server.send_signal(sign)
        _said, errors = server.communicate(timeout=30)
    assert server.returncode == 0, errors


def test_the_office_lists_jobs_and_begins_failed_ones_anew(office: Office) -> None:
    def say(*words: str) -> str:
        process = command(office, "jobs", *words)
        said, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        return said

    data = picture()
    send(office, data)
    spoil(office, b"no picture")
    office.do_jobs()
    lines = say("list").splitlines()
    assert lines[0] == "0 queued, 0 running, 1 failed, 0 done"
    assert lines[1].split() == [
        "1", "failed", "photo", "1", "2026-08-12", "10:00", "attempt", "1", "photo_not_an_image"
    ]  # fmt: skip
    assert say("list", "--state", "done").splitlines() == lines[:1]
    spoil(office, data)
    assert say("retry") == "1 job begins anew.\n"
    office.clock.now = datetime.now(UTC)
    office.do_jobs()
    assert (jobs(office)[0].state, photos(office)[0].refused) == ("done", "")
    assert say("retry") == "0 jobs begin anew.\n"
