"""The comparison at the end of the demo sees every difference."""

import os
import shutil
from pathlib import Path

import pytest

from phoneward.demo.compare import compare


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    left, right = tmp_path / "left", tmp_path / "right"
    (left / "folder").mkdir(parents=True)
    (left / "folder" / "big").write_bytes(os.urandom(3_000_000))
    (left / "empty").touch()
    (left / os.fsdecode(b"\xff odd")).write_bytes(b"odd")
    shutil.copytree(left, right)
    return left, right


def found(trees: tuple[Path, Path]) -> list[tuple[bytes, str]]:
    return list(compare(os.fsencode(trees[0]), os.fsencode(trees[1])).differences)


def test_the_same(trees: tuple[Path, Path]) -> None:
    comparison = compare(os.fsencode(trees[0]), os.fsencode(trees[1]))
    assert comparison.same
    assert (comparison.files, comparison.bytes_same) == (3, 3_000_003)


def test_one_byte(trees: tuple[Path, Path]) -> None:
    target = trees[1] / "folder" / "big"
    moment = target.stat().st_mtime_ns
    with target.open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        last = stream.read(1)
        stream.seek(-1, os.SEEK_END)
        stream.write(bytes([last[0] ^ 1]))
    os.utime(target, ns=(moment, moment))
    assert found(trees) == [(b"folder/big", "with other content")]


def test_missing_added_and_another_kind(trees: tuple[Path, Path]) -> None:
    (trees[1] / "empty").unlink()
    (trees[1] / "more").touch()
    shutil.rmtree(trees[1] / "folder")
    (trees[1] / "folder").touch()
    assert found(trees) == [
        (b"empty", "missing"),
        (b"folder", "of another kind"),
        (b"folder/big", "missing"),
        (b"more", "not on the phone"),
    ]


def test_time(trees: tuple[Path, Path]) -> None:
    os.utime(trees[1] / "empty", ns=(0, 1_000))
    assert found(trees) == [(b"empty", "with another time")]


def test_nothing_compared_is_not_the_same(tmp_path: Path) -> None:
    assert not compare(os.fsencode(tmp_path), os.fsencode(tmp_path)).same
