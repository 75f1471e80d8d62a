"""The text of a PDF, from which a test takes piece by piece what it knows; numbers that are left are nobody's."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from pypdfium2 import PdfDocument

from reports.labels import LABELS

# Numbers on the paper that are no figures of the export: where they come from.
OTHER = {
    "pl": (
        r"(?:\. ){3,}\d+",  # contents: pages
        r"kwartałach(?: \d+ %)+",  # the axis of the history
        r"95 %: ", r"przedział 95 %",  # how sure an interval is
        r"Do 100 % brakuje", r"0 % 100 %", r"0–100 %",  # scales
        r"co najmniej 50 % wagi", r"co najmniej 70 % wagi", r"najwyżej 5 % wskazań",  # thresholds
        r"w 95 takich przedziałach na 100", r"od 3 wizyt i tylko", r"od 3 wizyt i 5 odpowiedzi", r"od 3 wizyt w obu",
        r"Wizyt do 80 %",
    ),
    "en": (
        r"(?:\. ){3,}\d+",
        r"by quarter(?: \d+%)+",
        r"95% interval",
        r"from 100%", r"0% 100%", r"0–100%",
        r"at least 50% of the checklist", r"at least 70% of the weight", r"most 5% of the whole list",
        r"95 of 100 such", r"from 3 visits, and only", r"from 3 visits and 5 answers", r"from 3 visits in both",
        r"Visits for 80%",
    ),
}  # fmt: skip

_BEFORE, _AFTER = re.compile(r"[\w,–−+]"), re.compile(r"[\w–*]|,\d")  # a longer number, or another one


def plain(text: str) -> str:
    """Return the text on one line, words broken at the end of a line whole again, a triangle right after its number."""
    joined = re.sub("[\u00ad\ufffe\u0002]\\s*", "", unicodedata.normalize("NFC", text))
    return re.sub(r" ?([▲▼])", r"\1", re.sub(r"\s+", " ", joined)).strip()


class Paper:
    """The text of one PDF, from which a test takes what it knows."""

    def __init__(self, path: Path) -> None:
        document = PdfDocument(path)
        self.pages = [plain(document[index].get_textpage().get_text_range()) for index in range(len(document))]
        self.name, self.missing = path.stem, list[str]()
        self.left = ""

    def strip(self, head: str, locale: str) -> None:
        """Take the running head and the foot from every page and join the pages."""
        page, of = LABELS["page"].get(locale), LABELS["of"].get(locale)
        for number, text in enumerate(self.pages, start=1):
            foot = f" {self.name} {page} {number} {of} {len(self.pages)}"
            begins = plain(head) + " " if number > 1 else ""
            if not (text.startswith(begins) and text.endswith(foot)):
                self.missing.append(f"head or foot of page {number}: {text[:80]} … {text[-80:]}")
            self.left += " " + text.removeprefix(begins).removesuffix(foot)
        self.left = f" {plain(self.left)} "

    def take(self, *parts: str) -> None:
        """Take these parts, one right after the other; note them as missing where they do not stand there."""
        wanted = plain(" ".join(parts))
        if not self.find(wanted):
            self.missing.append(wanted)

    def find(self, wanted: str) -> bool:
        """Take a text if it is there, as whole words and whole numbers."""
        text = plain(wanted)
        begin = self.left.find(text)
        while begin >= 0:
            end = begin + len(text)
            if not (_BEFORE.match(self.left, begin - 1) or _AFTER.match(self.left, end)):
                self.left = f"{self.left[:begin]} ¤ {self.left[end:]}"
                return True
            begin = self.left.find(text, begin + 1)
        return False

    def numbers(self, locale: str) -> list[str]:
        """Return the numbers that nobody took, each with what stands around it."""
        left = re.sub("|".join(OTHER[locale]), " ¤ ", re.sub(r"\s+", " ", self.left))
        return [left[max(0, found.start() - 60) : found.end() + 30] for found in re.finditer(r"\d[\d,.]*", left)]
