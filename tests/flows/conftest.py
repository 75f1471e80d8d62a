"""A real server on a free port of this machine and a real Chromium, phone-sized or desk-sized."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from werkzeug.serving import make_server

from auditapp.factory import App
from auditapp.models import User
from tests.factories import PASSWORD
from tests.flows.phones import ARGS, PHONE, Office, Phone, draw_photo

DESK = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture(scope="session")
def playwright_() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright_: Playwright) -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is needed in CI")
        pytest.skip("Chromium is not installed: flows in a browser are not tested here")
    browser = playwright_.chromium.launch(executable_path=path, args=ARGS)
    yield browser
    browser.close()


@dataclass
class Live:
    """The running application."""

    app: App
    address: str


@pytest.fixture
def live(app: App) -> Iterator[Live]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Live(app, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join(5)


Open = Callable[..., Page]


@pytest.fixture
def open_as(chromium: Browser, live: Live) -> Iterator[Open]:
    """Return a function that logs somebody in with a browser of their own and gives their first page."""
    contexts: list[BrowserContext] = []

    def open_(
        user: User, *, phone: bool = False, javascript: bool = True, locale: str = "pl-PL", **options: object
    ) -> Page:
        context = chromium.new_context(
            **(PHONE if phone else DESK),
            java_script_enabled=javascript,
            locale=locale,
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)  # two cores, several browsers: slow is not broken
        page.goto(f"{live.address}/login")
        page.fill("#email", user.email)
        page.fill("#password", PASSWORD)
        page.click("main button.main")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield open_
    for context in contexts:
        context.close()


@dataclass(frozen=True)
class Demo:
    """The demo as a person gets it: an instance built by the command itself."""

    folder: Path
    output: str
    quarter: str

    def run(self, *arguments: str) -> str:
        """Run `auditapp` on the demo and return what it printed; a failing command fails the test."""
        command = [str(Path(sys.executable).with_name("auditapp")), *arguments, "--dir", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    output = Demo(folder, "", "").run("demo", "--no-serve")
    reports = sorted((folder / "reports").glob("LUMO-*-NET-PL-1.pdf"))
    assert len(reports) == 1, output
    return Demo(folder, output, reports[0].name.split("-")[1])


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    folder = tmp_path / "office"
    folder.mkdir()
    office = Office.build(folder)
    office.start()
    yield office
    office.kill()


@pytest.fixture
def phone(playwright_: Playwright, tmp_path: Path) -> Iterator[Phone]:
    phone = Phone(playwright_, tmp_path / "phone")
    yield phone
    phone.kill()


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_photo(tmp_path_factory.mktemp("picture") / "paragon.jpg")
