"""The main story of the phone for any browser: filled in without signal, killed twice, sent through faults, once."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select

from auditapp.fieldwork import documents
from auditapp.models import Evidence
from tests.documents import GOOD
from tests.factories import PASSWORD
from tests.flows.phones import Office

LIMIT = 120  # seconds; two cores and several browsers: slow is not broken
VALUES = {**GOOD, "M5": "2:00", "M9": "19,90", "M11": "Żółw na półce."}
READY = "document.body && document.body.dataset.ready === '1'"

# Fields change as they do under a finger: the value, then the events that a browser sends.
GIVE = """
for (const [code, value] of Object.entries(VALUES)) {
  const fields = [...document.querySelectorAll(`#q-${code} [name="a-${code}"]`)];
  const chosen = fields.filter((field) => ['radio', 'checkbox'].includes(field.type));
  for (const field of chosen) if (value.split(';').includes(field.value) && !field.checked) field.click();
  if (!chosen.length) {
    fields[0].value = value;
    for (const name of ['input', 'change']) fields[0].dispatchEvent(new Event(name, {bubbles: true}));
  }
}
"""
PHOTO = """
const canvas = document.createElement('canvas'), pen = canvas.getContext('2d');
canvas.width = 2400; canvas.height = 3200;
for (let n = 0; n < 4000; n++) {
  pen.fillStyle = `hsl(${n * 37 % 360} 70% 50%)`;
  pen.fillRect(Math.random() * 2400, Math.random() * 3200, 80, 80);
}
const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', .95)), files = new DataTransfer();
files.items.add(new File([blob], 'paragon.jpg', {type: 'image/jpeg'}));
const field = document.querySelector('#p-M10');
field.files = files.files;
field.dispatchEvent(new Event('change', {bubbles: true}));
"""
SCREEN = """
return JSON.stringify(Object.fromEntries([...document.querySelectorAll('.question:not([hidden])')].map((root) => {
  const code = root.id.slice(2), fields = [...root.querySelectorAll(`[name="a-${code}"]`)];
  const picked = fields.filter((field) => field.checked).map((field) => field.value).join(';');
  const typed = fields.find((field) => !['radio', 'checkbox'].includes(field.type));
  return [code, typed ? typed.value : picked];
}).filter(([, value]) => value)));
"""
KEPT = """
const [row] = await AuditStore.documents(), photos = await AuditStore.photos(row.id);
return JSON.stringify(await Promise.all(photos.map((photo) => AuditStore.sha256(photo.bytes))));
"""


class Browser(Protocol):
    """What a browser must be able to do. Its profile survives being killed."""

    def open(self) -> None: ...
    def goto(self, address: str) -> None: ...
    def run(self, body: str) -> str: ...
    def kill(self) -> None: ...


def until(browser: Browser, condition: str) -> None:
    """Wait for a JavaScript condition."""
    end = time.monotonic() + LIMIT
    while browser.run(f"return String(Boolean({condition}))") != "true":
        assert time.monotonic() < end, f"{condition}: {browser.run('return document.body.innerText')}"
        time.sleep(0.2)


def open_form(browser: Browser, office: Office) -> None:
    browser.goto(office.form)
    until(browser, READY)


def told(browser: Browser, body: str) -> Any:
    return json.loads(browser.run(body))


def play(browser: Browser, office: Office) -> None:
    """Play the whole story; AssertionError where anything is lost, doubled or changed."""
    browser.open()
    browser.goto(f"{office.address}/login?next=/p/lumo/visits")
    login = {"#email": office.email, "#password": PASSWORD}
    browser.run(
        f"for (const [name, value] of Object.entries({json.dumps(login)})) document.querySelector(name).value = value;"
        "document.querySelector('main button.main').click();"
    )
    until(browser, f"document.querySelector('[data-form]') && {READY}")
    until(browser, "document.body.dataset.offline === '1'")
    open_form(browser, office)
    until(browser, "document.body.dataset.offline === '1'")

    office.kill()
    open_form(browser, office)
    browser.run(GIVE.replace("VALUES", json.dumps(VALUES)))
    browser.run(PHOTO)
    until(browser, "document.querySelector('#q-M10 .thumbs img')")
    until(browser, "document.body.dataset.state === 'draft'")
    screen, photos = told(browser, SCREEN), told(browser, KEPT)
    assert screen == VALUES
    browser.kill()

    browser.open()
    open_form(browser, office)
    until(browser, "document.querySelector('#q-M10 .thumbs img')")
    assert (told(browser, SCREEN), told(browser, KEPT)) == (screen, photos)
    shown = "(await (async (image) => { await image.decode(); return image; })(document.querySelector('.thumbs img')))"
    assert browser.run(f"return String({shown}.naturalHeight)") == "1600"
    now = datetime.now(ZoneInfo("Europe/Warsaw"))
    times = {}
    for name, at in (("started", now - timedelta(minutes=40)), ("ended", now - timedelta(minutes=10))):
        times |= {f"{name}_on": f"{at:%Y-%m-%d}", f"{name}_at": f"{at:%H:%M}"}
    browser.run(
        f"for (const [name, value] of Object.entries({json.dumps(times)})) {{"
        "const field = document.getElementById(name); field.value = value;"
        "for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, {bubbles: true})); }"
        "location.hash = 'check'; document.querySelector('[data-screen=check] button.main').click();"
    )
    until(browser, "['ready', 'sending'].includes(document.body.dataset.state)")
    browser.kill()

    office.start()
    office.faults(cut_upload=1, drop_after=2)
    browser.open()
    open_form(browser, office)
    until(browser, "document.body.dataset.state === 'sent'")
    arrived(office, screen, photos)
    open_form(browser, office)
    until(browser, "document.body.dataset.state === 'sent'")
    assert len(office.submissions()) == 1
    browser.kill()


def arrived(office: Office, screen: dict[str, str], photos: list[str]) -> None:
    """Exactly one accepted visit, equal to what stood on the screen, with the very bytes of its photo."""
    (row,) = office.submissions()
    assert row.status == "final"
    assert row.receipt is not None
    assert office.visit().status == "submitted"
    assert office.parked() == []
    document = documents.read(row.document)
    assert {given.item: given.value for given in document.answers if given.value and given.item != "M10"} == screen
    assert [photo.sha for photo in document.photos] == photos
    with office.database() as database, database.reading() as session:
        kept = session.scalars(select(Evidence).where(Evidence.visit_id == office.visit_id)).all()
        assert [photo.sent_sha256 for photo in kept] == photos
        assert [photo.removed_at for photo in kept] == [None]


def new_office(folder: Path) -> Office:
    """Return a running office with one visit to make."""
    folder.mkdir(parents=True)
    office = Office.build(folder)
    office.start()
    return office
