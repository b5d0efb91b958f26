"""The signing block: where a phone finds it, and hostile ones."""

import struct
import time
import tracemalloc

import pytest

from phoneward.apk.signing.block import SigningBlock, find_block, find_value
from phoneward.apk.signing.reading import MalformedError
from phoneward.apk.source import BytesSource
from tests.apk import signer as signing
from tests.apk.signer import Signed, Signer, key
from tests.apk.signing.test_schemes import codes, judged

OLD = key("old")
PLAIN = signing.plain_zip()
GOOD = Signed(v2=[Signer(OLD)], v3=[Signer(OLD)])
CONTENT = signing.Zip.of(PLAIN)


class _Places:
    """Where the sections of a file lie, as its end record says."""

    has_zip64_locator = False

    def __init__(self, apk: bytes) -> None:
        self.end_offset = apk.rindex(b"PK\x05\x06")
        self.central_directory_size, self.central_directory_offset = struct.unpack_from(
            "<II", apk, self.end_offset + 12
        )


def found(apk: bytes) -> SigningBlock | None:
    """Where its signing block lies."""
    return find_block(BytesSource(apk), _Places(apk))


def test_it_is_found_where_it_lies() -> None:
    """Right before the central directory."""
    block = found(GOOD.apk(PLAIN))
    assert block is not None
    assert block.offset == len(CONTENT.entries)
    assert found(PLAIN) is None


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"APK Sig Block 42",
        struct.pack("<QQ", 24, 24) + b"APK Sig Block 43",
        struct.pack("<QQ", 24, 25) + b"APK Sig Block 42",
        struct.pack("<QQ", 23, 23) + b"APK Sig Block 42",
        struct.pack("<QQ", 2**31, 2**31) + b"APK Sig Block 42",
        struct.pack("<QQ", 2**64 - 1, 2**64 - 1) + b"APK Sig Block 42",
        struct.pack("<QQ", 2**63, 2**63) + b"APK Sig Block 42",
        struct.pack("<qq", -8, -8) + b"APK Sig Block 42",
    ],
)
def test_what_is_not_wholly_in_form_is_no_block(block: bytes) -> None:
    """Wrong magic, sizes that differ, are too small, too large or negative: the phone sees none."""
    apk = CONTENT.with_block(block)
    assert found(apk) is None
    assert codes(judged(apk)) == ["unsigned"]


def test_nothing_may_stand_between_the_directory_and_the_end() -> None:
    """Android finds no block in a file with something before its end record, and none in a ZIP64 file."""
    apk = GOOD.apk(PLAIN)
    places = _Places(apk)
    places.central_directory_size -= 1
    assert find_block(BytesSource(apk), places) is None
    places = _Places(apk)
    places.has_zip64_locator = True
    assert find_block(BytesSource(apk), places) is None


@pytest.mark.parametrize("length", [0, 3, 5000, 2**31, 2**63 - 1, 2**63, 2**64 - 1])
def test_pairs_behind_one_that_is_not_in_form_are_not_found(length: int) -> None:
    """A pair that is too small, too large, or reaches out of the block ends the search, as on a phone."""
    pair = struct.pack("<QI", length, 7) + b"12345678"
    value = signing.scheme_block([Signer(OLD)], CONTENT, is_v3=False)
    good = struct.pack("<QI", 4 + len(value), signing.V2_ID) + value
    for body, is_found in ((pair + good, False), (good + pair, True)):
        size = struct.pack("<Q", len(body) + 24)
        apk = CONTENT.with_block(size + body + size + b"APK Sig Block 42")
        assert (codes(judged(apk, 24)) == []) == is_found


def test_a_pair_of_no_length_ends_the_search() -> None:
    """Also where a good pair would begin within it."""
    value = signing.scheme_block([Signer(OLD)], CONTENT, is_v3=False)
    body = bytes(8) + struct.pack("<QI", 4 + len(value), signing.V2_ID) + value
    size = struct.pack("<Q", len(body) + 24)
    assert codes(judged(CONTENT.with_block(size + body + size + b"APK Sig Block 42"), 24)) == ["unsigned"]


