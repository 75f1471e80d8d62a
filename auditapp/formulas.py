"""Texts that a spreadsheet would run as a formula get an apostrophe in front; reading takes exactly that one away."""

from __future__ import annotations

import re

_RUNS = re.compile(r"'*[=+\-@\t\r]")
_WRITTEN = re.compile(r"'+[=+\-@\t\r]")
# In the text of a CSV: at the start of a cell, or after a quotation mark or an apostrophe anywhere, which may be a
# false alarm. The rare character comes first because that is what is searched for.
MAY_RUN = re.compile(r"""[=+\-@\t\r](?<=[,\n"'].)""", re.DOTALL)


def protect(text: str) -> str:
    """Return the text so that no spreadsheet runs it, nor takes a code such as +7 for a number."""
    return "'" + text if _RUNS.match(text) else text


def unprotect(text: str) -> str:
    """Return the text that `protect` was given."""
    return text[1:] if _WRITTEN.match(text) else text
