"""What a phone waits for when it sends a photo, and what its job costs: python -m tests.benchmarks.photos

One process, SQLite, files in a folder; the picture has smooth parts and the noise of a sensor.
"""

from __future__ import annotations

import hashlib
import io
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image
from sqlalchemy import func, select

from auditapp import migrate
from auditapp.config import Settings
from auditapp.models import Evidence
from tests.auditapp.sent import Office, open_office

ROUNDS = 12


def draw(width: int, height: int) -> Image.Image:
    noise = np.random.default_rng(1).normal(0, 8, (height, width, 3))
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / 97 + y / 211), np.sin(x / 31) * np.cos(y / 57), np.cos((x + y) / 13)]
    return Image.fromarray(np.clip(128 + 90 * np.stack(waves, -1) + noise, 0, 255).astype("uint8"))


def measure(office: Office, image: Image.Image, **how: int | bool) -> tuple[int, float, float]:
    """Return the bytes of one photo, and the milliseconds of its PUT and of what is done afterwards (medians)."""
    puts, afterwards = [], []
    for number in range(ROUNDS):
        out = io.BytesIO()
        image.save(out, "JPEG", comment=b"%d" % number, **how)
        data = out.getvalue()
        digest = hashlib.sha256(data).hexdigest()
        began = time.perf_counter()
        assert office.photo(data, digest=digest).status == 201
        sent = time.perf_counter()
        office.do_jobs()
        puts.append(sent - began)
        afterwards.append(time.perf_counter() - sent)
    return len(data), statistics.median(puts) * 1000, statistics.median(afterwards) * 1000


def main() -> None:
    big = draw(4000, 3000)
    cases = {
        "12 Mpx, quality 90": (big, {"quality": 90}),
        "12 Mpx, quality 90, progressive": (big, {"quality": 90, "progressive": True}),
        "1600 x 1200, quality 80 (as phones send)": (big.resize((1600, 1200)), {"quality": 80}),
    }
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/audit.db"
        migrate.upgrade(url)
        office = open_office(Settings(dir=Path(folder), database_url=url, secret_key="test"))
        for name, (image, how) in cases.items():
            size, put, afterwards = measure(office, image, **how)
            print(f"{name:<42} {size / 1000:6.0f} kB   PUT {put:6.1f} ms   job {afterwards:6.1f} ms")
        with office.database.transaction(write=False) as session:
            made = select(func.count()).where(Evidence.sha256.is_not(None))
            assert session.scalar(made) == ROUNDS * len(cases)
        office.database.engine.dispose()


if __name__ == "__main__":
    main()
