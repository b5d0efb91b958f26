"""The way to a vault elsewhere is cut at random bytes: some here, more with `campaign wire`."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.served import ServedRest
from tests.faults.wirecuts import WireCutter

CUTS = int(os.environ.get("PHONEWARD_TEST_WIRE_CUTS", "4"))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedRest]:
    with ServedRest.running(tmp_path / "served") as running:
        yield running


def test_cuts_at_random_bytes(tmp_path: Path, served: ServedRest, figure: Callable[[str], None]) -> None:
    seed = int(os.environ.get("PHONEWARD_TEST_SEED", "20261130"))
    cutter = WireCutter(served, tmp_path / "work", random.Random(seed))
    cutter.prepare()
    for number in range(CUTS):
        cutter.run(with_restic=number % 8 == 0)
    figure(cutter.report(seed))
    assert cutter.cuts >= CUTS * 3 // 4
    assert cutter.went_on
    assert cutter.ended
