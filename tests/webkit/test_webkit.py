"""The phone's main story in WebKit, the engine of every browser on an iPhone (here WebKitGTK, with its own profile)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.webkit import story

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("phone")]


@dataclass
class WebKit:
    """The browser in a process of its own. Every process of it ends with it."""

    profile: Path
    display: str
    process: subprocess.Popen[str] | None = None

    def open(self) -> None:
        environment = {
            "PATH": os.defpath,
            "HOME": str(self.profile),
            "DISPLAY": self.display,
            "LANG": "pl_PL.UTF-8",
            "TZ": "Europe/Warsaw",
            "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
            "WEBKIT_DISABLE_DMABUF_RENDERER": "1",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "NO_AT_BRIDGE": "1",
        }
        command = ["/usr/bin/python3", str(Path(__file__).with_name("browser.py")), str(self.profile)]
        with (self.profile / "browser.log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=environment,
                start_new_session=True,
            )

    def goto(self, address: str) -> None:
        self._ask(goto=address)

    def run(self, body: str) -> str:
        return self._ask(run=body)

    def _ask(self, **command: str) -> str:
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "the browser has ended"}')
        assert "error" not in answer, (answer, (self.profile / "browser.log").read_text())
        return str(answer["result"])

    def kill(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                assert stream is not None
                stream.close()
            self.process = None


@pytest.fixture
def display() -> Iterator[str]:
    """A screen that nobody looks at."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "800x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL) as screen:
        os.close(write)
        with os.fdopen(read) as told:
            yield f":{told.readline().strip()}"
        screen.terminate()


def test_the_whole_story_in_webkit(tmp_path: Path, display: str) -> None:
    office = story.new_office(tmp_path / "office")
    profile = tmp_path / "phone"
    profile.mkdir()
    browser = WebKit(profile, display)
    try:
        story.play(browser, office)
    finally:
        browser.kill()
        office.kill()
