"""restic finds what we find: many patterns, hostile names, three versions."""

import os
import random
from pathlib import Path
from typing import Any

import pytest

from phoneward.vault.errors import PatternError
from phoneward.vault.find import Finder
from phoneward.vault.patterns import Patterns
from phoneward.vault.snapshot_files import load_snapshots
from tests.interop.treewriter import PASSWORD, new_repository, store_folder
from tests.tools.restic import ALL_RESTICS, Restic, restic

FIXED = [
    "*.jpg", "/shared", "shared/DCIM", "/shared/*/x", "**/x", "/**/x", "/shared/**/*.jpg", "/shared/**", "a?c",
    "[a-c]*", "[^a-c]*", "\\*", "*\\?*", "", "/", ".", "nothing", "DCIM", "*x*y*", "??", "\u00e9*", "*\u00e9",
    "[\u00e0-\u00ff]*",    "/shared//DCIM/",
    "./x", "/shared/DCIM/../Music", "DCIM/**/x", "*", "**", "[x-y][x-y]", "[b-a]", "[\\]x]*", "-*",
]  # fmt: skip


def _build(folder: Path) -> None:
    chance = random.Random(3)
    for parts in (
        ["shared", "DCIM"], ["shared", "Music", "DCIM"], ["shared", "DCIM", "x"], ["x", "y"], ["abc", "x", "x"],
    ):  # fmt: skip
        place = folder.joinpath(*parts)
        place.mkdir(parents=True, exist_ok=True)
        for _number in range(12):
            name = "".join(chance.choices("abcxy*?[]-\\!\u00e9\u4e2d", k=chance.randrange(1, 5)))
            ending = chance.choice(["", ".jpg", ".JPG"])
            if not (place / (name + ending)).exists():
                (place / (name + ending)).write_bytes(b"")
        (place / "photo.jpg").write_bytes(b"x")
        Path(os.fsdecode(os.path.join(os.fsencode(place), b"\xff\xfe\n"))).write_bytes(b"")


def _theirs(judge: Restic, *words: str) -> list[tuple[str, str]]:
    found: list[dict[str, Any]] = judge.json("find", "--no-lock", *words)
    return sorted((group["snapshot"], match["path"]) for group in found for match in group["matches"])


def _as_go_prints(path: bytes) -> str:
    return "".join("\ufffd" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in path.decode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("version", ALL_RESTICS)
def test_the_same_names_are_found(version: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    _build(source)
    repo = new_repository(tmp_path / "repo")
    store_folder(repo, source)
    (source / "shared" / "DCIM" / "later.jpg").write_bytes(b"y")
    store_folder(repo, source, time_ns=1_700_000_100 * 10**9)
    repo.load_index()
    snapshots = load_snapshots(repo)
    assert len(snapshots) == 2
    judge = Restic(restic(version), tmp_path / "repo", PASSWORD, tmp_path / "cache")
    patterns = list(FIXED)
    if version == ALL_RESTICS[-1]:
        chance = random.Random(7)
        patterns += ["".join(chance.choices("abcxy*?/[a]\u00e9", k=chance.randrange(1, 7))) for _ in range(60)]
    compared = 0
    for pattern in patterns:
        for ignore_case in (False, True):
            if ignore_case and pattern not in {"*.jpg", "dcim", "A*", "[A-C]*", "\u00c9*"}:
                continue
            words = ["-i", "--", pattern] if ignore_case else ["--", pattern]
            try:
                wanted = Patterns([os.fsencode(pattern)], ignore_case=ignore_case)
            except PatternError:  # restic complains only once a name gets that far, and finds nothing before
                done = judge.attempt("find", "--no-lock", *words)
                assert done.returncode != 0 or not done.stdout.strip(), pattern
                continue
            ours = [(str(m.snapshot.id), _as_go_prints(m.path)) for m in Finder(repo, wanted).search(snapshots)]
            assert sorted(ours) == _theirs(judge, *words), (pattern, ignore_case)
            compared += bool(ours)
    assert compared > 15


def test_times_are_restics(restic_program: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(5):
        (source / f"f{number}").write_bytes(b"")
        os.utime(source / f"f{number}", ns=(0, (1_700_000_000 + 3600 * number) * 10**9))
    repo = new_repository(tmp_path / "repo")
    snapshot, _stats = store_folder(repo, source)
    repo.load_index()
    judge = Restic(restic_program, tmp_path / "repo", PASSWORD, tmp_path / "cache", {"TZ": "UTC"})
    first, last = 1_700_003_600, 1_700_010_800  # 2023-11-14 23:13:20 and two hours later
    finder = Finder(repo, Patterns([b"f*"]), oldest_ns=first * 10**9, newest_ns=last * 10**9)
    ours = [match.path.decode() for match in finder.search([snapshot])]
    theirs = _theirs(judge, "--oldest", "2023-11-14 23:13:20", "--newest", "2023-11-15 01:13:20", "f*")
    assert ours == [path for _snapshot, path in theirs] == ["/f1", "/f2", "/f3"]
