"""Files that somebody made to hang, fill or crash what looks at them; `python -m tests.apk.hostile FILE` looks at one.

It prints what a person would read, then the most memory that it took (kB) and its processor time (s).
"""

import io
import re
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tests.apk.container.zips import Member, central_record, deflate, end_record, local_header, zip_of
from tests.apk.manifest.axml import NONE, Attribute, Node, document, node_chunk, pool_chunk, whole

NAME: Final = b"AndroidManifest.xml"
PACKAGE: Final = Attribute("package", "org.example.notes", space=None)
ELEMENT: Final = struct.Struct("<IIHHHHHH")


def of_manifest(manifest: bytes, **lies: object) -> bytes:
    return zip_of(Member(NAME, manifest, method=8, **lies))  # type: ignore[arg-type]


def zeros(size: int) -> bytes:
    """A deflated stream of so many zeros, made without having them: a block that refers to nothing, again and again."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (size >> 20) + packer.flush()


def gigabytes_of_manifest() -> bytes:
    return zip_of(Member(NAME, method=8, packed=zeros(1_500 << 20), size=1_500 << 20))


def gigabytes_that_are_not_said() -> bytes:
    return zip_of(Member(NAME, method=8, packed=zeros(1_500 << 20), size=100))


def four_gigabytes_said() -> bytes:
    return zip_of(Member(NAME, b"x", size=0xFFFFFFFE, compressed_size=0xFFFFFFFE))


def nested_elements() -> bytes:
    return _nested(200_000)


def fewer_nested_elements() -> bytes:
    return _nested(130_000)


def _nested(depth: int) -> bytes:
    root = document(Node("manifest", (PACKAGE,)))
    end = node_chunk(0x103, struct.pack("<II", NONE, 1))
    start = node_chunk(0x102, ELEMENT.pack(NONE, 1, 20, 20, 0, 0, 0, 0))
    return of_manifest(whole(root[8 : -len(end)] + start * depth + end * depth + end))


def elements_without_end() -> bytes:
    root = document(Node("manifest", (PACKAGE,)))
    start = node_chunk(0x102, ELEMENT.pack(NONE, 1, 20, 20, 0, 0, 0, 0))
    return of_manifest(whole(root[8:-24] + start * 200_000))


def smallest_nodes() -> bytes:
    root = document(Node("manifest", (PACKAGE,)))
    return of_manifest(whole(root[8:-24] + struct.pack("<HHIII", 0x17E, 16, 16, 1, NONE) * 500_000))


def many_permissions() -> bytes:
    """As many as fit, each with a name of its own."""
    name = Attribute("name", "x", 0x01010003)
    count = 70_000
    root = document(
        Node("manifest", (PACKAGE,), (Node("uses-permission", (name,)),)), more_texts=[f"p{n}" for n in range(count)]
    )
    end = node_chunk(0x103, struct.pack("<II", NONE, 0))
    made = b"".join(
        node_chunk(
            0x102,
            ELEMENT.pack(NONE, count + 4, 20, 20, 1, 0, 0, 0) + struct.pack("<IIIHBBI", NONE, 0, NONE, 8, 0, 3, n + 1),
        )
        + end
        for n in range(count)
    )
    return of_manifest(whole(root[8:-24] + made))


def one_long_text_under_many_numbers() -> bytes:
    """Half a million names of permissions, each of four megabytes, all in the same bytes."""
    count = 100_000
    text = "x" * (1 << 21)
    stored = struct.pack("<HH", 0x8000 | len(text) >> 16, len(text) & 0xFFFF) + text.encode("utf-16-le") + b"\0\0\0\0"
    words = ("manifest", "package", "org.example.notes")
    short = [struct.pack("<H", len(word)) + word.encode("utf-16-le") + b"\0\0" for word in words]
    places = [0, len(short[0]), len(short[0] + short[1])]
    pool = pool_chunk([*places, *[len(b"".join(short))] * count], b"".join(short) + stored, utf8=False)
    package = struct.pack("<IIIHBBI", NONE, 1, 2, 8, 0, 3, 2)
    start = node_chunk(0x102, ELEMENT.pack(NONE, 0, 20, 20, 1, 0, 0, 0) + package)
    end = node_chunk(0x103, struct.pack("<II", NONE, 0))
    others = [node_chunk(0x102, ELEMENT.pack(NONE, n, 20, 20, 0, 0, 0, 0)) + end for n in range(3, 20_000)]
    return of_manifest(whole(pool + start + b"".join(others)))


def attributes_of_no_size() -> bytes:
    return of_manifest(document(Node("manifest", (PACKAGE,), attribute_count=65_535, attribute_size=0)))


def attributes_that_overlap() -> bytes:
    attributes = [Attribute("versionCode", n, 0x0101021B) for n in range(3_276)]
    node = Node("uses-sdk", attributes, attribute_count=65_500, attribute_size=1)
    return of_manifest(document(Node("manifest", (PACKAGE,), [node] * 10)))


def more_attributes_than_there_are() -> bytes:
    return of_manifest(document(Node("manifest", (PACKAGE,), attribute_count=65_535)))


def negative_lengths() -> bytes:
    made = bytearray(document(Node("manifest", (PACKAGE,))))
    made[12:16] = b"\xfc\xff\xff\xff"
    return of_manifest(bytes(made))


def as_many_entries_as_can_be() -> bytes:
    manifest = Member(NAME, document(Node("manifest", (PACKAGE,))))
    return zip_of(manifest, *[Member(b"res/raw/%d" % number) for number in range(65_534)])


def three_hundred_thousand_entries() -> bytes:
    """Written by Python's zipfile, with the ZIP64 records that so many need."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        made.writestr(NAME.decode(), document(Node("manifest", (PACKAGE,))))
        for number in range(300_000):
            made.writestr(f"res/raw/{number}", b"")
    return written.getvalue()


