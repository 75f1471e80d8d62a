"""Texts that a spreadsheet would run as a formula get an apostrophe in front; reading takes exactly that one away."""

from __future__ import annotations

import re

_RUNS = re.compile(r"'*[=+\-@\t\r]")
_WRITTEN = re.compile(r"'+[=+\-@\t\r]")
# After a comma or a line end in the text of a CSV, where return is always quoted; may be a false alarm.
MAY_RUN = re.compile(r"""[,\n](?:'*[=+\-@\t]|"'*[=+\-@\t\r])""")


def protect(text: str) -> str:
    """Return the text so that no spreadsheet runs it, nor takes a code such as +7 for a number."""
    return "'" + text if _RUNS.match(text) else text


def unprotect(text: str) -> str:
    """Return the text that `protect` was given."""
    return text[1:] if _WRITTEN.match(text) else text
