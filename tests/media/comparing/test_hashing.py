"""The hash is the reference's (pdqhash wraps Meta's own code), so that its published thresholds mean what they say."""

import numpy as np
import pdqhash
import pytest
from PIL import Image, ImageEnhance

from phoneward.media.comparing import pdq
from tests.media.comparing.pictures import scene


@pytest.mark.parametrize("contrast", [0.1, 0.2, 0.3, 1])
@pytest.mark.parametrize("seed", range(4))
def test_the_reference_says_the_same(seed: int, contrast: float) -> None:
    picture = np.asarray(ImageEnhance.Contrast(scene(512, 512, seed=seed).convert("L")).enhance(contrast))
    bits, quality = pdqhash.compute(np.ascontiguousarray(np.dstack([picture] * 3)))
    mine, my_quality = pdq(picture)
    assert np.bitwise_count(np.packbits(bits.astype(np.uint8)) ^ np.frombuffer(mine, np.uint8)).sum() <= 2
    assert my_quality == pytest.approx(quality, abs=1)


def test_an_empty_picture_has_no_quality() -> None:
    assert pdq(np.asarray(Image.new("L", (300, 300), 200)))[1] == 0
