"""Compiled XML is read as far as Android reads it, and refused where Android refuses it."""

import struct

import pytest

from phoneward.apk.errors import ManifestError
from phoneward.apk.manifest import parse_manifest
from phoneward.apk.manifest.strings import MAX_DECODED, PoolError, StringPool
from tests.apk.manifest.axml import NONE, Attribute, Node, Pool, document, node_chunk, pool_chunk, whole

PACKAGE = Attribute("package", "org.example.notes", space=None)
OTHER = Attribute("package", "com.example.other", space=None)
ROOT = document(Node("manifest", (PACKAGE,)))
END = struct.pack("<II", NONE, 0)


def refused(data: bytes) -> bool:
    with pytest.raises(ManifestError, match="what it says of itself is damaged"):
        parse_manifest(data, "app.apk")
    return True


def package(data: bytes) -> str:
    return parse_manifest(data, "app.apk").package


class TestTexts:
    def test_by_number(self) -> None:
        for utf8 in (True, False):
            made = Pool(["a", "", "名字 😀", "x" * 300, "y" * 70_000], utf8).chunk()
            pool = StringPool(made, 0, len(made))
            assert [pool.text(index) for index in range(5)] == ["a", "", "名字 😀", "x" * 300, "y" * 70_000]
            assert pool.text(5) is None
            assert pool.text(NONE) is None

    def test_one_number_too_many(self) -> None:
        made = Pool(["", "a"], utf8=False).chunk()
        assert [StringPool(made, 0, len(made)).text(index) for index in range(3)] == ["", "a", None]

    def test_two_halves_of_a_character(self) -> None:
        """aapt2 writes an emoji in UTF-8 as two sequences of three bytes."""
        made = Pool(["\ud83d\ude00"]).chunk()
        assert StringPool(made, 0, len(made)).text(0) == "😀"

    def test_broken_texts(self) -> None:
        made = pool_chunk([0, 1, 2000, 0xFFFFFFF0], b"\1\2\xff\xfe\0\0\0\0")
        pool = StringPool(made, 0, len(made))
        assert pool.text(0) == "\ufffd\ufffd"
        assert [pool.text(index) for index in (2, 3)] == [None, None]

    def test_a_text_without_its_end(self) -> None:
        utf16 = pool_chunk([0, 4], struct.pack("<6H", 1, 65, 66, 1, 67, 0), utf8=False)
        assert StringPool(utf16, 0, len(utf16)).text(0) is None
        assert StringPool(utf16, 0, len(utf16)).text(1) is None
        utf8 = pool_chunk([0], b"\1\4abcdefghi\0")
        assert StringPool(utf8, 0, len(utf8)).text(0) is None

    def test_texts_that_overlap_do_not_fill_the_memory(self) -> None:
        size = 1 << 20
        stored = struct.pack("<HH", 0x8000 | size >> 16, size & 0xFFFF) + b"x\0" * size + b"\0\0\0\0"
        made = pool_chunk([0] * 100, stored, utf8=False)
        pool = StringPool(made, 0, len(made))
        for index in range(MAX_DECODED // (2 * size) - 1):
            assert pool.text(index) == "x" * size
        with pytest.raises(PoolError):
            _ = [pool.text(index) for index in range(50, 60)]

    @pytest.mark.parametrize(
        "made",
        [
            b"\1\0\x1c\0\x1c\0\0\0",
            pool_chunk([0], b"\1\1ab"),
            pool_chunk([0], b"\1\1a\0", count=1_000_000),
            pool_chunk([0], b"\1\1a\0", start=1 << 30),
            pool_chunk([0], b"\1\1a\0", start=34),
            pool_chunk([0], b"a\0b\1", utf8=False),
        ],
    )
    def test_pools_that_android_refuses(self, made: bytes) -> None:
        with pytest.raises(PoolError):
            StringPool(made, 0, len(made))


class TestWalking:
    def test_the_document(self) -> None:
        assert package(ROOT) == "org.example.notes"
        assert package(ROOT + b"anything") == "org.example.notes"

    def test_what_follows_the_first_element_is_not_read(self) -> None:
        assert package(document([Node("manifest", (PACKAGE,)), Node("manifest", (OTHER,))])) == "org.example.notes"
        assert package(whole(ROOT[8:] + b"\xff" * 32)) == "org.example.notes"

    def test_an_element_that_is_not_the_manifest_first(self) -> None:
        with pytest.raises(ManifestError, match="does not say what it is"):
            package(document([Node("x", (), [Node("manifest", (PACKAGE,))]), Node("manifest", (OTHER,))]))

    def test_unknown_nodes_are_passed_over(self) -> None:
        for kind in (0x17E, 0x105, 0x999):
            assert package(whole(ROOT[8:-24] + node_chunk(kind, b"") + ROOT[-24:])) == "org.example.notes"

    def test_an_element_without_a_name(self) -> None:
        nameless = node_chunk(0x102, struct.pack("<IIHHHHHH", NONE, NONE, 20, 20, 0, 0, 0, 0)) + node_chunk(0x103, END)
        assert package(whole(ROOT[8:-24] + nameless + ROOT[-24:])) == "org.example.notes"

    @pytest.mark.parametrize(
        "node",
        [
            node_chunk(0x103, b""),
            node_chunk(0x102, bytes(16)),
            node_chunk(0x104, bytes(8)),
            node_chunk(0x100, bytes(4)),
            node_chunk(0x17E, bytes(3)),
            struct.pack("<HHIII", 0x17E, 16, 12, 1, NONE),
            struct.pack("<HHIII", 0x17E, 12, 16, 1, NONE),
            struct.pack("<HHIII", 0x17E, 16, 0, 1, NONE),
            struct.pack("<HHIII", 0x17E, 16, 0xFFFFFFF0, 1, NONE),
            node_chunk(0x102, struct.pack("<IIHHHHHH", NONE, 0, 20, 20, 1, 0, 0, 0)),
            node_chunk(0x102, struct.pack("<IIHHHHHH", NONE, 0, 0xFFFF, 0, 0, 0, 0, 0)),
        ],
    )
    def test_a_damaged_node(self, node: bytes) -> None:
        assert refused(whole(ROOT[8:-24] + node + ROOT[-24:]))

    def test_attributes_of_another_size(self) -> None:
        """More bytes for each than there are fields: what is behind them is passed over."""
        texts = Pool(["manifest", "package", "org.example.notes"]).chunk()
        stored = struct.pack("<IIIHBBI", NONE, 1, 2, 8, 0, 3, 2) + b"more"
        start = node_chunk(0x102, struct.pack("<IIHHHHHH", NONE, 0, 20, 24, 1, 0, 0, 0) + stored)
        assert package(whole(texts + start + node_chunk(0x103, END))) == "org.example.notes"

    def test_the_last_attribute_may_not_reach_out_of_the_document(self) -> None:
        texts = Pool(["manifest"]).chunk()
        start = node_chunk(0x102, struct.pack("<IIHHHHHH", NONE, 0, 20, 4, 1, 0, 0, 0) + bytes(4))
        assert refused(whole(texts + start))

    @pytest.mark.parametrize("place", [0, 2, 4])
    def test_a_damaged_beginning(self, place: int) -> None:
        for value in (b"\xff\xff", b"\0\0"):
            assert refused(ROOT[:place] + value + ROOT[place + 2 :]) or value == b"\0\0"

    def test_no_texts_or_no_elements(self) -> None:
        texts = Pool(["manifest"]).chunk()
        assert refused(whole(texts))
        assert refused(whole(node_chunk(0x102, struct.pack("<IIHHHHHH", NONE, 0, 20, 20, 0, 0, 0, 0))))
        assert refused(ROOT[:7])