def test_very_many_pairs_and_very_large_values_are_refused() -> None:
    """No real app has them; what they would hide is not looked for."""
    many = CONTENT.with_block(signing.signing_block([(1, b"")] * 60_000))
    block = found(many)
    assert block is not None
    with pytest.raises(MalformedError):
        find_value(BytesSource(many), block, signing.V2_ID)
    assert codes(judged(many)) == ["block-malformed"]
    large = CONTENT.with_block(signing.signing_block([(signing.V2_ID, bytes(2 << 20))]))
    assert codes(judged(large, 24)) == ["block-malformed"]


MANY = 80_000
HOSTILE = {
    "empty": b"",
    "no signers": signing.prefixed(b""),
    "negative length": struct.pack("<i", -1) + b"x" * 20,
    "huge length": struct.pack("<i", 2**31 - 1) + b"x" * 20,
    "least length": struct.pack("<i", -(2**31)) + b"x" * 20,
    "many empty signers": signing.sequence([b""] * MANY),
    "many signatures": signing.sequence(
        [signing.prefixed(b"x") + signing.sequence([struct.pack("<I", 1) + signing.prefixed(b"")] * MANY)]
    ),
    "one signer that is cut off": signing.sequence([b"\x10\0\0\0"]),
    "signatures of a negative length": signing.sequence([signing.prefixed(b"x") + struct.pack("<i", -5)]),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("identifier", [signing.V2_ID, signing.V3_ID, signing.V31_ID])
def test_hostile_signatures_end_soon_in_a_plain_sentence(name: str, identifier: int) -> None:
    """Whatever stands in a signature: a sentence, within two seconds and 200 MB, and it is not believed."""
    apk = CONTENT.with_block(signing.signing_block([(identifier, HOSTILE[name])]))
    begun = time.thread_time()
    verification = judged(apk, 33)
    took = time.thread_time() - begun
    assert codes(verification)
    assert all(str(problem.text) for problem in verification.problems)
    assert took < 2
    tracemalloc.start()
    judged(apk, 33)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 << 20


def test_many_attributes_certificates_and_long_lineages() -> None:
    """What is signed may be large too: a thousand attributes are the most, and 32 signers of a lineage."""
    for count, wrong in ((1000, []), (1001, ["attribute-malformed"])):
        attributes = [(0x1111, b"")] * count
        assert codes(judged(Signed(v3=[Signer(OLD, attributes=attributes)]).apk(PLAIN), 28)) == wrong
    long = signing.lineage(*[OLD, key("new")] * 50)
    attribute = [(signing.LINEAGE_ATTRIBUTE, long)]
    assert codes(judged(Signed(v3=[Signer(key("new"), attributes=attribute)]).apk(PLAIN), 28)) == ["lineage-wrong"]
    many = signing.lineage(*(key(f"link {number}", "ec") for number in range(34)), algorithm=signing.EC_SHA256)
    attribute = [(signing.LINEAGE_ATTRIBUTE, many)]
    own = Signer(key("link 33", "ec"), [signing.EC_SHA256], attributes=attribute)
    assert codes(judged(Signed(v3=[own]).apk(PLAIN), 28)) == ["lineage-malformed"]


@pytest.mark.parametrize(
    "public",
    [
        b"",
        bytes(500_000),
        b"\x30\x84\x7f\xff\xff\xff",
        b"\x30\x80" * 10_000,
        OLD.public[:-1],
    ],
)
def test_hostile_keys(public: bytes) -> None:
    """A key that is none, nested without end, or a megabyte long."""
    apk = Signed(v2=[Signer(OLD, public=public)]).apk(PLAIN)
    assert codes(judged(apk, 24)) == ["key-malformed"]
    apk = Signed(v2=[Signer(OLD, certificate=public or b"\0")]).apk(PLAIN)
    assert codes(judged(apk, 24)) == ["certificate-malformed"]
