"""The builders, seen from the phone's side by its own toybox."""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.phone import trees
from tests.phone.testphone import TestPhone

_KINDS = {b"f": "file", b"d": "dir", b"l": "symlink", b"p": "fifo"}


def _names_on_the_phone(phone: TestPhone) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for letter, kind in _KINDS.items():
        out = phone.shell(b"cd /storage/emulated/0 && find . -mindepth 1 -type " + letter + b" -print0")
        found |= {name.removeprefix(b"./"): kind for name in out.split(b"\0")[:-1]}
    return found


@pytest.mark.parametrize("build", [trees.typical, trees.hostile_names, trees.links_and_pipes])
def test_the_phone_sees_every_name(phone: TestPhone, build: Callable[[Path], object]) -> None:
    build(phone.storage)
    seen_here = {name: digest.kind for name, digest in trees.tree_digest(phone.storage).items()}
    assert _names_on_the_phone(phone) == seen_here
    assert len(seen_here) > 5


def test_every_kind_of_name_is_built(tmp_path: Path) -> None:
    trees.links_and_pipes(tmp_path)
    digests = trees.tree_digest(tmp_path)
    assert {digest.kind for digest in digests.values()} == {"file", "dir", "symlink", "fifo"}
    assert digests[b"outside"].content == b"/system/bin/sh"
    assert digests[b"invalid"].content == b"\xff\xfe"


def test_contents_and_times_agree_with_the_phone(phone: TestPhone) -> None:
    trees.typical(phone.storage)
    digests = trees.tree_digest(phone.storage)
    sums = phone.shell("cd /storage/emulated/0 && find . -type f -print0 | xargs -0 sha256sum")
    told = {line[66:].removeprefix(b"./"): line[:64] for line in sums.splitlines()}
    assert told == {name: d.content for name, d in digests.items() if d.kind == "file"}
    name = "DCIM/Camera/VID_20240113_120000.mp4"
    seconds = int(phone.shell(f"stat -c %Y /sdcard/{name}"))
    assert seconds == digests[name.encode()].mtime_ns // 10**9
    assert digests[name.encode()].mtime_ns % 1000 != 0, "times are odd to the nanosecond"
    assert phone.shell(f"stat -c %a /sdcard/{name}") == b"660\n"


def test_digests_tell_trees_apart(tmp_path: Path) -> None:
    one = tmp_path / "one"
    trees.put(one, "a/b", b"data", mtime_ns=5)
    before = trees.tree_digest(one)
    assert before[b"a/b"] == trees.Digest("file", 0o644, 5, hashlib.sha256(b"data").hexdigest().encode())
    os.utime(one / "a/b", ns=(6, 6))
    assert trees.tree_digest(one) != before
    os.utime(one / "a/b", ns=(5, 5))
    assert trees.tree_digest(one)[b"a/b"] == before[b"a/b"]
    (one / "a/b").chmod(0o600)
    assert trees.tree_digest(one)[b"a/b"] != before[b"a/b"]


def test_what_shell_may_not_open(phone: TestPhone) -> None:
    closed, opened = trees.unreadable(phone.storage)
    for name in closed:
        answer = phone.adb("shell", "-T", b"cat /sdcard/" + name + b" || ls /sdcard/" + name + b"/")
        assert answer.returncode != 0
        assert b"Permission denied" in answer.stderr
    for name in opened:
        assert phone.shell(b"cat /sdcard/" + name) == b"open"


def test_many_files_differ_and_come_quickly(tmp_path: Path) -> None:
    begun = time.monotonic()
    trees.many_files(tmp_path, 5000, 100, per_folder=2000)
    assert time.monotonic() - begun < 20
    digests = [d for d in trees.tree_digest(tmp_path).values() if d.kind == "file"]
    assert len(digests) == 5000
    assert len({d.content for d in digests}) == 5000
    assert {path.stat().st_size for path in tmp_path.rglob("*.bin")} == {100}


def test_a_big_file_repeats_nothing(tmp_path: Path) -> None:
    path = trees.big_file(tmp_path, (5 << 20) + 7)
    data = path.read_bytes()
    assert len(data) == (5 << 20) + 7
    assert len({data[i : i + 4096] for i in range(0, len(data), 4096)}) == len(data) // 4096 + 1


def test_deeper_than_a_path_can_name(phone: TestPhone) -> None:
    trees.beyond_path_max(phone.storage)
    answer = phone.adb("shell", "-T", "find /sdcard/ -name bottom")
    assert answer.stdout.count(b"/" + b"n" * 60) == 100
