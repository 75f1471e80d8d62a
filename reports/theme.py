"""Face and colours of what is drawn: the light half of the pages' design tokens (the templates hold theirs)."""

from __future__ import annotations

from pathlib import Path

from font_source_sans_pro import font_directory

FONTS = Path(font_directory)
FAMILY = "Source Sans Pro"
FACES = tuple(
    f"SourceSansPro-{style}.ttf" for style in ("Light", "Regular", "It", "Semibold", "Bold", "BoldIt")
)  # what the templates use

INK, INK_2, LINE, PAPER = "#1b2430", "#4c5968", "#d8dee5", "#ffffff"
ACCENT, ABOVE, NONE, BELOW = "#0f5c8c", "#1f6f9f", "#6b7683", "#9c5300"
