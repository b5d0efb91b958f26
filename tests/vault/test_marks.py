"""The small sets behave as Python's own."""

from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.blobs import BlobId, BlobType, FileId
from phoneward.vault.index import IndexedPack
from phoneward.vault.index_table import IndexTable
from phoneward.vault.marks import BlobMarks, Fingerprints, TreeNotes
from phoneward.vault.packs import PackEntry


@given(st.lists(st.binary(max_size=3)))
def test_fingerprints_are_a_set(elements: list[bytes]) -> None:
    seen: set[bytes] = set()
    fingerprints = Fingerprints()
    for element in elements:
        assert fingerprints.add(element) is (element not in seen)
        seen.add(element)
    assert len(fingerprints) == len(seen)


def test_fingerprints_grow() -> None:
    fingerprints = Fingerprints()
    assert all(fingerprints.add(b"%d" % number) for number in range(10_000))
    assert not any(fingerprints.add(b"%d" % number) for number in range(10_000))
    assert len(fingerprints) == 10_000


def _index(known: list[bytes]) -> IndexTable:
    index = IndexTable()
    for number, blob_type in enumerate((BlobType.DATA, BlobType.TREE)):
        entries = [PackEntry(blob_type, BlobId(blob), 100 * at, 100, 0) for at, blob in enumerate(known)]
        index.add(IndexedPack(FileId(f"{number:064x}"), entries))
    return index


IDS = st.integers(0, 7).map(lambda number: BlobId(bytes([number]) * 32))


@given(st.sets(IDS), st.lists(st.tuples(st.sampled_from(BlobType), IDS)))
def test_marks_are_a_set_of_blobs_known_or_not(known: set[BlobId], blobs: list[tuple[BlobType, BlobId]]) -> None:
    marks = BlobMarks(_index(sorted(known)))
    seen: set[tuple[BlobType, BlobId]] = set()
    for blob in blobs:
        assert (blob in marks) is (blob in seen)
        assert marks.add(*blob) is (blob not in seen)
        seen.add(blob)
    assert marks.unknown == {blob for blob in seen if blob[1] not in known}
    assert sum(marks.bytes) == len(seen) - len(marks.unknown)


@given(st.sets(IDS), st.lists(st.tuples(IDS, st.integers(0, 2**64 - 1))))
def test_notes_are_a_dictionary_of_known_trees(known: set[BlobId], rows: list[tuple[BlobId, int]]) -> None:
    notes = TreeNotes(_index(sorted(known)), 2)
    expected = {}
    for tree, number in rows:
        notes.put(tree, (number, 1))
        if tree in known:
            expected[tree] = (number, 1)
    for number in range(8):
        tree = BlobId(bytes([number]) * 32)
        assert notes.get(tree) == expected.get(tree)
