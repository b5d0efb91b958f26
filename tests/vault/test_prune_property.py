"""Random repositories with every kind of waste in them: nothing needed is lost, nothing else stays, once is enough."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.vault import BlobType, FileType, LockTiming, MaxUnused, PruneOptions, PruneReport, Repository, prune
from tests.vault import prunesuite as suite

QUICK = LockTiming(settle_s=0.0)
PIECES = 40


@dataclass(frozen=True)
class Waste:
    """What a repository holds: each number is a piece of some size, the same number the same piece.

    Attributes:
        snapshots: for each, its files' pieces; whether it is forgotten.
        packs: packs beside those of the snapshots: their pieces, whether trees among them, whether an index names them.
    """

    snapshots: list[tuple[list[list[int]], bool]]
    packs: list[tuple[list[int], bool, bool]]
    split: bool


NUMBERS = st.lists(st.integers(0, PIECES - 1), max_size=12)
WASTE = st.builds(
    Waste,
    st.lists(st.tuples(st.lists(NUMBERS, max_size=5), st.booleans()), min_size=1, max_size=4),
    st.lists(st.tuples(NUMBERS.filter(bool), st.booleans(), st.booleans()), max_size=6),
    st.booleans(),
)


def piece(number: int) -> bytes:
    return suite.noise(f"piece {number}", 20 + number * number)


def build(path: Path, waste: Waste) -> Repository:
    repo = suite.new_repository(path)
    forgotten = []
    for time, (files, is_forgotten) in enumerate(waste.snapshots):
        named = {f"f{place}": [piece(number) for number in numbers] for place, numbers in enumerate(files)}
        name = suite.snapshot(repo, named, time=time, pack_size=4000)
        if is_forgotten:
            forgotten.append(name)
    for numbers, with_tree, indexed in waste.packs:
        blobs = [(BlobType.DATA, piece(number)) for number in numbers]
        if with_tree:
            blobs.append((BlobType.TREE, b'{"nodes":[]}\n'))
        suite.put_pack(repo, blobs, indexed=indexed)
    for name in forgotten:
        repo.remove_unpacked(FileType.SNAPSHOT, name)
    return repo


def run(repo: Repository, options: PruneOptions) -> PruneReport:
    with repo.lock(exclusive=True, timing=QUICK) as lock:
        return prune(repo, lock, options=options)


@given(WASTE, st.sampled_from([0, 5, 50, 99]))
@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_prune(waste: Waste, percent: int) -> None:
    options = PruneOptions(max_unused=MaxUnused(percent=float(percent)), pack_size=4000)
    with tempfile.TemporaryDirectory() as name:
        repo = build(Path(name) / "vault", waste)
        expected = suite.contents(repo)
        before = sum(suite.files_of(repo, FileType.PACK).values())
        report = run(repo, options)
        after = sum(suite.files_of(repo, FileType.PACK).values())
        assert suite.contents(repo) == expected
        assert report.ok
        assert before - after == report.freed_bytes
        figures = report.figures
        assert abs(report.freed_bytes - figures.frees_bytes) <= 400 * (report.packs_written + 4)
        assert report.rewritten_bytes <= figures.rewrites_bytes
        suite.assert_sound(repo)
        kept = suite.reopened(repo)
        assert set(kept.index.packs()) == set(suite.files_of(repo, FileType.PACK))
        stored = sum(place.entry.length for place in kept.index)
        allowed = options.max_unused.allowed(figures.size.used)
        assert allowed is not None
        assert stored - figures.size.used <= allowed
        again = run(repo, options)
        assert again.figures.nothing_to_do
        assert sum(suite.files_of(repo, FileType.PACK).values()) == after
