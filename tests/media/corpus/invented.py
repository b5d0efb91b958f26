"""Fingerprints of pictures that do not exist, as many as one wants: to search among."""

import numpy as np

from phoneward.media.comparing import Print, print_of
from phoneward.media.comparing.candidates import strip_of
from phoneward.media.comparing.prints import STRIP_WIDTH
from tests.media import corpus


def fingerprints(count: int, chance: np.random.Generator) -> list[Print]:
    """Return so many fingerprints of pictures that do not exist."""
    real = [print_of(one.data) for one in corpus.pictures()]
    strips = [strip_of(one) for one in real if one.width <= one.height]
    hashes = np.array([np.frombuffer(one.pdq, np.uint8) for one in real])
    made = []
    for _number in range(count):
        first, second = (strips[at] for at in chance.integers(0, len(strips), 2))
        length = int(chance.integers(56, 72))
        cut = int(chance.integers(length // 4, 3 * length // 4))
        upper, lower = np.resize(first, (length, STRIP_WIDTH))[:cut], np.resize(second, (length, STRIP_WIDTH))[cut:]
        strip = np.concatenate([upper[:, :: chance.choice([1, -1])], lower[:, :: chance.choice([1, -1])]])
        strip = np.clip(np.roll(strip, int(chance.integers(0, length)), axis=0) * chance.uniform(0.6, 1), 0, 255)
        flipped = np.packbits(chance.random(256) < chance.uniform(0, 0.5))
        hashed = hashes[chance.integers(0, len(hashes))] ^ flipped
        made.append(
            Print(
                sha256=chance.bytes(32),
                width=1080,
                height=round(1080 * length / STRIP_WIDTH),
                pdq=hashed.tobytes(),
                quality=100,
                strip=strip.astype(np.uint8).tobytes(),
            )
        )
    return made


def cut_from(original: Print, chance: np.random.Generator) -> Print:
    """Return the fingerprint of an original of which something was cut off at the top and the bottom."""
    strip = strip_of(original)
    top, bottom = chance.integers(1, len(strip) // 6, 2)
    part = strip[top : len(strip) - bottom]
    return Print(
        sha256=chance.bytes(32),
        width=1080,
        height=round(1080 * len(part) / STRIP_WIDTH),
        pdq=chance.bytes(32),
        quality=100,
        strip=part.tobytes(),
    )
