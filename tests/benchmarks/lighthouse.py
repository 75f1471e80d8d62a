"""Lighthouse on the phone's pages: python -m tests.benchmarks.lighthouse [--rounds 5] [--lighthouse PATH]

The form of a store visit and the list of visits, each opened cold by somebody who is logged in, with Lighthouse's own
slow phone. Lighthouse comes from elsewhere: npm install lighthouse, and --lighthouse node_modules/.bin/lighthouse.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.benchmarks import first_load
from tests.benchmarks.office import load_average
from tests.flows.phones import Phone

SCORES = ("performance", "accessibility", "best-practices")
TIMES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lighthouse", default="lighthouse")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, sync_playwright() as playwright:
        folder = Path(name)
        office = first_load.build(folder / "office")
        try:
            office.start()
            phone = Phone(playwright, folder / "phone")
            page = phone.open()
            first_load.log_in(page, office)
            cookies = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())
            chromium = playwright.chromium.executable_path
            phone.kill()
            headers = folder / "headers.json"
            headers.write_text(json.dumps({"Cookie": cookies}))
            for what, address in (("form", office.form), ("list", f"{office.address}/p/lumo/visits")):
                rounds = [measure(chosen.lighthouse, address, headers, chromium) for _ in range(chosen.rounds)]
                for key in rounds[0]:
                    values = [figures[key] for figures in rounds]
                    middle, least, largest = statistics.median(values), min(values), max(values)
                    print(f"| {what} | {key} | {middle:,.6g} | {least:,.6g} | {largest:,.6g} |")
        finally:
            office.kill()
    print(f"median, least and largest of {chosen.rounds} rounds, load {load_average()}")


def measure(lighthouse: str, address: str, headers: Path, chromium: str) -> dict[str, float]:
    """Return the scores (0 to 100) and times (ms; the shift of the layout has no unit) of one opening."""
    command = [lighthouse, address, "--quiet", "--output=json", f"--extra-headers={headers}"]
    command += [f"--only-categories={','.join(SCORES)}", "--chrome-flags=--headless=new --no-sandbox --disable-gpu"]
    environment = {**os.environ, "CHROME_PATH": os.environ.get("CHROME_PATH", chromium)}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    scores = {name: 100.0 * found["categories"][name]["score"] for name in SCORES}
    return scores | {name: round(found["audits"][name]["numericValue"], 3) for name in TIMES}


if __name__ == "__main__":
    main()
