"""Pictures nobody can trust: a worker looks at them, and the worst one costs is itself."""

import os
from collections.abc import Iterator

import numpy as np
import pytest

from phoneward.media import Format, Reason, Skipped
from phoneward.media.comparing import Looker, Print, gray, print_of
from tests.media.comparing.pictures import encoded, scene


@pytest.fixture(scope="module")
def looker() -> Iterator[Looker]:
    """Return workers that serve all tests of this file, whatever happened to them."""
    with Looker() as made:
        yield made


def test_workers_say_what_the_functions_say_in_order(looker: Looker) -> None:
    pictures = [encoded(scene(seed=seed), Format.JPEG) for seed in range(40)]
    seen = list(looker.prints(enumerate(pictures)))
    assert seen == [(number, print_of(data)) for number, data in enumerate(pictures)]
    for number, pixels in looker.grays(enumerate(pictures), width=120):
        assert isinstance(pixels, np.ndarray)
        assert (pixels == gray(pictures[number], width=120)).all()


def test_a_broken_picture_among_others_is_named(looker: Looker) -> None:
    good = encoded(scene(), Format.PNG)
    huge = bytearray(good)
    huge[16:24] = b"\0\0\xff\xff\0\0\xff\xff"
    items = {"good": good, "text": b"no picture", "huge": bytes(huge), "cut": good[:40], "last": good}
    seen = dict(looker.prints(items.items()))
    assert isinstance(seen["good"], Print)
    assert seen["last"] == seen["good"]
    assert seen["text"] == Skipped(Reason.NOT_A_PICTURE)
    assert seen["huge"] == Skipped(Reason.TOO_LARGE)
    assert seen["cut"] == Skipped(Reason.BROKEN)


def test_random_bytes_behind_a_header_do_no_harm(looker: Looker) -> None:
    good = {format_: encoded(scene(), format_) for format_ in Format}
    noisy = [data[:60] + os.urandom(len(data) - 60) for data in good.values()]
    assert len(list(looker.prints(enumerate(noisy)))) == len(noisy)
    assert all(isinstance(seen, Print) for _format, seen in looker.prints(good.items()))
