"""Pictures at the size needed and no larger, upright. Runs in a confined worker for pictures that are not one's own."""

from typing import Final

import cv2
import numpy as np

from phoneward.media.comparing.decoders import MOST_PIXELS_WHOLE, Pixels, decode
from phoneward.media.comparing.prints import Gray
from phoneward.media.errors import UnreadablePictureError
from phoneward.media.headers import read_header
from phoneward.media.picture import Format, Header
from phoneward.media.skipped import Reason

MOST_PIXELS_JPEG: Final = 300_000_000
"""Pixels of a JPEG picture that is decoded, at a fraction of its size. Phones make up to 200 million."""
_LEFT, _HALF, _RIGHT = cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE
_TURNS: Final = {3: _HALF, 4: _HALF, 5: _LEFT, 6: _RIGHT, 7: _RIGHT, 8: _LEFT}
_MIRRORED: Final = frozenset({2, 4, 5, 7})


def gray(data: bytes, *, width: int) -> Gray:
    """Return a picture in gray, upright, transparent parts on white, `width` pixels wide or as wide as it is if less.

    Raises:
        UnreadablePictureError: it cannot be decoded, or is not decoded.
    """
    return _exactly(gray_at_least(data, checked_header(data), width=width), width)


def shown(data: bytes, *, width: int) -> bytes:
    """Return a picture for showing: a JPEG of our own making, upright, at most `width` pixels wide and 8 times as high.

    Nothing of the file goes over but its pixels: no metadata, and nothing a browser's decoder might stumble over.

    Raises:
        UnreadablePictureError: it cannot be decoded, or is not decoded.
    """
    import simplejpeg

    header = checked_header(data)
    orientation, least = _stored(header, width, 1)
    pixels = decode(data, header.format, "RGB", *least)
    if pixels.ndim == 2:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)  # type: ignore[assignment]
    small = halved(pixels if pixels.shape[2] == 3 else _on_white(pixels), *least)
    upright = _exactly(_upright(small, orientation), width)[: 8 * width]
    encoded: bytes = simplejpeg.encode_jpeg(np.ascontiguousarray(upright), quality=85)
    return encoded


def upright_rgb(data: bytes, header: Header) -> Pixels:
    """Return a picture as large as it is: R, G, B, upright, transparent parts on white.

    Raises:
        UnreadablePictureError: nothing of it can be decoded.
    """
    pixels = decode(data, header.format, "RGB", header.width, header.height)
    if pixels.ndim == 2:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)  # type: ignore[assignment]
    return _upright(pixels if pixels.shape[2] == 3 else _on_white(pixels), header.orientation)


def checked_header(data: bytes) -> Header:
    """Return a picture's header.

    Raises:
        UnreadablePictureError: there is none, or it says the picture is too large.
    """
    header = read_header(data)
    if header is None:
        raise UnreadablePictureError(Reason.NOT_A_PICTURE)
    if header.width * header.height > (MOST_PIXELS_JPEG if header.format is Format.JPEG else MOST_PIXELS_WHOLE):
        raise UnreadablePictureError(Reason.TOO_LARGE)
    return header


def gray_at_least(data: bytes, header: Header, *, width: int = 1, height: int = 1) -> Gray:
    """Return a picture in gray, upright, halved as often as it stays at least that wide and high.

    Raises:
        UnreadablePictureError: nothing of it can be decoded.
    """
    orientation, least = _stored(header, width, height)
    return _upright(_in_gray(decode(data, header.format, "GRAY", *least), *least), orientation)


def _stored(header: Header, width: int, height: int) -> tuple[int, tuple[int, int]]:
    """Return the orientation that is left to apply after decoding, and the width and height needed before it is."""
    # libheif turns by itself.
    orientation = 1 if header.format is Format.HEIF else header.orientation
    return orientation, (height, width) if orientation >= 5 else (width, height)


def _in_gray(pixels: Pixels, width: int, height: int) -> Gray:
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        # Nothing shines through: the mean of opacities is only full where all of them are.
        small = halved(pixels, width, height, times=1)
        is_opaque = small[:, :, 3].min() == 255
        pixels = cv2.cvtColor(small, cv2.COLOR_RGBA2GRAY) if is_opaque else _on_white(pixels)  # type: ignore[assignment]
    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)  # type: ignore[assignment]
    return halved(pixels, width, height)


def _on_white(pixels: Pixels) -> Pixels:
    """Lay a picture with opacity on white; a band at a time, so that it takes little more memory than it has."""
    result = np.empty((*pixels.shape[:2], 3), np.uint8)
    for top in range(0, len(pixels), 256):
        band = pixels[top : top + 256].astype(np.uint16)
        opacity = band[:, :, 3:]
        result[top : top + 256] = (band[:, :, :3] * opacity + 255 * (255 - opacity) + 127) // 255
    return result


def halved(pixels: Pixels, width: int, height: int, *, times: int = 16) -> Pixels:
    """Return a picture halved as often as it stays at least that wide and high, at most so many times."""
    for _time in range(times):
        if pixels.shape[1] < 2 * width - 1 or pixels.shape[0] < 2 * height - 1 or max(pixels.shape[:2]) == 1:
            break
        size = ((pixels.shape[1] + 1) // 2, (pixels.shape[0] + 1) // 2)
        # At a factor of two this is the mean of four pixels, as JPEG's own halving is.
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment]
    return pixels


def _exactly(pixels: Pixels, width: int) -> Pixels:
    if pixels.shape[1] <= width:
        return pixels
    height = max(1, round(pixels.shape[0] * width / pixels.shape[1]))
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """Apply EXIF's orientation (CIPA DC-008, 4.6.4 A): mirror left and right first, then turn."""
    if orientation in _MIRRORED:
        pixels = cv2.flip(pixels, 1)  # type: ignore[assignment]
    turn = _TURNS.get(orientation)
    return pixels if turn is None else cv2.rotate(pixels, turn)  # type: ignore[return-value]
