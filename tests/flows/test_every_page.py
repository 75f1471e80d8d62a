"""Every page of the demo, found by following links the way each role would: accessible, no sideways scrolling.

On a phone-sized dark page and on a desk-sized light one. A page that no role can reach by a link fails the last test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from threading import Thread
from urllib.parse import urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from auditapp.config import Settings
from auditapp.demo.build import LOG_INS, PASSWORD
from auditapp.factory import App, create_app
from tests.flows.conftest import DESK, PHONE, Demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]  # one demo for all of them
# Not pages, or pages with an address that only a letter or an act gives.
NOT_BY_LINK = {
    "account.link",
    "account.enter",
    "assets.serve",
    "evidence.photo",
    "reporting.download",
    "reporting.packed",
    "reporting.frozen",
    "reporting.preview",
    "workbook.download",
    "workbook.of_edition",
    "fieldwork.sent",
    "offline.worker",
    "insight.history",
    "insight.funnel_picture",
    "insight.compare_svg",
    "insight.compare_png",
    "parked.show",  # where a phone sent what could not be applied: tests/auditapp/test_parked_pages.py
    "parked.download",
    "parked.log",  # where a phone sent its log: the same tests
    "contact.contact",  # from the brief of a chat, an e-mail or a call under way: tests/auditapp/test_contact_pages.py
    "contact.download",
    "insight.picture",
    "insight.visit_photo",  # from a visit with photos: tests/flows/test_photos.py
    "account.home",
}


@dataclass
class Served:
    app: App
    address: str


@pytest.fixture(scope="module")
def served(demo: Demo) -> Iterator[Served]:
    app = create_app(Settings.from_env(demo.folder))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Served(app, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    app.database.engine.dispose()


def endpoint_of(served: Served, url: str) -> str | None:
    """Return the endpoint of an address of this site, None for another site's or for what is not a page."""
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" != served.address or {"format=csv", "format=xlsx"} & {
        *parts.query.split("&")
    }:
        return None
    adapter = served.app.url_map.bind("127.0.0.1")
    try:
        endpoint, _ = adapter.match(parts.path, method="GET")
    except Exception:  # a redirect or an address that is only posted to
        return None
    return str(endpoint)


def follow_links(served: Served, page: Page) -> Iterator[str]:
    """Open one page of every endpoint that can be reached by links from where the log-in leads; yield its endpoint."""
    waiting, seen = [page.url], set[str]()
    if endpoint_of(served, page.url) == "account.home":  # several programmes to choose from: go through each of them
        chosen = page.eval_on_selector_all("main a[href^='/p/']", "links => links.map(link => link.href)")
        waiting += page.eval_on_selector_all("main a[href]", "links => links.map(link => link.href)")
        for url in chosen:
            page.goto(url)
            waiting.append(page.url)
    while waiting:
        url = waiting.pop(0)
        endpoint = endpoint_of(served, url)
        if endpoint is None or endpoint in seen or endpoint in NOT_BY_LINK:
            continue
        seen.add(endpoint)
        response = page.goto(url)
        assert response is not None
        assert response.status == 200, url
        yield endpoint
        # What the page said before its scripts led elsewhere: the way of a browser without them.
        waiting += [urljoin(url, unescape(link)) for link in re.findall(r'<a[^>]* href="([^"#]+)', response.text())]
        waiting += page.eval_on_selector_all("a[href]", "links => links.map(link => link.href.split('#')[0])")


def faults(page: Page) -> list[str]:
    """Return what axe finds on the page, whether it scrolls sideways, whether wide tables are laid out as such."""
    found = [
        f"{violation['id']}: {violation['nodes'][0]['html'][:160]}"
        for violation in Axe().run(page).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("scrolls sideways")
    if page.evaluate(
        "innerWidth >= 1024 && [...document.querySelectorAll('main table')].some("
        "(table) => table.checkVisibility() && getComputedStyle(table).display !== 'table')"
    ):
        found.append("a table whose headings do not stand above their columns")
    return found


Found = dict[str, list[str]]
Walk = Callable[[int, str], Found]
ROLES = range(len(LOG_INS))


@pytest.fixture(scope="module")
def walk(served: Served, chromium: Browser) -> Walk:
    """Return a function that gives what was wrong on each page that a role reaches; every walk is made once."""

    @cache
    def walk_(role: int, size: str) -> Found:
        chosen = {**PHONE, "color_scheme": "dark"} if size == "phone" else {**DESK, "color_scheme": "light"}
        context = chromium.new_context(**chosen, locale="pl-PL" if size == "phone" else "en-GB")
        context.set_default_timeout(60_000)  # two cores, several browsers: slow is not broken
        page = context.new_page()
        page.goto(f"{served.address}/login")
        problems = {"account.login": faults(page)}
        page.click("main form a")
        page.wait_for_url("**/forgot")
        problems["account.forgot"] = faults(page)
        page.go_back()
        page.click("main p a")
        page.wait_for_url("**/verify")
        problems["verification.verify"] = faults(page)
        page.go_back()
        page.fill("#email", LOG_INS[role].email)
        page.fill("#password", PASSWORD)
        page.click("main button.main")
        page.wait_for_url(lambda url: "/login" not in url)
        page.goto(served.address + "/")  # leads to the first page of this person's day
        problems |= {endpoint: faults(page) for endpoint in follow_links(served, page)}
        context.close()
        return problems

    return walk_


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("role", ROLES, ids=[log_in.role for log_in in LOG_INS])
def test_every_page_is_for_everybody(walk: Walk, role: int, size: str) -> None:
    assert {endpoint: found for endpoint, found in walk(role, size).items() if found} == {}


@pytest.mark.parametrize(("path", "status"), [("/nothing-here", 404), ("/link/guess", 422)])
def test_dead_ends_are_pages_too(served: Served, chromium: Browser, path: str, status: int) -> None:
    context = chromium.new_context(**DESK)
    page = context.new_page()
    response = page.goto(served.address + path)
    assert response is not None
    found = response.status, faults(page), page.eval_on_selector_all("main a[href]", "links => links.length")
    context.close()
    assert found[:2] == (status, [])
    assert found[2] > 0  # a way on


def test_no_page_without_a_way_in(served: Served, walk: Walk) -> None:
    """Whatever answers GET is reached by somebody through links."""
    pages = {
        rule.endpoint
        for rule in served.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint not in NOT_BY_LINK
    }
    assert pages - {endpoint for role in ROLES for endpoint in walk(role, "phone")} == set()
