"""All statistics of one quarter from scratch: python -m tests.benchmarks.quarter DIR [--url URL]

DIR holds an instance made by tests.benchmarks.wide or tests.benchmarks.million. What is computed is what the reports of
the quarter print: the comparison with its change, every region, every criterion of the network, every criterion of
every location, every location's history.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Sized
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import select

from auditapp import results
from auditapp.db import Database
from auditapp.models import Programme, Region
from reports.measures import channels_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--url", default="")
    chosen = parser.parse_args()
    database = Database(chosen.url or f"sqlite:///{chosen.dir / 'audit.db'}")
    start = time.perf_counter()

    def step(name: str, work: Callable[[], Sized]) -> None:
        begin = time.perf_counter()
        count = len(work())
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{name:<34}{count:>9,}{time.perf_counter() - begin:>8.1f} s{memory:>7.0f} MB", flush=True)

    with database.reading() as session:
        programme = session.scalars(select(Programme)).one()
        paths = ["", *session.scalars(select(Region.path).where(Region.programme_id == programme.id))]
        quarter = results.quarters_with_results(session, programme.id)[-1]

        facts = results.gather(session, programme, quarter, previous=quarter.previous(), history=12, criteria=5)
        print(f"{'cells read':<43}{time.perf_counter() - start:>8.1f} s", flush=True)
        step("cells of criteria", lambda: np.flatnonzero(np.asarray(facts.criteria.n)))
        step("comparison", lambda: results.comparison_of(facts).rows)
        step("regions", lambda: results.build_summaries(facts, regions=paths))
        codes = sorted({code for _, code in facts.items if code})
        step("criteria of the network", lambda: results.build_summaries(facts, criteria=codes))
        for channel in channels_of(facts.overall):
            step(f"criteria of locations, {channel}", partial(results.criterion_rows, facts, channel=channel))
        step("histories", lambda: results.build_location_series(facts, facts.locations["location"].tolist()))
    print(f"together {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
