"""Services that use a part of the room load nothing of the person's side."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("part", ["gate", "simulator"])
def test_a_service_loads_nothing_of_the_persons_side(part: str) -> None:
    program = f"import sys, phoneward.numbers.{part}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert f"phoneward.numbers.{part}" in loaded
    for room in ("vault", "snapshots", "phones", "numbers.sources", "numbers.rulebook"):
        assert f"phoneward.{room}" not in loaded
