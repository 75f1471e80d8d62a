"""The Polish catalogue. English is written in the code; `translations/pl/*.po` holds one file for each room.

The catalogue is compiled into one .mo when it is missing or older than its sources, so nobody has to remember to.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, has_app_context
from flask_babel import Babel, force_locale

FOLDER = Path(__file__).parent / "translations"
SOURCES = FOLDER / "pl"
COMPILED = SOURCES / "LC_MESSAGES" / "messages.mo"


def read_catalogue() -> Catalog:
    """Return all .po files of Polish as one catalogue; ValueError when two rooms translate one text differently."""
    merged = Catalog(locale="pl", domain="messages")
    for path in sorted(SOURCES.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="pl"):
                if not message.id or not message.string:
                    continue
                known = merged.get(message.id, message.context)
                if known is not None and known.string and known.string != message.string:
                    raise ValueError(f"{path.name}: {message.id!r} already reads {known.string!r} elsewhere")
                merged.add(message.id, message.string, context=message.context)
    return merged


def compile_catalogue() -> None:
    """Write the .mo when any .po is newer."""
    newest = max((path.stat().st_mtime for path in SOURCES.glob("*.po")), default=0.0)
    if COMPILED.exists() and COMPILED.stat().st_mtime >= newest:
        return
    COMPILED.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=COMPILED.parent, delete=False) as file:
        write_mo(file, read_catalogue())
    os.replace(file.name, COMPILED)


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Word texts in a language, also where no application runs: in a job, in a command."""
    with nullcontext() if has_app_context() else _bare().app_context(), force_locale(locale):
        yield


@cache
def _bare() -> Flask:
    """Return an application that knows the catalogue and nothing else."""
    compile_catalogue()
    app = Flask("auditapp")
    Babel(app)
    return app
