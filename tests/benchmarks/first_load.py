"""The phone's form in a real Chromium: python -m tests.benchmarks.first_load [--rounds 3]

A store visit of the shipped checklist, opened cold by a browser that is logged in: as it is, and over slow 3G
(400 kbit/s, 400 ms) with a processor four times slower; then opened again, with and without signal. Bytes are all that
the server sent, headers and the service worker's own requests included.
"""

from __future__ import annotations

import argparse
import re
import socket
import statistics
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from playwright.sync_api import Page, Playwright, sync_playwright
from sqlalchemy import select

from auditapp.documents import add_document
from auditapp.models import ChecklistVersion, Visit
from checklists.parse import shipped_documents
from tests import factories as make
from tests.benchmarks.office import load_average
from tests.factories import PASSWORD
from tests.flows.phones import Office, Phone, draw_photo, give, wait_for

SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
WATCH = """new MutationObserver(() => {
  const body = document.body;
  if (body && body.dataset.ready && !window.usable) window.usable = performance.now();
  if (body && body.dataset.offline && !window.kept) window.kept = performance.now();
}).observe(document, {attributes: true, subtree: true, childList: true});"""
SAVE = """async () => {
  const taken = [], [row] = await AuditStore.documents();
  for (let n = 0; n < 100; n++) {
    const start = performance.now();
    await AuditStore.saveAnswer(row.id, {item: 'ST01', state: 'answered', value: n % 2 ? 'yes' : 'no', comment: ''});
    taken.push(performance.now() - start);
  }
  return taken;
}"""


class Wire:
    """A connection between browser and server that counts what the server sends."""

    def __init__(self, port: int) -> None:
        self.target, self.bytes = port, 0
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self.listening.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def take(self) -> int:
        """Return the bytes since the last time."""
        taken, self.bytes = self.bytes, 0
        return taken

    def _accept(self) -> None:
        while True:
            near, _address = self.listening.accept()
            far = socket.create_connection(("127.0.0.1", self.target))
            Thread(target=self._pass_on, args=(near, far, False), daemon=True).start()
            Thread(target=self._pass_on, args=(far, near, True), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        try:
            while data := source.recv(65536):
                self.bytes += len(data) * counted
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            sink.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    figures: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, sync_playwright() as playwright:
        office = build(Path(folder) / "office")
        picture = draw_photo(Path(folder) / "paragon.jpg")
        try:
            office.start()
            wire = Wire(office.port)
            office.port = wire.port
            for number in range(chosen.rounds):
                for slow in (False, True):
                    profile = Path(folder) / f"phone {number} {slow}"
                    for name, value in take(playwright, profile, office, wire, picture, slow=slow).items():
                        figures[name].append(value)
        finally:
            office.kill()
    for name, values in figures.items():
        print(f"| {name} | {statistics.median(values):,.0f} | {max(values):,.0f} |")
    print(f"median and worst of {chosen.rounds} rounds, load {load_average()}")


def build(folder: Path) -> Office:
    """Return an office with a visit of the shipped checklist for stores."""
    folder.mkdir()
    office = Office.build(folder)
    with office.database() as database, database.transaction() as session:
        world = session.get_one(Visit, office.visit_id)
        for name, document in shipped_documents().items():
            add_document(session, world.programme_id, document, name=name, actor_id=None, now=make.NOW)
        store = select(ChecklistVersion).where(ChecklistVersion.channel == "store_visit").order_by(ChecklistVersion.id)
        version = session.scalars(store).all()[-1]
        visit = make.make_assignment(session, world.location, version, world.auditor, wave=world.wave)
        today = datetime.now(UTC).date()
        visit.window_from, visit.window_to = today - timedelta(days=5), today + timedelta(days=5)
        office.visit_id = visit.id
    return office


def log_in(page: Page, office: Office) -> None:
    """Log in without opening a page, which would warm the browser's cache."""
    client, address = page.context.request, f"{office.address}/login"
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).text())
    assert found is not None
    fields = {"csrf_token": found[1], "email": office.email, "password": PASSWORD}
    assert client.post(address, form=fields, headers={"Referer": address}).ok


def opened(page: Page, office: Office) -> float:
    """Open the form; return the milliseconds until it can be used."""
    page.goto("about:blank")
    page.goto(office.form)
    page.wait_for_function("() => window.usable")
    return float(page.evaluate("window.usable"))


def take(
    playwright: Playwright, profile: Path, office: Office, wire: Wire, picture: Path, *, slow: bool
) -> dict[str, float]:
    """Return the figures of one browser that has never been here, in milliseconds and bytes."""
    phone, under = Phone(playwright, profile), "slow 3G, processor / 4" if slow else "as it is"
    page = phone.open()
    page.add_init_script(WATCH)
    log_in(page, office)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    if slow:
        devtools.send("Network.emulateNetworkConditions", SLOW_3G)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    wire.take()
    figures = {"first open, usable": opened(page, office)}
    page.wait_for_function("() => window.kept")
    figures["first open, ready for no signal"] = float(page.evaluate("window.kept"))
    page.wait_for_timeout(3000)  # the other language and the worker come after
    figures["first load, bytes"] = wire.take()
    figures["opened again, usable"] = opened(page, office)
    page.wait_for_timeout(3000)
    figures["opened again, bytes"] = wire.take()
    page.context.set_offline(True)
    figures["opened without signal, usable"] = opened(page, office)
    give(page, "ST01", "yes")
    wait_for(page, "draft")
    taken = sorted(page.evaluate(SAVE))
    figures["an answer saved, p50"], figures["an answer saved, p95"] = taken[50], taken[95]
    start = time.perf_counter()
    field = page.locator("input[type=file][id^=p-]").first
    page.evaluate(
        "id => { location.hash = document.getElementById(id).closest('[data-screen]').dataset.screen; }",
        field.get_attribute("id"),
    )
    field.set_input_files(picture)
    page.wait_for_selector(".question .thumbs img", state="attached")
    figures["a photo of 12 megapixels made small and kept"] = (time.perf_counter() - start) * 1000
    phone.kill()
    return {f"{name} | {under}": value for name, value in figures.items()}


if __name__ == "__main__":
    main()
