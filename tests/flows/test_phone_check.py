"""The check on the phone, the reply to the reviewer, and what the list says while a visit waits to be sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from auditapp.fieldwork import documents
from tests.flows.phones import (
    Office,
    Phone,
    add_photo,
    fill_in,
    first_open,
    give,
    on_screen,
    open_form,
    send,
    show,
    wait_for,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("phone")]


def listed(page: Page, part: str) -> list[tuple[str, str]]:
    """The questions of one part on the check, with what stands beside each, in their order."""
    rows = page.locator(f"#answers section:has(h3:text-is('{part}')) dl > div")
    found: list[list[str]] = rows.evaluate_all(
        """rows => rows.map((row) => {
          const said = row.querySelector('dd').cloneNode(true);
          said.querySelectorAll('a').forEach((link) => link.remove());
          return [row.querySelector('dt'), said].map((part) => part.textContent.replace(/\\s+/g, ' ').trim());
        })"""
    )
    return [(question, said) for question, said in found]


def test_every_answer_is_seen_before_sending_and_can_be_changed(phone: Phone, office: Office, picture: Path) -> None:
    page = first_open(phone, office)
    give(page, "M1", "yes")
    give(page, "M5", "2:05")
    give(page, "M7", "bag;card")
    give(page, "M9", "19,90")
    page.locator("#q-M9 summary", has_text="Komentarz").click()
    page.fill("#c-M9", "Z rabatem")
    add_photo(page, picture)
    show(page, "check")
    assert listed(page, "Wejście") == [
        ("Jak brzmiało powitanie?", "brak odpowiedzi"),
        ("O której godzinie zaczęła się wizyta?", "brak odpowiedzi"),
        ("Czy ktoś z obsługi się przywitał?", "Tak"),
    ]
    assert listed(page, "Kasa") == [
        ("Ile kas było otwartych?", "brak odpowiedzi"),
        ("Czy wydano paragon?", "brak odpowiedzi"),
        ("Ile trwało oczekiwanie w kolejce?", "2 min 5 s"),
        ("Co zaproponowano przy kasie?", "torbę, kartę klienta"),
        ("Kwota z paragonu", "19,90 zł Z rabatem"),
        ("Zdjęcie paragonu", "1 zdjęcie"),
        ("Co jeszcze się wydarzyło?", "nie podano (nieobowiązkowe)"),
    ]
    assert page.locator("#answers img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 1200
    page.click("#answers a[href='#q-M9']")
    page.wait_for_function("() => document.activeElement.id === 'a-M9'")
    page.fill("#a-M9", "20")
    page.click("#to-check a")
    page.wait_for_function("() => document.activeElement.hash === '#q-M9'")  # back where it was left
    assert ("Kwota z paragonu", "20 zł Z rabatem") in listed(page, "Kasa")
    page.locator("#lacking a").last.click()  # to the first question of the part that is open
    page.wait_for_selector("#q-M6 + #to-check", state="visible")
    give(page, "M1", "no")
    show(page, "check")
    assert "Jak brzmiało powitanie?" not in dict(listed(page, "Wejście"))  # not asked any more


def test_a_question_about_the_whole_visit_is_replied_to(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    fill_in(page)
    send(page)
    wait_for(page, "sent")
    office.ask_back(**{"": "Dlaczego tak krótko?"})
    page.goto(f"{office.address}/p/lumo/visits")
    page.wait_for_selector("body[data-offline='1']")
    second = office.form.removesuffix("1") + "2"
    page.goto(second)
    page.wait_for_selector("body[data-ready='1']")
    screen = on_screen(page)
    page.click("[data-screen=parts] a[href='#reply']")
    page.wait_for_function("() => document.activeElement.id === 'reply'")
    page.keyboard.type("Sklep zamykano wcześniej.")
    wait_for(page, "draft")
    phone.kill()
    page = phone.open()
    page.goto(second)
    page.wait_for_selector("body[data-ready='1']")
    assert page.input_value("#reply") == "Sklep zamykano wcześniej."
    send(page)
    wait_for(page, "sent")
    final = next(documents.read(row.document) for row in office.submissions() if row.round == 2)
    assert final.reply == "Sklep zamykano wcześniej."
    assert {given.item: given.value for given in final.answers if given.value} == screen


def test_the_list_tells_the_phones_own_state(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    entry, lead = page.locator("[data-form]"), page.locator("#to-do-count")

    def open_list() -> str:
        page.goto(f"{office.address}/p/lumo/visits")
        page.wait_for_selector("body[data-ready='1']")
        return entry.locator(".tag").inner_text()

    assert open_list() == "nierozpoczęta"
    assert lead.inner_text() == "Czeka na Ciebie 1 wizyta."
    page.context.set_offline(True)
    open_form(page, office)
    give(page, "M1", "yes")
    wait_for(page, "draft")
    assert open_list() == "rozpoczęta"  # the office does not know it yet
    open_form(page, office)
    fill_in(page)
    send(page)
    wait_for(page, "ready")
    assert open_list() == "czeka na wysłanie"
    assert lead.inner_text() == "Teraz nie ma nic do zrobienia."
    # What "sending" looks like, held there: the first request does not come to an end.
    page.evaluate("() => { window.fetch = () => new Promise(() => undefined); }")
    page.click("#send-now")
    page.wait_for_function("() => document.querySelector('[data-form] .tag').textContent === 'wysyła się'")
    assert "Wysyłanie…" in entry.locator(".on-phone").inner_text()
    open_list()
    page.context.set_offline(False)
    page.wait_for_function("() => document.querySelector('[data-form] .tag').textContent === 'wysłana'")
    assert office.visit().status == "submitted"
