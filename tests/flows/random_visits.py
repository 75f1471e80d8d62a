"""Visits filled in while everything fails at random: `python -m tests.flows.random_visits --help`.

Each run takes a new visit of the same phone and office through answers, photos, kills of the browser and of the
server, lost signal, cut uploads and lost answers, and sends it. Then there must be exactly one accepted visit, equal
to what stood on the screen, with every photo's bytes; whatever was said to be saved must stand there.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Error, Page, Playwright, sync_playwright
from sqlalchemy import select

from auditapp.fieldwork import documents
from auditapp.models import Evidence, Visit
from tests.documents import GOOD
from tests.flows.phones import Office, Phone, draw_photo, give, log_in, on_screen, open_form, send, show, wait_for

VALUES = {
    "M1": ["yes", "no"],
    "M4": ["09:05", "14:05"],
    "M5": ["2:00", "4:30"],
    "M6": ["all", "some"],
    "M7": ["bag", "card"],
    "M8": ["yes", "no"],
    "M9": ["19,90", "7"],
    "M11": ["Zażółć gęślą jaźń", "nic więcej"],
}
FAULTS = ("drop_before", "cut_upload", "status_500", "drop_after")


@dataclass
class Run:
    """One visit on its way. `said` holds the answers the phone said were saved."""

    office: Office
    phone: Phone
    pictures: list[Path]
    draw: random.Random
    page: Page
    offline: bool = False
    said: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def reopen(self) -> None:
        self.page = self.phone.open(offline=self.offline)
        open_form(self.page, self.office)

    def answer(self) -> None:
        item = self.draw.choice(sorted(VALUES))
        value = self.draw.choice(VALUES[item])
        if item == "M7" and value in on_screen(self.page).get("M7", "").split(";"):
            return  # a second tap would take it out again
        give(self.page, item, value)
        if self.draw.random() < 0.5:
            wait_for(self.page, "draft")
            self.said[item] = on_screen(self.page)[item]
        else:
            self.said.pop(item, None)  # tapped, but nothing was said yet

    def photo(self) -> None:
        show(self.page, "s-till")
        before = self.page.locator("#q-M10 .thumbs li").count()
        if before and self.draw.random() < 0.3:
            self.page.locator("#q-M10 .thumbs button").first.click()
            self.page.wait_for_function("n => document.querySelectorAll('#q-M10 .thumbs li').length < n", arg=before)
            return
        known = set(self.page.eval_on_selector_all("#q-M10 .thumbs li", "lines => lines.map(line => line.dataset.sha)"))
        self.page.set_input_files("#p-M10", self.draw.choice(self.pictures))
        self.page.wait_for_function("() => document.body.dataset.state !== 'shrinking'")
        self.log.append(f"photos before {len(known)}")

    def kill_browser(self) -> None:
        self.phone.kill()
        self.reopen()

    def kill_server(self) -> None:
        self.office.kill()

    def start_server(self) -> None:
        if self.office.process is None:
            self.office.start()

    def signal(self) -> None:
        self.offline = not self.offline
        self.page.context.set_offline(self.offline)

    def fault(self) -> None:
        if self.office.process is not None:
            self.office.faults(**{self.draw.choice(FAULTS): self.draw.randint(1, 3)})

    def reload(self) -> None:
        open_form(self.page, self.office)

    def finish(self) -> dict[str, str]:
        """Answer what is left, send, kill something at a random moment, and wait for the receipt."""
        for item, value in GOOD.items():
            if item not in on_screen(self.page) and self.page.locator(f"#q-{item}").get_attribute("hidden") is None:
                give(self.page, item, {"M5": "2:00"}.get(item, value))
        if "M2" not in on_screen(self.page) and self.page.locator("#q-M2").get_attribute("hidden") is None:
            give(self.page, "M2", "warm")
        screen = on_screen(self.page)
        lost = {item: value for item, value in self.said.items() if screen.get(item) != value}
        assert not lost, f"said to be saved, and lost: {lost}"
        send(self.page)
        wait_for(self.page, "ready", "sending", "sent")
        for _ in range(self.draw.randint(0, 2)):
            time.sleep(self.draw.random() * 0.3)
            self.draw.choice([self.kill_browser, self.kill_server])()
        self.start_server()
        self.office.faults(**{self.draw.choice(FAULTS): self.draw.randint(0, 2)})
        if self.offline:
            self.signal()
        with contextlib.suppress(Error):
            self.page.evaluate("AuditSend.sendNow()")
        wait_for(self.page, "sent")
        return screen


def check(run: Run, screen: dict[str, str]) -> None:
    rows = run.office.submissions()
    assert [row.status for row in rows] == ["final"], rows
    document = documents.read(rows[0].document)
    found = {given.item: given.value for given in document.answers if given.value and given.item != "M10"}
    typed = {item: value for item, value in screen.items() if item not in ("M5", "M9")}
    assert {item: value for item, value in found.items() if item in typed} == typed
    assert set(found) == set(screen)
    on_phone = set(run.page.eval_on_selector_all("#q-M10 .thumbs li", "lines => lines.map(line => line.dataset.sha)"))
    assert {photo.sha for photo in document.photos} == on_phone
    with run.office.database() as database, database.reading() as session:
        rows_ = session.scalars(
            select(Evidence).where(Evidence.visit_id == run.office.visit_id, Evidence.removed_at.is_(None))
        )
        assert {row.sent_sha256 for row in rows_} == on_phone
        assert session.get_one(Visit, run.office.visit_id).status == "submitted"
    assert run.office.parked() == []


def play(office: Office, phone: Phone, page: Page, pictures: list[Path], seed: int) -> Page:
    """Take one new visit from its assignment to its receipt; returns the page that is open at the end."""
    draw = random.Random(seed)
    office.assign()
    page.goto(f"{office.address}/profile")
    if "/login" in page.url:  # a browser that is killed within half a minute forgets its cookie
        log_in(page, office)
    open_form(page, office)
    page.wait_for_selector("body[data-offline='1']")
    run = Run(office, phone, pictures, draw, page)
    acts = [
        *[run.answer] * 8,
        *[run.photo] * 2,
        *[run.fault] * 2,
        run.kill_browser,
        run.kill_server,
        run.start_server,
        run.signal,
        run.reload,
    ]
    try:
        for _ in range(draw.randint(8, 16)):
            act = draw.choice(acts)
            run.log.append(act.__name__)
            act()
        run.log.append("finish")
        check(run, run.finish())
    except BaseException as error:
        error.add_note(f"seed {seed}: {' '.join(run.log)}")
        raise
    return run.page


def play_many(playwright: Playwright, folder: Path, seeds: Iterable[int], done: Path | None = None) -> None:
    """Play one visit for each seed on one phone and one office; write the seeds that went well to `done`."""
    (folder / "office").mkdir()
    office = Office.build(folder / "office")
    office.start()
    phone = Phone(playwright, folder / "phone")
    pictures = [draw_photo(folder / f"{n}.jpg", (1200 + 200 * n, 900)) for n in range(3)]
    try:
        page = phone.open()
        log_in(page, office)
        for seed in seeds:
            page = play(office, phone, page, pictures, seed)
            if done is not None:
                with done.open("a") as file:
                    file.write(f"{seed}\n")
    finally:
        phone.kill()
        office.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--done", type=Path, help="a file of the seeds that went well: started again, go on from there")
    chosen = parser.parse_args()
    started, before = time.monotonic(), _read(chosen.done)
    left = [seed for seed in range(chosen.seed, chosen.seed + chosen.runs) if seed not in before]
    with ProcessPoolExecutor(chosen.jobs) as pool:
        shards = [pool.submit(_shard, left[number :: chosen.jobs], chosen.done) for number in range(chosen.jobs)]
        failed = [failure for shard in as_completed(shards) for failure in shard.result()]
    if failed:
        print(*failed, sep="\n")
        sys.exit(f"{len(failed)} of {len(left)} visits went wrong")
    earlier = f" ({chosen.runs - len(left)} of them earlier)" if before else ""
    print(f"{chosen.runs} visits{earlier}, each accepted exactly once, in {time.monotonic() - started:.0f} s")


def _read(done: Path | None) -> set[int]:
    return set(map(int, done.read_text().split())) if done is not None and done.exists() else set()


def _shard(seeds: list[int], done: Path | None) -> list[str]:
    """Play some of the visits in a process of their own, with a phone and an office of their own.

    What went wrong is returned, as text; the visits after it have a new phone and a new office.
    """
    failed, left = [], deque(seeds)
    while left:
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
            waiting = len(left)
            try:
                play_many(playwright, Path(folder), _drawn(left), done)
            except Exception as error:
                if len(left) == waiting:  # it did not even begin
                    raise
                failed.append("".join(traceback.format_exception(error)))
    return failed


def _drawn(seeds: deque[int]) -> Iterator[int]:
    while seeds:
        yield seeds.popleft()


if __name__ == "__main__":
    main()
