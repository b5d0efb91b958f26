import json
import os
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault import BlobId, BlobType, FileId
from phoneward.vault.index import IndexedPack, PackColumns, decode_columns, decode_index, encode_index
from phoneward.vault.index_table import IndexTable
from phoneward.vault.packs import PackEntry

PACK = FileId("73d04e6125cf3c28a299cc2f3cca3b78ceac396e4fcf9575e34536b26782413c")
ID = "3ec79977ef0cf5de7b08cd12b874cd0f62bbaf7f07f3497a5b1bbcc8cb39b1ce"
PACKS = [
    IndexedPack(
        PACK,
        [
            PackEntry(BlobType.DATA, BlobId(bytes.fromhex(ID)), 0, 38),
            PackEntry(BlobType.TREE, BlobId(bytes(32)), 38, 112, 511),
        ],
    )
]
# restic doc/design.rst, "Indexing", shortened.
RESTICS = {
    "supersedes": ["ed54ae36197f4745ebc4b54d10e0f623eaaaedd03013eb7ae90df881b7781452"],
    "packs": [
        {
            "id": PACK,
            "blobs": [
                {"id": ID, "type": "data", "offset": 0, "length": 38},
                {"id": "00" * 32, "type": "tree", "offset": 38, "length": 112, "uncompressed_length": 511},
            ],
        }
    ],
}


def hostile(**blob: object) -> bytes:
    good: dict[str, object] = {"id": ID, "type": "data", "offset": 0, "length": 38}
    return json.dumps({"packs": [{"id": PACK, "blobs": [{**good, **blob}]}]}).encode()


def test_restics_own_example_is_read() -> None:
    assert decode_index(json.dumps(RESTICS).encode()) == PACKS


def test_written_as_restic_writes() -> None:
    assert json.loads(encode_index(PACKS)) == {"packs": RESTICS["packs"]}


def test_empty_ones() -> None:
    for text in (b'{"packs":[]}', b'{"packs":null}'):
        assert decode_index(text) == []
    assert decode_index(b'{"packs":[{"id":"%s","blobs":null}]}' % PACK.encode()) == [IndexedPack(PACK, [])]


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"packs":' * 100_000,
        b'{"packs":5}',
        b'{"packs":[{"id":"x","blobs":[]}]}',
        b'{"packs":[{"id":"' + b"../" * 21 + b'x","blobs":[]}]}',
        hostile(type="config"),
        hostile(id="ab"),
        hostile(id=ID.upper()),
        hostile(id="zz" * 32),
        hostile(offset=-1),
        hostile(offset=2**32),
        hostile(offset=10**400),
        hostile(offset=1.5),
        hostile(length=31),
        hostile(length=2**32),
        hostile(offset=2**32 - 1, length=38),
        hostile(uncompressed_length=2**40),
        hostile(uncompressed_length=-1),
        hostile(offset=None),
    ],
)
def test_a_hostile_index_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode_index(document)


