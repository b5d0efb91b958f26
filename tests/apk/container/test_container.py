"""An app's file is opened as a phone would open it: what a phone refuses, is refused with one sentence."""

import io
import random
import zipfile

import pytest

from phoneward.apk.container import Container, open_container
from phoneward.apk.container import archive as archive_module
from phoneward.apk.container.directory import is_entry_name
from phoneward.apk.errors import ApkError, ApkTooLargeError, ContainerError, HiddenPrefixError
from phoneward.apk.source import BytesSource
from tests.apk.container.zips import Member, central_record, deflate, end_record, local_header, zip_of

MANIFEST = b"AndroidManifest.xml"


def opened(data: bytes) -> Container:
    return open_container(BytesSource(data, "app.apk"))


def refused(data: bytes) -> str:
    with pytest.raises(ContainerError) as caught:
        opened(data)
    return caught.value.sentence()


def content(data: bytes, name: bytes = MANIFEST, **options: bool) -> bytes:
    container = opened(data)
    entry = container.find(name)
    assert entry is not None
    return container.read(entry, 1 << 20, **options)


def unreadable(data: bytes, name: bytes = MANIFEST) -> str:
    with pytest.raises(ContainerError) as caught:
        content(data, name)
    return caught.value.sentence()


class TestWhatIsThere:
    def test_a_zip_of_the_standard_library_is_read_back(self) -> None:
        """The independent judge of what is in it is Python's own zipfile."""
        random.seed(6)
        files = {f"res/{number}.bin": random.randbytes(number * 997) for number in range(40)}
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as made:
            for number, (name, data) in enumerate(files.items()):
                made.writestr(name, data, zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED)
        container = opened(written.getvalue())
        assert [name.decode() for name in container] == list(files)
        assert len(container) == len(files)
        for entry in container.entries():
            assert container.read(entry, 1 << 20) == files[entry.name.decode()]

    def test_it_says_where_the_directory_and_the_end_are(self) -> None:
        data = zip_of(Member(b"a", b"1"), block=b"signing block", comment=b"hello")
        container = opened(data)
        assert data[container.central_directory_offset :].startswith(b"PK\1\2a"[:4])
        assert container.central_directory_offset + container.central_directory_size == container.end_offset
        assert data[container.end_offset :].startswith(b"PK\5\6")
        assert not container.has_zip64_locator

    def test_names_are_exact(self) -> None:
        container = opened(zip_of(Member(b"Aa"), Member(b"aa"), Member("名.txt".encode())))
        assert b"aa" in container
        assert b"AA" not in container
        assert "名.txt".encode() in container
        assert container.find(b"missing") is None

    def test_a_large_file_comes_in_pieces(self) -> None:
        packed = Member(b"big", bytes(5 << 20), method=8)
        container = opened(zip_of(packed, Member(b"plain", b"x" * (1 << 20))))
        for name, size in ((b"big", 5 << 20), (b"plain", 1 << 20)):
            entry = container.find(name)
            assert entry is not None
            pieces = [len(piece) for piece in container.chunks(entry)]
            assert max(pieces) <= archive_module.CHUNK
            assert sum(pieces) == size

    def test_what_android_does_not_look_at_is_no_reason(self) -> None:
        """A wrong checksum and the flag for encryption: the phone installs such a file, so it is read."""
        assert content(zip_of(Member(MANIFEST, b"<m/>", crc=1))) == b"<m/>"
        assert content(zip_of(Member(MANIFEST, b"<m/>", flags=1))) == b"<m/>"

    def test_what_is_packed_in_an_unknown_way_is_taken_as_a_phone_takes_it(self) -> None:
        """For its signature deflated, for what it declares stored: two readers of one phone."""
        packed = deflate(b"content")
        data = zip_of(Member(MANIFEST, b"content", method=21, packed=packed))
        assert content(data) == b"content"
        assert content(data, as_asset=True) == packed[:7] if len(packed) >= 7 else packed

    def test_sizes_behind_the_content_are_taken_from_the_directory(self) -> None:
        assert content(zip_of(Member(MANIFEST, b"<m/>", flags=8))) == b"<m/>"


