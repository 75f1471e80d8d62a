"""Times of a contact inside the phone's form: the same table of calls as Python, with signal and without."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from auditapp.static_files import FOLDER
from tests.auditapp.test_contact_pages import CHAT, Desk
from tests.flows.conftest import Live

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("phone")]
CASES = json.loads((Path(__file__).parents[1] / "cases" / "contacts.json").read_text())


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    yield context
    context.close()


def test_a_call_is_measured_as_in_python(context: BrowserContext) -> None:
    page = context.new_page()
    page.add_script_tag(path=FOLDER / "contact.js")
    typed = [case["typed"] for case in CASES["calls"]]
    found = page.evaluate("(calls) => calls.map((typed) => AuditContact.call(...typed))", typed)
    assert [_told(answer) for answer in found] == [
        case.get("error") or {name: case[name] for name in ("pick_up", "total_time")} for case in CASES["calls"]
    ]
    seconds, _canonical, written = zip(*CASES["durations"], strict=True)
    assert page.evaluate("(all) => all.map(AuditContact.duration)", seconds) == list(written)
    outside = [case["times"] for case in CASES["outside"]]
    assert page.evaluate("(all) => all.map((times) => AuditContact.outside(...times))", outside) == [
        case["outside"] for case in CASES["outside"]
    ]


def _told(answer: dict[str, Any]) -> Any:
    if "error" in answer:
        return [answer["error"], answer["field"]]
    return {each["measure"]: [each["low"], each["high"], each["seconds"]] for each in answer["times"]}


def open_form(live: Live, desk: Desk, context: BrowserContext) -> Page:
    cookie = desk.auditor.client.get_cookie("auditapp")
    assert cookie is not None
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live.address}])
    page = context.new_page()
    page.goto(f"{live.address}/p/lumo/visits/{desk.visit.id}/form/1")
    ready(page)
    return page


def ready(page: Page) -> None:
    page.wait_for_selector("body[data-ready='1']")
    page.locator("#contact > summary").click()


def test_a_chat_answers_the_questions_of_the_form(live: Live, context: BrowserContext) -> None:
    desk = Desk(live.app, "chat")
    page = open_form(live, desk, context)
    page.fill("#contact-text", CHAT)
    page.click("[data-read]")
    found = page.locator("[data-found]")
    expect(found).to_contain_text("Pierwsza odpowiedź: 35")
    assert [box.input_value() for box in found.locator("[name=part]").all()] == ["me", "bot", "notice", "person"]
    found.locator("[name=part]").nth(1).select_option("notice")
    found.get_by_text("Przelicz czasy").click()
    expect(found).to_contain_text(re.compile(r"Pierwsza odpowiedź: 2\smin\s25\ss"))
    found.get_by_text("Użyj tych czasów").click()
    expect(page.locator("#contact [role=status]")).to_have_text("Czasy są zapisane jako odpowiedzi.")
    assert page.input_value("#a-CH04") == "2:25"
    page.wait_for_selector("body[data-state='draft']")
    page.reload()
    ready(page)
    assert page.input_value("#a-CH04") == "2:25"
    assert page.input_value("#contact-text") == ""
    (row,) = desk.rows()
    assert row.measured["used"]["CH04"] == "00:02:25"
    assert row.measured["parts"]["Bot Lumo"] == "notice"


def test_lines_that_were_not_understood_are_to_be_looked_at(live: Live, context: BrowserContext) -> None:
    desk = Desk(live.app, "chat")
    page = open_form(live, desk, context)
    page.fill(
        "#contact-text", CHAT.replace("10:16:30 Anna:", "Anna o 10:16:30 pisze:") + "Zapraszamy do 21:30, codziennie\n"
    )
    page.click("[data-read]")
    found = page.locator("[data-found]")
    expect(found.locator(".warn").first).to_contain_text("Wiersz 6: Anna o 10:16:30 pisze: Dzień dobry")
    expect(found.locator(".messages > li")).to_have_count(6)
    expect(found).to_contain_text("Wiersze z godziną w zdaniu")
    page.get_by_text("Użyj tych czasów").click()
    expect(page.locator("#contact [role=status]")).to_contain_text("Przejrzyj wiersze")
    assert page.input_value("#a-CH04") == ""
    found.locator("[name=looked]").check()
    page.get_by_text("Użyj tych czasów").click()
    expect(page.locator("#a-CH04")).to_have_value("0:35")


def test_a_call_to_the_minute_is_a_range_and_may_lie_outside_the_visit(live: Live, context: BrowserContext) -> None:
    page = open_form(live, Desk(live.app, "phone"), context)
    # When the visit was stands in another part of the form.
    begun = page.input_value("#started_at")
    page.evaluate("(text) => { document.getElementById('ended_at').value = text; }", f"{begun[:2]}:59")
    for name, value in {"started": "23:05", "picked_up": "23:06", "ended": "23:09"}.items():
        page.fill(f"#contact-{name}", value)
    page.click("[data-read]")
    found = page.locator("[data-found]")
    expect(found).to_contain_text(re.compile(r"od 0\ss do 2\smin, liczone jako 1\smin"))
    expect(found).to_contain_text("Od dokładnego czasu zależą tu punkty.")
    expect(found).to_contain_text(f"Rozmowa wykracza poza czas wizyty ({begun}–")
    assert found.locator("[data-item=PH05]").input_value() == "1:00"


def test_without_signal_a_chat_waits_and_says_so(live: Live, context: BrowserContext) -> None:
    desk = Desk(live.app, "chat")
    page = open_form(live, desk, context)
    context.set_offline(True)
    page.fill("#contact-text", CHAT)
    page.click("[data-read]")
    expect(page.locator("#contact [role=status]")).to_contain_text("Nie ma zasięgu")
    context.set_offline(False)
    page.reload()
    ready(page)
    assert page.input_value("#contact-text") == CHAT
    page.fill("#contact-text", "10:14 Ja: x\n25:00 Anna: y")
    page.click("[data-read]")
    expect(page.locator("#contact [role=status]")).to_contain_text("Wiersz 2: „25:00” nie jest możliwą datą")
    assert desk.rows() == []


def test_a_call_needs_no_signal_and_is_kept_when_it_returns(live: Live, context: BrowserContext) -> None:
    desk = Desk(live.app, "phone")
    page = open_form(live, desk, context)
    context.set_offline(True)
    for name, value in {"started": "10:14:00", "picked_up": "10:13:00", "ended": "10:20:00"}.items():
        page.fill(f"#contact-{name}", value)
    page.click("[data-read]")
    expect(page.locator("#contact [role=status]")).to_contain_text("Te godziny do siebie nie pasują")
    page.fill("#contact-picked_up", "10:15:10")
    page.click("[data-read]")
    expect(page.locator("[data-found]")).to_contain_text(re.compile(r"1\smin\s10\ss"))
    page.get_by_text("Użyj tych czasów").click()
    assert page.input_value("#a-PH05") == "1:10"
    assert desk.rows() == []
    context.set_offline(False)
    for _attempt in range(100):
        if desk.rows():
            break
        time.sleep(0.1)
    (row,) = desk.rows()
    assert row.measured["used"] == {"PH05": "00:01:10"}
    assert page.evaluate("localStorage.length") <= 2  # nothing of the contact is left