@given(st.binary(max_size=300))
def test_nonsense_is_not_an_index(nonsense: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode_index(nonsense)


entry_strategy = st.builds(
    PackEntry,
    st.sampled_from(BlobType),
    st.binary(min_size=32, max_size=32).map(BlobId),
    st.integers(0, 2**31),
    st.integers(32, 2**31 - 1),
    st.integers(0, 2**32 - 1),
)
packs_strategy = st.lists(
    st.builds(
        IndexedPack, st.binary(min_size=32, max_size=32).map(lambda b: FileId(b.hex())), st.lists(entry_strategy)
    ),
    max_size=5,
)


@given(packs_strategy)
def test_indexes_come_back(packs: list[IndexedPack]) -> None:
    assert decode_index(encode_index(packs)) == packs


@given(packs_strategy)
def test_the_table_finds_what_a_dictionary_finds(packs: list[IndexedPack]) -> None:
    table = IndexTable()
    expected: dict[tuple[BlobType, BlobId], set[tuple[str, PackEntry]]] = {}
    for pack in packs:
        table.add(pack)
        for entry in pack.entries:
            expected.setdefault((entry.type, entry.id), set()).add((pack.pack, entry))
    for (blob_type, blob_id), places in expected.items():
        assert {tuple(place) for place in table.lookup(blob_type, blob_id)} == places
        assert table.has(blob_type, blob_id)
        assert table.size(blob_type, blob_id) in {entry.plaintext_length for _pack, entry in places}
        other = BlobType.TREE if blob_type is BlobType.DATA else BlobType.DATA
        assert table.has(other, blob_id) == ((other, blob_id) in expected)
    assert set(table.packs()) == {pack.pack for pack in packs}


def random_pack(count: int, ids: Iterable[bytes] | None = None) -> IndexedPack:
    blob_ids = list(ids) if ids is not None else [os.urandom(32) for _ in range(count)]
    entries = [PackEntry(BlobType.DATA, BlobId(blob_id), n * 100, 100) for n, blob_id in enumerate(blob_ids)]
    return IndexedPack(FileId(os.urandom(32).hex()), entries)


def test_the_table_grows() -> None:
    table = IndexTable()
    packs = [random_pack(1000) for _ in range(20)]
    for pack in packs:
        table.add(pack)
    assert len(table) == 20_000
    for pack in packs:
        for entry in pack.entries:
            assert [place.pack for place in table.lookup(BlobType.DATA, entry.id)] == [pack.pack]
    assert not table.has(BlobType.DATA, BlobId(os.urandom(32)))
    assert table.size(BlobType.DATA, BlobId(os.urandom(32))) is None
    assert list(table.by_pack()) == packs


def test_a_blob_in_two_packs_has_two_places() -> None:
    table = IndexTable()
    first = random_pack(3)
    second = random_pack(3, [entry.id for entry in first.entries])
    table.add(first)
    table.add(second)
    for entry in first.entries:
        assert {place.pack for place in table.lookup(BlobType.DATA, entry.id)} == {first.pack, second.pack}


def test_the_same_pack_in_two_index_files_counts_once() -> None:
    table = IndexTable()
    pack = random_pack(5)
    table.add(pack)
    table.add(pack)
    assert len(table) == 5
    assert list(table.by_pack()) == [pack]


def test_a_pack_split_over_index_files_comes_whole() -> None:
    table = IndexTable()
    whole, other = random_pack(6), random_pack(2)
    table.add(IndexedPack(whole.pack, whole.entries[3:]))
    table.add(other)
    table.add(IndexedPack(whole.pack, whole.entries[:3]))
    assert list(table.by_pack()) == [whole, other]


def test_a_data_blob_and_a_tree_may_have_one_id() -> None:
    table = IndexTable()
    blob_id = BlobId(os.urandom(32))
    table.add(IndexedPack(PACK, [PackEntry(BlobType.TREE, blob_id, 0, 50, 70)]))
    assert table.size(BlobType.TREE, blob_id) == 70
    assert not table.has(BlobType.DATA, blob_id)


def test_a_blob_takes_little_memory() -> None:
    import tracemalloc

    tracemalloc.start()
    table = IndexTable()
    for _number in range(100):
        table.add(random_pack(1000))
    held, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held / len(table) < 80


@given(packs_strategy)
def test_fields_in_columns_say_what_entries_say(packs: list[IndexedPack]) -> None:
    assert decode_columns(encode_index(packs)) == [PackColumns.of(pack) for pack in packs]


@pytest.mark.parametrize("room", [0, 10, 5000, 100_000])
def test_room_made_beforehand_changes_nothing(room: int) -> None:
    packs = [random_pack(700) for _ in range(5)]
    table, other = IndexTable(), IndexTable()
    for number, pack in enumerate(packs):
        if number == 2:
            table.reserve(room)
        table.add(pack)
        other.add(pack)
    assert list(table) == list(other)
    assert all(table.has(entry.type, entry.id) for pack in packs for entry in pack.entries)
    assert not any(table.has(BlobType.DATA, BlobId(os.urandom(32))) for _ in range(2000))
