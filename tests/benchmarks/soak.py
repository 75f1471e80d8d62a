"""A Saturday evening: python -m tests.benchmarks.soak [--database sqlite] [--rate 50] [--seconds 30] [--questions 250]

Long visits arrive at a steady rate whether or not the earlier ones have their receipts; all must be accepted.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from tests.benchmarks import office


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="sqlite")
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--questions", type=int, default=250)
    parser.add_argument("--processes", default="2")
    chosen = parser.parse_args()
    visits = round(chosen.rate * chosen.seconds)
    with (
        tempfile.TemporaryDirectory() as folder,
        office.instance(chosen.database, Path(folder) / "office", 0) as settings,
        office.serving(settings, "--processes", chosen.processes) as (port, server),
    ):
        asyncio.run(office.send_all(port, office.assign(settings, chosen.questions, 50), 8))  # caches fill
        requests = office.assign(settings, chosen.questions, visits)
        before, start = office.seconds_of_group(server), time.perf_counter()
        seconds = asyncio.run(office.send_steadily(port, requests, chosen.rate, connections=32))
        took, used = time.perf_counter() - start, office.seconds_of_group(server) - before
        accepted = office.count_accepted(settings, chosen.questions)
    p50, p95, p99 = office.percentiles(seconds)
    print(
        f"{chosen.database}: {visits} visits of {chosen.questions} questions at {chosen.rate:.0f} a second: {accepted} "
        f"accepted, the last receipt after {took:.1f} s; p50 {p50} ms, p95 {p95} ms, p99 {p99} ms; "
        f"{used / visits * 1000:.1f} ms of processor time a visit; load {office.load_average()}"
    )
    assert accepted == visits


if __name__ == "__main__":
    main()
