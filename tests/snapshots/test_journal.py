"""The resume journal: what was noted comes back, whatever else lies in the file."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.snapshots.compare import Moment
from phoneward.snapshots.errors import BackupRunningError, JournalUnwritableError
from phoneward.snapshots.journal import FORMAT, MAGIC, Batch, Head, Journal, Part, Sent, read_batches
from tests.snapshots.sealers import KeyedSealer, OpenSealer

REPOSITORY, DEVICE = "ab" * 32, "0123456789abcdef"
MOMENT = Moment(123, 1000, has_ctime=True)


def journal(folder: Path, *, device: str = DEVICE, key: bytes = b"key") -> Journal:
    return Journal(folder, KeyedSealer(key), repository=REPOSITORY, device=device)


def sent(name: bytes, blobs: int = 1) -> Sent:
    return Sent(name, 100, 0o644, 5, 6, b"\x07" * 32 * blobs)


def load(folder: Path) -> list[Batch]:
    with journal(folder) as opened:
        return list(opened.load())


def append(folder: Path, *names: bytes) -> None:
    with journal(folder) as opened:
        list(opened.load())
        for name in names:
            opened.append(MOMENT, [(b"/shared/\xff", [sent(name), sent(name + b"2", 0)])])


def test_what_was_noted_comes_back(tmp_path: Path) -> None:
    assert load(tmp_path) == []
    append(tmp_path, b"a", b"b")
    append(tmp_path, b"c")
    batches = load(tmp_path)
    assert [batch.number for batch in batches] == [1, 2, 3]
    assert [batch.folders[0][1][0].name for batch in batches] == [b"a", b"b", b"c"]
    assert batches[0].moment == MOMENT
    assert batches[0].folders[0][0] == b"/shared/\xff"
    assert batches[0].folders[0][1][0].blobs == (b"\x07" * 32,)


def test_pieces_of_files_come_back_behind_the_whole_files(tmp_path: Path) -> None:
    pieces = [
        Part(b"v", 900, 0o600, 5, None, 0, 64, b"\x01" * 64),
        Part(b"v", 900, 0o600, 5, None, 64, 100, b"\x02" * 32),
    ]
    with journal(tmp_path) as opened:
        opened.append(MOMENT, [(b"/shared", [sent(b"a")])], [(b"/shared", pieces[0])])
        opened.append(MOMENT, [], [(b"/shared", pieces[1])])
    first, second = load(tmp_path)
    assert (first.folders, first.parts) == ([(b"/shared", [sent(b"a")])], [(b"/shared", pieces[0])])
    assert (second.folders, second.parts) == ([], [(b"/shared", pieces[1])])


def test_pieces_that_cannot_be_end_the_journal(tmp_path: Path) -> None:
    good = Part(b"v", 900, 0o600, 5, None, 0, 64, b"\x01" * 64)
    for bad in (
        Part(b"v", 900, 0o600, 5, None, 64, 63, b""),
        Part(b"v", 900, 0o600, 5, None, -1, 63, b""),
        Part(b"v", 900, 0o600, 5, None, 0, 63, b"\x01" * 33),
    ):
        with journal(tmp_path) as opened:
            opened.append(MOMENT, [], [(b"/shared", good)])
            opened.append(MOMENT, [], [(b"/shared", bad)])
        assert [batch.parts for batch in load(tmp_path)] == [[(b"/shared", good)]]
        (path,) = tmp_path.rglob("*.journal")
        path.unlink()


def test_a_journal_of_the_format_before_is_not_used_and_written_over(tmp_path: Path) -> None:
    with journal(tmp_path) as opened:
        opened._head = Head(FORMAT - 1, REPOSITORY, DEVICE)
        opened.append(MOMENT, [(b"/shared", [sent(b"a")])])
    assert load(tmp_path) == []
    append(tmp_path, b"b")
    assert [batch.folders[0][1][0].name for batch in load(tmp_path)] == [b"b"]


def test_names_do_not_lie_about_in_the_clear(tmp_path: Path) -> None:
    """With the repository's own key; see also `tests/vault` for the sealing itself."""
    from phoneward.vault import LocalStorage, init_repository
    from tests.vault.cheap import insecure_test_cost

    repo = init_repository(LocalStorage(tmp_path / "repo"), "x", kdf=insecure_test_cost())
    with Journal(tmp_path, repo, repository=repo.config.id, device=DEVICE) as opened:
        opened.append(MOMENT, [(b"/shared/secret folder", [sent(b"secret name")])])
        assert b"secret" not in opened.path.read_bytes()
        assert opened.path.stat().st_mode & 0o077 == 0
        assert [batch.folders[0][1][0].name for batch in opened.load()] == [b"secret name"]


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_a_torn_end_is_passed_over_and_written_over(tmp_path: Path, cut: int) -> None:
    append(tmp_path, b"a", b"b")
    path = next(tmp_path.rglob("*.journal"))
    path.write_bytes(path.read_bytes()[:-cut])
    assert [batch.folders[0][1][0].name for batch in load(tmp_path)] == [b"a"]
    append(tmp_path, b"c")
    assert [batch.folders[0][1][0].name for batch in load(tmp_path)] == [b"a", b"c"]


