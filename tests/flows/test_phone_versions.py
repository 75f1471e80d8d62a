"""A new version of the program and of the checklist while a form is open in a car park: nobody there notices."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page

from auditapp import static_files
from auditapp.documents import add_document
from auditapp.fieldwork import documents
from auditapp.models import ChecklistVersion, Location, Membership, Visit
from tests import factories as make
from tests.documents import CHECKLIST
from tests.flows.phones import (
    Office,
    Phone,
    draw_photo,
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


def deploy(office: Office, folder: Path) -> None:
    """Stop the server and start the next version of it, in which every file of the phone has another hash."""
    shutil.copytree(static_files.FOLDER, folder)
    for path in folder.iterdir():
        if path.suffix in (".js", ".css"):
            path.write_text(path.read_text() + "\n/* the next version */\n")
    office.kill()
    office.files = folder
    office.start()


def put_in_force(office: Office) -> int:
    """Put the next version of the checklist in force, reworded and longer; returns a visit by it."""
    with office.database() as database, database.transaction() as session:
        visit = session.get_one(Visit, office.visit_id)
        more = CHECKLIST.replace("version = 1\nstandard", "version = 2\nstandard")
        more = more.replace("Czy wydano paragon?", "Czy paragon podano do ręki?") + (
            '[[item]]\ncode = "M12"\nsection = "till"\ncriterion = "B2"\ntype = "yes_no"\nkind = "fact"\n'
            'question = {pl = "Czy pożegnano klienta?", en = "Was there a goodbye?"}\n'
        )
        newer = add_document(session, visit.programme_id, more, name="next.toml", actor_id=None, now=make.NOW)
        assert isinstance(newer, ChecklistVersion)
        location, auditor = session.get_one(Location, visit.location_id), session.get_one(Membership, visit.auditor_id)
        fresh = make.make_assignment(session, location, newer, auditor, wave=visit.wave)
        fresh.window_from, fresh.window_to = visit.window_from, visit.window_to
        return fresh.id


def files_named(page: Page) -> set[str]:
    """The addresses of the scripts and styles that the open page runs on."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('script[src], link[rel=stylesheet]')]"
        ".map((node) => new URL(node.src || node.href).pathname)"
    )
    return set(found)


def files_kept(page: Page) -> set[str]:
    found: list[str] = page.evaluate(
        "caches.open('assets').then((all) => all.keys()).then((all) => all.map((one) => new URL(one.url).pathname))"
    )
    return set(found)


def test_a_deployment_and_a_new_checklist_leave_an_open_form_alone(
    phone: Phone, office: Office, tmp_path: Path
) -> None:
    page = first_open(phone, office)
    give(page, "M1", "yes")
    wait_for(page, "draft")
    old, first = files_named(page), office.visit_id

    deploy(office, tmp_path / "newer")
    second = put_in_force(office)
    give(page, "M4", "14:05")  # the form that is open just goes on, and its draft is still taken
    wait_for(page, "draft")
    page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")

    office.visit_id = second
    other = page.context.new_page()
    other.goto(office.form)
    other.wait_for_selector("body[data-offline='1']")
    new = files_named(other)
    assert old.isdisjoint(new)
    assert other.locator("#q-M12").count() == 1
    other.wait_for_function(  # the new worker has taken over and tidied up
        "navigator.serviceWorker.getRegistration().then((one) => one.active && !one.waiting && !one.installing)"
    )
    assert old | new <= files_kept(other)  # side by side, as long as a kept page names them

    office.kill()
    phone.kill()
    office.visit_id = first
    page = phone.open()
    open_form(page, office)
    assert files_named(page) == old
    assert {"M1": "yes", "M4": "14:05"}.items() <= on_screen(page).items()
    assert "Czy wydano paragon?" in str(page.locator("#q-M8").text_content())  # the draft keeps its version
    assert page.locator("#q-M12").count() == 0
    fill_in(page)
    show(page, "s-till")
    page.set_input_files("#p-M10", draw_photo(tmp_path / "paragon.jpg"))
    page.wait_for_selector("#q-M10 .thumbs img")
    screen = on_screen(page)
    send(page)
    wait_for(page, "ready")
    office.start()
    wait_for(page, "sent")
    (row,) = office.submissions()
    document = documents.read(row.document)
    assert (row.status, document.checklist) == ("final", "MINI-STORE 1")
    assert {given.item: given.value for given in document.answers if given.value and given.item != "M10"} == screen
    assert office.visit().status == "submitted"
    office.visit_id = second
    assert office.visit().status == "assigned"
