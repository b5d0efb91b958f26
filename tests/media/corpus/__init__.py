"""Pictures to test with: screens drawn at a phone's size, real photos and real screenshots. Built once, then kept.

    from tests.media import corpus
    for picture in corpus.pictures(): ...
    copies = transforms.ALL["half"].copy(picture.pixels())

The screens come in families that differ in one digit, the clock or one name. `tests.media.corpus.transforms` makes
copies as apps make them.
"""

import functools
from pathlib import Path

from tests.media.corpus import found, rendering
from tests.media.corpus.picture import CorpusPicture
from tests.tools.debian import build_once, cache_dir

__all__ = ["CorpusPicture", "pictures"]


@functools.cache
def pictures(*, small: bool = True) -> tuple[CorpusPicture, ...]:
    """Return the corpus, building it first if need be.

    Args:
        small: 54 screens of one size of phone, in 18 families, and 15 photos: built in about 20 seconds.
            Else about 650 screens of eight sizes and all real pictures: minutes, and 250 MB of downloads.
    """
    drawn = rendering.screens(families=1 if small else 12, plain=small)
    photos = found.photos()
    place = cache_dir() / "corpus" / f"{'small' if small else 'large'}-{rendering.key(drawn)}"
    folder = build_once(place, lambda work: rendering.draw(drawn, photos, work))
    screens = [
        CorpusPicture(one.name, one.family, one.template, (folder / f"{one.name}.png").read_bytes(), is_screen=True)
        for one in drawn
    ]
    real = [_real(path, is_screen=False) for path in photos]
    if not small:
        real += [_real(path, is_screen=False) for path in found.more_photos()]
        real += [_real(path, is_screen=True) for path in found.screenshots()]
    return tuple(screens + real)


def _real(path: Path, *, is_screen: bool) -> CorpusPicture:
    template = "real-screen" if is_screen else "photo"
    return CorpusPicture(path.stem, f"{template}-{path.stem}", template, path.read_bytes(), is_screen=is_screen)
