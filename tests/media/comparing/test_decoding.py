"""Pictures of every format come out alike: gray, upright, at the size asked for."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from phoneward.media import Format, Header, Reason, UnreadablePictureError, read_header
from phoneward.media.comparing import Gray, gray, print_of, shown
from tests.media.comparing.pictures import WITH_EXIF, encoded, exif, scene
from tests.media.comparing.png import png

_BEST: dict[Format, dict[str, object]] = {
    Format.WEBP: {"lossless": True},
    Format.JPEG: {"quality": 95},
    Format.HEIF: {"quality": 95},
    Format.AVIF: {"quality": 95},
}


def _gray_scene() -> Image.Image:
    return scene().convert("L")


def _difference(seen: Gray, expected: Image.Image) -> float:
    wanted = np.asarray(expected.convert("L").resize((seen.shape[1], seen.shape[0]), Image.Resampling.BOX), np.int16)
    return float(np.abs(seen.astype(np.int16) - wanted).mean())


@pytest.mark.parametrize("format_", list(Format))
@pytest.mark.parametrize("width", [75, 150, 1000])
def test_every_format_gives_the_same_gray(format_: Format, width: int) -> None:
    seen = gray(encoded(scene(), format_, **_BEST.get(format_, {})), width=width)
    assert seen.shape == {75: (105, 75), 150: (210, 150), 1000: (420, 300)}[width]
    assert _difference(seen, scene()) < (8 if format_ is Format.GIF else 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", WITH_EXIF)
def test_every_way_a_phone_was_held_is_upright(format_: Format, orientation: int) -> None:
    data = encoded(scene(150, 210), format_, exif=exif(orientation), **_BEST.get(format_, {}))
    turned = scene(150, 210).copy()
    turned.getexif()[0x0112] = orientation
    upright = ImageOps.exif_transpose(turned)
    seen = gray(data, width=1000)
    assert (seen.shape[1], seen.shape[0]) == upright.size
    assert _difference(seen, upright) < 3
    fingerprint = print_of(data)
    assert (fingerprint.width, fingerprint.height) == upright.size


@pytest.mark.parametrize("format_", [Format.PNG, Format.WEBP])
def test_transparent_parts_are_white(format_: Format) -> None:
    picture = scene().convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture)
    seen = gray(encoded(picture, format_, **_BEST.get(format_, {})), width=300)
    assert _difference(seen, white) < 2


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_bitmaps_of_every_kind_are_the_same_gray(mode: str) -> None:
    """Palettes, single bits, opacity: what an app's encoder chose does not hide a copy."""
    picture = Image.fromarray(_in_16_bits(np.asarray(_gray_scene()))) if mode == "I;16" else _gray_scene().convert(mode)
    seen = gray(encoded(picture, Format.PNG), width=300)
    assert _difference(seen, picture if mode == "1" else _gray_scene()) < 1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("is_interlaced", [False, True])
def test_bitmaps_that_few_programs_write(dtype: type[np.uint8 | np.uint16], channels: int, is_interlaced: bool) -> None:
    once = np.asarray(_gray_scene())[:, :, None]
    opaque = np.full_like(once, 255)
    pixels = np.dstack([once] * (1 if channels < 3 else 3) + [opaque] * (channels % 2 == 0))
    assert (
        _difference(
            gray(png(pixels if dtype is np.uint8 else _in_16_bits(pixels), is_interlaced=is_interlaced), width=300),
            _gray_scene(),
        )
        < 1
    )


def _in_16_bits(pixels: Gray) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint16]]":
    """Return pixels whose lower eight bits say the opposite of the upper ones; opaque stays opaque."""
    return np.where(pixels == 255, 65_535, pixels.astype(np.uint16) * 256 + (255 - pixels)).astype(np.uint16)


