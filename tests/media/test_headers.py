"""What a picture says of itself, judged by what Pillow and libheif wrote."""

import functools

import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from phoneward.media import Format, Header, end_of, read_header
from tests.media.comparing.pictures import TAKEN, WITH_EXIF, encoded, exif, scene
from tests.media.comparing.png import chunk


@pytest.mark.parametrize("format_", list(Format))
def test_the_size_is_read_and_the_end_found(format_: Format) -> None:
    """A picture that lies in a cache among other bytes is taken out from its first to its last byte."""
    data = encoded(scene(), format_)
    header = read_header(data + b"what follows \xff\xd9 IEND")
    assert header == Header(format=format_, width=300, height=420)
    assert end_of(data + b"what follows", header) == len(data)
    assert end_of(data[:-1], header) is None


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", WITH_EXIF)
def test_how_it_was_held_and_when_it_was_taken(format_: Format, orientation: int) -> None:
    """A photo taken with the phone on its side is upright here, with the time at which it was taken."""
    header = read_header(encoded(scene(), format_, exif=exif(orientation)))
    assert header is not None
    assert (header.orientation, header.taken) == (orientation, TAKEN)


@pytest.mark.parametrize("format_", [Format.PNG, Format.WEBP, Format.GIF])
def test_a_moving_picture_says_so(format_: Format) -> None:
    data = encoded(scene(seed=1), format_, save_all=True, append_images=[scene(seed=2)], duration=100)
    header = read_header(data)
    assert header is not None
    assert header.is_animated
    assert end_of(data, header) == len(data)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA"])
def test_bitmaps_of_every_depth(mode: str) -> None:
    data = encoded(Image.new(mode, (33, 21)), Format.BMP)
    assert read_header(data) == Header(format=Format.BMP, width=33, height=21)


@pytest.mark.parametrize("orientation", [5, 7])
def test_turned_and_mirrored_in_the_other_order(orientation: int) -> None:
    """HEIF says the two apart, and their order counts: judged by what libheif makes of it."""
    data = bytearray(encoded(scene(80, 60), Format.HEIF, exif=exif(orientation), quality=90))
    box = data.index(b"ipma")
    properties = [data[data.index(kind) + 4] for kind in (b"irot", b"imir")]
    assert all(properties[:1])
    entry = data[box : box + 40]
    # The last two numbers of the primary item's list are the turn and the mirror; they change places.
    count = data[box + 14]
    last = box + 15 + count - 1
    data[last - 1], data[last] = data[last], data[last - 1]
    assert bytes(entry) != bytes(data[box : box + 40])
    header = read_header(bytes(data))
    assert header is not None
    stored = scene(80, 60).copy()
    stored.getexif()[0x0112] = header.orientation
    expected = np.asarray(ImageOps.exif_transpose(stored).convert("L"), np.int16)
    judged = np.asarray(pillow_heif.open_heif(bytes(data)).to_pillow().convert("L"), np.int16)
    assert judged.shape == expected.shape
    assert np.abs(judged - expected).mean() < 4


def test_a_picture_filled_up_to_whole_blocks_is_as_large_as_it_shows() -> None:
    """libheif writes three columns as 64, and says which three of them are the picture."""
    header = read_header(encoded(Image.new("RGB", (3, 300), "red"), Format.HEIF))
    assert header == Header(format=Format.HEIF, width=3, height=300)


def test_a_long_screenshot_has_an_end() -> None:
    """Android writes its PNG files in pieces of 8 kB: a long screenshot has thousands of them."""
    whole = encoded(scene(), Format.PNG)
    head, tail = whole[:33], whole[-12:]
    data = head + chunk(b"IDAT", bytes(100)) * 9_000 + tail
    header = read_header(data)
    assert header is not None
    assert end_of(data + whole, header) == len(data)


@given(st.sampled_from(list(Format)), st.data())
def test_no_damage_makes_a_header_fail(format_: Format, data: st.DataObject) -> None:
    """Headers are read in the main process: whatever stands there, there is an answer within its bounds."""
    body = bytearray(_small(format_))
    for place in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=6)):
        body[place % len(body) : place % len(body) + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=5))
    header = read_header(bytes(body))
    if header is not None:
        assert header.width > 0 < header.height
        assert 1 <= header.orientation <= 8
        assert 0 < (end_of(bytes(body), header) or len(body)) <= len(body)


@functools.cache
def _small(format_: Format) -> bytes:
    return encoded(scene(40, 30), format_, **({"exif": exif(6)} if format_ in WITH_EXIF else {}))


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff", b"BM", b"GIF89a", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypisom" + bytes(90)]
)
def test_what_is_no_picture_is_none(data: bytes) -> None:
    assert read_header(data) is None
