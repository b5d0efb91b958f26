"""How many copies are found, and how many pictures are wrongly taken for copies. Large figures; the tests' are small.

    python -m benchmarks.pictures_accuracy            the templates and pictures that nothing was tuned on
    python -m benchmarks.pictures_accuracy --tuned    the others

Per transform: copies of screens, copies of real pictures, copies of twins (one digit, one decimal point, the clock or
one name is another; those are counted only where that can be seen in the copy at all), copies of other pictures.
"""

import argparse
import random
import time
from collections import Counter, defaultdict

import cv2
import numpy as np

from phoneward.media import Verdict
from phoneward.media.comparing import Gray, verify
from tests.media import corpus
from tests.media.corpus import transforms


def _half(pictures: tuple[corpus.CorpusPicture, ...], *, tuned: bool) -> list[list[corpus.CorpusPicture]]:
    """Return the families of every second template, and every second real picture."""
    screens = sorted({one.template for one in pictures if one.name != one.template and "-first" in one.name})
    families = defaultdict(list)
    for number, one in enumerate(pictures):
        at = screens.index(one.template) if one.template in screens else number
        if (at % 2 == 0) == tuned:
            families[one.family].append(one)
    return list(families.values())


def _gray(data: bytes) -> Gray:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


class _Tally:
    """Counts by transform, and what went wrong."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.wrong: list[str] = []
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def look(self, transform: str, what: str, names: str, original: Gray, suspect: Gray) -> None:
        start = time.process_time()
        verdict = verify(original, suspect)
        self.seconds[what] += time.process_time() - start
        count = self.counts[transform]
        count[what] += 1
        count[f"{what} found"] += verdict is not None
        count[f"{what} told"] += verdict is not None and verdict.is_distinguishable
        if what in ("screen", "real") and verdict is None:
            self.wrong.append(f"missed: {transform} of {names}")
        if what in ("twin", "other") and verdict is not None and verdict.is_distinguishable:
            self.wrong.append(f"wrong: {transform} of {names}: {_said(verdict)}")

    def show_one(self, transform: str) -> None:
        count = self.counts[transform]
        parts = [f"{what} {count[f'{what} found']}/{count[what]}" for what in ("screen", "real", "twin", "other")]
        sure = sum(count[f"{what} told"] for what in ("screen", "real"))
        print(f"{transform:13s} {'  '.join(parts)}  sure {sure}", flush=True)

    def show(self) -> None:
        for transform, count in self.counts.items():
            parts = [f"{what} {count[f'{what} found']}/{count[what]}" for what in ("screen", "real", "twin", "other")]
            sure = sum(count[f"{what} told"] for what in ("screen", "real"))
            print(f"{transform:13s} {'  '.join(parts)}  sure {sure}")
        total: Counter[str] = Counter()
        for count in self.counts.values():
            total.update(count)
        print("\n".join(self.wrong))
        print(dict(total))
        suspects = sum(total[what] for what in ("screen", "real", "twin", "other"))
        print(f"{suspects} suspects; taken wrongly, and sure: {total['twin told'] + total['other told']}")
        print({what: f"{1000 * s / total[what]:.0f} ms" for what, s in self.seconds.items()})


def _said(verdict: Verdict) -> str:
    return f"{verdict.kind.value} at {verdict.width} pixels, confidence {verdict.confidence}"


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tuned", action="store_true")
    parser.add_argument("--count", type=int, default=20, help="screens a transform; half as many real pictures")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    families = _half(corpus.pictures(small=False), tuned=arguments.tuned)
    screens = [family for family in families if len(family) > 1]
    real = [family for family in families if len(family) == 1]
    chance = random.Random(arguments.seed)
    tally = _Tally()
    for name, transform in transforms.ALL.items():
        for family in chance.sample(screens, arguments.count) + chance.sample(real, arguments.count // 2):
            first = family[0].pixels()
            original = np.asarray(cv2.cvtColor(first, cv2.COLOR_BGR2GRAY), np.uint8)
            what = "screen" if len(family) > 1 else "real"
            tally.look(name, what, family[0].name, original, _gray(transform.copy(first)))
            if what == "screen":
                twin = chance.choice(family[1:])
                pixels = twin.pixels()
                if not transform.shows_the_same(first, pixels):
                    tally.look(name, "twin", twin.name, original, _gray(transform.copy(pixels)))
            other = chance.choice(chance.choice(families))
            if other.family != family[0].family:
                names = f"{other.name} against {family[0].name}"
                tally.look(name, "other", names, original, _gray(transform.copy(other.pixels())))
        tally.show_one(name)
    tally.show()


if __name__ == "__main__":
    main()
