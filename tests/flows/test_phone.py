"""The form of a visit on a phone: kills, lost answers, lost signal. One visit arrives, as the screen showed it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Playwright

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
from tests.flows.random_visits import play_many

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("phone")]


def assert_one_visit(office: Office, screen: dict[str, str]) -> None:
    """One final document, equal to what stood on the screen, with its receipt and every photo's bytes."""
    rows = office.submissions()
    assert [row.status for row in rows] == ["final"]
    document = documents.read(rows[0].document)
    values = {given.item: given.value for given in document.answers if given.value and given.item != "M10"}
    assert values == screen
    assert rows[0].receipt is not None
    assert office.visit().status == "submitted"


@pytest.mark.parametrize("how", ["the server is down", "the phone has no signal"])
def test_the_whole_story(phone: Phone, office: Office, picture: Path, how: str) -> None:
    page = first_open(phone, office)
    if how == "the server is down":
        office.kill()
    else:
        page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("body[data-ready='1']")
    fill_in(page)
    add_photo(page, picture)
    wait_for(page, "draft")
    screen = on_screen(page)
    phone.kill()

    page = phone.open(offline=how != "the server is down")
    open_form(page, office)
    assert on_screen(page) == screen
    assert (
        page.locator("#q-M10 .thumbs img").evaluate("image => image.decode().then(() => image.naturalHeight)") == 1600
    )
    send(page)
    wait_for(page, "ready")
    phone.kill()

    if how == "the server is down":
        office.start()
    office.faults(cut_upload=1, drop_after=2, status_500=1)
    page = phone.open()
    open_form(page, office)
    wait_for(page, "sent")
    assert_one_visit(office, screen)
    page.reload()
    wait_for(page, "sent")
    assert len(office.submissions()) == 1


@pytest.mark.parametrize("delay", [0, 100])
def test_what_was_saved_survives_a_kill(phone: Phone, office: Office, delay: int) -> None:
    page = first_open(phone, office)
    give(page, "M1", "yes")
    wait_for(page, "draft")
    give(page, "M11", "brudna szyba")
    page.wait_for_timeout(delay)
    phone.kill()
    page = phone.open()
    open_form(page, office)
    found = on_screen(page)
    assert found["M1"] == "yes"
    assert page.locator("#q-M2").get_attribute("hidden") is None  # the branch is open again
    if delay:
        assert found["M11"] == "brudna szyba"


