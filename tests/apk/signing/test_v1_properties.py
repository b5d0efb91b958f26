"""What holds for every list and every block: read as written, folded or not; nonsense ends in one kind of error."""

import contextlib
from collections.abc import Iterator

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from phoneward.apk.container import open_container
from phoneward.apk.errors import ApkError
from phoneward.apk.signing import ber
from phoneward.apk.signing.ber import MalformedBerError
from phoneward.apk.signing.certificate import read_certificate
from phoneward.apk.signing.facts import SdkRange
from phoneward.apk.signing.pkcs7 import read_attributes, read_signed_data
from phoneward.apk.signing.v1 import verify_v1
from phoneward.apk.signing.v1_digests import MalformedDigestError, digests_to_compare
from phoneward.apk.signing.v1_manifest import ManifestTooLongError, sections
from phoneward.apk.source import BytesSource
from tests.apk.jarsigner import Info, Jar, block, der, good_attributes, oid
from tests.apk.making import key

KEY = key("jar")
APP = {"AndroidManifest.xml": b"manifest", "classes.dex": b"dex" * 50}
ENDS = st.sampled_from([b"\r\n", b"\n", b"\r"])
BREAKS = st.lists(
    st.sampled_from([b"\r\n", b"\n", b"\r", b" ", b"a", b": ", b"Name: ", b"nAME", b"\xc3", b"Xa: b"]), max_size=20
).map(b"".join)
"""Bytes that mean something in a list, in any order."""


def lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Where each line ends, and what it holds: byte by byte, as the specification says it."""
    at = start = 0
    while at < len(data):
        if data[at : at + 1] in {b"\r", b"\n"}:
            line = data[start:at]
            at += 2 if data[at : at + 2] == b"\r\n" else 1
            yield at, line
            start = at
        else:
            at += 1
    if start < len(data):
        yield len(data), data[start:]


def slowly(data: bytes) -> list[tuple[int, int, list[bytes]]]:
    """Sections, found line by line: where they begin and end, and their unfolded lines."""
    found: list[tuple[int, int, list[bytes]]] = []
    start, end, held = 0, 0, list[bytes]()
    for end, line in lines(data):
        if not line:
            if held:
                found.append((start, end, held))
            start, held = end, []
        elif line.startswith(b" ") and held:
            held[-1] += line[1:]
        else:
            held.append(line)
    if held:
        found.append((start, end, held))
    return found


@given(BREAKS)
@settings(max_examples=1000)
def test_a_list_is_read_as_line_by_line(data: bytes) -> None:
    """The fast reader and a slow one find the same sections, names and first values."""
    expected = slowly(data)
    found = list(sections(data))
    assert [(one.start, one.end) for one in found] == [(start, end) for start, end, _held in expected]
    for one, (_start, _end, held) in zip(found, expected, strict=True):
        first: dict[str, bytes] = {}
        for line in held:
            key_of, _delimiter, content = line.partition(b": ")
            if key_of.isascii():
                first.setdefault(key_of.decode().lower(), content)
        assert first.items() <= one.attributes.items()
        name, _delimiter, content = held[0].partition(b": ")
        assert one.name == (content if name.lower() == b"name" else None)


@given(st.dictionaries(st.text("abcäß空/ :", min_size=1), st.binary(max_size=90), max_size=4), ENDS, st.integers(2, 80))
def test_what_is_written_is_read(entries: dict[str, bytes], end: bytes, width: int) -> None:
    """However lines are folded, also in the middle of a letter, and whatever ends them."""
    written = b"Manifest-Version: 1.0" + end + end
    for name, value in entries.items():
        for line in (f"Name: {name}".encode(), b"X: " + value.hex().encode()):
            pieces = [line[at : at + width] for at in range(0, len(line), width)]
            written += (end + b" ").join(pieces) + end
        written += end
    main, *found = sections(written)
    assert main.get("manifest-version") == "1.0"
    assert {(one.name or b"").decode(): bytes.fromhex(one.get("x") or "") for one in found} == entries


@given(BREAKS, st.integers(1, 40), st.integers(1, 40))
def test_digests_are_found_or_are_not(data: bytes, low: int, high: int) -> None:
    """Nothing else comes of a section."""
    for section in sections(b"SHA1-Digest: " + data + b"\nDigest-Algorithms: " + data):
        with contextlib.suppress(MalformedDigestError):
            assert len(digests_to_compare(section, "-Digest", low, high)) <= 2


VALUES = st.recursive(
    st.tuples(st.sampled_from([2, 3, 4, 5, 6, 0x80, 0x5F]), st.binary(max_size=9)).map(
        lambda value: der(value[0], *([b"\x82\x01"] if value[0] == 0x5F else []), value[1])
    ),
    lambda parts: st.tuples(st.sampled_from([0x30, 0x31, 0xA0]), st.lists(parts, max_size=4), st.booleans()).map(
        lambda value: der(value[0], *value[1], endless=value[2])
    ),
    max_leaves=12,
)


@given(
    st.lists(st.tuples(st.sampled_from([0x30, 0x31, 0xA0, 4]), st.binary(max_size=300), st.integers(0, 4)), max_size=5)
)
def test_values_are_read_as_they_were_written(parts: list[tuple[int, bytes, int]]) -> None:
    """However many bytes their lengths take."""
    written = [der(tag, content, long=long) for tag, content, long in parts]
    found = list(ber.values(b"".join(written)))
    assert [value.encoded for value in found] == written
    assert [value.content for value in found] == [content for _tag, content, _long in parts]


@given(st.lists(VALUES, max_size=4))
def test_values_without_a_length_end_where_their_parts_do(parts: list[bytes]) -> None:
    """At the two zeros that are theirs, not at those of a part."""
    whole = der(0x30, *parts, endless=True)
    with contextlib.suppress(MalformedBerError):  # a part of which the content looks like the end
        assert ber.value(whole + b"rest").encoded == whole or b"\0\0" in b"".join(parts)


@given(VALUES | st.binary(max_size=200))
@settings(max_examples=500)
def test_nonsense_is_malformed(data: bytes) -> None:
    """As a block, a certificate, attributes: one kind of error, or something that was read."""
    for read in (read_signed_data, read_certificate, read_attributes, ber.value):
        with contextlib.suppress(MalformedBerError):
            assert read(data) is not None


GOOD = block(b"file", [Info(KEY, attributes=good_attributes(b"file"))])


@given(st.data())
@settings(max_examples=300)
def test_a_block_with_a_changed_byte_is_read_or_malformed(data: st.DataObject) -> None:
    """Nothing else comes of it."""
    changed = bytearray(GOOD)
    for _number in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(GOOD) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(MalformedBerError):
        read = read_signed_data(bytes(changed))
        for certificate in read.certificates or ():
            read_certificate(certificate).public_key()


SIGNED = Jar(APP, [Info(KEY)]).apk()


@given(st.data())
@settings(max_examples=300)
def test_no_bit_of_what_is_signed_can_be_changed_unnoticed(data: st.DataObject) -> None:
    """An app that is still believed holds what was signed, by whom it was signed."""
    at = data.draw(st.integers(0, len(SIGNED) - 1))
    changed = SIGNED[:at] + bytes([SIGNED[at] ^ 1 << data.draw(st.integers(0, 7))]) + SIGNED[at + 1 :]
    try:
        container = open_container(BytesSource(changed))
    except ApkError:
        return
    found = verify_v1(container, SdkRange(24))
    if found.is_verified:
        held = {name: container.find(name) for name in container if not name.startswith(b"META-INF/")}
        assert {name.decode(): b"".join(container.chunks(entry)) for name, entry in held.items() if entry} == APP
        assert len(found.signers) == 1


def test_a_list_of_too_many_lines_is_not_read() -> None:
    """The bound is told, not passed over in silence."""
    for data in (b"a: b\n" * 400_001, b"a: b\n" * 1_001):
        with pytest.raises(ManifestTooLongError):
            list(sections(data))


def test_tags_of_large_numbers_are_read_as_written() -> None:
    """Class and number, over several bytes."""
    assert ber.value(b"\xbf\x82\x01\x00").kind == (ber.CONTEXT, 257)
    for endless in (b"\x1f" + b"\xff" * 9, b"\x1f\x80"):
        with pytest.raises(MalformedBerError):
            ber.value(endless)


def test_identifiers_are_read_as_written() -> None:
    """Also those with large numbers."""
    for dotted in ("1.2.840.113549.1.7.2", "2.16.840.1.101.3.4.2.1", "0.0", "2.999.1", "1.39.9223372036854775807"):
        assert ber.value(oid(dotted)).oid() == dotted
