"""A picture with parts painted black for good. Runs in a confined worker."""

import cv2
import numpy as np

from phoneward.media.comparing.decoders import MOST_PIXELS_WHOLE
from phoneward.media.comparing.decoding import checked_header, upright_rgb
from phoneward.media.errors import UnreadablePictureError
from phoneward.media.skipped import Reason


def blackened(data: bytes, boxes: list[tuple[int, int, int, int]]) -> bytes:
    """Return a PNG of the picture, upright and as large as it is, with boxes painted over in black.

    Nothing of the file goes over but its pixels: what was under a box is in no thumbnail and no metadata of the result.

    Args:
        data: the picture.
        boxes: left, top, width, height of each, in pixels of the upright picture; cut off at its edges.

    Raises:
        UnreadablePictureError: it cannot be decoded, or is too large.
    """
    header = checked_header(data)
    if header.width * header.height > MOST_PIXELS_WHOLE:
        raise UnreadablePictureError(Reason.TOO_LARGE)
    pixels = np.ascontiguousarray(upright_rgb(data, header))
    for left, top, width, height in boxes:
        pixels[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)] = 0
    made, encoded = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    if not made:
        raise UnreadablePictureError(Reason.BROKEN)
    return encoded.tobytes()
