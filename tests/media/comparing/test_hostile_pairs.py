"""Two pictures of any shape and content are laid over each other, in bounded time. At length: fuzz_comparing."""

import time

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from phoneward.media import Region
from phoneward.media.comparing import Gray, verify
from phoneward.media.comparing.verifying import Effort

_SIDES = st.sampled_from((1, 2, 15, 16, 17, 40, 64, 130, 300, 1000, 3000))
_MOST = 60_000
_EDGES = st.floats(-2, 3, allow_nan=False)


@st.composite
def pictures(draw: st.DrawFn) -> Gray:
    """Return a picture: one colour, noise, stripes, a slope, with or without boxes as of letters on it."""
    width = draw(_SIDES)
    height = min(draw(_SIDES), _MOST // width)
    made = np.full((height, width), draw(st.integers(0, 255)), np.uint8)
    chance = np.random.default_rng(draw(st.integers(0, 99)))
    match draw(st.integers(0, 3)):
        case 1:
            made = chance.integers(0, 256, (height, width), np.uint8)
        case 2:
            made[:: draw(st.integers(1, 7)), :: draw(st.integers(1, 7))] = draw(st.integers(0, 255))
        case 3:
            made[:] = np.linspace(0, 255, width).astype(np.uint8)
    for _box in range(draw(st.integers(0, 30))):
        top, left = int(chance.integers(0, height)), int(chance.integers(0, width))
        made[top : top + int(chance.integers(1, 24)), left : left + int(chance.integers(1, 40))] = chance.integers(256)
    speck = draw(arrays(np.uint8, (3, 3)))
    made[:3, :3] = speck[:height, :width]
    return made


@settings(max_examples=120, deadline=None)
@given(pictures(), pictures(), st.integers(0, 5), st.none() | st.tuples(_EDGES, _EDGES, _EDGES, _EDGES))
def test_whatever_they_are_there_is_an_answer(
    first: Gray, other: Gray, how: int, near: tuple[float, float, float, float] | None
) -> None:
    """Of its own, or cut, covered, stretched, turned, negative: what is said lies within the picture."""
    height, width = first.shape
    match how:
        case 1:
            other = first[height // 5 :, : width - width // 7]
        case 2:
            other = first.copy()
            other[: height // 3] = 90
        case 3:
            other = np.asarray(cv2.resize(first, (max(1, width // 2), max(1, height // 3))), np.uint8)
        case 4:
            other = np.ascontiguousarray(np.rot90(first))
        case 5:
            other = 255 - first
    found = verify(first, other, near=None if near is None else Region(*near))
    if found is not None:
        assert 0 <= found.region.left < found.region.right <= 1
        assert 0 <= found.region.top < found.region.bottom <= 1
        assert 0 <= found.confidence <= 1
        assert 0 <= found.covered <= 1
        assert 0 < found.width <= width


@pytest.mark.parametrize("shape", [(1, 200_000), (16, 60_000), (2400, 1080)])
@pytest.mark.parametrize("noise", [0, 1, 2, 8, 64, 256])
def test_noise_of_any_strength_takes_bounded_time(shape: tuple[int, int], noise: int) -> None:
    """Specks all over are neither looked at one by one nor joined with each other forever."""
    chance = np.random.default_rng(noise)
    one = np.full(shape, 128, np.uint8)
    if noise:
        one += chance.integers(0, noise, shape).astype(np.uint8)
    other = one.copy()
    other[:: 7 if shape[0] > 7 else 1, ::11] ^= 63
    begun = time.process_time()
    verify(one, other, effort=Effort.CORNERS)
    assert time.process_time() - begun < 20
