"""Pictures of every format come out alike: gray, upright, at the size asked for."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from phoneward.media import Format, Reason, UnreadablePictureError
from phoneward.media.comparing import Gray, gray, print_of
from tests.media.comparing.pictures import WITH_EXIF, encoded, exif, scene

_BEST: dict[Format, dict[str, object]] = {
    Format.WEBP: {"lossless": True},
    Format.JPEG: {"quality": 95},
    Format.HEIF: {"quality": 95},
    Format.AVIF: {"quality": 95},
}


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
    data = encoded(scene(), format_, exif=exif(orientation), **_BEST.get(format_, {}))
    turned = scene().copy()
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