def test_leaving_at_once_keeps_the_last_words(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    give(page, "M11", "ostatnie słowo")
    page.goto("about:blank")
    open_form(page, office)
    assert on_screen(page)["M11"] == "ostatnie słowo"


def test_one_window_at_a_time(phone: Phone, office: Office) -> None:
    first = first_open(phone, office)
    second = first.context.new_page()
    second.goto(office.form)
    second.wait_for_selector("body[data-second='1']")
    assert second.locator("[name='a-M1']").first.is_disabled()
    second.click("#take-over")
    second.wait_for_function("() => document.body.dataset.ready === '1' && !document.body.dataset.second")
    assert second.locator("[name='a-M1']").first.is_enabled()
    first.wait_for_function("() => document.querySelector('[name=\"a-M1\"]').disabled")


def test_an_expired_log_in_does_not_keep_a_visit_from_being_sent(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    page.context.clear_cookies()
    fill_in(page)
    screen = on_screen(page)
    send(page)
    wait_for(page, "sent")
    assert_one_visit(office, screen)


def test_a_refused_permission_is_renewed_by_a_log_in(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    fill_in(page)
    screen = on_screen(page)
    wait_for(page, "draft")
    office.faults(status_401=30)
    send(page)
    wait_for(page, "auth")
    assert page.locator("#again a").is_visible()
    assert office.visit().status != "submitted"
    office.faults()
    page.reload()
    wait_for(page, "sent")
    assert_one_visit(office, screen)


def test_the_log_in_page_is_never_kept(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    page.context.clear_cookies()
    page.reload()
    page.wait_for_selector("body[data-ready='1']")
    page.wait_for_timeout(500)
    office.kill()
    page.reload()
    page.wait_for_selector("body[data-ready='1']")
    assert page.locator("#fill").count() == 1


def test_the_list_opens_without_signal_and_leads_to_the_form(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    office.kill()
    for address in ("/p/lumo/visits", "/"):
        page.goto(office.address + address)
        page.wait_for_selector("[data-form]")
        page.wait_for_function(
            "() => document.querySelector('[data-form] .on-phone').textContent.includes('bez zasięgu')"
        )
        page.locator("[data-form] a").first.click()
        page.wait_for_selector("#fill")


def test_a_second_phone_is_parked_and_nothing_is_lost(
    phone: Phone, office: Office, playwright_: Playwright, tmp_path: Path
) -> None:
    page = first_open(phone, office)
    other = Phone(playwright_, tmp_path / "other phone")
    try:
        second = first_open(other, office)
        second.context.set_offline(True)
        fill_in(second)
        fill_in(page)
        screen = on_screen(page)
        send(page)
        wait_for(page, "sent")
        second.context.set_offline(False)  # its draft is sent by itself, too late
        wait_for(second, "parked")
        assert second.locator("[name='a-M1']").first.is_disabled()
    finally:
        other.kill()
    assert_one_visit(office, screen)
    assert len(office.parked()) == 1


def test_a_phone_without_space_says_so_and_loses_nothing(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    give(page, "M1", "yes")
    wait_for(page, "draft")
    page.evaluate(
        """() => { window.realPut = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function () { throw new DOMException('full', 'QuotaExceededError'); }; }"""
    )
    give(page, "M11", "ważne")
    wait_for(page, "unsaved")
    assert page.locator("#notice").is_visible()
    page.evaluate("() => { IDBObjectStore.prototype.put = window.realPut; }")
    give(page, "M4", "14:05")
    wait_for(page, "draft")
    assert page.locator("#notice").is_hidden()
    page.reload()
    page.wait_for_selector("body[data-ready='1']")
    assert {"M1": "yes", "M4": "14:05", "M11": "ważne"}.items() <= on_screen(page).items()


def test_a_closed_database_is_opened_again(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    give(page, "M1", "yes")
    wait_for(page, "draft")
    page.evaluate("() => AuditStore.open().then((database) => database.close())")
    give(page, "M4", "14:05")
    wait_for(page, "draft")
    page.reload()
    page.wait_for_selector("body[data-ready='1']")
    assert on_screen(page)["M4"] == "14:05"


def test_the_service_worker_sends_alone_when_the_signal_returns(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    page.context.set_offline(True)
    fill_in(page)
    screen = on_screen(page)
    send(page)
    wait_for(page, "ready")
    page.goto("about:blank")  # the form is closed
    watcher = page.context.new_page()
    page.context.set_offline(False)
    watcher.goto(f"{office.address}/login")  # a page of this site that sends nothing itself
    devtools = page.context.new_cdp_session(watcher)
    registrations: list[dict[str, object]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"]))
    devtools.send("ServiceWorker.enable")
    watcher.wait_for_timeout(500)
    wanted = {"origin": office.address, "registrationId": registrations[-1]["registrationId"], "tag": "send"}
    devtools.send("ServiceWorker.dispatchSyncEvent", {**wanted, "lastChance": False})
    for _ in range(100):
        if office.visit().status == "submitted":
            break
        watcher.wait_for_timeout(200)
    assert_one_visit(office, screen)


def test_a_page_that_heard_nothing_shows_what_became_of_its_visit(phone: Phone, office: Office) -> None:
    """The worker sends while the page is being loaded: the page has read "ready" and is not yet listening."""
    page = first_open(phone, office)
    page.context.set_offline(True)
    fill_in(page)
    send(page)
    wait_for(page, "ready")
    page.evaluate(
        """async visit => {
          const row = (await AuditStore.documents()).find((each) => each.visit_id === visit);
          await AuditStore.change(row.id, { state: "sent", receipt: { id: row.id } });
          dispatchEvent(new Event("focus"));
        }""",
        office.visit_id,
    )
    wait_for(page, "sent")
    assert page.is_visible("#done")
    assert page.is_hidden("#send-now")


def test_a_photo_can_be_taken_out_again(phone: Phone, office: Office, picture: Path) -> None:
    page = first_open(phone, office)
    fill_in(page)
    add_photo(page, picture)
    page.locator("#q-M10 .thumbs button").click()
    page.wait_for_function("() => !document.querySelector('#q-M10 .thumbs li')")
    page.reload()
    page.wait_for_selector("body[data-ready='1']")
    assert page.locator("#q-M10 .thumbs li").count() == 0
    send(page)
    wait_for(page, "sent")
    assert documents.read(office.submissions()[0].document).photos == ()


def test_a_photo_taken_out_while_it_is_on_its_way_stays_out(phone: Phone, office: Office, picture: Path) -> None:
    page = first_open(phone, office)
    fill_in(page)
    page.evaluate(
        """() => { const real = fetch;
        self.fetch = async (address, ...rest) => { const answer = await real(address, ...rest);
          if (String(address).includes("/photos/")) await new Promise((go) => { self.arrives = go; });
          return answer; }; }"""
    )
    add_photo(page, picture)
    page.evaluate("() => { AuditSend.sendNow(); }")
    page.wait_for_function("() => self.arrives")
    page.locator("#q-M10 .thumbs button").click()
    page.wait_for_function("() => !document.querySelector('#q-M10 .thumbs li')")
    page.evaluate("self.arrives()")
    send(page)
    wait_for(page, "sent")
    assert documents.read(office.submissions()[0].document).photos == ()


def test_typing_and_a_photo_at_once_begin_one_document(phone: Phone, office: Office, picture: Path) -> None:
    page = first_open(phone, office)
    page.evaluate(
        """() => { const create = AuditStore.create;
        const later = () => new Promise((go) => setTimeout(go, 3000));
        AuditStore.create = async (...all) => { await later(); return create(...all); }; }"""
    )
    give(page, "M11", "od razu")
    add_photo(page, picture)
    wait_for(page, "draft")
    assert page.evaluate("AuditStore.documents().then((rows) => rows.length)") == 1
    page.reload()
    page.wait_for_selector("body[data-ready='1']")
    assert on_screen(page)["M11"] == "od razu"
    assert page.locator("#q-M10 .thumbs li").count() == 1


def test_a_photo_that_nobody_can_read_keeps_no_visit_waiting(phone: Phone, office: Office, picture: Path) -> None:
    page = first_open(phone, office)
    fill_in(page)
    wait_for(page, "draft")
    page.context.set_offline(True)
    show(page, "s-till")
    broken = {"name": "paragon.heic", "mimeType": "image/heic", "buffer": b"no picture at all"}
    page.set_input_files("#p-M10", files=[broken])
    page.wait_for_selector("#q-M10 .thumbs li")
    send(page)
    wait_for(page, "ready")
    page.context.set_offline(False)
    page.wait_for_selector("#q-M10 .thumbs li[data-refused]", state="attached")
    page.wait_for_selector("body[data-ready='1']")
    assert "nie dało się odczytać" in page.inner_text("#notice")
    page.set_input_files("#p-M10", picture)
    send(page)  # at once: the photo is still being prepared, and the visit waits for it
    wait_for(page, "sent")
    assert_one_visit(office, on_screen(page))
    assert len(documents.read(office.submissions()[0].document).photos) == 1


def test_a_sent_visit_is_let_go_of_and_an_unsent_one_is_not(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    first = office.form
    fill_in(page)
    send(page)
    wait_for(page, "sent")
    office.assign()
    page.goto(f"{office.address}/p/lumo/visits")
    page.wait_for_selector("body[data-offline='1']")
    kept = "caches.open('pages').then((all) => all.keys()).then((pages) => pages.map((page) => page.url))"
    assert first not in page.evaluate(kept)
    assert office.form in page.evaluate(kept)


def test_a_visit_begins_when_its_form_is_opened_not_when_it_was_kept(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    later = datetime.now(ZoneInfo("Europe/Warsaw")) + timedelta(days=2, hours=3)
    page.context.set_offline(True)
    page.clock.set_fixed_time(later)
    page.reload()
    page.wait_for_selector("body[data-ready='1']")
    assert page.input_value("#started_on") == f"{later:%Y-%m-%d}"
    assert page.input_value("#started_at") == f"{later:%H:%M}"
    give(page, "M1", "yes")
    wait_for(page, "draft")
    page.clock.set_fixed_time(later + timedelta(hours=1))
    page.reload()
    page.wait_for_selector("body[data-ready='1']")
    assert page.input_value("#started_at") == f"{later:%H:%M}"  # begun: it stays


def test_a_file_that_is_no_photo_loses_nothing_and_is_refused_beside_its_question(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    give(page, "M1", "yes")
    wait_for(page, "draft")
    show(page, "s-till")
    page.set_input_files(
        "#p-M10", files=[{"name": "p.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8 no picture"}]
    )
    page.wait_for_selector("#q-M10 .error")
    assert "Tego pliku nie da się odczytać jako zdjęcia" in page.inner_text("#q-M10 .error")
    assert page.is_hidden("#notice")
    wait_for(page, "draft")


def test_a_returned_visit_goes_on_with_its_answers_and_photos(phone: Phone, office: Office, picture: Path) -> None:
    page = first_open(phone, office)
    show(page, "notes")
    page.fill("#note-text", "Kasa 3")
    page.click("#note-add")
    page.wait_for_selector("#notes-list li")
    fill_in(page)
    add_photo(page, picture)
    send(page)
    wait_for(page, "sent")
    office.ask_back(M8="Czy na pewno?")
    page.goto(f"{office.address}/p/lumo/visits")
    page.wait_for_selector("body[data-ready='1']")
    page.goto(office.form.removesuffix("1") + "2")
    page.wait_for_selector("body[data-ready='1']")
    assert page.get_by_text("Czy na pewno?").count() == 2  # at its question and at the check
    assert page.locator("#q-M10 .thumbs img").count() == 1
    assert page.inner_text("#status") == "Rozpoczęta wcześniej; tu można ją dokończyć"
    show(page, "notes")
    assert "Kasa 3" in page.inner_text("#notes-list li")
    show(page, "check")
    assert page.inner_text("[data-asked='M8'] .tag") == "bez zmian"
    give(page, "M8", "no")
    show(page, "check")
    assert page.is_hidden("[data-asked='M8'] .tag")
    screen = on_screen(page)
    send(page)
    wait_for(page, "sent")
    rows = {row.round: row for row in office.submissions()}
    assert [rows[1].status, rows[2].status] == ["final", "final"]
    document = documents.read(rows[2].document)
    assert {given.item: given.value for given in document.answers if given.value and given.item != "M10"} == screen
    assert [photo.sha for photo in document.photos] == [photo.sha for photo in documents.read(rows[1].document).photos]


def test_problems_are_named_and_led_to(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    give(page, "M1", "no")
    give(page, "M5", "za długo")
    page.click("[data-screen='s-till'] [data-leave='forward']")
    page.wait_for_function("() => document.activeElement.classList.contains('summary')")
    top, bottom = (
        page.locator(selector).evaluate(f"element => element.getBoundingClientRect().{edge}")
        for selector, edge in (("[data-screen='s-till'] .summary h3", "top"), (".strip", "bottom"))
    )
    assert top >= bottom  # the sticky bar does not cover the heading
    page.locator("[data-screen='s-till'] .summary a").click()
    assert page.evaluate("document.activeElement.name") == "a-M5"
    assert page.locator("#a-M5_error").inner_text() == "Wpisz minuty i sekundy, na przykład 4:30."
    send(page)
    page.wait_for_function("() => document.activeElement.id === 'check-problems'")
    assert "5" in page.inner_text("#verdict")  # four are missing, one cannot be read
    assert office.visit().status in ("assigned", "in_progress")


def faults(page: Page) -> list[str]:
    """What axe finds, and whether the page scrolls sideways."""
    found = [violation["id"] for violation in Axe().run(page).response["violations"]]
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return [*found, "scrolls sideways"] if page.evaluate(wide) else found


def test_every_state_is_for_everybody(
    phone: Phone, office: Office, picture: Path, playwright_: Playwright, tmp_path: Path
) -> None:
    """axe at the start, offline, with errors, waiting, sent and parked; at the narrowest width that must work."""
    page = first_open(phone, office)
    page.set_viewport_size({"width": 320, "height": 640})
    found = {"start": faults(page)}
    other = Phone(playwright_, tmp_path / "other phone")
    try:
        late = first_open(other, office)
        late.context.set_offline(True)
        give(late, "M1", "no")
        page.context.set_offline(True)
        page.reload()
        page.wait_for_selector("body[data-ready='1']")
        found["offline"] = faults(page)
        give(page, "M5", "za długo")
        page.click("[data-screen='s-till'] [data-leave='forward']")
        found["error"] = faults(page)
        give(page, "M5", "")
        fill_in(page)
        add_photo(page, picture)
        found["photo"] = faults(page)
        send(page)
        wait_for(page, "ready")
        found["waiting"] = faults(page)
        page.context.set_offline(False)
        wait_for(page, "sent")
        found["sent"] = faults(page)
        late.context.set_offline(False)
        wait_for(late, "parked")
        found["parked"] = faults(late)
    finally:
        other.kill()
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


def test_the_keyboard_alone_fills_in_a_part_and_focus_is_never_hidden(phone: Phone, office: Office) -> None:
    page = first_open(phone, office)
    page.locator("a[href='#s-entry']").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-screen='s-entry']:not([hidden])")
    hidden = """() => {
      const edges = (element) => element.getBoundingClientRect(), focused = document.activeElement;
      const top = edges(document.querySelector('.strip')).bottom;
      const bottom = edges(document.querySelector('[data-screen]:not([hidden]) .bottom')).top;
      if (focused.closest('.strip, .bottom')) return '';
      return edges(focused).bottom <= top || edges(focused).top >= bottom ? focused.outerHTML.slice(0, 120) : '';
    }"""
    covered = []
    for _ in range(40):
        page.keyboard.press("Tab")
        place = page.evaluate(hidden)
        if place:
            covered.append(place)
        name = page.evaluate("document.activeElement.name || ''")
        if name == "a-M1":
            page.keyboard.press("Space")
        if page.evaluate("document.activeElement.dataset.leave || ''") == "forward":
            page.keyboard.press("Enter")
            break
    page.wait_for_selector("[data-screen='s-till']:not([hidden])")
    assert covered == []
    assert on_screen(page)["M1"] in ("yes", "no")


def test_visits_survive_random_kills_and_faults(playwright_: Playwright, tmp_path: Path) -> None:
    """Three of what `python -m tests.flows.random_visits` does as often as one likes."""
    play_many(playwright_, tmp_path, range(1, 4))
