"""The command line: every command named exists, and asking what there is costs nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from auditapp.cli import COMMANDS, main

HEAVY = ("pandas", "scipy", "matplotlib", "flask", "sqlalchemy")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: main {name} ")


def test_an_unknown_command_is_refused_by_name() -> None:
    result = CliRunner().invoke(main, ["rebuild"])
    assert (result.exit_code, "No such command 'rebuild'" in result.output) == (2, True)


def test_the_list_of_commands_loads_none_of_them() -> None:
    """A process that prints reports imports this module again; whatever it loads, every such process pays for."""
    code = f"import sys, auditapp.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
