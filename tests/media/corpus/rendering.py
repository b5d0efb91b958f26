"""Draw the screens of the corpus in a real browser, at the sizes of phones: one browser, one page a size."""

import base64
import hashlib
import json
import random
import shutil
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from playwright.sync_api import sync_playwright

from tests.media.corpus.looks import Look, Words
from tests.media.corpus.screens import SCREENS, STYLE, html

_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--font-render-hinting=none")


class Sized(Protocol):
    """A look that has a size: pixels wide, pixels high, pixels a CSS pixel."""

    @property
    def size(self) -> tuple[int, int, float]: ...


class Drawn(Protocol):
    """Whatever can be drawn; see `Screen`."""

    @property
    def name(self) -> str: ...

    def look(self) -> Sized: ...

    def html(self, photos: int, /) -> str: ...


@dataclass(frozen=True)
class Screen:
    """One screen to draw.

    Attributes:
        template: of `SCREENS`.
        seed: of what it says and of its look.
        twin: in which one text it differs from the first of its family: nothing, a digit, a decimal point, the clock,
            a name.
        plain: the commonest size of phone.
    """

    template: str
    seed: int
    twin: str = ""
    plain: bool = False

    @property
    def family(self) -> str:
        """Screens of one family are the same but for one text."""
        return f"{self.template}-{self.seed}"

    @property
    def name(self) -> str:
        """For people and for file names."""
        return f"{self.family}-{self.twin or 'first'}"

    def look(self) -> Look:
        """Return what it looks like."""
        return Look.by_chance(random.Random(f"look-{self.family}"), plain=self.plain)

    def html(self, photos: int) -> str:
        """Return what is drawn."""
        look, body = self.look(), SCREENS[self.template]
        words = Words(self.seed, look.language)
        html(body, words, look, photos)
        place = self._place(words.said)
        return html(body, Words(self.seed, look.language, place, moved=self.twin == "point"), look, photos)

    def _place(self, said: list[str]) -> int | None:
        if not self.twin:
            return None
        if self.twin == "clock":
            return 0
        wanted = [at for at, text in enumerate(said) if at > 1 and self._fits(text)]
        return random.Random(f"twin-{self.family}-{self.twin}").choice(wanted) if wanted else 0

    def _fits(self, text: str) -> bool:
        if self.twin == "point":
            return "." in text and text.replace(".", "").replace(",", "").isdigit()
        return any(map(str.isdigit, text)) == (self.twin == "digit")


def screens(*, families: int, plain: bool) -> list[Screen]:
    """Return so many families of each kind of screen, each with a twin that differs in a digit and other twins."""
    drawn = []
    for number in range(families):
        for at, template in enumerate(SCREENS):
            others = ("clock", "name") if plain else ("clock", "point", "name")
            twins = ("", "digit", others[(number + at) % len(others)])
            drawn += [Screen(template, 1000 * at + number, twin, plain=plain) for twin in twins]
    return drawn


def key(drawn: list[Screen]) -> str:
    """Return a name for what these screens will look like: it changes with what is drawn."""
    return digest([STYLE, [(one.name, repr(one.look()), one.html(5)) for one in drawn]])


def digest(what: object) -> str:
    """Return a short name for something that JSON can hold."""
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:12]


def draw(drawn: Sequence[Drawn], photos: list[Path], folder: Path) -> None:
    """Draw the screens into a folder, one PNG each, as a phone writes it."""
    stage = folder / "stage"
    (stage / "photos").mkdir(parents=True)
    for number, photo in enumerate(photos):
        small = cv2.imread(str(photo), cv2.IMREAD_REDUCED_COLOR_2)
        assert small is not None, photo
        scale = 700 / max(small.shape[:2])
        cv2.imwrite(str(stage / "photos" / f"{number}.jpg"), cv2.resize(small, None, fx=scale, fy=scale))
    (stage / "stage.html").write_text(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style><body>")
    by_size = defaultdict(list)
    for one in drawn:
        by_size[one.look().size].append(one)
    program = shutil.which("chromium")
    assert program, "Debian's chromium is not installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=_ARGUMENTS)
        for (width, height, density), same_size in by_size.items():
            # Rounded up: the picture is cut to its size.
            viewport = {"width": -int(-width // density), "height": -int(-height // density)}
            context = browser.new_context(viewport=viewport, device_scale_factor=density)  # type: ignore[arg-type]
            page = context.new_page()
            devtools = context.new_cdp_session(page)
            devtools.send(
                "Emulation.setDeviceMetricsOverride", {**viewport, "deviceScaleFactor": density, "mobile": False}
            )
            clip = {"x": 0, "y": 0, **viewport, "scale": 1}
            page.goto((stage / "stage.html").as_uri())
            for one in same_size:
                page.evaluate(
                    "async (inside) => { document.body.innerHTML = inside; "
                    "await Promise.all([...document.images].map((image) => image.decode())) }",
                    one.html(len(photos)),
                )
                # Chromium's fast way of writing PNG; written anew below, smaller, as a phone does.
                answer = devtools.send(
                    "Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True, "clip": clip}
                )
                shot = np.frombuffer(base64.b64decode(answer["data"]), np.uint8)
                pixels = cv2.imdecode(shot, cv2.IMREAD_COLOR)
                assert pixels is not None
                assert pixels.shape >= (height, width, 3), pixels.shape
                cv2.imwrite(str(folder / f"{one.name}.png"), pixels[:height, :width], [cv2.IMWRITE_PNG_COMPRESSION, 4])
            context.close()
        browser.close()
    shutil.rmtree(stage)
