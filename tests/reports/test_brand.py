"""The client's colour and logo: contrast by the published formula, and logos that hold nothing but a picture."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from checklists.problems import Problem
from reports import pictures
from reports.brand import Brand, contrast, luminance


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_that_of_the_guidelines(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


def test_luminance_of_white_is_one() -> None:
    assert luminance("#ffffff") == pytest.approx(1)
    assert luminance("#000000") == 0


@pytest.mark.parametrize("colour", ["#767676", "#0f5c8c", "#7A1040"])
def test_a_dark_colour_is_accepted(colour: str) -> None:
    assert Brand(colour).accent == colour


@pytest.mark.parametrize(
    ("colour", "code"),
    [
        ("#777777", "pale_colour"),
        ("#ffcc00", "pale_colour"),
        ("red", "bad_colour"),
        ("#fff", "bad_colour"),
        ("#12345g", "bad_colour"),
        ("#123456\n", "bad_colour"),
        ('#123456"); #import', "bad_colour"),
    ],
)
def test_other_colours_are_refused(colour: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        Brand(colour)
    assert refused.value.code == code


def test_a_refusal_says_how_far_the_colour_is_off() -> None:
    with pytest.raises(Problem) as refused:
        Brand("#777777")
    assert "4,4" in refused.value.sentence("pl")
    assert "4.5" in refused.value.sentence("en")


def png(size: tuple[int, int] = (60, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", size, (10, 20, 30, 100)).save(out, "PNG")
    return out.getvalue()


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4">{}</svg>'


PATH = '<path d="M0 0h4v4z" fill="#123"/>'


@pytest.mark.parametrize(
    "logo", [png(), SVG.format(PATH).encode(), SVG.format("<g>" * 48 + PATH + "</g>" * 48).encode()]
)
def test_a_logo_is_accepted(logo: bytes) -> None:
    assert Brand(logo=logo).logo == logo


@pytest.mark.parametrize(
    "logo",
    [
        pytest.param(b"GIF89a", id="another format"),
        pytest.param(png()[:60], id="truncated"),
        pytest.param(b"\x89PNG", id="a beginning only"),
        pytest.param(b"<html></html>", id="html"),
        pytest.param(b"<svg", id="broken"),
        pytest.param(SVG.format("<g>" * 20_000 + "</g>" * 20_000).encode(), id="20,000 groups in each other"),
        pytest.param(SVG.format("<g>" * 50 + "</g>" * 50).encode(), id="one group too deep"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg"/>', id="without size"),
        pytest.param(SVG.format("<text>Lumo</text>").encode(), id="text"),
        pytest.param(SVG.format("<script/>").encode(), id="script"),
        pytest.param(SVG.format('<image href="file:///etc/passwd"/>').encode(), id="image"),
        pytest.param(SVG.format('<path href="x" d="M0 0"/>').encode(), id="link"),
        pytest.param(SVG.format('<path fill="url(http://x/#a)" d="M0 0"/>').encode(), id="url"),
        pytest.param(SVG.format("<style>@import 'x';</style>").encode(), id="import"),
        pytest.param(b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("").encode(), id="entities"),
        pytest.param(SVG.format("<path/>" * 100_000).encode(), id="too large"),
    ],
)
def test_what_cannot_be_printed_is_refused(logo: bytes) -> None:
    with pytest.raises(Problem) as refused:
        Brand(logo=logo)
    assert refused.value.code == "bad_logo"


def test_a_large_logo_is_made_smaller() -> None:
    found = pictures.read_logo(png((4_000, 1_000)))
    assert found is not None
    assert 'viewBox="0 0 1000 250"' in found
