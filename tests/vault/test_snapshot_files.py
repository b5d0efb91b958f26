import datetime as dt
import hashlib
import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.blobs import BlobId, FileId, FileType
from phoneward.vault.errors import (
    AmbiguousSnapshotError,
    NoSnapshotsError,
    SnapshotDamagedError,
    SnapshotNotFoundError,
)
from phoneward.vault.snapshot_files import (
    Snapshot,
    SnapshotSummary,
    decode_snapshot,
    encode_snapshot,
    find_snapshot,
    load_snapshots,
    save_snapshot,
)
from phoneward.vault.storage.base import ListedFile

# Written by restic 0.18.0 (`restic cat snapshot`, white space removed).
RESTIC_SNAPSHOT = (
    b'{"time":"2026-11-22T03:07:28.151171939+05:30",'
    b'"tree":"0184940adc3ee4e29a1c8ff1b9b9bd9a0d0e7c3e9b0b8b7d6a5c4f3e2d1c0b0a","paths":["/tmp/names"],'
    b'"hostname":"h","username":"root","excludes":["*.tmp"],"tags":["a","b"],"program_version":"restic 0.18.0",'
    b'"summary":{"backup_start":"2026-11-22T03:07:28.151171939+05:30",'
    b'"backup_end":"2026-11-22T03:07:28.8+05:30","files_new":3936,"files_changed":0,"files_unmodified":0,'
    b'"dirs_new":4,"dirs_changed":0,"dirs_unmodified":0,"data_blobs":3,"tree_blobs":5,"data_added":4321,'
    b'"data_added_packed":1234,"total_files_processed":3936,"total_bytes_processed":3000000}}'
)
SOME_ID = FileId("ab" * 32)


class Files:
    """Unpacked files in memory."""

    def __init__(self) -> None:
        self.files: dict[FileId, bytes] = {}

    def load_unpacked(self, file_type: FileType, file_id: FileId) -> bytes:
        assert file_type is FileType.SNAPSHOT
        return self.files[file_id]

    def save_unpacked(self, file_type: FileType, plaintext: bytes) -> FileId:
        assert file_type is FileType.SNAPSHOT
        file_id = FileId(hashlib.sha256(plaintext).hexdigest())
        self.files[file_id] = plaintext
        return file_id

    def list_files(self, file_type: FileType) -> Iterable[ListedFile]:
        assert file_type is FileType.SNAPSHOT
        return [ListedFile(name, len(data)) for name, data in self.files.items()]

    requests_at_once = 1

    def load_listed(self, file_type: FileType, file: ListedFile) -> bytes:
        return self.load_unpacked(file_type, file.name)


def _snapshot(time_ns: int, path: str = "/phone") -> Snapshot:
    return Snapshot(time_ns=time_ns, tree=BlobId(b"\1" * 32), paths=(path,))


def test_a_snapshot_of_restics_is_read() -> None:
    snapshot = decode_snapshot(RESTIC_SNAPSHOT, SOME_ID)
    assert snapshot.id == SOME_ID
    assert snapshot.short_id == "abababab"
    assert snapshot.time == dt.datetime(2026, 11, 21, 21, 37, 28, 151171, tzinfo=dt.UTC)
    assert (snapshot.time_ns % 10**9, snapshot.utc_offset) == (151171939, 330)
    assert (snapshot.paths, snapshot.tags, snapshot.excludes) == (("/tmp/names",), ("a", "b"), ("*.tmp",))
    assert snapshot.tree.hex().startswith("0184940a")
    assert snapshot.summary is not None
    assert (snapshot.summary.files_new, snapshot.summary.total_bytes_processed) == (3936, 3000000)
    assert snapshot.extra == {}
    again = encode_snapshot(snapshot)
    assert again.partition(b',"summary"')[0] == RESTIC_SNAPSHOT.partition(b',"summary"')[0]
    assert decode_snapshot(again, SOME_ID) == snapshot


def test_unknown_keys_survive() -> None:
    text = RESTIC_SNAPSHOT[:-1] + b',"phoneward":{"n":[1,null,"\xc3\xa9"]},"z":3}'
    snapshot = decode_snapshot(text, SOME_ID)
    assert snapshot.extra == {"phoneward": {"n": [1, None, "é"]}, "z": 3}
    document = json.loads(encode_snapshot(snapshot))
    assert document["phoneward"] == {"n": [1, None, "é"]}
    assert document["z"] == 3
    assert decode_snapshot(encode_snapshot(snapshot), SOME_ID) == snapshot


def test_extra_keys_cannot_replace_known_ones() -> None:
    snapshot = Snapshot(time_ns=0, tree=BlobId(b"\1" * 32), paths=(), extra={"tree": "00", "mine": 1})
    document = json.loads(encode_snapshot(snapshot))
    assert document == {"time": "1970-01-01T00:00:00Z", "tree": "01" * 32, "paths": [], "mine": 1}


