"""The command `auditapp`: every command is a thin call into a service and works on one instance (--dir).

A command's module is loaded when it is called: statistics and charts take seconds to load, and most commands, and
every process that prints reports, can do without the rest.
"""

from __future__ import annotations

from importlib import import_module

import click

# name: (module, what the list of commands says)
COMMANDS = {
    "admin": ("auditapp.account.commands", "People who look after the installation."),
    "cells": ("auditapp.commands.cells", "The additive sums that every result is made of."),
    "db": ("auditapp.commands.db", "Bring the database to the version of this program, or back."),
    "demo": ("auditapp.demo.commands", "Try everything: a retail network, ready to click through."),
    "export": ("auditapp.exchange.commands", "Write a programme's data as a table."),
    "import": ("auditapp.exchange.commands", "Bring files into a programme: all of it or nothing."),
    "jobs": ("auditapp.commands.jobs", "Work that is done after the answer was given."),
    "reports": ("auditapp.reporting.commands", "Quarterly reports as PDF."),
    "serve": ("auditapp.commands.serve", "Serve the pages of an instance."),
    "standard": ("auditapp.handbook.commands", "Documents of the standard and its checklists."),
}


class LateGroup(click.Group):
    """A group that knows the names of its commands and loads one when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (the signature is click's)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, "import_" if cmd_name == "import" else cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_, said) in COMMANDS.items()])


@click.group(cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="auditapp")
def main() -> None:
    """Mystery-shopping audits, from the written standard to the quarterly report."""


if __name__ == "__main__":
    main()
