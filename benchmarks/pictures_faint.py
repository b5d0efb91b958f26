"""Copies that are hard: pale print on any ground, stickers, pens, dialogs; and pages that differ in a digit.

    python -m benchmarks.pictures_faint [--only pale|ground|stuck|half|scrawled] [--each 6]

Everything goes the way of `phoneward watch compare`: fingerprints, candidates, a closer look. Each suspect is looked
for twice: among originals with the very page and its siblings, and with its siblings only. Counted are copies that are
found; suspects that are called a copy of a sibling ("wrong"); and how often that is said to be sure ("sure and wrong").
Where the copies of both are the same picture (the digit was cut off or covered), a sibling is no mistake.
"""

import argparse
import itertools
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import cv2

from phoneward.media.comparing import Looker, Match, Matcher, Print
from tests.media import corpus
from tests.media.corpus import CorpusPicture, grounds, pale, scrawls, stuck, transforms
from tests.media.corpus.transforms import Pixels

_HALVES = (0.2, 0.35, 0.5, 0.65, 0.8)


@dataclass(frozen=True)
class Suspect:
    """A copy of a picture.

    Attributes:
        name: for people.
        group: under which it is counted.
        picture: of what.
        change: what was done to it.
        data: the file.
    """

    name: str
    group: str
    picture: CorpusPicture
    change: Callable[[Pixels], Pixels]
    data: bytes

    def is_also(self, other: CorpusPicture) -> bool:
        """Return whether the same copy could be of the other one."""
        one, two = self.change(self.picture.pixels()), self.change(other.pixels())
        return one.shape == two.shape and int(cv2.absdiff(one, two).max()) <= 2


def faint(each: int, seed: int) -> tuple[tuple[CorpusPicture, ...], list[Suspect]]:
    """Return pages with pale print, and copies of the first of each family."""
    pictures = pale.pages(pale.every_second(seed))
    chance = random.Random(seed)
    suspects = []
    for one in pictures:
        if one.name.endswith("-first"):
            for how in chance.sample(sorted(transforms.ALL), each):
                transform = transforms.ALL[how]
                suspects.append(
                    Suspect(
                        f"{one.name}/{how}",
                        f"pale {one.family.split('-')[2]}",
                        one,
                        transform.change,
                        transform.copy(one.pixels()),
                    )
                )
    return pictures, suspects


def on_grounds(each: int, seed: int) -> tuple[tuple[CorpusPicture, ...], list[Suspect]]:
    """Return pages with print on gradients and photos, and copies of the first of each family."""
    pictures = grounds.pages(grounds.every_second(seed))
    chance = random.Random(seed)
    suspects = []
    for one in pictures:
        if one.name.endswith("-first"):
            for how in chance.sample(sorted(transforms.ALL), each):
                transform = transforms.ALL[how]
                data = transform.copy(one.pixels())
                suspects.append(Suspect(f"{one.name}/{how}", one.template, one, transform.change, data))
    return pictures, suspects


def scrawled(each: int, seed: int) -> tuple[tuple[CorpusPicture, ...], list[Suspect]]:
    """Return the tests' screens, and the first of each family with something scrawled over it, or hidden."""
    pictures = corpus.pictures()
    chance = random.Random(seed)
    suspects = []
    for one in pictures:
        if not one.name.endswith("-first") and one.is_screen:
            continue
        for number, how in enumerate(chance.choices(sorted(scrawls.ALL), k=each)):

            def change(pixels: Pixels, how: str = how, number: int = number) -> Pixels:
                return scrawls.ALL[how](pixels, number + seed)

            name = f"{one.name}/{how}-{number + seed}"
            suspects.append(Suspect(name, f"scrawled {how}", one, change, _written(change(one.pixels()), chance)))
    return pictures, suspects


