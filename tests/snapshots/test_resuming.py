"""Beginnings of files from a journal: pieces are joined where they fit, and only the last word on a name counts."""

from typing import TypeAlias

from phoneward.phones import Entry, FileKind
from phoneward.snapshots.compare import Moment
from phoneward.snapshots.comparing import JournalRows
from phoneward.snapshots.gaps import Gaps
from phoneward.snapshots.journal import Batch, Part, Sent
from phoneward.snapshots.listing import Listing, Root
from tests.snapshots.sealers import KeyedSealer

FIRST = Moment(10**18, 1, has_ctime=True)
SECOND = Moment(10**18 + 10**12, 1, has_ctime=True)
NOW = Moment(10**18 + 10**13, 1, has_ctime=True)


def part(start: int, end: int, blob: int, *, mtime_ns: int = 5) -> Part:
    return Part(b"video", 900, 0o600, mtime_ns, 6, start, end, bytes([blob]) * 32)


Run: TypeAlias = tuple[Moment, list[Sent], list[Part]]
WHOLE = Sent(b"video", 900, 0o600, 5, 6, b"\x09" * 32)


def beginning(*batches: Run) -> tuple[int, bytes] | None:
    """What is known of the beginning of the one file there is: bytes and the first byte of each blob id."""
    listing = Listing(Gaps(), KeyedSealer())
    root = Root.at(b"/sdcard", b"/shared")
    listing.add_root(root)
    listing.add(root, Entry(b"/sdcard/video", FileKind.FILE, 900, 0o600, 5, 6))
    rows = JournalRows(listing, NOW, KeyedSealer())
    for number, (moment, files, parts) in enumerate(batches, 1):
        rows.add(
            Batch(
                number,
                moment.listed_ns,
                moment.precision_ns,
                moment.has_ctime,
                [(b"/shared", files), (b"/gone", files)],
                [(b"/gone", part(0, 7, 7)), *((b"/shared", p) for p in parts)],
            )
        )
    folder = listing.folders.find(b"/shared")
    assert folder is not None
    found = rows.begun(folder, b"video")
    return None if found is None else (found[1].received, bytes(found[1].ids[::32]))


def test_pieces_are_joined() -> None:
    assert beginning() is None
    assert beginning((FIRST, [], [part(0, 100, 1)])) == (100, b"\1")
    assert beginning((FIRST, [], [part(0, 100, 1), part(100, 150, 2)]), (FIRST, [], [part(150, 300, 3)])) == (
        300, b"\1\2\3",
    )  # fmt: skip


def test_the_last_beginning_counts() -> None:
    run: Run = (FIRST, [], [part(0, 100, 1), part(100, 300, 2)])
    assert beginning(run, (SECOND, [], [part(0, 50, 3)])) == (50, b"\3")
    assert beginning(run, (SECOND, [], [part(0, 400, 3), part(400, 500, 4)])) == (500, b"\3\4")


def test_a_piece_that_does_not_fit_says_nothing() -> None:
    run: Run = (FIRST, [], [part(0, 100, 1)])
    assert beginning((FIRST, [], [part(100, 200, 2)])) is None
    assert beginning(run, (FIRST, [], [part(50, 200, 2)])) == (100, b"\1")
    assert beginning(run, (FIRST, [], [part(200, 300, 2)])) == (100, b"\1")
    assert beginning(run, (FIRST, [], [part(100, 300, 2, mtime_ns=4)])) == (100, b"\1"), "of another state of the file"
    assert beginning(run, (SECOND, [], [part(100, 300, 2)])) == (100, b"\1"), "of another listing"


def test_a_whole_file_stands_for_its_pieces() -> None:
    run: Run = (FIRST, [], [part(0, 100, 1)])
    assert beginning(run, (FIRST, [WHOLE], [])) is None
    assert beginning((FIRST, [WHOLE], []), run) == (100, b"\1")
