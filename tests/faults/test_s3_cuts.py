"""The way to a bucket is cut at random bytes, as in `test_wire_cuts.py`. moto is an emulator; the cuts are real."""

import os
import random
from collections.abc import Callable
from pathlib import Path

from tests.faults.served_s3 import ServedS3
from tests.faults.wirecuts import WireCutter

CUTS = int(os.environ.get("PHONEWARD_TEST_WIRE_CUTS", "2"))


def test_cuts_at_random_bytes(tmp_path: Path, figure: Callable[[str], None]) -> None:
    seed = int(os.environ.get("PHONEWARD_TEST_SEED", "20261201"))
    with ServedS3.running(tmp_path / "served") as served:
        cutter = WireCutter(served, tmp_path / "work", random.Random(seed))
        cutter.prepare()
        for number in range(CUTS):
            cutter.run(with_restic=number % 8 == 0)
    figure("S3 (moto): " + cutter.report(seed))
    assert cutter.cuts >= CUTS * 3 // 4
    assert cutter.went_on + cutter.ended == cutter.cuts