def test_a_palette_with_a_transparent_colour_lies_on_white() -> None:
    picture = scene().quantize(8)
    data = encoded(picture, Format.PNG, transparency=3)
    holes = np.asarray(picture) == 3
    assert (gray(data, width=300)[holes] == 255).all()
    assert _difference(gray(encoded(picture, Format.PNG), width=300), picture) < 1


@pytest.mark.parametrize("format_", [Format.JPEG, Format.PNG, Format.GIF, Format.BMP])
def test_of_a_picture_cut_off_there_is_what_there_is(format_: Format) -> None:
    """A picture an app had not finished writing still shows its upper part."""
    data = encoded(scene(), format_, **_BEST.get(format_, {}))
    seen = gray(data[: len(data) * 3 // 4], width=300)
    assert seen.shape == (420, 300)
    part = np.s_[-100:] if format_ is Format.BMP else np.s_[:100]
    whole = gray(data, width=300)
    assert np.abs(seen[part].astype(int) - whole[part]).mean() < 2


def test_print_colours_are_decoded() -> None:
    """JPEG files for printers hold four colours."""
    picture = scene().convert("CMYK")
    assert _difference(gray(encoded(picture, Format.JPEG, quality=95), width=300), scene()) < 4
    assert len(shown(encoded(picture, Format.JPEG), width=150)) > 1000


@pytest.mark.parametrize("format_", [Format.PNG, Format.WEBP, Format.GIF])
def test_of_a_moving_picture_the_first_is_looked_at(format_: Format) -> None:
    data = encoded(
        scene(), format_, save_all=True, append_images=[scene(seed=2)], duration=100, **_BEST.get(format_, {})
    )
    assert _difference(gray(data, width=300), scene()) < (8 if format_ is Format.GIF else 3)


@pytest.mark.parametrize("format_", list(Format))
def test_a_picture_for_showing_is_a_new_file(format_: Format) -> None:
    """What a page shows is a JPEG of our own making: upright, small, and with nothing in it but the picture."""
    options = {"exif": exif(6)} if format_ in WITH_EXIF else {}
    data = shown(encoded(scene(), format_, **options) + b"<script>", width=140)
    header = read_header(data)
    assert header == Header(format=Format.JPEG, width=140, height=100 if options else 196)
    assert b"<script>" not in data
    assert b"Exif" not in data
    expected = scene().rotate(-90, expand=True) if options else scene()
    assert _difference(np.asarray(Image.open(io.BytesIO(data)).convert("L")), expected) < 8


@pytest.mark.parametrize("format_", [Format.JPEG, Format.PNG, Format.WEBP, Format.HEIF])
def test_a_picture_for_showing_keeps_its_colours(format_: Format) -> None:
    data = shown(encoded(scene(), format_), width=150)
    colour = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))[32, 45]
    assert np.abs(colour.astype(int) - (250, 20, 20)).max() < 40


def test_an_endless_strip_is_shown_in_part() -> None:
    data = shown(encoded(Image.new("RGB", (20, 20_000)), Format.PNG), width=40)
    header = read_header(data)
    assert header is not None
    assert (header.width, header.height) == (20, 320)


def test_a_picture_too_large_is_not_decoded() -> None:
    data = bytearray(encoded(scene(), Format.PNG))
    data[16:24] = b"\0\0\xff\xff\0\0\xff\xff"
    with pytest.raises(UnreadablePictureError) as caught:
        gray(bytes(data), width=100)
    assert caught.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize("format_", list(Format))
def test_the_fingerprint_of_a_picture_is_the_same_in_every_format(format_: Format) -> None:
    # 31 is the distance at which Meta calls two pictures the same.
    first, second = print_of(encoded(scene(540, 1200), Format.PNG)), print_of(encoded(scene(270, 600), format_))
    differing = np.bitwise_count(np.frombuffer(first.pdq, np.uint8) ^ np.frombuffer(second.pdq, np.uint8)).sum()
    assert differing <= 31
    assert len(second.strip) == 32 * 71