def stickers(each: int, seed: int) -> tuple[tuple[CorpusPicture, ...], list[Suspect]]:
    """Return the tests' screens, and the first of each family with stickers on it."""
    pictures = corpus.pictures()
    chance = random.Random(seed)
    suspects = []
    for one in pictures:
        if not one.name.endswith("-first") and one.is_screen:
            continue
        for number in range(each if one.is_screen else each // 2):
            shape, share = chance.choice(stuck.SHAPES), chance.choice(stuck.SHARES)

            def change(pixels: Pixels, shape: str = shape, share: float = share, number: int = number) -> Pixels:
                return stuck.stuck(pixels, shape, share, number + seed)

            name = f"{one.name}/{shape}{share}-{number + seed}"
            suspects.append(Suspect(name, f"stuck {shape}", one, change, _written(change(one.pixels()), chance)))
    return pictures, suspects


def halves(each: int, seed: int) -> tuple[tuple[CorpusPicture, ...], list[Suspect]]:
    """Return the tests' screens, and pages on which a dialog ends within the digit that differs."""
    pictures = tuple(one for one in corpus.pictures() if one.is_screen)
    chance = random.Random(seed)
    suspects = []
    for first, twin in itertools.pairwise(pictures):
        if not (first.name.endswith("-first") and twin.name.endswith("-digit")):
            continue
        spot = stuck.differing(first.pixels(), twin.pixels())
        for _number in range(each):
            share, side, dim = chance.choice(_HALVES), chance.choice(("left", "right", "top", "bottom")), 1.0
            dim = chance.choice((1.0, 0.55))

            def change(
                pixels: Pixels,
                spot: tuple[int, int, int, int] = spot,
                share: float = share,
                side: str = side,
                dim: float = dim,
            ) -> Pixels:
                return stuck.half_over(pixels, spot, share, side, dim=dim)

            name = f"{twin.name}/{side}{share}-{dim}"
            suspects.append(Suspect(name, f"half {side}", twin, change, _written(change(twin.pixels()), chance)))
    return pictures, suspects


def _written(pixels: Pixels, chance: random.Random) -> bytes:
    scale = chance.choice((1.0, 1.0, 0.5))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, chance.choice((50, 80, 90))])[1].tobytes()


class Judge:
    """Counts by group."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.said: list[str] = []

    def look(self, suspect: Suspect, match: Match[str] | None, known: dict[str, CorpusPicture], how: str) -> None:
        """Count one suspect; `how` is `siblings` or `held out`."""
        count = self.counts[suspect.group]
        count[how] += 1
        found = None if match is None else known[match.original]
        is_sure = match is not None and match.verdict.is_distinguishable
        if found is not None and found.name == suspect.picture.name:
            count[f"{how} right"] += 1
            count[f"{how} sure"] += is_sure
        elif found is None:
            if how == "siblings":
                self.said.append(f"missed: {suspect.name}")
        elif suspect.is_also(found):
            count[f"{how} right"] += how == "siblings"
            count[f"{how} also"] += 1
        else:
            count[f"{how} wrong"] += 1
            count[f"{how} sure and wrong"] += is_sure
            if is_sure:
                self.said.append(f"sure and wrong ({how}): {suspect.name} called {found.name}, {match}")

    def show(self) -> None:
        """Print."""
        print("\n".join(self.said))
        total: Counter[str] = Counter()
        for group, count in sorted(self.counts.items()):
            print(f"{group:14s}", _line(count))
            total.update(count)
        print(f"{'all':14s}", _line(total))


def _line(count: Counter[str]) -> str:
    return (
        f"siblings: right {count['siblings right']}/{count['siblings']}, sure {count['siblings sure']}, wrong "
        f"{count['siblings wrong']}, sure and wrong {count['siblings sure and wrong']};  held out: "
        f"{count['held out']}, wrong {count['held out wrong']}, sure and wrong {count['held out sure and wrong']}"
    )


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=("pale", "ground", "stuck", "half", "scrawled"))
    parser.add_argument("--each", type=int, default=6, help="suspects a page")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    judge = Judge()
    everything = {"pale": faint, "ground": on_grounds, "stuck": stickers, "half": halves, "scrawled": scrawled}
    for name, make in everything.items():
        if arguments.only in (None, name):
            begun = time.process_time()
            _measure(*make(arguments.each, arguments.seed), judge)
            print(f"{name}: {time.process_time() - begun:.0f} s of processor time, pictures made included", flush=True)
    judge.show()


def _measure(pictures: tuple[CorpusPicture, ...], suspects: list[Suspect], judge: Judge) -> None:
    known = {one.name: one for one in pictures}
    data = {one.name: one.data for one in pictures} | {f"suspect/{one.name}": one.data for one in suspects}
    with Looker() as looker:
        prints = {key: seen for key, seen in looker.prints(data.items()) if isinstance(seen, Print)}
        copied = {one.picture.name for one in suspects}
        for how, missing in (("siblings", set[str]()), ("held out", copied)):
            mine = [(one.name, prints[one.name]) for one in pictures if one.name not in missing]
            with Matcher(mine, data.__getitem__, looker) as matcher:
                asked = [(f"suspect/{one.name}", prints[f"suspect/{one.name}"]) for one in suspects]
                found = {match.suspect: match for match in matcher.match(asked)}
            for one in suspects:
                judge.look(one, found.get(f"suspect/{one.name}"), known, how)


if __name__ == "__main__":
    main()
