"""What helps an auditor on the spot: stopwatch, notes, position, both languages. All of it outlives the browser."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from auditapp.fieldwork import documents
from tests.documents import GOOD
from tests.flows.phones import Office, Phone, add_photo, fill_in, first_open, give, on_screen, send, show, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("phone")]


def again(phone: Phone, office: Office) -> Page:
    """Kill the browser and open the form anew."""
    phone.kill()
    page = phone.open()
    page.goto(office.form)
    page.wait_for_selector("body[data-ready='1']")
    return page


def seconds(text: str) -> int:
    minutes, rest = text.split(":")
    return int(minutes) * 60 + int(rest)


def stored(office: Office) -> documents.Document:
    (row,) = office.submissions()
    return documents.read(row.document)


def test_a_stopwatch_goes_on_while_the_browser_is_dead(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    show(page, "s-till")
    began = time.time()
    page.click("#q-M5 .start")
    wait_for(page, "draft")
    office.kill()
    page = again(phone, office)
    show(page, "s-till")
    time.sleep(2)
    assert seconds(page.inner_text("#q-M5 .elapsed")) >= 2
    page.click("#q-M5 .stop")
    wait_for(page, "draft")
    measured = seconds(page.input_value("#q-M5 [name='a-M5']"))
    assert abs(measured - (time.time() - began)) < 2
    page = again(phone, office)
    show(page, "s-till")
    assert seconds(page.input_value("#q-M5 [name='a-M5']")) == measured
    assert page.is_visible("#q-M5 .start")
    assert page.is_hidden("#q-M5 .stop")


def test_notes_are_taken_at_once_and_moved_to_questions_later(phone: Phone, office: Office, picture: Path) -> None:
    page = first_open(phone, office)
    page.click("header a[href='#notes']")
    page.fill("#note-text", "Kolejka, 4 osoby <b>")
    page.set_input_files("#note-photo", picture)
    page.click("#note-add")
    page.wait_for_selector("#notes-list img")
    page.fill("#note-text", "Druga")
    page.click("#note-add")
    page.wait_for_selector("#notes-list li:nth-child(2)")
    page.fill("#note-text", "Trzecia, jeszcze nie dodana")
    wait_for(page, "draft")
    page = again(phone, office)
    assert page.inner_text("#notes-open") == " (2)"
    show(page, "notes")
    page.wait_for_selector("#notes-list img")
    assert page.input_value("#note-text") == "Trzecia, jeszcze nie dodana"
    first = page.locator("#notes-list li").first
    # A note with a photo can only go where photos are asked for.
    assert first.locator("option").evaluate_all("options => options.map((option) => option.value)") == ["", "M8", "M10"]
    first.locator("select").select_option("M8")
    first.locator("button", has_text="Przenieś").click()
    page.wait_for_selector("#notes-list li:first-child >> text=Przeniesiono do")
    fill_in(page)
    add_photo(page, picture)
    assert page.locator("#q-M8 .thumbs img").count() == 1
    show(page, "check")
    assert "1 notatka nie należy jeszcze do żadnego pytania" in page.inner_text("#notes-left")
    backed_up = _wait_for_notes(office)
    assert [(note.text, note.item) for note in backed_up] == [("Kolejka, 4 osoby <b>", "M8"), ("Druga", "")]
    send(page)
    wait_for(page, "sent")
    final = stored(office)
    assert final.notes == ()
    comment = next(given.comment for given in final.answers if given.item == "M8")
    stamp, _, words = comment.partition(" ")
    assert len(stamp) == 5
    assert words == "Kolejka, 4 osoby <b>"
    assert {photo.item for photo in final.photos} == {"M8", "M10"}


def test_a_removed_note_and_a_removed_photo_come_back(phone: Phone, office: Office, picture: Path) -> None:
    page = first_open(phone, office)
    show(page, "notes")
    for number, words in enumerate(("Pierwsza", "Druga"), start=1):
        page.fill("#note-text", words)
        if number == 1:
            page.set_input_files("#note-photo", picture)
        page.click("#note-add")
        page.wait_for_selector(f"#notes-list li:nth-child({number})")
    page.locator("#notes-list li").first.get_by_role("button", name="Usuń notatkę").click()
    page.wait_for_selector("#notes-list:has(> li:only-child)")
    assert page.evaluate("document.activeElement.textContent") == "Cofnij"
    page.keyboard.press("Enter")
    page.wait_for_selector("#notes-list li:first-child >> text=Pierwsza")
    assert page.locator("#notes-list li").count() == 2
    assert page.locator(".undo").count() == 0
    add_photo(page, picture)
    page.locator("#q-M10 .thumbs button").click()
    page.get_by_role("button", name="Cofnij").click()
    page.wait_for_selector("#q-M10 .thumbs img")
    page = again(phone, office)
    assert page.locator("#q-M10 .thumbs img").count() == 1
    show(page, "notes")
    page.wait_for_selector("#notes-list li:first-child img")
    page.locator("#notes-list li").first.get_by_role("button", name="Usuń notatkę").click()
    page.wait_for_selector(".undo")
    show(page, "parts")  # whoever goes on has decided
    page = again(phone, office)
    assert page.inner_text("#notes-open") == " (1)"
    assert page.locator("#q-M10 .thumbs img").count() == 1
    fill_in(page)
    send(page)
    wait_for(page, "sent")
    assert [photo.item for photo in stored(office).photos] == ["M10"]


def _wait_for_notes(office: Office) -> tuple[documents.Note, ...]:
    for _ in range(120):
        rows = office.submissions()
        if rows and (notes := documents.read(rows[0].document).notes) and notes[0].item:
            return notes
        time.sleep(0.25)
    raise AssertionError("the office never saw the notes")


@pytest.mark.parametrize("allowed", [True, False])
def test_the_position_is_asked_for_once_and_never_a_condition(phone: Phone, office: Office, allowed: bool) -> None:
    page = first_open(phone, office)
    assert phone.context is not None
    if allowed:
        phone.context.grant_permissions(["geolocation"], origin=office.address)
        phone.context.set_geolocation({"latitude": 54.5189, "longitude": 18.5305, "accuracy": 12.4})
    show(page, "parts")
    page.click("#locate")
    said = "Położenie zapisane, ±12 m." if allowed else "Położenia nie udało się odczytać."
    page.wait_for_selector(f"#position-state >> text={said}")
    assert page.is_hidden("#locate")
    fill_in(page)
    page.set_input_files("#p-M10", {"name": "x.txt", "mimeType": "text/plain", "buffer": b"no photo"})
    page.wait_for_selector("#q-M10 .error")
    give(page, "M1", GOOD["M1"])
    page = again(phone, office)
    assert said in page.inner_text("#position-state")
    final = _gps(office)
    assert (final.lat, final.lon, final.error) == ((54.5189, 18.5305, "") if allowed else (None, None, "denied"))


def _gps(office: Office) -> documents.Position:
    for _ in range(120):
        rows = office.submissions()
        if rows and (gps := documents.read(rows[0].document).gps):
            return gps
        time.sleep(0.25)
    raise AssertionError("the office never saw the position")


def test_both_languages_open_without_signal_and_the_answers_stay(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    fill_in(page)
    wait_for(page, "draft")
    screen = on_screen(page)
    page.wait_for_function(
        "async () => (await (await caches.open('pages')).keys()).some((key) => key.url.endsWith('/en'))"
    )
    office.kill()
    show(page, "parts")
    page.click("#language")
    page.wait_for_selector("html[lang='en'] body[data-ready='1']")
    assert on_screen(page) == screen
    give(page, "M1", "no")
    wait_for(page, "draft")
    assert "Did anybody of the staff greet you?" in page.content()
    show(page, "parts")
    page.click("#language")
    page.wait_for_selector("html[lang='pl'] body[data-ready='1']")
    assert on_screen(page)["M1"] == "no"


def test_what_is_left_and_that_memory_fades(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    assert page.inner_text("#burden") == "Zostało 6 pytań, około 4 min."
    assert page.is_hidden("#fades")
    give(page, "M4", GOOD["M4"])
    began = datetime.now(ZoneInfo("Europe/Warsaw")) - timedelta(hours=5, minutes=10)
    show(page, "check")
    page.fill("#started_on", f"{began:%Y-%m-%d}")
    page.fill("#started_at", f"{began:%H:%M}")
    wait_for(page, "draft")
    page = again(phone, office)
    assert page.inner_text("#burden") == "Zostało 5 pytań, około 3 min."
    assert page.inner_text("#fades").startswith("Od początku wizyty minęło 5 godzin.")
    give(page, "M1", "yes")
    show(page, "parts")
    assert page.inner_text("#burden").startswith("Zostało 5 pytań")  # a "yes" asks one question more


def test_measured_times_become_answers(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    page.evaluate(
        """() => document.dispatchEvent(new CustomEvent("audit:measured", { detail: { answers: [
          { item: "M5", value: "7:45" }, { item: "nowhere", value: "1:00" }] } }))"""
    )
    wait_for(page, "draft")
    page = again(phone, office)
    assert on_screen(page) == {"M5": "7:45"}
