"""A client's own colour and logo on the reports, refused where they would make them hard to read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import floor

from checklists.problems import Problem, at
from reports import pictures, theme

CONTRAST = 4.5  # the least for text: WCAG 2.2, success criterion 1.4.3
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour like "#0f5c8c", 0 for black and 1 for white.

    Source: W3C, Web Content Accessibility Guidelines 2.2, "relative luminance".
    """
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str = theme.PAPER) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def check_accent(colour: str) -> str:
    """Return the colour when text in it can be read on white; Problem bad_colour or pale_colour."""
    if not _COLOUR.fullmatch(colour):
        raise Problem("bad_colour", at(field="accent"), value=colour)
    if contrast(colour) < CONTRAST:
        found = floor(10 * contrast(colour)) / 10
        raise Problem("pale_colour", at(field="accent"), value=colour, contrast=found, minimum=CONTRAST)
    return colour


@dataclass(frozen=True, slots=True)
class Brand:
    """The accent colour ("#rrggbb") and the logo (PNG or SVG, b"" for none). Problem where either will not do."""

    accent: str = theme.ACCENT
    logo: bytes = b""

    def __post_init__(self) -> None:
        check_accent(self.accent)
        if self.logo and pictures.read_logo(self.logo) is None:
            raise Problem("bad_logo", at(field="logo"), limit=pictures.LOGO_BYTES // 1024)


PLAIN = Brand()
