"""`kill -9` at random moments of every command that writes: some here, more with `python -m tests.faults.campaign`."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.kills import Bench, Killer

ROUNDS = 16
RESTIC_EACH = 8


@pytest.mark.slow
def test_kills_at_random_moments(tmp_path: Path, figure: Callable[[str], None]) -> None:
    seed = int(os.environ.get("PHONEWARD_TEST_SEED", "20261122"))
    killer = Killer(Bench.make(tmp_path), random.Random(seed))
    for number in range(ROUNDS):
        killer.run(with_restic=number % RESTIC_EACH == 0)
    figure(killer.report(seed))
    assert sum(killer.kills.values()) >= ROUNDS / 2
