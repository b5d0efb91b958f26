"""The room's public face: all of it can be had by the room's name, and services load nothing of it."""

import pkgutil
import subprocess
import sys

import pytest

from phoneward import numbers
from phoneward.numbers import face


def test_what_the_face_lists_can_be_had_by_the_rooms_name() -> None:
    inside = {module.name for module in pkgutil.iter_modules(numbers.__path__)}
    assert not inside & set(face.__all__), "a part of the room would hide what the face calls so"
    for name in face.__all__:
        assert getattr(numbers, name) is getattr(face, name)
    with pytest.raises(AttributeError):
        _ = getattr(numbers, "nothing")  # noqa: B009 - as the interpreter does


@pytest.mark.parametrize("part", ["gate", "simulator"])
def test_a_service_loads_nothing_of_the_persons_side(part: str) -> None:
    program = f"import sys, phoneward.numbers.{part}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert f"phoneward.numbers.{part}" in loaded
    for room in ("vault", "snapshots", "phones", "numbers.sources", "numbers.rulebook"):
        assert f"phoneward.{room}" not in loaded
