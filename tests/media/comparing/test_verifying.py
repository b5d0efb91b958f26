"""A copy is told from another picture, and one changed digit is seen."""

import cv2
import numpy as np

from phoneward.media.comparing import Gray, verify
from tests.media import corpus
from tests.media.corpus import transforms


def _gray(data: bytes) -> Gray:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def test_a_copy_is_found() -> None:
    """Written anew at half the size, a screenshot is still the person's; another one is not."""
    pictures = {one.name: one for one in corpus.pictures()}
    first, other = pictures["bank-0-first"], pictures["receipt-1000-first"]
    half = transforms.ALL["half"]
    assert verify(_gray(first.data), _gray(half.copy(first.pixels()))) is not None
    assert verify(_gray(first.data), _gray(half.copy(other.pixels()))) is None
