"""Polish first, English complete: every text of the pages has a Polish translation, and none is left over."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from babel.messages.extract import extract_from_dir

from auditapp import i18n
from checklists.problems import REFUSALS

ROOT = Path(__file__).resolve().parents[2] / "auditapp"
KEYWORDS = {"_": None, "gettext": None, "_l": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
PLACEHOLDER = re.compile(r"%\((\w+)\)")


def _used() -> set[str | tuple[str, ...]]:
    return {
        message for _file, _line, message, _comments, _context in extract_from_dir(ROOT, METHODS, keywords=KEYWORDS)
    }


def test_every_text_has_polish() -> None:
    catalogue = i18n.read_catalogue()
    missing = []
    for message in _used():
        found = catalogue.get(message)
        if found is None or not found.string or (isinstance(found.string, tuple) and not all(found.string)):
            missing.append(message)
    assert not missing


def test_no_text_hides_in_a_formatted_string() -> None:
    """Nobody who collects texts for translation looks there."""
    hidden = [
        f"{path.name}:{inner.lineno}"
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.JoinedStr)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id in KEYWORDS
    ]
    assert not hidden


def test_no_translation_is_left_over() -> None:
    used = {message if isinstance(message, str) else message[0] for message in _used()}
    left = [m.id for m in i18n.read_catalogue() if m.id and (m.id if isinstance(m.id, str) else m.id[0]) not in used]
    assert not left


def test_placeholders_agree() -> None:
    for message in i18n.read_catalogue():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        expected = set(PLACEHOLDER.findall(ids[-1]))
        for string in strings:
            # The form for exactly one may say it in a word: "One more question".
            found = set(PLACEHOLDER.findall(string))
            assert found == expected or (len(strings) > 1 and found == expected - {"num"}), message.id


def test_refusals_read_in_both_languages() -> None:
    for code, text in REFUSALS.items():
        assert text.pl, code
        assert text.en, code
        assert text.pl != text.en, code
