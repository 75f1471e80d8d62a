"""The command `auditapp serve`."""

from __future__ import annotations

import click

from auditapp.server import serve as run
from auditapp.terminal import Instance, instance_command


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="One for each processor.")
@instance_command
def serve(instance: Instance, host: str, port: int, processes: int) -> None:
    """Serve the pages of an instance."""
    run(instance.settings, host=host, port=port, processes=processes)
