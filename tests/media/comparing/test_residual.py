"""What a copy cannot explain is found by few passes over the pixels, the same as by plain sums."""

import cv2
import numpy as np
import pytest

from phoneward.media.comparing import Gray
from phoneward.media.comparing.residual import residual
from tests.media import corpus
from tests.media.corpus import transforms


def _pair(number: int, transform: str, side: int = 360) -> tuple[Gray, Gray]:
    pixels = [one for one in corpus.pictures() if one.is_screen][number].pixels()
    original = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    data = np.frombuffer(transforms.ALL[transform].copy(pixels), np.uint8)
    copy = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    size = (side, round(original.shape[0] * side / original.shape[1]))
    first, second = (cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in (original, copy))
    return np.asarray(first, np.uint8), np.asarray(second, np.uint8)


@pytest.mark.parametrize("transform", ["jpeg30", "webp50", "dimmed"])
def test_what_is_left_is_what_slopes_and_bends_do_not_explain(transform: str) -> None:
    """The reference: each term of the fit as a picture of its own, in double precision, every pixel in every sum."""
    original, suspect = _pair(3, transform)
    found = residual(original, suspect)
    assert found is not None
    light, gain, shift_x, shift_y, bend, stretch_x, stretch_y = found.fit.tolist()
    one = np.pad(original.astype(float), 1, "reflect")
    across, down = (one[1:-1, 2:] - one[1:-1, :-2]) / 2, (one[2:, 1:-1] - one[:-2, 1:-1]) / 2
    curve = one[1:-1, 2:] + one[1:-1, :-2] + one[2:, 1:-1] + one[:-2, 1:-1] - 4 * one[1:-1, 1:-1]
    height, width = original.shape
    x, y = np.arange(width) / width - 0.5, (np.arange(height) / height - 0.5)[:, None]
    explained = light + gain * original + across * (shift_x + stretch_x * x) + down * (shift_y + stretch_y * y)
    left = cv2.GaussianBlur(suspect - explained - bend * curve, (0, 0), 0.7)
    assert np.abs(left - found.difference)[3:-3, 3:-3].max() < 1.5
    strength = cv2.GaussianBlur(across**2 + down**2, (0, 0), 2.5)
    assert (found.active == (strength > 20))[8:-8, 8:-8].mean() > 0.97
    squared = cv2.GaussianBlur(left * left, (0, 0), 1.2)
    noise = 1.7 * np.quantile((squared / (strength * gain**2 + 50))[strength > 20], 0.33)
    assert found.noise == pytest.approx(noise, rel=0.1, abs=1e-5)
    score = squared / (36 + noise * (strength * gain**2 + 50))
    assert np.quantile(found.score, 0.999) == pytest.approx(np.quantile(score, 0.999), rel=0.1)
    assert found.gain == pytest.approx(gain)


def test_a_copy_leaves_little_and_a_changed_spot_much() -> None:
    """A stroke that is another one stands out by far, and only there."""
    original, suspect = _pair(0, "jpeg50")
    copy = residual(original, suspect)
    changed = suspect.copy()
    changed[300:309, 100:103] = 255 - changed[300:309, 100:103]
    other = residual(original, changed)
    assert copy is not None
    assert other is not None
    assert copy.score.max() < 5
    assert other.score[296:313, 96:107].max() > 20
    assert np.delete(other.score, range(292, 317), axis=0).max() < 5


def test_an_original_with_little_in_it_is_fitted_by_all_of_it() -> None:
    """A page with one word and one line: no part of the few edges may be left out of the fit."""
    page = np.full((800, 360), 250, np.uint8)
    cv2.putText(page, "Hello 12:48", (40, 420), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 20, 2)
    moved = np.roll(page, 1, axis=1)
    softened = np.asarray(cv2.GaussianBlur(moved, (0, 0), 0.8), np.uint8)
    found = residual(page, softened)
    assert found is not None
    assert found.noise < 0.02
