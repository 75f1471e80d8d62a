"""Colours, faces and sizes of everything drawn and printed: the light half of the pages' design tokens."""

from __future__ import annotations

from pathlib import Path

from font_source_sans_pro import font_directory

FONTS = Path(font_directory)
FAMILY = "Source Sans Pro"

INK, INK_2, LINE, PAPER = "#1b2430", "#4c5968", "#d8dee5", "#ffffff"
ACCENT, ACCENT_SOFT = "#0f5c8c", "#e3eef5"
ABOVE, ABOVE_SOFT = "#1c6997", "#dcebf4"
NONE, NONE_SOFT = "#6b7683", "#eceff2"
BELOW, BELOW_SOFT = "#9c5300", "#fbe9d3"
CRITICAL = "#8c1d40"
