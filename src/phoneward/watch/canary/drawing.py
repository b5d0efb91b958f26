"""Draw a canary: as large as the phone's screen, its marks, and words for whoever meets it. Needs the extra `watch`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from phoneward.texts import _
from phoneward.watch.canary.code import POSITIONS, marks_of
from phoneward.watch.canary.marks import DICTIONARY
from phoneward.watch.canary.screen import Screen

_ROWS = 3
"""So many rows at least, on any screen; they hold all nine marks."""
_STEP = 4
"""A row begins so many positions after the one above: no two rows nor columns hold the same marks in the same order."""
_DESIGN_WIDTH: Final = 1_080
"""The other figures are pixels of a picture this wide."""
_MARK, _GAP, _HEADER, _FOOT = 200, 34, 300, 40

_NOISE_BITS = 6
"""Of each byte of the noise, so many cannot be compressed away: its finest part takes 69 values."""

_CHINESE_FONTS: Final = {
    "win32": ("C:/Windows/Fonts/msyh.ttc", "C:/Windows/Fonts/msjh.ttc", "C:/Windows/Fonts/simsun.ttc"),
    "darwin": (
        "/System/Library/Fonts/PingFang.ttc",
        "/System/Library/Fonts/Hiragino Sans GB.ttc",
        "/System/Library/Fonts/STHeiti Medium.ttc",
    ),
    "linux": (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
        "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
        "/usr/share/fonts/truetype/arphic/uming.ttc",
    ),
}
_ENGLISH = (
    "Test picture made by Phoneward",
    "It shows whether an app copies or sends pictures.",
    "It holds nothing of yours and may be deleted.",
)


def draw_canary(number: int, screen: Screen, most_rows: int | None = None) -> npt.NDArray[np.uint8]:
    """Return a canary as RGB, uint8 of shape (height, width, 3).

    Any three rows of four hold all nine marks, and any square cut out of the middle holds three rows: a part is enough.

    Raises:
        ValueError: no such canary, or a screen no phone has.
    """
    if not (240 <= screen.width <= 8_192 and 240 <= screen.height <= 8_192):
        msg = "a screen of 240 to 8192 pixels each way"
        raise ValueError(msg)
    scale = min(screen.width / _DESIGN_WIDTH, screen.height / (_HEADER + _ROWS * (_MARK + _GAP) + _FOOT))
    mark, gap = round(_MARK * scale), round(_GAP * scale)
    header, foot = round(_HEADER * scale), round(_FOOT * scale)
    markers = marks_of(number)
    picture = Image.new("RGB", (screen.width, screen.height), "white")
    rows = max(_ROWS, (screen.height - header - foot) // (mark + gap))
    rows = min(rows, most_rows or rows)
    across = (screen.width - gap) // (mark + gap)
    left = (screen.width - across * mark - (across - 1) * gap) // 2
    for row in range(rows):
        for column in range(across):
            marker = markers[(row * _STEP + column) % POSITIONS]
            square = cv2.aruco.generateImageMarker(DICTIONARY, marker, mark)
            picture.paste(Image.fromarray(square), (left + column * (mark + gap), header + row * (mark + gap)))
    _write_words(picture, number, scale, header)
    return np.asarray(picture, dtype=np.uint8)


def draw_heavy_canary(number: int, width: int, size: int) -> npt.NDArray[np.uint8]:
    """Return a canary like a long screenshot whose lower part is noise, so that it cannot be compressed.

    The noise is of every coarseness (as in a photograph), so that a smaller copy of it cannot be compressed either.

    Args:
        number: which canary.
        width: pixels.
        size: bytes that a PNG of it has at least.
    """
    scale = width / _DESIGN_WIDTH
    head = round((_HEADER + _ROWS * (_MARK + _GAP)) * scale)
    tall = -(-size * 8 // (width * 3 * _NOISE_BITS)) + 1
    marks = draw_canary(number, Screen(width, head), most_rows=_ROWS)
    chance = np.random.default_rng()
    noise = chance.integers(94, 163, (tall, width, 3), np.int16)
    for step, reach in ((3, 40), (8, 40), (24, 10)):
        coarse = chance.integers(-reach, reach + 1, (-(-tall // step), -(-width // step), 3), np.int16)
        noise += cv2.resize(coarse, (width, tall), interpolation=cv2.INTER_LINEAR).reshape(noise.shape)
    return np.concatenate([marks, np.clip(noise, 0, 255).astype(np.uint8)])


def _write_words(picture: Image.Image, number: int, scale: float, header: int) -> None:
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, picture.width, header - round(40 * scale)), fill=(230, 240, 250))
    lines, chinese = _words()
    y = round(60 * scale)
    for line, size in zip((*lines, _name(number)), (46, 32, 32, 28), strict=True):
        font = _fitting(pen, line, round(size * scale), picture.width - round(80 * scale), chinese)
        pen.text((round(40 * scale), y), line, font=font, fill=(20, 30, 50))
        y += round(size * 1.25 * scale)


def _name(number: int) -> str:
    return f"Phoneward {number:07d}"


def _words() -> tuple[Sequence[str], Path | None]:
    """Return the sentences in the person's language, and a font that can show them; English where none is found."""
    lines = (
        _("Test picture made by Phoneward"),
        _("It shows whether an app copies or sends pictures."),
        _("It holds nothing of yours and may be deleted."),
    )
    if all(line.isascii() for line in lines):
        return lines, None
    font = next((place for name in _CHINESE_FONTS.get(sys.platform, ()) if (place := Path(name)).is_file()), None)
    return (lines, font) if font is not None else (_ENGLISH, None)


def _fitting(
    pen: ImageDraw.ImageDraw, line: str, size: int, width: int, chinese: Path | None
) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font at this size, or smaller where the line would run out of the picture."""
    while True:
        font = ImageFont.load_default(size) if chinese is None else ImageFont.truetype(str(chinese), size)
        if size <= 10 or pen.textlength(line, font=font) <= width:
            return font
        size = size * 9 // 10
