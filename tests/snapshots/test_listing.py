"""Listings in any order, with repetitions and contradictions: the same outcome, and every name accounted for."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones import Entry, FileKind, ListingItem, Obstacle, Unreadable
from phoneward.phones.bulk import FolderRows
from phoneward.snapshots import listing as listing_module
from phoneward.snapshots.errors import ListingTooLargeError
from phoneward.snapshots.gaps import GapReason, Gaps
from phoneward.snapshots.listing import Listing, Root, is_implied, walk_up
from tests.snapshots.sealers import KeyedSealer

ROOT = Root.at(b"/sdcard/", b"/shared")


def entry(path: bytes, kind: FileKind = FileKind.FILE, size: int = 1, mtime_ns: int = 5) -> Entry:
    return Entry(path, kind, size, 0o644, mtime_ns, 6, b"target" if kind is FileKind.SYMLINK else None)


def taken(items: Sequence[ListingItem]) -> tuple[Listing, Gaps]:
    gaps = Gaps()
    listing = Listing(gaps, KeyedSealer())
    listing.add_root(ROOT)
    for item in items:
        listing.add(ROOT, item)
    return listing, gaps


def contents(listing: Listing) -> dict[bytes, tuple[list[tuple[bytes, int, int]], list[bytes], int]]:
    children = listing.folders.children()
    found = {}
    for number in range(len(listing.folders)):
        folder = listing.folder(number, children.get(number, []))
        files = [(row.name, row.kind, row.mtime_ns) for row in folder.files]
        found[listing.folders.path(number)] = files, list(folder.folders), len(folder.contradicted)
    return found


def test_a_tree_comes_back() -> None:
    listing, gaps = taken([
        entry(b"/sdcard/DCIM", FileKind.DIRECTORY),
        entry(b"/sdcard/DCIM/b"),
        entry(b"/sdcard/DCIM/a"),
        entry(b"/sdcard/link", FileKind.SYMLINK),
    ])  # fmt: skip
    found = contents(listing)
    assert found[b""] == ([], [b"shared"], 0)
    assert found[b"/shared"] == ([(b"link", 2, 5)], [b"DCIM"], 0)
    assert found[b"/shared/DCIM"] == ([(b"a", 0, 5), (b"b", 0, 5)], [], 0)
    assert not gaps.total
    assert listing.phone_path(b"/shared/DCIM/a") == b"/sdcard/DCIM/a"


def test_a_child_before_or_without_its_parent() -> None:
    listing, gaps = taken([entry(b"/sdcard/a/b/c"), entry(b"/sdcard/a", FileKind.DIRECTORY)])
    assert contents(listing)[b"/shared/a/b"][0] == [(b"c", 0, 5)]
    children = listing.folders.children()
    inside = listing.folders.find(b"/shared/a")
    assert inside is not None
    folder = listing.folder(inside, children[inside])
    assert is_implied(folder.folders[b"b"])
    assert not gaps.total, "named when it is compared"


@pytest.mark.parametrize("other", [FileKind.FILE, FileKind.SYMLINK])
def test_a_folder_wins_over_a_file_of_its_name(other: FileKind) -> None:
    items = [entry(b"/sdcard/x", other, mtime_ns=9**12), entry(b"/sdcard/x/inside"), entry(b"/sdcard/y")]
    listing, _gaps = taken(items)
    files, folders, contradicted = contents(listing)[b"/shared"]
    assert (folders, contradicted) == ([b"x"], 1)
    assert [name for name, _kind, _time in files] == [b"y"]


def test_the_same_name_twice_is_never_taken_as_unchanged() -> None:
    listing, _gaps = taken([entry(b"/sdcard/x", mtime_ns=1), entry(b"/sdcard/x", mtime_ns=2)])
    number = listing.folders.find(b"/shared")
    assert number is not None
    folder = listing.folder(number, [])
    assert folder.doubtful == {b"x"}
    assert [row.mtime_ns for row in folder.files] == [2]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (entry(b"/sdcard/../etc/passwd"), GapReason.BAD_NAME),
        (entry(b"/sdcard/a\0b"), GapReason.BAD_NAME),
        (entry(b"/sdcard//b"), GapReason.BAD_NAME),
        (entry(b"relative"), GapReason.BAD_NAME),
        (entry(b"/sdcard"), GapReason.BAD_NAME),
        (entry(b"/etc/passwd"), GapReason.BAD_NAME),
        (entry(b"/sdcard-other/x"), GapReason.BAD_NAME),
        (entry(b"/sdcard/socket", FileKind.OTHER), GapReason.SPECIAL),
        (entry(b"/sdcard/huge", size=2**64), GapReason.IMPOSSIBLE),
        (entry(b"/sdcard/less", size=-1), GapReason.IMPOSSIBLE),
        (entry(b"/sdcard/when", mtime_ns=10**30), GapReason.IMPOSSIBLE),
        (entry(b"/sdcard" + b"/d" * 1100), GapReason.TOO_LONG),
        (Unreadable(b"/sdcard/Android/data", Obstacle.DENIED, "Permission denied"), GapReason.DENIED),
        (Unreadable(b"/sdcard", Obstacle.DENIED), GapReason.DENIED),
    ],
)
def test_what_cannot_be_kept_is_named(item: ListingItem, reason: GapReason) -> None:
    listing, gaps = taken([item])
    assert gaps.counts[reason] == gaps.total == 1
    assert contents(listing) == {b"": ([], [b"shared"], 0), b"/shared": ([], [], 0)}


def test_an_endless_listing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing_module, "MAX_ENTRIES", 100)
    with pytest.raises(ListingTooLargeError):
        taken([entry(b"/sdcard/%d" % number) for number in range(101)])
    monkeypatch.setattr(listing_module, "MAX_FOLDERS", 50)
    with pytest.raises(ListingTooLargeError):
        taken([entry(b"/sdcard" + b"/d" * 60)])


components = st.sampled_from([b"a", b"b", b"c", b"..", b"", b"\xff", b"x\ny"])
paths = st.lists(components, min_size=1, max_size=5).map(lambda names: b"/sdcard/" + b"/".join(names))
items = st.one_of(
    st.builds(
        Entry,
        paths,
        st.sampled_from(list(FileKind)),
        st.integers(-2, 2**65),
        st.integers(0, 2**20),
        st.integers(-(2**65), 2**65),
        st.none() | st.integers(-(2**65), 2**65),
        st.none() | st.binary(max_size=5),
    ),
    st.builds(Unreadable, paths, st.sampled_from(list(Obstacle)), st.text(max_size=10)),
)


@given(st.lists(items, max_size=30), st.integers(0, 1000))
def test_the_order_of_a_listing_does_not_matter(entries: list[ListingItem], seed: int) -> None:
    one, gaps_one = taken(entries)
    shuffled = entries.copy()
    random.Random(seed).shuffle(shuffled)
    other, gaps_other = taken(shuffled)
    assert contents(one) == contents(other)
    assert [gap.path for gap, _place in gaps_one.named()] == [gap.path for gap, _place in gaps_other.named()]


@given(st.lists(items, max_size=30))
def test_every_name_is_kept_or_named(entries: list[ListingItem]) -> None:
    listing, gaps = taken(entries)
    kept = set()
    for path, (files, folders, _contradicted) in contents(listing).items():
        kept |= {path + b"/" + name for name, _kind, _time in files}
        kept |= {path + b"/" + name for name in folders}
    named = {gap.raw_path for gap, _place in gaps.named()}
    for item in entries:
        assert item.path in named or ROOT.place_of(item.path) in kept


def test_walking_up_visits_children_before_parents() -> None:
    listing, _gaps = taken([entry(b"/sdcard/a/b/c"), entry(b"/sdcard/d/e"), entry(b"/sdcard/f")])
    done = [listing.folders.path(number) for number, up in walk_up(listing.folders.children()) if up]
    assert done == [b"/shared/a/b", b"/shared/a", b"/shared/d", b"/shared", b""]


@pytest.mark.parametrize("more", [False, True])
def test_a_folder_that_comes_in_parts_has_no_print(more: bool) -> None:
    """The second part alone may look as the whole folder did last time: the names of the first would be missed."""
    first, second = [(b"new", 0, 3, 0o644, 0, 0, None)], [(b"old", 0, 4, 0o644, 0, 0, None)]
    listing, _gaps = taken([])
    listing.add_rows(ROOT, FolderRows(b"/sdcard/DCIM", list(second), more=False))
    number = listing.folders.find(b"/shared/DCIM")
    assert number is not None
    assert listing.prints.get(number) is not None, "whole, and for the first time"
    listing.add_rows(ROOT, FolderRows(b"/sdcard/DCIM", list(first), more=False))
    assert listing.prints.get(number) is None
    listing, _gaps = taken([entry(b"/sdcard/DCIM/link", FileKind.SYMLINK)] if more else [])
    listing.add_rows(ROOT, FolderRows(b"/sdcard/DCIM", list(second), more=not more))
    number = listing.folders.find(b"/shared/DCIM")
    assert number is not None
    assert listing.prints.get(number) is None
