"""What the phone costs on the wire, and the states of its pages that other tests do not look at with axe."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.factories import PASSWORD
from tests.flows.phones import Office, Phone, give, log_in, open_form, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("phone")]


def asked_for(office: Office) -> list[str]:
    """The requests that the server has answered so far, with their status."""
    log = re.sub(r"\x1b\[[0-9;]*m", "", (office.folder / "server.log").read_text())
    return [f"{path} {status}" for path, status in re.findall(r'"GET (\S+) HTTP/1.1" (\d+)', log)]


def test_everything_is_loaded_once_and_a_form_opens_again_from_the_phone(phone: Phone, office: Office) -> None:
    page = phone.open()
    page.goto(f"{office.address}/login?next=/profile")  # a page without the worker
    page.fill("#email", office.email)
    page.fill("#password", PASSWORD)
    page.click("main button.main")
    page.wait_for_url("**/profile")
    before = len(asked_for(office))
    open_form(page, office)
    page.wait_for_selector("body[data-offline='1']")
    page.wait_for_timeout(2000)  # what comes after: the form's other language would, if anything were typed
    loaded = Counter(one for one in asked_for(office)[before:] if one.endswith(" 200"))
    assert loaded[f"{office.form.removeprefix(office.address)} 200"] == 1
    assert [one for one, times in loaded.items() if times > 1 and not one.startswith("/sw.js")] == []
    before = len(asked_for(office))
    for _ in range(2):
        page.goto("about:blank")
        open_form(page, office)
        page.wait_for_selector("body[data-offline='1']")
        page.wait_for_timeout(1500)
    assert set(asked_for(office)[before:]) <= {"/sw.js 304"}  # only whether there is a newer worker


def faults(page: Page) -> list[str]:
    """What axe finds at the narrowest width that must work, and whether the page scrolls sideways there."""
    page.set_viewport_size({"width": 320, "height": 640})
    found = [violation["id"] for violation in Axe().run(page).response["violations"]]
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return [*found, "scrolls sideways"] if page.evaluate(wide) else found


def test_the_list_and_the_rarer_states_are_for_everybody(phone: Phone, office: Office) -> None:
    page = phone.open()
    log_in(page, office)
    found = {"list": faults(page)}
    open_form(page, office)
    page.wait_for_selector("body[data-offline='1']")
    second = page.context.new_page()
    second.goto(office.form)
    second.wait_for_selector("body[data-second='1']")
    found["open in another window"] = faults(second)
    second.close()
    give(page, "M1", "yes")
    wait_for(page, "draft")
    put = "IDBObjectStore.prototype.put"
    page.evaluate(
        f"() => {{ window.realPut = {put}; {put} = () => {{ throw new DOMException('', 'QuotaExceededError'); }}; }}"
    )
    give(page, "M11", "ważne")
    wait_for(page, "unsaved")
    found["no space"] = faults(page)
    page.evaluate(f"() => {{ {put} = window.realPut; }}")
    office.faults(status_401=30)
    give(page, "M4", "14:05")
    wait_for(page, "auth")
    found["log in again"] = faults(page)
    office.kill()
    page.goto(f"{office.address}/p/lumo/visits")
    page.wait_for_selector("body[data-ready='1']")
    found["list without signal"] = faults(page)
    assert {state: wrong for state, wrong in found.items() if wrong} == {}
