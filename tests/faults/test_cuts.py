"""The cable is cut at random bytes: some here, more with `python -m tests.faults.campaign cuts`."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.cuts import Cutter
from tests.phone.testphone import TestPhone

CUTS = 12


@pytest.mark.slow
def test_cuts_at_random_bytes(tmp_path: Path, phone: TestPhone, figure: Callable[[str], None]) -> None:
    seed = int(os.environ.get("PHONEWARD_TEST_SEED", "20261122"))
    cutter = Cutter(phone, tmp_path, random.Random(seed))
    cutter.prepare()
    for number in range(CUTS):
        cutter.run(with_restic=number % 4 == 0)
    figure(cutter.report(seed))
    assert cutter.cuts >= CUTS * 3 // 4
    assert cutter.resumed_bytes > 0
