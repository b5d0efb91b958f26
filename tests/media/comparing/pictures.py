"""Small pictures for tests of decoding: made here, encoded by Pillow (an implementation of its own of each format)."""

import datetime as dt
import functools
import io

import numpy as np
import pillow_heif
from PIL import Image

from phoneward.media import Format

WITH_EXIF = (Format.JPEG, Format.PNG, Format.WEBP, Format.HEIF, Format.AVIF)
TAKEN = dt.datetime(2026, 3, 1, 9, 30, 15, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@functools.cache
def scene(width: int = 300, height: int = 420, *, seed: int = 1) -> Image.Image:
    """Return a picture with soft and hard edges in which no turn looks like another."""
    rng = np.random.default_rng(seed)
    soft = Image.fromarray(rng.integers(0, 256, (7, 5, 3), np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
    pixels = np.array(soft)
    pixels[height // 10 : height // 5, width // 10 : width // 2] = (250, 20, 20)
    pixels[height // 2 : height * 3 // 4, width * 2 // 3 : width * 5 // 6] = (10, 10, 40)
    return Image.fromarray(pixels)


def encoded(picture: Image.Image, format_: Format, **options: object) -> bytes:
    """Return a picture in a format."""
    pillow_heif.register_heif_opener()
    out = io.BytesIO()
    picture.save(out, format_.name, **options)
    return out.getvalue()


def exif(orientation: int = 1) -> bytes:
    """Return EXIF data with an orientation and the time `TAKEN`."""
    data = Image.Exif()
    data[0x0112] = orientation
    detail = data.get_ifd(0x8769)
    detail[0x9003], detail[0x9011] = "2026:03:01 09:30:15", "+08:00"
    return data.tobytes()
