"""How fast a quarter's reports are made: python -m tests.benchmarks.reports [--answers 1000000] [--processes 2]

Builds an instance with that many stores and a million answers (or takes the one in --dir), makes its last quarter
public and prints the report of every location, as `auditapp reports issue` does. Beside it, in the same run and in turn
on a sample of the same reports: the bare compile by Typst, which is what printing would cost without jobs, storage and
database, and the same content by WeasyPrint with charts of matplotlib (`rival`; needs `requirements/bench.txt`).
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import os
import resource
import tempfile
import time
from pathlib import Path

from sqlalchemy import select

from auditapp import results
from auditapp.config import Settings
from auditapp.db import Database
from auditapp.models import OrderedReport, Programme, Publication
from auditapp.reporting import bulk, drafts, printing
from auditapp.reporting.publishing import Wanted
from auditapp.storage import Storage
from auditapp.terminal import Instance
from reports import pdf
from tests.benchmarks import million

FIGURES = [
    "reports", "prepared in s", "printed in s", "a minute", "MB a process", "printed, CPU ms each",
    "bare compile, CPU ms", "printed / bare", "WeasyPrint, CPU ms", "WeasyPrint / printed", "load",
]  # fmt: skip
MISSING = (
    "Without WeasyPrint there is nothing to compare with: pip install --require-hashes -r requirements/bench.txt (its "
    "system library is Pango)."
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, help="an instance that is there already")
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--sample", type=int, default=40, help="reports printed once more by both engines in turn")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_env(chosen.dir or Path(folder))
        if chosen.dir is None:
            million.fill(settings, chosen.answers)
        measure(settings, chosen.processes, chosen.sample)


def measure(settings: Settings, processes: int, sample: int) -> None:
    """Print the location reports of the last quarter and say what they cost."""
    database = Database(settings.database_url)
    with database.transaction(write=False) as session:
        programme = session.scalars(select(Programme).order_by(Programme.id)).first()
        assert programme is not None
        code, quarter = programme.code, results.quarters_with_results(session, programme.id)[-1]
    marks: list[float] = []
    wanted, begun = Wanted(kinds=("location",)), time.perf_counter()
    outcome = bulk.issue_quarter(
        Instance(settings, database),
        code,
        quarter,
        wanted,
        note="measured again",
        processes=processes,
        progress=lambda _done, _total: marks.append(time.perf_counter()),
    )
    took, count = time.perf_counter() - begun, len(outcome.issued)
    assert count, "everything stood already"
    assert not outcome.failed, outcome.failed
    printing = time.perf_counter() - marks[0]
    spent, most = _printers()
    bare, rivals = _in_turn(settings, database, sample)
    print(f"| {' | '.join(FIGURES)} |\n|{'---|' * len(FIGURES)}")
    each = spent / count
    figures = [count, marks[0] - begun, printing, 60 * count / printing, most, 1000 * each, 1000 * bare]
    compared = ["–", "–"] if rivals is None else [f"{1000 * rivals:.0f}", f"{rivals / each:.1f}"]
    cells = [*(f"{figure:.0f}" for figure in figures), f"{each / bare:.2f}", *compared, f"{os.getloadavg()[0]:.1f}"]
    print(f"| {' | '.join(cells)} |")
    if rivals is None:
        print(MISSING)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"With preparing {60 * count / took:.0f} a minute; the process that prepares grew to {own:.0f} MB.")
    database.engine.dispose()


def _printers() -> tuple[float, float]:
    """Return the processor time in seconds of the processes that print, together, and the MB that one had at most.

    They are replaced after a number of reports: those that have ended count as well.
    """
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent, most = ended.ru_utime + ended.ru_stime, ended.ru_maxrss / 1024
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(") ")[2].split()
                if int(fields[1]) == os.getpid():
                    spent += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
                    status = (entry / "status").read_text()
                    most = max(most, int(status.partition("VmHWM:")[2].split()[0]) / 1024)
    return spent, most


def _in_turn(settings: Settings, database: Database, sample: int) -> tuple[float, float | None]:
    """Return the processor time in seconds of one bare compile and of one by the rival (None: it is not installed).

    Means over the first reports of this run, each printed by both, one right after the other.
    """
    rival = importlib.import_module("tests.benchmarks.rival") if importlib.util.find_spec("weasyprint") else None
    storage = Storage.open(settings)
    with database.transaction(write=False) as session:
        last = session.scalars(select(Publication.id).order_by(Publication.id.desc())).first()
        orders = select(OrderedReport.inputs).where(OrderedReport.publication_id == last).limit(sample)
        inputs = [drafts.read_inputs(storage, digest) for digest in session.scalars(orders.order_by(OrderedReport.id))]
    printers = [pdf.print_inputs, *([rival.print_inputs] if rival is not None else [])]
    for printer in printers:
        printer(inputs[0], {})  # fonts and templates are read once
    spent = [0.0 for _printer in printers]
    for each in inputs:
        photos = printing.read_pictures(storage, each["photos"])
        for index, printer in enumerate(printers):
            begun = time.process_time()
            printer(each, photos)
            spent[index] += time.process_time() - begun
    bare, *rivals = (seconds / len(inputs) for seconds in spent)
    return bare, rivals[0] if rivals else None


if __name__ == "__main__":
    main()
