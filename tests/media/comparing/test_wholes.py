"""Originals that a suspect may show as a whole are proposed even where a third of it is covered."""

from collections.abc import Sequence

import numpy as np
import pytest

from phoneward.media.comparing import wholes as wholes_module
from phoneward.media.comparing.prints import Gray
from phoneward.media.comparing.wholes import Wholes

RATIO = 0.45


def strips(count: int, *, seed: int = 1) -> list[Gray]:
    """Pictures with large patches, as small versions have them."""
    patches = np.random.default_rng(seed).integers(0, 256, (count, 18, 8), dtype=np.uint8)
    return [np.kron(one, np.ones((4, 4), np.uint8)).astype(np.uint8) for one in patches]


def wholes(originals: list[Gray], ratio: float = RATIO) -> Wholes:
    return Wholes([(one, ratio) for one in originals])


def test_a_covered_picture_comes_first_among_many() -> None:
    originals = strips(200)
    for cover in (0, 128, 255):
        suspect = originals[117].copy()
        suspect[-len(suspect) // 3 :] = cover
        [found] = wholes(originals).near([(suspect, RATIO)], 3)
        assert found[0][0] == 117
        assert found[0][1] > 2 * max((likely for _number, likely in found[1:]), default=0.0)


def test_a_lighter_picture_of_less_contrast_is_the_same() -> None:
    originals = strips(50)
    dimmed = (originals[8] * 0.5 + 60).astype(np.uint8)
    assert wholes(originals).near([(dimmed, RATIO)], 1)[0][0][0] == 8


def test_the_noise_of_an_even_page_counts_for_little() -> None:
    """A page with a line of text, saved anew: what the saving left on its empty parts is no other content."""
    page = np.full((72, 32), 240, np.uint8)
    page[20:36] = strips(1)[0][20:36]
    noisy = np.clip(page + np.random.default_rng(3).integers(-2, 3, page.shape), 0, 255).astype(np.uint8)
    [found] = wholes([page, *strips(5)]).near([(noisy, RATIO)], 1)
    assert found[0][0] == 0
    assert found[0][1] > 0.85


def test_another_shape_is_no_whole_copy() -> None:
    originals = strips(20)
    assert wholes(originals).near([(originals[3], 1.0)], 5) == [[]]


def test_nothing_is_worked_out_where_no_original_has_the_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone's pictures are upright: turned aside, a suspect has none to be compared with."""
    made = wholes(strips(20))
    blocks = wholes_module.blocks
    worked_out: list[int] = []

    def counted(some: Sequence[Gray]) -> wholes_module.Blocks:
        worked_out.append(len(some))
        return blocks(some)

    monkeypatch.setattr(wholes_module, "blocks", counted)
    aside = [(np.rot90(one), 1 / RATIO) for one in strips(20)]
    turned = [(np.rot90(one, 2), RATIO) for one in strips(1)]
    found = made.near([*aside, *turned, (np.rot90(turned[0][0], 2), RATIO)], 1)
    assert found[:20] == [[]] * 20
    assert found[-1][0][0] == 0
    assert worked_out == [2]


def test_an_even_picture_is_like_nothing() -> None:
    [found] = wholes(strips(20)).near([(np.full((72, 32), 128, np.uint8), RATIO)], 5)
    assert all(likely < 0.01 for _number, likely in found)


def test_no_originals_and_no_suspects() -> None:
    assert wholes([]).near([(strips(1)[0], RATIO)], 3) == [[]]
    assert wholes(strips(2)).near([], 3) == []