def test_another_phones_or_another_keys_journal_is_not_believed(tmp_path: Path) -> None:
    append(tmp_path, b"a")
    mine = next(tmp_path.rglob("*.journal"))
    with journal(tmp_path, device="f" * 16) as other:
        other.path.write_bytes(mine.read_bytes())
        assert list(other.load()) == []
    with journal(tmp_path, key=b"other") as other:
        assert list(other.load()) == []


def test_batches_cannot_be_dropped_repeated_or_reordered(tmp_path: Path) -> None:
    append(tmp_path, b"a", b"b", b"c")
    path = next(tmp_path.rglob("*.journal"))
    data = path.read_bytes()
    frames, at = [], len(MAGIC)
    while at < len(data):
        length = 4 + int.from_bytes(data[at : at + 4], "big")
        frames.append(data[at : at + length])
        at += length
    head, a, b, c = frames
    for order, kept in (([a, c], 1), ([b, a], 0), ([a, a], 1), ([a, b, c], 3)):
        path.write_bytes(MAGIC + head + b"".join(order))
        assert len(load(tmp_path)) == kept


def test_one_backup_at_a_time(tmp_path: Path) -> None:
    with journal(tmp_path), pytest.raises(BackupRunningError):
        journal(tmp_path).__enter__()
    with journal(tmp_path):
        pass
    with journal(tmp_path), journal(tmp_path, device="f" * 16):
        pass


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "journals").write_bytes(b"a file in the way")
    with pytest.raises(JournalUnwritableError):
        journal(tmp_path).__enter__()


def test_removed_means_empty(tmp_path: Path) -> None:
    append(tmp_path, b"a")
    with journal(tmp_path) as opened:
        opened.remove()
        opened.remove()
    assert load(tmp_path) == []


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_harm(data: bytes) -> None:
    for start in (b"", MAGIC):
        for sealer in (KeyedSealer(), OpenSealer()):
            assert list(read_batches(io.BytesIO(start + data), sealer, Head(FORMAT, REPOSITORY, DEVICE))) == []


rows = st.builds(
    Sent,
    st.binary(min_size=1, max_size=20),
    st.integers(0, 2**63 - 1),
    st.integers(0, 0o7777),
    st.integers(-(2**63), 2**63 - 1),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.binary(min_size=32, max_size=32).map(lambda blob: blob * 2),
)


pieces = st.builds(
    lambda row, start, length: Part(
        row.name, row.size, row.mode, row.mtime_ns, row.ctime_ns, start, start + length, row.ids
    ),
    rows,
    st.integers(0, 2**62),
    st.integers(0, 2**61),
)


@given(
    st.lists(st.tuples(st.binary(max_size=20), st.lists(rows, max_size=4)), max_size=4),
    st.lists(st.tuples(st.binary(max_size=20), pieces), max_size=3),
    st.data(),
)
def test_flipping_any_byte_never_invents_a_file(
    folders: list[tuple[bytes, list[Sent]]], parts: list[tuple[bytes, Part]], data: st.DataObject
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name, journal(Path(name)) as opened:
        opened.append(MOMENT, folders, parts)
        opened.append(MOMENT, folders, parts)
        raw = bytearray(opened.path.read_bytes())
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] ^= data.draw(st.integers(1, 255))
        found = list(read_batches(io.BytesIO(bytes(raw)), KeyedSealer(), Head(FORMAT, REPOSITORY, DEVICE)))
        assert all((batch.folders, batch.parts) == (folders, parts) for batch, _end in found)
        assert len(found) < 2