class TestRefused:
    def test_something_else(self) -> None:
        for data in (b"", b"PK", b"a picture" * 100, bytes(70_000)):
            assert "not a ZIP file" in refused(data)

    def test_cut_off_anywhere(self) -> None:
        whole = zip_of(Member(MANIFEST, b"<m/>", method=8), Member(b"classes.dex", b"dex" * 50))
        for size in range(len(whole)):
            with pytest.raises(ApkError):
                opened(whole[:size])

    def test_something_after_the_end(self) -> None:
        assert "follows its end" in refused(zip_of(Member(b"a")) + b"\0")

    def test_a_false_end_record_in_the_comment(self) -> None:
        """Two readers that choose differently would see two apps: the last one decides, and must end with the file."""
        false = end_record(1, 46, 0, comment_size=7)
        assert "follows its end" in refused(zip_of(Member(b"a"), comment=false))

    def test_the_last_of_two_end_records_decides(self) -> None:
        member = Member(b"b", b"2")
        inner = zip_of(Member(b"a", b"1"))
        offset = len(inner)
        second = local_header(member) + member.content
        record = central_record(member, offset)
        for comment in (b"", b"hello"):
            data = inner + second + record + end_record(1, len(record), offset + len(second), comment)
            assert list(opened(data)) == [b"b"]

    def test_a_comment_of_any_length(self) -> None:
        for size in (1, 21, 22, 23, 65_535):
            assert list(opened(zip_of(Member(b"a"), comment=bytes(size)))) == [b"a"]

    def test_an_end_record_too_far_from_the_end(self) -> None:
        assert "not a ZIP file" in refused(zip_of(Member(b"a"), comment=bytes(65_536 + 22)[:65_535]) + bytes(30))

    def test_no_files(self) -> None:
        assert "holds no files" in refused(zip_of())

    def test_a_program_in_front_of_the_app(self) -> None:
        with pytest.raises(HiddenPrefixError, match="begins with something"):
            opened(zip_of(Member(MANIFEST, b"<m/>"), before=b"dex\n035\0" + bytes(100)))

    def test_two_files_of_one_name(self) -> None:
        assert "same name" in refused(zip_of(Member(b"a", b"1"), Member(b"a", b"2")))

    @pytest.mark.parametrize(
        "name", [b"a\0b", b"\xff", b"\xc3", b"\x80", b"a\xe4\xb8", b"\xc3\xc3", b"\xfe" + b"\x80" * 6]
    )
    def test_a_name_that_makes_no_sense(self, name: bytes) -> None:
        assert "makes no sense" in refused(zip_of(Member(name)))

    @pytest.mark.parametrize("name", [b"\xc0\x80", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", "é名😀".encode()])
    def test_a_name_that_android_takes(self, name: bytes) -> None:
        assert is_entry_name(name)
        assert name in opened(zip_of(Member(name)))

    def test_more_files_counted_than_there_are(self) -> None:
        assert "list of contents" in refused(zip_of(Member(b"a"), count=2))

    def test_files_beyond_the_count_are_not_there_for_android(self) -> None:
        assert list(opened(zip_of(Member(b"a"), Member(b"b"), count=1))) == [b"a"]

    def test_a_directory_elsewhere(self) -> None:
        body = zip_of(Member(b"a", b"1"))[:-22]
        for size, offset in ((47, 1 << 31), (1 << 31, 32), (47, len(body))):
            assert "not where it should be" in refused(body + end_record(1, size, offset))
        assert "damaged" in refused(body + end_record(1, 47, 0))
        assert "damaged" in refused(body + end_record(1, 46, 32)), "the last name is cut off"
        assert "damaged" in refused(body.replace(b"PK\1\2", b"PK\1\3") + end_record(1, 47, 32))

    def test_zip64(self) -> None:
        assert "ZIP64" in refused(zip_of(Member(b"a"))[:-22] + end_record(1, 47, 0xFFFFFFFF))
        assert "ZIP64" in refused(zip_of(Member(b"a"))[:-22] + end_record(1, 0xFFFFFFFF, 0))

    def test_a_zip64_locator_is_told(self) -> None:
        member = Member(b"a", b"1")
        body = local_header(member) + member.content
        record = central_record(member, 0)
        locator = b"PK\6\7" + bytes(16)
        container = opened(body + record + locator + end_record(1, len(record), len(body)))
        assert container.has_zip64_locator
        assert container.end_offset == container.central_directory_offset + container.central_directory_size + 20

    def test_a_directory_that_is_too_large(self) -> None:
        huge = end_record(1, 17 << 20, 4)
        with pytest.raises(ApkTooLargeError, match="list of contents"):
            opened(b"PK\3\4" + bytes(17 << 20) + huge)

    def test_a_content_behind_the_directory(self) -> None:
        assert "not where it should be" in refused(zip_of(Member(b"a"), Member(b"b", header_offset=1 << 31)))


class TestUnreadableParts:
    @pytest.mark.parametrize(
        ("local", "sentence"),
        [
            ({"name": b"AndroidManifest.xmx"}, "another name"),
            ({"name": b"AndroidManifest.xm"}, "another name"),
            ({"name": b"AndroidManifest.xml2"}, "another name"),
            ({"size": 5}, "different things"),
            ({"compressed_size": 5}, "different things"),
            ({"crc": 5}, "different things"),
            ({"flags": 8}, "different things"),
            ({"extra": bytes(60_000)}, None),
        ],
    )
    def test_two_places_that_do_not_agree(self, local: dict[str, object], sentence: str | None) -> None:
        data = zip_of(Member(MANIFEST, b"<m/>", local=local))
        if sentence is None:
            assert content(data) == b"<m/>", "an extra field only in the local header is no contradiction"
        else:
            assert sentence in unreadable(data)

    def test_a_header_that_is_none(self) -> None:
        assert "not where it should be" in unreadable(zip_of(Member(b"a", b"1"), Member(MANIFEST, header_offset=1)))
        data = zip_of(Member(b"a", b"1"), Member(MANIFEST, header_offset=30))
        assert "not where it should be" in unreadable(data)

    def test_a_content_that_reaches_into_the_directory(self) -> None:
        for lie in ({"size": 500}, {"compressed_size": 500, "method": 8}, {"size": 1 << 19}):
            assert "cut off" in unreadable(zip_of(Member(MANIFEST, b"<m/>", **lie)))  # type: ignore[arg-type]

    def test_nor_from_further_back(self) -> None:
        for lie in ({"size": 200, "compressed_size": 200}, {"compressed_size": 200, "method": 8}):
            data = zip_of(Member(b"a", bytes(1000)), Member(MANIFEST, b"<m/>", **lie))  # type: ignore[arg-type]
            assert "cut off" in unreadable(data)

    def test_much_that_unpacks_to_nothing_is_no_end(self) -> None:
        """Empty blocks, more of them than are read at once, before the content."""
        packed = b"\0\0\0\xff\xff" * 60_000 + deflate(b"<m/>")
        assert content(zip_of(Member(MANIFEST, b"<m/>", method=8, packed=packed))) == b"<m/>"

    def test_an_unknown_method_cannot_reach_into_the_directory_either(self) -> None:
        data = zip_of(Member(MANIFEST, b"<m/>", method=21, size=500))
        with pytest.raises(ContainerError, match="cut off"):
            content(data, as_asset=True)

    def test_a_content_longer_or_shorter_than_it_says(self) -> None:
        for size in (0, 3, 5, 1 << 19):
            assert "longer or shorter" in unreadable(zip_of(Member(MANIFEST, b"<m/>", method=8, size=size)))

    def test_a_content_that_cannot_be_unpacked(self) -> None:
        assert "unpacked" in unreadable(zip_of(Member(MANIFEST, b"<m/>", method=8, packed=b"\xff" * 9)))
        half = deflate(random.randbytes(1000))[:500]
        assert "cut off" in unreadable(zip_of(Member(MANIFEST, bytes(1000), method=8, packed=half)))

    def test_larger_than_asked_for(self) -> None:
        container = opened(zip_of(Member(MANIFEST, bytes(100), method=8)))
        entry = container.find(MANIFEST)
        assert entry is not None
        assert container.read(entry, 100) == bytes(100)
        with pytest.raises(ApkTooLargeError, match=r"AndroidManifest\.xml"):
            container.read(entry, 99)
