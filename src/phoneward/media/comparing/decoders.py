"""From a picture's bytes to its pixels: the fastest library for each format, and Pillow for what that one refuses.

Pillow decodes what is there of a picture that was cut off; the rest stays black, as a phone's gallery shows it.
"""

import io
from typing import TYPE_CHECKING, Final, Literal

import cv2
import numpy as np
import numpy.typing as npt
import pyspng
import simplejpeg

from phoneward.media.errors import UnreadablePictureError
from phoneward.media.picture import Format
from phoneward.media.skipped import Reason

if TYPE_CHECKING:
    from PIL import Image

Pixels = npt.NDArray[np.uint8]
"""uint8 of shape (height, width) in gray, or (height, width, 3) or (height, width, 4): R, G, B and opacity."""
Space = Literal["GRAY", "RGB"]

MOST_PIXELS_WHOLE: Final = 64_000_000
"""Pixels that are decoded where a format can only be decoded at its full size: about 256 MB."""


def decode(data: bytes, format_: Format, space: Space, width: int, height: int) -> Pixels:
    """Return a picture's pixels as they are stored: not turned, perhaps with opacity.

    Args:
        data: the picture.
        format_: what its header says.
        space: for formats that can leave the colours out while decoding; the others give the colours they have.
        width: pixels that are needed; formats that can be decoded smaller are, by a power of two.
        height: as for `width`.

    Raises:
        UnreadablePictureError: nothing of it can be decoded.
    """
    problem: Exception | None = None
    for decoder in (_decode_fast, _decode_with_pillow):
        try:
            return decoder(data, format_, space, width, height)
        except (MemoryError, UnreadablePictureError):
            raise
        # Four libraries, each with errors of its own; whatever it was, this one did not decode the picture.
        except Exception as error:  # noqa: BLE001
            problem = error
    raise UnreadablePictureError(Reason.BROKEN) from problem


def _decode_fast(data: bytes, format_: Format, space: Space, width: int, height: int) -> Pixels:
    match format_:
        case Format.JPEG:
            return _decode_jpeg(data, space, width, height)
        case Format.PNG:
            return _decode_png(data)
        case Format.WEBP:
            return _decode_webp(data, space)
        case _:
            raise ValueError(format_)


def _decode_jpeg(data: bytes, space: Space, width: int, height: int) -> Pixels:
    # Not the fast transform: on black and white (a matrix code) it overflows and leaves blocks of noise.
    pixels: Pixels = simplejpeg.decode_jpeg(
        data, space, fastdct=False, fastupsample=True, min_width=width, min_height=height, min_factor=1, strict=False
    )
    return pixels[:, :, 0] if space == "GRAY" else pixels


def _decode_png(data: bytes) -> Pixels:
    if data.find(b"tRNS", 0, data.find(b"IDAT")) >= 0:
        msg = "pyspng pays no heed to a colour that stands for nothing"
        raise ValueError(msg)
    pixels: npt.NDArray[np.uint8 | np.uint16] = pyspng.load(data)
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] == 2:
        pixels = np.dstack([pixels[:, :, 0]] * 3 + [pixels[:, :, 1]])
    return pixels  # type: ignore[return-value]


def _decode_webp(data: bytes, space: Space) -> Pixels:
    found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if found is None:
        msg = "not decoded"
        raise ValueError(msg)
    if found.shape[2] == 4:
        return cv2.cvtColor(found, cv2.COLOR_BGRA2RGBA, dst=found)  # type: ignore[return-value]
    return cv2.cvtColor(found, cv2.COLOR_BGR2GRAY if space == "GRAY" else cv2.COLOR_BGR2RGB)  # type: ignore[return-value]


def _decode_with_pillow(data: bytes, format_: Format, _space: Space, width: int, height: int) -> Pixels:
    from PIL import Image, ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = True
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS_WHOLE
    if format_ is Format.HEIF:
        opened = _open_heif(data)
    else:
        opened = Image.open(io.BytesIO(data), formats=[format_.name])
        opened.draft(None, (width, height))
    return np.asarray(opened.convert("RGBA" if opened.has_transparency_data else "RGB"))


def _open_heif(data: bytes) -> "Image.Image":
    try:
        import pillow_heif
    except ImportError:
        raise UnreadablePictureError(Reason.NEEDS_HEIF) from None
    opened: Image.Image = pillow_heif.open_heif(data, convert_hdr_to_8bit=True).to_pillow()
    return opened
