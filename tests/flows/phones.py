"""A phone and an office that can be killed: what the tests of sending need."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import shutil
import signal
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import BrowserContext, Page, Playwright
from sqlalchemy import select

from auditapp import migrate, static_files
from auditapp.config import Settings
from auditapp.db import Database
from auditapp.models import Parked, Submission, Visit
from tests import factories as make
from tests.documents import GOOD
from tests.factories import PASSWORD
from tests.flows import phone_server
from tests.ports import free_port
from tests.worlds import World, make_world

ARGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
SERVERS = multiprocessing.get_context("forkserver")
SERVERS.set_forkserver_preload([phone_server.__name__])  # imported once, not at every start after a kill
LIMIT = 60_000  # ms; two cores, several browsers: slow is not broken


@dataclass
class Office:
    """The server in a process of its own, with one programme in which one visit is assigned."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: ForkServerProcess | None = None
    visit_id: int = 0
    email: str = ""
    files: Path = static_files.FOLDER

    @classmethod
    def build(cls, folder: Path) -> Office:
        office = cls(folder)
        migrate.upgrade(office.settings.database_url)
        with office.database() as database, database.transaction() as session:
            world = make_world(session)
            _move_to_now(world)
            office.visit_id, office.email = world.assigned.id, world.auditor.user.email
        return office

    def assign(self) -> None:
        """Give the same auditor one more visit, which becomes the one that this office is about."""
        with self.database() as database, database.transaction() as session:
            done = session.get_one(Visit, self.visit_id)
            fresh = make.make_assignment(session, done.location, done.checklist_version, done.auditor, wave=done.wave)
            fresh.window_from, fresh.window_to = done.window_from, done.window_to
            self.visit_id = fresh.id

    @property
    def settings(self) -> Settings:
        return Settings.from_env(self.folder)

    @contextlib.contextmanager
    def database(self) -> Iterator[Database]:
        database = Database(self.settings.database_url)
        try:
            yield database
        finally:
            database.engine.dispose()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def form(self) -> str:
        return f"{self.address}/p/lumo/visits/{self.visit_id}/form/1"

    def start(self) -> None:
        self.process = SERVERS.Process(target=phone_server.serve, args=(self.folder, self.port, self.files))
        self.process.start()
        for _ in range(1200):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.address}/sw.js", timeout=5):
                return
            time.sleep(0.05)
        raise AssertionError((self.folder / "server.log").read_text())

    def kill(self) -> None:
        """End the server as a power cut does."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process.close()
            self.process = None

    def faults(self, **times: int) -> None:
        request = urllib.request.Request(f"{self.address}/_faults", json.dumps(times).encode(), method="POST")
        urllib.request.urlopen(request, timeout=30).close()

    def submissions(self) -> list[Submission]:
        with self.database() as database, database.reading() as session:
            return list(session.scalars(select(Submission).where(Submission.visit_id == self.visit_id)))

    def parked(self) -> list[Parked]:
        with self.database() as database, database.reading() as session:
            return list(session.scalars(select(Parked)))

    def ask_back(self, **notes: str) -> None:
        """Return the visit as a reviewer does."""
        with self.database() as database, database.transaction() as session:
            make.ask_back(session, session.get_one(Visit, self.visit_id), datetime.now(UTC), **notes)

    def visit(self) -> Visit:
        with self.database() as database, database.reading() as session:
            return session.get_one(Visit, self.visit_id)


def _move_to_now(world: World) -> None:
    """Bring the wave and the assignment into the present, which is what a phone's clock says."""
    today = datetime.now(UTC).date()
    for row in (world.wave, world.assigned):
        first, last = ("starts_on", "ends_on") if row is world.wave else ("window_from", "window_to")
        setattr(row, first, today - timedelta(days=5))
        setattr(row, last, today + timedelta(days=5))


