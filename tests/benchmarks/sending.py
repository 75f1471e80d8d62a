"""How many visits the office takes in: python -m tests.benchmarks.sending [--database sqlite] [--connections 1,8,32]

Each phone sends one final document of 40 answers over a kept connection to `auditapp serve --processes 2`; a visit
counts when its receipt is here: durable, checked, scored. The phones are one other process on the same machine.
`--database` is sqlite, postgresql (a private cluster with fsync) or an address; `--answers 0,1000000` is what is stored
before.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from auditapp.config import Settings
from tests.benchmarks import office

ITEMS = 40
FIGURES = ["visits/s", "p50 ms", "p95 ms", "p99 ms", "server ms/visit", "database ms/visit", "load"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="sqlite")
    parser.add_argument("--connections", default="1,8,32")
    parser.add_argument("--answers", default="0")
    parser.add_argument("--processes", default="2")
    parser.add_argument("--visits", type=int, default=2000, help="for each number of connections")
    chosen = parser.parse_args()
    print(f"| database | stored answers | connections | {' | '.join(FIGURES)} |\n|{'---|' * (3 + len(FIGURES))}")
    with tempfile.TemporaryDirectory() as folder:
        for answers in map(int, chosen.answers.split(",")):
            path = Path(folder) / str(answers)
            with (
                office.instance(chosen.database, path, answers) as settings,
                office.serving(settings, "--processes", chosen.processes) as server,
            ):
                take(settings, *server, visits=100, connections=8)  # caches fill
                for connections in map(int, chosen.connections.split(",")):
                    row = take(settings, *server, visits=chosen.visits, connections=connections)
                    print(f"| {chosen.database} | {answers:,} | {connections} | {' | '.join(row)} |", flush=True)


def take(settings: Settings, port: int, server: int, *, visits: int, connections: int) -> list[str]:
    """Send visits, make sure that every one was accepted, and return FIGURES."""
    requests = office.assign(settings, ITEMS, visits)
    before = office.seconds_of_group(server), office.seconds_of_postgres(settings)
    start = time.perf_counter()
    seconds = asyncio.run(office.send_all(port, requests, connections))
    took = time.perf_counter() - start
    after = office.seconds_of_group(server), office.seconds_of_postgres(settings)
    assert office.count_accepted(settings, ITEMS) == visits
    own, others = (f"{(b - a) / visits * 1000:.1f}" for a, b in zip(before, after, strict=True))
    return [f"{visits / took:.0f}", *office.percentiles(seconds), own, others, office.load_average()]


if __name__ == "__main__":
    main()
