"""The hash is the reference's (pdqhash wraps Meta's own code), so that its published thresholds mean what they say."""

import numpy as np
import pdqhash
import pytest
from PIL import Image

from phoneward.media.comparing import pdq
from tests.media.comparing.pictures import scene


@pytest.mark.parametrize("seed", range(6))
def test_the_reference_says_the_same(seed: int) -> None:
    picture = np.asarray(scene(512, 512, seed=seed).convert("L"))
    bits, quality = pdqhash.compute(np.ascontiguousarray(np.dstack([picture] * 3)))
    mine, my_quality = pdq(picture)
    assert np.bitwise_count(np.packbits(bits.astype(np.uint8)) ^ np.frombuffer(mine, np.uint8)).sum() <= 2
    assert my_quality == pytest.approx(quality, abs=1)


def test_an_empty_picture_has_no_quality() -> None:
    assert pdq(np.asarray(Image.new("L", (300, 300), 200)))[1] == 0
