"""Drawn photos for the demo: a receipt and a shelf, so that no real picture of anybody is ever needed."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from random import Random

from font_source_sans_pro import font_directory
from PIL import Image, ImageDraw, ImageFont

GOODS = ["Patelnia 28 cm", "Czajnik stalowy", "Ręcznik 70x140", "Zestaw noży", "Toster", "Obrus lniany"]
TONES = [(196, 164, 132), (120, 144, 156), (183, 110, 121), (143, 188, 143), (218, 196, 150)]


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(Path(font_directory) / "SourceSansPro-Regular.ttf"), size)


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()


def draw_receipt(random: Random, shop: str, at: datetime) -> bytes:
    """Return a JPEG of a till receipt on a table."""
    image = Image.new("RGB", (900, 1200), (104, 92, 80))
    draw = ImageDraw.Draw(image)
    draw.rectangle((180, 90, 720, 1110), fill=(250, 249, 244))
    rows = [shop, f"{at:%Y-%m-%d %H:%M}", "PARAGON FISKALNY", ""]
    total = 0.0
    for name in random.sample(GOODS, 3):
        price = random.randint(1990, 18990) / 100
        total += price
        rows.append(f"{name:<20}{price:>9.2f}".replace(".", ","))
    rows += ["", f"SUMA PLN {total:.2f}".replace(".", ",")]
    for number, row in enumerate(rows):
        draw.text((215, 140 + 70 * number), row, fill=(40, 40, 40), font=_font(40 if "SUMA" in row else 32))
    return _jpeg(image.rotate(random.uniform(-4, 4), fillcolor=(104, 92, 80)))


def draw_shelf(random: Random) -> bytes:
    """Return a JPEG of a shelf with goods and price labels."""
    image = Image.new("RGB", (1200, 900), (235, 232, 226))
    draw = ImageDraw.Draw(image)
    for level in range(3):
        floor = 280 + level * 280
        draw.rectangle((40, floor, 1160, floor + 22), fill=(150, 140, 130))
        for place in range(7):
            if random.random() < 0.12:
                continue
            left, height = 70 + place * 155, random.randint(90, 190)
            draw.rounded_rectangle((left, floor - height, left + 110, floor), 14, fill=random.choice(TONES))
            if random.random() < 0.85:
                draw.rectangle((left + 20, floor + 26, left + 95, floor + 62), fill=(255, 255, 255))
                draw.text((left + 27, floor + 28), f"{random.randint(19, 199)},99", fill=(30, 30, 30), font=_font(24))
    return _jpeg(image)