def three_hundred_thousand_records() -> bytes:
    """All of them for one content, and no ZIP64."""
    manifest = Member(NAME, document(Node("manifest", (PACKAGE,))))
    body = local_header(manifest) + manifest.content
    records = central_record(manifest, 0)
    records += b"".join(central_record(Member(b"res/raw/%d" % number), 0) for number in range(300_000))
    return body + records + end_record(300_001 & 0xFFFF, len(records), len(body))


def the_longest_names() -> bytes:
    manifest = Member(NAME, document(Node("manifest", (PACKAGE,))))
    body = local_header(manifest) + manifest.content
    names = [b"%06d" % number + b"x" * 200 for number in range(65_534)]
    records = central_record(manifest, 0) + b"".join(central_record(Member(name), 0) for name in names)
    return body + records + end_record(65_535, len(records), len(body))


def a_directory_of_nothing() -> bytes:
    return b"PK\3\4" + bytes(15 << 20) + end_record(65_535, 15 << 20, 4)


def end_records_everywhere() -> bytes:
    return zip_of(Member(NAME), comment=b"PK\5\6" * 16_383)


def resources_that_name_each_other() -> bytes:
    """A table of as many types as fit, each of which would have to be searched again for every value."""
    label = Attribute("label", 0x7F010000, 0x01010001, 1)
    flags = [Attribute(name, 0x7F010000, number, 1) for name, number in (("a", 0x0101000F), ("b", 0x0101000D))]
    manifest = document(Node("manifest", (PACKAGE,), (Node("application", (label, *flags)),)))
    head = struct.pack("<BBHII", 1, 1, 0, 0xFFFF, 64) + struct.pack("<I", 28) + bytes(24)
    pairs = b"\1\0\0\0" * 50 + b"\0\0\0\0"
    entry = struct.pack("<HHIHBBI", 8, 0, 0, 8, 0, 1, 0x7F010000)
    one = _chunk(0x201, head, pairs + entry)
    package = _chunk(0x200, struct.pack("<I", 0x7F) + bytes(276), one * 60_000)
    table = _chunk(2, struct.pack("<I", 1), pool_chunk([0], b"\1\1x\0") + package)
    return zip_of(Member(NAME, manifest), Member(b"resources.arsc", table, method=8))


def _chunk(kind: int, head: bytes, rest: bytes) -> bytes:
    return struct.pack("<HHI", kind, 8 + len(head), 8 + len(head) + len(rest)) + head + rest


def _bundle(member: bytes, count: int, method: int = zipfile.ZIP_STORED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as made:
        for number in range(count):
            made.writestr(f"{number}.apk", member)
    return written.getvalue()


def a_bundle_of_bombs() -> bytes:
    body = deflate(bytes(60 << 20))
    return zip_of(*[Member(b"%d.apk" % n, method=8, packed=body, size=60 << 20) for n in range(400)])


def a_bundle_of_long_manifests() -> bytes:
    root = document(Node("manifest", (PACKAGE,)))
    nodes = struct.pack("<HHIII", 0x17E, 16, 16, 1, NONE) * 500_000
    return _bundle(of_manifest(whole(root[8:-24] + nodes)), 400)


FILES: Final[Mapping[str, Callable[[], bytes]]] = {
    made.__name__.replace("_", "-"): made
    for made in (
        gigabytes_of_manifest,
        gigabytes_that_are_not_said,
        four_gigabytes_said,
        nested_elements,
        fewer_nested_elements,
        elements_without_end,
        smallest_nodes,
        many_permissions,
        one_long_text_under_many_numbers,
        attributes_of_no_size,
        attributes_that_overlap,
        more_attributes_than_there_are,
        negative_lengths,
        as_many_entries_as_can_be,
        three_hundred_thousand_entries,
        three_hundred_thousand_records,
        the_longest_names,
        a_directory_of_nothing,
        end_records_everywhere,
        resources_that_name_each_other,
        a_bundle_of_bombs,
        a_bundle_of_long_manifests,
    )
}


def look_at(path: Path) -> str:
    """Return what a person reads of a file."""
    from phoneward.apk import ApkError, open_app

    try:
        with open_app([path]) as app:
            verified = all(apk.verify().is_verified for apk in app.apks)
            return f"{app.package} {'verified' if verified else 'not verified'}"
    except ApkError as error:
        return error.sentence()


if __name__ == "__main__":
    print(look_at(Path(sys.argv[1])))  # noqa: T201 - the answer of this process
    status = Path("/proc/self/status").read_text()
    print(re.search(r"VmHWM:\s*(\d+) kB", status)[1], time.process_time())  # type: ignore[index]  # noqa: T201
