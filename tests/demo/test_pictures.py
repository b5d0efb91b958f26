"""The sample's pictures open in a real picture library (Pillow comes with the `adb` extra)."""

import io
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from phoneward.demo import pictures


def opened(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # Pillow warns where a decoder had to forgive something
        image = Image.open(io.BytesIO(data))
        image.load()
    return image


@given(st.integers(0, 2**32), st.integers(1, 200), st.integers(1, 120))
@settings(max_examples=40, deadline=None)
def test_jpeg_of_any_size(seed: int, width: int, height: int) -> None:
    image = opened(pictures.jpeg(seed, width, height))
    assert (image.format, image.mode, image.size) == ("JPEG", "L", (width, height))


def test_jpeg_shades_are_those_that_were_drawn() -> None:
    """Every block has one shade; with another code length or sign, blocks after it would drift away to black."""
    image = opened(pictures.jpeg(5, 640, 480))
    for left, top in [(0, 0), (320, 240), (632, 472)]:
        block = image.crop((left, top, left + 8, top + 8))
        low, high = block.getextrema()
        assert low == high
        column, row = left // 8, top // 8
        expected = 128 + column * 90 // 80 - row * 60 // 60
        assert isinstance(low, (int, float))
        assert abs(low - expected) <= 41


def test_png() -> None:
    image = opened(pictures.png(1, 30, 50))
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (30, 50))


@pytest.mark.parametrize("make", [pictures.jpeg, pictures.png])
def test_the_same_seed_gives_the_same_picture(make: type) -> None:
    assert make(3, 40, 40) == make(3, 40, 40) != make(4, 40, 40)
