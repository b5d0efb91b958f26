"""Print on grounds that are not of one colour: cards with a gradient, photos, photos under a dark veil; in families.

What stands on a page is drawn by the browser as two layers (plain letters red, pale ones green), and laid over its
ground here: so a photo stays as sharp as it is, and how far the print is off its ground is known.
"""

import functools
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

import cv2
import numpy as np
import numpy.typing as npt

from tests.media.corpus import found, rendering
from tests.media.corpus.pale import FONTS, SIZES, Sized
from tests.media.corpus.picture import CorpusPicture
from tests.media.corpus.screens import STYLE
from tests.media.corpus.transforms import Pixels
from tests.tools.debian import build_once, cache_dir

GROUNDS = ("card", "dark", "aslant", "photo", "veiled")
"""A light card that darkens downwards; a dark page; one from corner to corner; a photo; a photo that ends in black."""
CONTRASTS = (10, 16, 24, 36, 60)
"""Gray levels of 255 by which print is off its ground, where that is of middling gray."""
_TWINS = 1
_ALIKE = {"6": "8", "8": "3", "1": "7", "7": "1", "3": "8", "5": "6", "0": "8", "9": "8", "2": "7", "4": "1"}
_LABELS = ("Reference", "Serial", "Card", "Voucher", "Invoice", "Ticket", "Locker", "Meter")
_ROWS = 11


@dataclass(frozen=True)
class GroundPage:
    """One page.

    Attributes:
        ground: of `GROUNDS`.
        contrast: of `CONTRASTS`.
        size: of `looks.SIZES`.
        font: of `pale.FONTS`.
        all_pale: every row is pale, not one only.
        seed: of what it says, of the colours and of the photo.
        twin: which digit of a pale row is another one; 0 for none.
    """

    ground: str
    contrast: int
    size: tuple[int, int, float]
    font: str
    all_pale: bool
    seed: int
    twin: int = 0

    @property
    def family(self) -> str:
        """Pages of one family are the same but for one digit."""
        rows = "all" if self.all_pale else "one"
        return f"on_{self.ground}-{rows}-{self.contrast}-{self.size[0]}-{FONTS.index(self.font)}-{self.seed}"

    @property
    def name(self) -> str:
        """For people and for file names."""
        return f"{self.family}-{self.twin or 'first'}"

    def look(self) -> Sized:
        """Return its size."""
        return Sized(self.size)

    def html(self, _photos: int) -> str:
        """Return the print: plain letters red, pale ones green, on black."""
        chance = random.Random(self.seed)
        numbers = ["".join(chance.choice("0123456789") for _ in range(11)) for _ in range(_ROWS)]
        labels = [f"{chance.choice(_LABELS)} {chance.randrange(100)}" for _ in numbers]
        pale = chance.randrange(_ROWS)
        if self.twin:
            other = random.Random(f"twin-{self.seed}-{self.twin}")
            row = other.randrange(_ROWS) if self.all_pale else pale
            at = other.randrange(11)
            numbers[row] = numbers[row][:at] + _ALIKE[numbers[row][at]] + numbers[row][at + 1 :]
        rows = "".join(
            f'<div class="row" style="border:0;color:{"#0f0" if self.all_pale or at == pale else "#f00"}">'
            f"<div>{escape(label)}</div><div>{number}</div></div>"
            for at, (label, number) in enumerate(zip(labels, numbers, strict=True))
        )
        colours = "--behind:#000;--card:#000;--letters:#f00;--faint:#0f0;--accent:#000"
        style = f"{colours};font-family:{self.font};font-size:15px"
        return (
            f'<div class="phone" style="{style}"><div class="status"><b>9:41</b><span>5G 73%</span></div>'
            f'<div class="title">Order {self.seed}</div><div style="height:8em"></div>'
            f'<div class="card">{rows}</div></div>'
        )


def _behind(page: GroundPage, photos: tuple[Pixels, ...]) -> npt.NDArray[np.float32]:
    """Return what a page's print stands on: (height, width, 3)."""
    width, height, _density = page.size
    chance = np.random.default_rng(page.seed)
    down, across = np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)[None, :]
    tint = chance.uniform(0.85, 1.0, 3)
    match page.ground:
        case "card":
            level = np.where(down > 0.14, 250 - chance.uniform(25, 110) * (down - 0.14), 255.0) + 0 * across
        case "dark":
            level = 12 + chance.uniform(15, 60) * (1 - down) + 0 * across
        case "aslant":
            level = chance.uniform(60, 110) + chance.uniform(40, 120) * (down + across) / 2
        case _:
            photo = photos[page.seed % len(photos)]
            tall, wide = photo.shape[:2]
            scale = max(height / tall, width / wide)
            grown = cv2.resize(
                photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
            )
            cut = grown[:height, :width].astype(np.float32)
            return cut * (1 - 0.85 * down[..., None]).astype(np.float32) if page.ground == "veiled" else cut
    return np.asarray(level[..., None] * tint, np.float32)


def composed(page: GroundPage, layers: Pixels, photos: tuple[Pixels, ...]) -> Pixels:
    """Return a page: its print laid over its ground."""
    behind = _behind(page, photos)
    is_light = page.ground == "card"
    plain = (30.0 if is_light else 240.0) - behind
    share = page.contrast / (150.0 if is_light else 140.0)
    pale = np.float32(min(1.0, share)) * ((20.0 if is_light else 255.0) - behind)
    mask = layers.astype(np.float32)[..., None] / 255
    made = behind + mask[:, :, 2] * plain * 0.9 + mask[:, :, 1] * pale
    return np.asarray(np.clip(np.rint(made), 0, 255), np.uint8)


def pages(families: Sequence[GroundPage]) -> tuple[CorpusPicture, ...]:
    """Return families of pages, each with its twin, drawing them first if need be."""
    return _pages(tuple(replace(one, twin=twin) for one in families for twin in range(_TWINS + 1)))


@functools.cache
def _pages(drawn: tuple[GroundPage, ...]) -> tuple[CorpusPicture, ...]:
    key = rendering.digest([STYLE, [(one.name, one.html(0)) for one in drawn]])
    folder = build_once(cache_dir() / "corpus" / f"grounds-{key}", lambda work: rendering.draw(drawn, [], work))
    photos = tuple(np.asarray(cv2.imread(str(path)), np.uint8) for path in found.photos())
    return tuple(
        CorpusPicture(
            one.name,
            one.family,
            one.ground,
            _encoded(composed(one, _read(folder / f"{one.name}.png"), photos)),
            is_screen=True,
        )
        for one in drawn
    )


def _read(path: object) -> Pixels:
    return np.asarray(cv2.imread(str(path)), np.uint8)


def _encoded(pixels: Pixels) -> bytes:
    return cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def every_second(seed: int = 1) -> list[GroundPage]:
    """Return families of each ground, contrast and two sizes of phone: 50."""
    chance = random.Random(seed)
    return [
        GroundPage(ground, contrast, size, chance.choice(FONTS), chance.random() < 0.5, chance.randrange(10_000))
        for ground in GROUNDS
        for contrast in CONTRASTS
        for size in SIZES[1:3]
    ]
