"""Decode pictures at the size needed and no larger. Runs in a confined worker for pictures that are not one's own."""

import io
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
import pyspng
import simplejpeg

from phoneward.media.comparing.prints import Gray
from phoneward.media.errors import UnreadablePictureError
from phoneward.media.headers import read_header
from phoneward.media.picture import Format, Header
from phoneward.media.skipped import Reason

Pixels = npt.NDArray[np.uint8]
"""uint8 of shape (height, width), (height, width, 3) or (height, width, 4); colours in the order R, G, B."""

MOST_PIXELS: Final = {Format.JPEG: 300_000_000}
"""Pixels that are decoded, by format: JPEG is decoded at a fraction of its size."""
MOST_PIXELS_ELSE: Final = 64_000_000
_LEFT, _HALF, _RIGHT = cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE
_TURNS: Final = {3: _HALF, 4: _HALF, 5: _LEFT, 6: _RIGHT, 7: _RIGHT, 8: _LEFT}
_MIRRORED: Final = frozenset({2, 4, 5, 7})


def gray(data: bytes, *, width: int) -> Gray:
    """Return a picture in gray, upright, transparent parts on white, `width` pixels wide or as wide as it is if less.

    Raises:
        UnreadablePictureError: it cannot be decoded, or is not decoded.
    """
    header = checked_header(data)
    small = gray_at_least(data, header, width=width)
    if small.shape[1] <= width:
        return small
    height = max(1, round(small.shape[0] * width / small.shape[1]))
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def checked_header(data: bytes) -> Header:
    """Return a picture's header.

    Raises:
        UnreadablePictureError: there is none, or it says the picture is too large.
    """
    header = read_header(data)
    if header is None:
        raise UnreadablePictureError(Reason.NOT_A_PICTURE)
    if header.width * header.height > MOST_PIXELS.get(header.format, MOST_PIXELS_ELSE):
        raise UnreadablePictureError(Reason.TOO_LARGE)
    return header


def gray_at_least(data: bytes, header: Header, *, width: int = 1, height: int = 1) -> Gray:
    """Return a picture in gray, upright, halved as often as it stays at least that wide and high.

    Raises:
        UnreadablePictureError: nothing of it can be decoded.
    """
    # libheif turns by itself.
    orientation = 1 if header.format is Format.HEIF else header.orientation
    if orientation >= 5:
        width, height = height, width
    try:
        pixels = _decode(data, header, width, height)
    except UnreadablePictureError:
        raise
    # Four libraries, each with errors of its own; whatever it was, this picture is not decoded.
    except (ValueError, OSError, RuntimeError, SyntaxError, EOFError, cv2.error, OverflowError, TypeError) as error:
        raise UnreadablePictureError(Reason.BROKEN) from error
    return _upright(_in_gray(pixels, width, height), orientation)


def _decode(data: bytes, header: Header, width: int, height: int) -> Pixels:
    match header.format:
        case Format.JPEG:
            return _decode_jpeg(data, width, height)
        case Format.PNG:
            return _decode_png(data)
        case Format.WEBP:
            found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
            if found is None:
                raise UnreadablePictureError(Reason.BROKEN)
            return cv2.cvtColor(found, cv2.COLOR_BGRA2RGBA if found.shape[2] == 4 else cv2.COLOR_BGR2RGB)  # type: ignore[return-value]
        case _:
            return _decode_with_pillow(data, header.format)


def _decode_jpeg(data: bytes, width: int, height: int) -> Pixels:
    pixels: Pixels = simplejpeg.decode_jpeg(
        data, "GRAY", fastdct=True, fastupsample=True, min_width=width, min_height=height, min_factor=1, strict=False
    )
    return pixels[:, :, 0]


def _decode_png(data: bytes) -> Pixels:
    pixels: npt.NDArray[np.uint8 | np.uint16] = pyspng.load(data)
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] == 2:
        pixels = np.dstack([pixels[:, :, 0]] * 3 + [pixels[:, :, 1]])
    return pixels  # type: ignore[return-value]


def _decode_with_pillow(data: bytes, format_: Format) -> Pixels:
    from PIL import Image

    if format_ is Format.HEIF:
        try:
            import pillow_heif
        except ImportError:
            raise UnreadablePictureError(Reason.NEEDS_HEIF) from None
        opened: Image.Image = pillow_heif.open_heif(data, convert_hdr_to_8bit=True).to_pillow()
    else:
        opened = Image.open(io.BytesIO(data), formats=[format_.name])
    return np.asarray(opened.convert("RGBA" if opened.has_transparency_data else "RGB"))


def _in_gray(pixels: Pixels, width: int, height: int) -> Gray:
    small = _halved(pixels, width, height)
    if small.ndim == 2:
        return small
    if small.shape[2] == 4:
        if small[:, :, 3].min() == 255:
            return cv2.cvtColor(small, cv2.COLOR_RGBA2GRAY)  # type: ignore[return-value]
        return _halved(_on_white(pixels), width, height)
    return cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)  # type: ignore[return-value]


def _on_white(pixels: Pixels) -> Gray:
    seen = cv2.cvtColor(pixels, cv2.COLOR_RGBA2GRAY).astype(np.uint16)
    opacity = pixels[:, :, 3].astype(np.uint16)
    return ((seen * opacity + 255 * (255 - opacity) + 127) // 255).astype(np.uint8)


def _halved(pixels: Pixels, width: int, height: int) -> Pixels:
    while pixels.shape[1] >= 2 * width - 1 and pixels.shape[0] >= 2 * height - 1 and min(pixels.shape[:2]) > 1:
        size = ((pixels.shape[1] + 1) // 2, (pixels.shape[0] + 1) // 2)
        # At a factor of two this is the mean of four pixels, as JPEG's own halving is.
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment]
    return pixels


def _upright(pixels: Gray, orientation: int) -> Gray:
    """Apply EXIF's orientation (CIPA DC-008, 4.6.4 A): mirror left and right first, then turn."""
    if orientation in _MIRRORED:
        pixels = cv2.flip(pixels, 1)  # type: ignore[assignment]
    turn = _TURNS.get(orientation)
    return pixels if turn is None else cv2.rotate(pixels, turn)  # type: ignore[return-value]
