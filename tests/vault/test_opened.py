import io
import os
import random
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.blobs import BlobId
from phoneward.vault.errors import BlobMissingError, NotAFileError, SizeMismatchError
from phoneward.vault.nodes import Node
from phoneward.vault.opened import iter_content, open_file
from tests.vault.blobstore import BlobStore, symlink

pieces = st.lists(st.binary(min_size=1, max_size=40), max_size=8)
moves = st.lists(
    st.tuples(st.sampled_from(["seek", "read", "end", "relative"]), st.integers(0, 200)), min_size=1, max_size=20
)


@given(pieces, moves, st.integers(0, 100))
def test_it_reads_as_a_file_in_memory_does(content: list[bytes], steps: list[tuple[str, int]], cache: int) -> None:
    store = BlobStore()
    model = io.BytesIO(b"".join(content))
    with open_file(store, store.file(b"f", *content), cache_bytes=cache) as opened:
        for step, number in steps:
            if step == "seek":
                assert opened.seek(number) == model.seek(number)
            elif step == "end":
                back = -min(number, len(model.getvalue()))
                assert opened.seek(back, os.SEEK_END) == model.seek(back, os.SEEK_END)
            elif step == "relative":
                assert opened.seek(number, os.SEEK_CUR) == model.seek(number, os.SEEK_CUR)
            else:
                assert opened.read(number) == model.read(number)
            assert opened.tell() == model.tell()
        opened.seek(0)
        assert opened.read() == model.getvalue()


def test_a_zip_is_read_in_place_and_the_cache_is_bounded() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        for i in range(50):
            written.writestr(f"m{i}", random.Random(i).randbytes(5000))
    data = archive.getvalue()
    store = BlobStore()
    node = store.file(b"a.zip", *(data[i : i + 4096] for i in range(0, len(data), 4096)))
    with open_file(store, node, cache_bytes=3 * 4096) as opened:
        with zipfile.ZipFile(opened) as read:
            assert read.read("m17") == random.Random(17).randbytes(5000)
            few = len(store.loads)
            assert few < len(node.content or ()) / 2
            assert read.testzip() is None
        assert sum(map(len, opened._cache.values())) <= 3 * 4096
        assert opened._cached == sum(map(len, opened._cache.values()))


def test_a_cached_blob_is_loaded_once() -> None:
    store = BlobStore()
    with open_file(store, store.file(b"f", b"abc", b"def")) as opened:
        for _ in range(5):
            opened.seek(1)
            assert opened.read(4) == b"bcde"
    assert len(store.loads) == 2


@pytest.mark.parametrize("size", [0, 5, 7, 2**63])
def test_a_lie_about_the_size_is_told(size: int) -> None:
    store = BlobStore()
    node = store.file(b"f\n", b"abc", b"def", size=size)
    with pytest.raises(SizeMismatchError, match=rf"f\\x0a should be {size} bytes long, but 6"):
        open_file(store, node)
    with pytest.raises(SizeMismatchError):
        next(iter_content(store, node))


def test_an_index_that_lies_about_a_blob_is_told() -> None:
    class Liar(BlobStore):
        def blob_size(self, *_what: object) -> int | None:
            return 100

    store = Liar()
    node = store.file(b"f", b"abc", size=100)
    with open_file(store, node) as opened, pytest.raises(SizeMismatchError):
        opened.read(1)


def test_what_is_no_file_or_not_there_is_refused() -> None:
    store = BlobStore()
    for node in (symlink(b"l", b"f"), store.folder(b"d"), Node(name=b"f", type="file", content=None)):
        with pytest.raises(NotAFileError):
            open_file(store, node)
    with pytest.raises(BlobMissingError):
        open_file(store, Node(name=b"f", type="file", size=3, content=(BlobId(b"\0" * 32),)))


def test_a_closed_file_answers_no_more() -> None:
    store = BlobStore()
    opened = open_file(store, store.file(b"f", b"abc"))
    with pytest.raises(ValueError, match="position"):
        opened.seek(-1)
    with pytest.raises(ValueError, match="position"):
        opened.seek(0, 7)
    opened.close()
    for call in (opened.tell, opened.read, lambda: opened.seek(0)):
        with pytest.raises(ValueError, match="closed"):
            call()
