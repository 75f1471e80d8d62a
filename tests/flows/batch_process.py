"""A web process or a worker to be killed: python -m tests.flows.batch_process (web | worker) DIR PORT

It takes a lost report for lost after seconds instead of minutes.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from auditapp import server
from auditapp.config import Settings
from auditapp.db import Database
from auditapp.jobs import Jobs
from auditapp.reporting import printing, publishing
from auditapp.storage import Storage
from auditapp.terminal import now

LEASE = timedelta(seconds=8)  # longer than a report takes beside other work


def main() -> None:
    what, folder, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    for module in (printing, publishing):
        module.JOB = replace(module.JOB, lease=LEASE)
    settings = Settings.from_env(folder)
    if what == "web":
        server.serve(settings, host="127.0.0.1", port=port)
    else:
        jobs = Jobs(settings, Database(settings.database_url), Storage.open(settings), now)
        jobs.consumer(1).run()


if __name__ == "__main__":
    main()
