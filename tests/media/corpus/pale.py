"""Pages with pale print on them, in families that differ in one digit of it; drawn once, then kept.

Pale: as little as ten gray levels from its ground, as apps print what is of no use any more, small print, or a
placeholder; nobody sees a digit of it change at a glance.
"""

import functools
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from tests.media.corpus import rendering
from tests.media.corpus.picture import CorpusPicture
from tests.media.corpus.screens import STYLE
from tests.tools.debian import build_once, cache_dir

CONTRASTS = (10, 16, 22, 30, 45)
"""Gray levels of 255 between the print and its ground."""
SIZES = ((540, 1200, 1.5), (720, 1600, 2.0), (1080, 2400, 2.75), (1440, 3200, 4.0))
"""As in `looks`."""
FONTS = ("'Noto Sans CJK SC'", "'DejaVu Sans Light'", "'DejaVu Sans'")
KINDS = ("all", "line", "large")
"""All of a page pale but its title; one line; one number in large letters."""
_ALIKE = {"6": "8", "8": "3", "1": "7", "7": "1", "3": "8", "5": "6", "0": "8", "9": "8", "2": "7", "4": "1"}
_TWINS = 2


@dataclass(frozen=True)
class Sized:
    """Only a size, as in `looks`."""

    size: tuple[int, int, float]


@dataclass(frozen=True)
class PalePage:
    """One page.

    Attributes:
        kind: of `KINDS`.
        contrast: of `CONTRASTS`.
        size: of `SIZES`.
        font: of `FONTS`.
        dark: light letters on a dark ground.
        seed: of what it says.
        twin: which digit is another one; 0 for none.
    """

    kind: str
    contrast: int
    size: tuple[int, int, float]
    font: str
    dark: bool
    seed: int
    twin: int = 0

    @property
    def family(self) -> str:
        """Pages of one family are the same but for one digit."""
        theme = "dark" if self.dark else "light"
        return f"pale-{self.kind}-{self.contrast}-{self.size[0]}-{FONTS.index(self.font)}-{theme}-{self.seed}"

    @property
    def name(self) -> str:
        """For people and for file names."""
        return f"{self.family}-{self.twin or 'first'}"

    def look(self) -> Sized:
        """Return its size."""
        return Sized(self.size)

    def html(self, _photos: int) -> str:
        """Return what is drawn."""
        ground = 18 if self.dark else 255
        pale = ground + self.contrast if self.dark else ground - self.contrast
        plain = 225 if self.dark else 40
        chance = random.Random(self.seed)
        numbers = ["".join(chance.choice("0123456789") for _ in range(11)) for _ in range(9)]
        rows = [f"{chance.choice(_LABELS)} {chance.randrange(100)}" for _ in numbers]
        twins = random.Random(f"twin-{self.seed}-{self.twin}")
        row = {"all": twins.randrange(9), "line": 4, "large": 0}[self.kind]
        if self.twin:
            at = twins.randrange(5, 11) if self.kind == "large" else twins.randrange(11)
            number = numbers[row]
            numbers[row] = number[:at] + _ALIKE[number[at]] + number[at + 1 :]
        faint = [self.kind == "all" or (self.kind == "line" and at == row) for at in range(9)]
        body = "".join(
            f'<div class="row" style="color:{_rgb(pale if is_faint else plain)}">'
            f"<div>{escape(label)}</div><div>{number}</div></div>"
            for label, number, is_faint in zip(rows, numbers, faint, strict=True)
        )
        hero = f'<h1 style="font-weight:400;color:{_rgb(pale)}">{numbers[0][5:]}</h1>' if self.kind == "large" else ""
        style = (
            f"--behind:{_rgb(ground)};--card:{_rgb(ground)};--letters:{_rgb(plain)};--faint:{_rgb(pale)};--accent:#1a73e8;"
            f"font-family:{self.font},'Noto Sans CJK SC';font-size:{15}px"
        )
        return (
            f'<div class="phone" style="{style}"><div class="status"><b>9:41</b><span>5G 73%</span></div>'
            f'<div class="title">Order {self.seed}</div><div class="center"><div class="tick">✓</div>{hero}</div>'
            f"<div class='card'>{body}</div><div class='button'>Done</div></div>"
        )


_LABELS = ("Reference", "Serial", "Card", "Voucher", "Invoice", "Ticket", "Locker", "Meter")


def _rgb(level: int) -> str:
    return f"rgb({level},{level},{level})"


def pages(families: Sequence[PalePage]) -> tuple[CorpusPicture, ...]:
    """Return families of pages, each with its twins, drawing them first if need be."""
    return _pages(tuple(replace(one, twin=twin) for one in families for twin in range(_TWINS + 1)))


@functools.cache
def _pages(drawn: tuple[PalePage, ...]) -> tuple[CorpusPicture, ...]:
    folder = build_once(cache_dir() / "corpus" / f"pale-{_key(drawn)}", lambda work: rendering.draw(drawn, [], work))
    return tuple(
        CorpusPicture(one.name, one.family, one.kind, (folder / f"{one.name}.png").read_bytes(), is_screen=True)
        for one in drawn
    )


def _key(drawn: Sequence[PalePage]) -> str:
    return rendering.digest([STYLE, [(one.name, one.html(0)) for one in drawn]])


def every_second(seed: int = 1) -> list[PalePage]:
    """Return families of each contrast, size and theme, the kind and the font by chance: 40."""
    chance = random.Random(seed)
    return [
        PalePage(chance.choice(KINDS), contrast, size, chance.choice(FONTS), dark, chance.randrange(10_000))
        for contrast in CONTRASTS
        for size in SIZES
        for dark in (False, True)
    ]
