"""restic judges our comparisons and sums: its own snapshots of a folder that changes at random."""

import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from phoneward.vault.diff import Diff
from phoneward.vault.repository import Repository
from phoneward.vault.snapshot_files import load_snapshots
from phoneward.vault.stats import StatsMode, VaultStats, measure
from tests.interop.treewriter import PASSWORD, new_repository
from tests.tools.restic import ALL_RESTICS, Restic, restic


def _build(folder: Path, chance: random.Random) -> None:
    for name in ("a", "a/b", "a/b/c", "d", "e", "same", "same/below"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(6):
            (folder / name / f"f{number}").write_bytes(chance.randbytes(chance.randrange(2000)))
    (folder / "big").write_bytes(chance.randbytes(3_000_000))
    (folder / "text").write_bytes(b"text that can be compressed\n" * 5000)
    (folder / "link").symlink_to("a")
    (folder / "same" / "f0").write_bytes(b"in a folder that stays, and in one that goes")
    shutil.copy(folder / "same" / "f0", folder / "d" / "copy")
    os.link(folder / "e" / "f1", folder / "hard link")


def _change(folder: Path, chance: random.Random) -> None:
    files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink() and "same" not in p.parts)
    for path in chance.sample(files, min(8, len(files))):
        what = chance.randrange(5)
        if what == 0:
            path.unlink()
        elif what == 1:
            path.write_bytes(chance.randbytes(chance.randrange(3000)))
        elif what == 2:
            path.chmod(0o600)
        elif what == 3:
            path.unlink()
            path.symlink_to("elsewhere")
        else:
            (path.parent / f"new{chance.randrange(1000)}").mkdir(exist_ok=True)
            (path.parent / f"copy{chance.randrange(1000)}").write_bytes(path.read_bytes())


@pytest.fixture(scope="module", params=ALL_RESTICS)
def theirs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Restic, Repository]:
    """A vault with five snapshots of restic's. Tests only read it."""
    chance = random.Random(11)
    place = tmp_path_factory.mktemp("theirs")
    source = place / "source"
    source.mkdir()
    repo = new_repository(place / "repo")  # cheap to open
    judge = Restic(restic(request.param), place / "repo", PASSWORD, place / "cache")
    _build(source, chance)
    judge.backup(".", cwd=source)
    for number in range(4):
        _change(source, chance)
        if number == 1:
            shutil.rmtree(source / "d")
        judge.backup(".", cwd=source)
    repo.load_index()
    return judge, repo


def _theirs(judge: Restic, *words: str) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    answer = judge.json("diff", "--no-lock", *words)
    *changes, statistics = answer if isinstance(answer, list) else [answer]
    return [(change["path"], change["modifier"]) for change in changes], statistics


def test_the_same_changes_and_sums(theirs: tuple[Restic, Repository]) -> None:
    judge, repo = theirs
    snapshots = load_snapshots(repo)
    seen = set()
    for before, after in [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4), (4, 0), (2, 2)]:
        for metadata in (False, True):
            one, two = snapshots[before], snapshots[after]
            diff = Diff(repo, one.tree, two.tree, metadata=metadata)
            ours = [(change.path.decode(), change.modifier) for change in diff.changes()]
            words = ["--metadata"] if metadata else []
            changes, statistics = _theirs(judge, *words, str(one.id), str(two.id))
            assert sorted(ours) == sorted(changes)
            sums = diff.statistics()
            assert sums.changed_files == statistics["changed_files"]
            for totals, expected in ((sums.added, statistics["added"]), (sums.removed, statistics["removed"])):
                assert {name: getattr(totals, name) for name in expected} == expected
            seen |= {modifier for _path, modifier in ours}
    assert seen >= {"+", "-", "M", "T", "U", "TU"}


@pytest.mark.parametrize("mode", list(StatsMode))
def test_the_same_figures(mode: StatsMode, theirs: tuple[Restic, Repository]) -> None:
    judge, repo = theirs
    snapshots = load_snapshots(repo)
    for chosen in ([snapshots[0]], [snapshots[4]], snapshots):
        if mode is StatsMode.BLOBS_PER_FILE and len(chosen) > 1:
            continue  # restic's answer depends on which snapshot it happens to read first
        words = [str(snapshot.id) for snapshot in chosen]
        expected = judge.json("stats", "--no-lock", "--mode", mode.value, *words)
        if isinstance(expected, list):
            expected = expected[-1]
        ours = _document(measure(repo, chosen, mode))
        for key, value in expected.items():
            assert (ours[key] or 0) == pytest.approx(value), key  # 0.14 writes 0 where later ones write nothing


def _document(stats: VaultStats) -> dict[str, Any]:
    return {name: getattr(stats, name) for name in VaultStats.__slots__}