@dataclass
class Phone:
    """A browser with a profile of its own that survives being killed."""

    playwright: Playwright
    profile: Path
    context: BrowserContext | None = None

    def open(self, *, offline: bool = False) -> Page:
        path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        assert path is not None, "Chromium is not installed"
        self.context = self.playwright.chromium.launch_persistent_context(
            self.profile,
            executable_path=path,
            args=ARGS,
            locale="pl-PL",
            timezone_id="Europe/Warsaw",
            offline=offline,
            permissions=["background-sync"],
            **PHONE,
        )
        self.context.set_default_timeout(LIMIT)
        return self.context.pages[0] if self.context.pages else self.context.new_page()

    def kill(self) -> None:
        """End the browser as the phone's memory keeper does: no event reaches the page."""
        for pid in self._pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for _ in range(200):
            if not self._pids():
                break
            time.sleep(0.05)
        if self.context is not None:
            with contextlib.suppress(Exception):  # it is dead: whatever it says
                self.context.close()
            self.context = None
        for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self.profile / name).unlink(missing_ok=True)

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None

    def _pids(self) -> list[int]:
        """Return the processes that were started with this profile, and no others."""
        mark, found = f"--user-data-dir={self.profile}".encode(), []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with contextlib.suppress(OSError):
                    if mark in (entry / "cmdline").read_bytes().split(b"\0"):
                        found.append(int(entry.name))
        return found


def log_in(page: Page, office: Office) -> None:
    page.goto(f"{office.address}/login?next=/p/lumo/visits")
    page.fill("#email", office.email)
    page.fill("#password", PASSWORD)
    page.click("main button.main")
    page.wait_for_selector("body[data-ready='1']")


def open_form(page: Page, office: Office) -> None:
    page.goto(office.form)
    page.wait_for_selector("body[data-ready='1']")


def wait_for(page: Page, *states: str) -> None:
    """Wait for one of the states. "draft" means that everything typed is in the phone's storage: the state stands
    from the answer before, so what is still to be written is asked for as well."""
    # After several faults the phone waits up to half a minute before it tries again.
    page.wait_for_function(
        "states => { const { state, unwritten } = document.body.dataset;"
        " return states.includes(state) && !(state === 'draft' && unwritten); }",
        arg=list(states),
        timeout=3 * LIMIT,
    )


def draw_photo(path: Path, size: tuple[int, int] = (3000, 4000)) -> Path:
    """A large noisy picture, the worst a camera can bring."""
    small = Image.effect_noise((size[0] // 8, size[1] // 8), 60)
    small.resize(size).convert("RGB").save(path, "JPEG", quality=92)
    return path


def show(page: Page, screen: str) -> None:
    page.evaluate("name => { location.hash = name; }", screen)
    page.wait_for_selector(f"[data-screen='{screen}']:not([hidden])")


def give(page: Page, item: str, value: str) -> None:
    """Answer one question as a finger does."""
    block = page.locator(f"#q-{item}")
    show(page, str(block.evaluate("element => element.closest('[data-screen]').dataset.screen")))
    fields = block.locator(f"[name='a-{item}']")
    if fields.first.get_attribute("type") in ("radio", "checkbox"):
        for code in value.split(";"):
            block.locator(f"label.tile:has([value='{code}'])").click()
    else:
        fields.first.fill(value)


def on_screen(page: Page) -> dict[str, str]:
    """What stands in the fields of the visible questions, by item; what is empty is left out."""
    found: dict[str, str] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.question:not([hidden])')].map((root) => {
          const code = root.id.slice(2), fields = [...root.querySelectorAll(`[name="a-${code}"]`)];
          const picked = fields.filter((field) => field.checked).map((field) => field.value).join(';');
          const typed = fields.find((field) => !['radio', 'checkbox'].includes(field.type));
          return [code, typed ? typed.value : picked];
        }).filter(([, value]) => value))"""
    )
    return found


def send(page: Page) -> None:
    show(page, "check")
    now = datetime.now(ZoneInfo("Europe/Warsaw"))
    for name, at in (("started", now - timedelta(minutes=40)), ("ended", now - timedelta(minutes=10))):
        page.fill(f"#{name}_on", f"{at:%Y-%m-%d}")
        page.fill(f"#{name}_at", f"{at:%H:%M}")
    page.click("[data-screen=check] button.main")


def first_open(phone: Phone, office: Office) -> Page:
    """Log in, and wait until the form opens without signal."""
    page = phone.open()
    log_in(page, office)
    open_form(page, office)
    page.wait_for_selector("body[data-offline='1']")
    return page


def fill_in(page: Page) -> None:
    for item, value in GOOD.items():
        give(page, item, {"M5": "2:00"}.get(item, value))


def add_photo(page: Page, picture: Path) -> None:
    show(page, "s-till")
    page.set_input_files("#p-M10", picture)
    page.wait_for_selector("#q-M10 .thumbs img")
