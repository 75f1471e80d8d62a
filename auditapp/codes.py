"""Codes and names that become part of an address: the one check for forms and for imported tables."""

from __future__ import annotations

import re

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def is_code(text: str) -> bool:
    """Tell whether the text can be the code of a programme, a wave or a location."""
    return CODE.fullmatch(text) is not None


def is_readable(text: str) -> bool:
    """Tell whether a reader can see the name and an address can hold it: no invisible marks, not dots alone."""
    return text.isprintable() and bool(text.strip("."))