ids = st.binary(min_size=32, max_size=32).map(lambda raw: FileId(raw.hex()))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
text_tuples = st.lists(texts, max_size=3).map(tuple)
times = st.integers(-(2**63), 2**63)


@given(
    st.builds(
        Snapshot,
        id=st.just(SOME_ID),
        time_ns=times,
        utc_offset=st.integers(-1439, 1439),
        tree=st.binary(min_size=32, max_size=32).map(BlobId),
        paths=text_tuples,
        parent=st.none() | ids,
        hostname=texts,
        username=texts,
        uid=st.integers(0, 2**32 - 1),
        gid=st.integers(0, 2**32 - 1),
        excludes=text_tuples,
        tags=text_tuples,
        original=st.none() | ids,
        program_version=texts,
        summary=st.none() | st.builds(SnapshotSummary, backup_start_ns=times, backup_end_ns=times),
        extra=st.dictionaries(st.sampled_from(["x", "phoneward", "é"]), st.integers() | texts | st.none(), max_size=2),
    )
)
def test_any_snapshot_comes_back(snapshot: Snapshot) -> None:
    assert decode_snapshot(encode_snapshot(snapshot), SOME_ID) == snapshot


@given(
    st.binary(max_size=200) | st.just(RESTIC_SNAPSHOT).flatmap(lambda t: st.integers(0, len(t)).map(lambda n: t[:n]))
)
def test_any_bytes_are_a_snapshot_or_refused(data: bytes) -> None:
    try:
        snapshot = decode_snapshot(data, SOME_ID)
    except SnapshotDamagedError:
        return
    assert decode_snapshot(encode_snapshot(snapshot), SOME_ID) == snapshot


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"tree":"0184', b'"tree":"01'), (b'"tree":"0184', b'"tree":"01 4'), (b'"time":"2026', b'"time":"'),
        (b'["/tmp/names"]', b"7"), (b'"uid"', b'"uid"'), (b'"hostname":"h"', b'"uid":-1'),
        (b'"files_new":3936', b'"files_new":-1'), (b'"hostname":"h"', b'"parent":"../../etc"'),
        (b'"hostname":"h"', b'"tree":null'), (b'"hostname":"h"', b'"a":' + b"[" * 50_000),
    ],
)  # fmt: skip
def test_damaged_documents_are_named(old: bytes, new: bytes) -> None:
    text = RESTIC_SNAPSHOT.replace(old, new)
    if text == RESTIC_SNAPSHOT:
        text = text.replace(b'"username":"root"', b'"uid":-1')
    with pytest.raises(SnapshotDamagedError, match="abababab"):
        decode_snapshot(text, SOME_ID)


def test_times_no_calendar_holds_are_shown_as_the_nearest() -> None:
    assert _snapshot(10**30).time.year == 9999
    assert _snapshot(-(10**30)).time.year == 1


def test_snapshots_are_listed_oldest_first_and_damaged_ones_named() -> None:
    files = Files()
    for time_ns in (3, 1, 2):
        save_snapshot(files, _snapshot(time_ns))
    assert [s.time_ns for s in load_snapshots(files)] == [1, 2, 3]
    files.files[SOME_ID] = b"{}"
    with pytest.raises(SnapshotDamagedError):
        load_snapshots(files)
    told: list[FileId] = []
    listed = load_snapshots(files, on_damaged=lambda file_id, _error: told.append(file_id))
    assert [s.time_ns for s in listed] == [1, 2, 3]
    assert told == [SOME_ID]


def test_latest_is_the_newest_full_one() -> None:
    files = Files()
    with pytest.raises(NoSnapshotsError):
        find_snapshot(files, "latest")
    save_snapshot(files, _snapshot(3, "/phone/partial"))
    save_snapshot(files, _snapshot(2))
    save_snapshot(files, _snapshot(1))
    assert find_snapshot(files, "latest").time_ns == 3
    assert find_snapshot(files, " Latest", is_candidate=lambda s: s.paths == ("/phone",)).time_ns == 2
    with pytest.raises(NoSnapshotsError):
        find_snapshot(files, "latest", is_candidate=lambda s: s.paths == ("/other",))


def test_an_id_may_be_shortened_as_long_as_it_is_clear() -> None:
    files = Files()
    first, second = FileId("ab" * 32), FileId("ac" * 32)
    files.files = {first: encode_snapshot(_snapshot(1, "/partial")), second: encode_snapshot(_snapshot(2))}
    assert find_snapshot(files, "ab").id == first
    assert find_snapshot(files, "AC").id == second
    assert find_snapshot(files, first, is_candidate=lambda _s: False).id == first
    with pytest.raises(AmbiguousSnapshotError, match="2 snapshots: abababababab, acacacacacac"):
        find_snapshot(files, "a")
    for name in ("", "b", "latest~1", "../etc", "x" * 500, "\x1b[2J"):
        with pytest.raises(SnapshotNotFoundError) as caught:
            find_snapshot(files, name)
        assert "\x1b" not in caught.value.sentence()
