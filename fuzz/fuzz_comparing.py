"""Fuzz target: two pictures laid over each other, whatever their shapes and whatever stands in them.

The bytes say how the two are made: sides of 1 to 4,000 pixels, one colour, noise, stripes, slopes, boxes as of letters;
the second is of its own, or the first one cut, made smaller, turned, negative, or with a box over it.

Seeds: 200 bytes of `random.Random(n).randbytes` for n of 25, 81, 2046 and 7798, because each comes to a verdict of
another kind.
"""

import itertools
import sys

import atheris

from phoneward.heap import give_back_memory

with atheris.instrument_imports(include=["phoneward.media.comparing"]):
    import cv2
    import numpy as np

    from phoneward.media import Region
    from phoneward.media.comparing.framing import unframed
    from phoneward.media.comparing.prepared import Prepared
    from phoneward.media.comparing.prints import Gray
    from phoneward.media.comparing.verifying import Effort, verify

SIDES = (1, 2, 15, 16, 17, 40, 63, 128, 200, 330, 1000, 4000)
CALLS = itertools.count(1)
MOST = 90_000
"""Pixels."""
MOST_RUNS = 1_000


def picture(said: atheris.FuzzedDataProvider) -> Gray:
    """Return a picture as the bytes say."""
    width = SIDES[said.ConsumeIntInRange(0, len(SIDES) - 1)]
    height = min(SIDES[said.ConsumeIntInRange(0, len(SIDES) - 1)], MOST // width)
    ground = said.ConsumeIntInRange(0, 255)
    made = np.full((height, width), ground, np.uint8)
    match said.ConsumeIntInRange(0, 5):
        case 0:
            return made
        case 1:
            some = np.frombuffer(said.ConsumeBytes(64) or b"\0", np.uint8)
            return np.resize(some, (height, width))
        case 2:
            return np.random.default_rng(ground).integers(0, 256, (height, width), np.uint8)
        case 3:
            made[:: said.ConsumeIntInRange(1, 9), :: said.ConsumeIntInRange(1, 9)] = said.ConsumeIntInRange(0, 255)
        case 4:
            made[:] = np.linspace(ground, said.ConsumeIntInRange(0, 255), width).astype(np.uint8)
    for _box in range(said.ConsumeIntInRange(0, 40)):
        left, top = said.ConsumeIntInRange(0, width - 1), said.ConsumeIntInRange(0, height - 1)
        wide, tall = said.ConsumeIntInRange(1, 60), said.ConsumeIntInRange(1, 30)
        made[top : top + tall, left : left + wide] = said.ConsumeIntInRange(0, 255)
    return made


def changed(one: Gray, said: atheris.FuzzedDataProvider) -> Gray:
    """Return a picture after something was done to it."""
    height, width = one.shape
    match said.ConsumeIntInRange(0, 5):
        case 0:
            return one.copy()
        case 1:
            top, left = said.ConsumeIntInRange(0, height - 1), said.ConsumeIntInRange(0, width - 1)
            return one[top : top + said.ConsumeIntInRange(1, height), left : left + said.ConsumeIntInRange(1, width)]
        case 2:
            size = (said.ConsumeIntInRange(1, width), said.ConsumeIntInRange(1, height))
            return np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_AREA), np.uint8)
        case 3:
            return np.ascontiguousarray(np.rot90(one, said.ConsumeIntInRange(1, 3)))
        case 4:
            return np.asarray(255 - one, np.uint8)
    other = one.copy()
    other[: said.ConsumeIntInRange(1, height), : said.ConsumeIntInRange(1, width)] = said.ConsumeIntInRange(0, 255)
    return other


def place(said: atheris.FuzzedDataProvider) -> Region | None:
    """Return where a search says that the second may lie, which may be nowhere."""
    if said.ConsumeBool():
        return None
    return Region(*(said.ConsumeIntInRange(-40, 60) / 20 for _edge in range(4)))


def one_input(data: bytes) -> None:
    """Whatever the two are, there is an answer, and what it says lies within the picture."""
    if next(CALLS) % 32 == 0:
        # As comparing does itself: else what pictures took lies in gaps.
        give_back_memory()
    said = atheris.FuzzedDataProvider(data)
    effort = Effort(said.ConsumeIntInRange(0, 2))
    near = place(said)
    first = picture(said)
    second = changed(first, said) if said.ConsumeBool() else picture(said)
    for inside in unframed(second):
        if not inside.size or inside.size > second.size:
            raise AssertionError("what is in a frame is larger than the frame, or nothing")
    one = Prepared(first)
    found = verify(one, second, near=near, effort=effort)
    for line in one.pale_lines:
        if not (0 <= line.left < line.right <= first.shape[1] and 0 <= line.top < line.bottom <= first.shape[0]):
            raise AssertionError("a line outside")
    if found is None:
        return
    region = found.region
    if not (0 <= region.left < region.right <= 1 and 0 <= region.top < region.bottom <= 1):
        raise AssertionError("a part outside")
    if not (0 <= found.confidence <= 1 and 0 <= found.covered <= 1 and 0 < found.width <= first.shape[1]):
        raise AssertionError("a figure that cannot be")


def main() -> None:
    """Run under libFuzzer's arguments."""
    cv2.setNumThreads(1)
    # Of arrays that are compared atheris keeps some, 0.4 MB an input: without it, 1,200 inputs leave nothing behind.
    arguments = [f"-runs={MOST_RUNS}" if one.startswith("-runs=") else one for one in sys.argv]
    atheris.Setup(arguments, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
