"""The whole line in a real browser: from the phone to the printed report, and nobody learns who the auditor was."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdfium2 import PdfDocument

from checklists.lifecycle import Role
from tests.auditapp.issuing import Press
from tests.flows.conftest import Live, Open
from tests.worlds import World, make_world

pytestmark = pytest.mark.browser


@pytest.fixture
def world(live: Live) -> World:
    with live.app.database.transaction() as session:
        return make_world(session)


def tap(page: Page, question: str, answer: str) -> None:
    page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()


def fill_in(page: Page, whole: bool) -> None:
    """Everything good, but the receipt was not given. With scripts the visit is one page, without it is several."""
    page.locator("#started_at").fill("11:05")
    page.get_by_role("button", name="Zaczynam").click()
    if whole:
        page.wait_for_selector("body[data-ready='1']")
        page.get_by_role("link", name="Wejście").click()
    tap(page, "Czy ktoś z obsługi się przywitał?", "Tak")
    page.get_by_label("O której godzinie zaczęła się wizyta?", exact=True).fill("11:05")
    if not whole:
        page.get_by_role("button", name="Dalej: Kasa").click()
    # The greeting was answered with yes, so one more question belongs to this part.
    tap(page, "Jak brzmiało powitanie?", "serdecznie")
    page.get_by_role("button", name="Dalej: Kasa").click()
    page.get_by_label("Ile trwało oczekiwanie w kolejce?", exact=True).fill("2:00")
    tap(page, "Ile kas było otwartych?", "wszystkie")
    tap(page, "Co zaproponowano przy kasie?", "torbę")
    tap(page, "Co zaproponowano przy kasie?", "kartę klienta")
    tap(page, "Czy wydano paragon?", "Nie")


def send(page: Page, whole: bool) -> None:
    page.get_by_role("button", name="Sprawdź odpowiedzi").click()
    page.locator("#ended_on").fill("2026-08-12")
    page.locator("#ended_at").fill("11:30")
    page.get_by_role("button", name="Wyślij wizytę").click()
    if whole:
        page.wait_for_selector("body[data-state='sent']")
    else:
        expect(page.get_by_role("heading", level=1)).to_contain_text("wysłana")


def score_of(page: Page, live: Live) -> str:
    page.goto(f"{live.address}/p/lumo/results/locations/L1?quarter=2026Q3")
    return page.locator(".big").first.inner_text()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_from_the_phone_to_the_report(live: Live, open_as: Open, world: World, javascript: bool) -> None:
    auditor = open_as(world.users[Role.AUDITOR], phone=True, javascript=javascript)
    reviewer = open_as(world.users[Role.REVIEWER])
    manager = open_as(world.users[Role.REGIONAL_MANAGER])
    before = score_of(manager, live)

    visit = f"{live.address}/p/lumo/visits/{world.assigned.id}"
    auditor.goto(visit)
    fill_in(auditor, javascript)
    send(auditor, javascript)
    assert score_of(manager, live) == before  # nothing counts before it is approved

    reviewer.goto(f"{live.address}/p/lumo/review/{world.assigned.id}")
    expect(reviewer.get_by_text("Czy wydano paragon?").first).to_be_visible()
    reviewer.get_by_text("Zapytaj audytora", exact=False).first.click()
    reviewer.locator("#note-all").fill("Czy na pewno nie było paragonu?")
    reviewer.get_by_role("button", name=re.compile("Wyślij pytania")).click()

    auditor.goto(visit)
    expect(auditor.get_by_text("Czy na pewno nie było paragonu?")).to_be_visible()
    auditor.get_by_role("link", name=re.compile("Kasa")).first.click()
    tap(auditor, "Czy wydano paragon?", "Tak")
    send(auditor, javascript)

    reviewer.goto(f"{live.address}/p/lumo/review/{world.assigned.id}")
    reviewer.get_by_role("button", name="Zatwierdź", exact=True).click()
    after = score_of(manager, live)
    assert after != before
    assert "100" in after  # two perfect visits now

    office = open_as(world.users[Role.PROGRAMME_MANAGER])
    office.goto(f"{live.address}/p/lumo/reports")
    text = _issue_and_read(office, live, javascript=javascript)
    assert re.search(r"100\s%", text)

    store = open_as(world.users[Role.LOCATION_MANAGER])
    seen = _read_around(store, live)
    assert len(seen) > 3
    for words in (*seen, text, manager.inner_text("body")):
        assert world.auditor.pseudonym not in words
        assert world.auditor.user.name not in words


def _issue_and_read(page: Page, live: Live, *, javascript: bool) -> str:
    """Publish the location's report from the page and return the text of the PDF that the page comes to offer."""
    form = page.locator("form[action$='/reports']")
    form.get_by_label("Które raporty").select_option("location:L1")
    form.get_by_role("button", name="Ogłoś i wydaj").click()
    page.get_by_text("Nie trzeba tu czekać.").wait_for()
    Press.of(live.app).work()
    if not javascript:  # with it the page finds out by itself
        page.get_by_role("link", name="Pokaż postęp").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Raport za III kwartał 2026")).first.click()
    data = Path(download.value.path()).read_bytes()
    document = PdfDocument(io.BytesIO(data))
    return "\n".join(document[n].get_textpage().get_text_range() for n in range(len(document)))


def _read_around(page: Page, live: Live) -> list[str]:
    """Return what a store manager reads on the own page and on the pages one click away."""
    page.goto(f"{live.address}/p/lumo/results/locations/L1")
    links = page.eval_on_selector_all("main a[href^='/p/lumo/results']", "links => links.map(a => a.href)")
    texts = [page.inner_text("body")]
    for link in [*dict.fromkeys(link for link in links if "format=csv" not in link)][:11]:
        page.goto(link)
        texts.append(page.inner_text("body"))
    return texts
