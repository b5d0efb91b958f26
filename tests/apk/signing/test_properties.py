"""What holds for every file: one changed byte is noticed, and nonsense ends in a sentence."""

import contextlib

import hypothesis.strategies as st
from hypothesis import given, settings

from phoneward.apk.container import open_container
from phoneward.apk.errors import ApkError
from phoneward.apk.manifest.facts import Manifest
from phoneward.apk.signing.block import find_block
from phoneward.apk.signing.facts import SdkRange, Verification
from phoneward.apk.signing.lineage import LineageWrongError, merged, read_lineage
from phoneward.apk.signing.reading import MalformedError
from phoneward.apk.signing.v4 import read_idsig
from phoneward.apk.signing.verify import verify
from phoneward.apk.source import BytesSource
from tests.apk import signer as signing
from tests.apk.signer import Signed, Signer, key, rotated

OLD, NEW, THIRD = key("old"), key("new"), key("third")
PLAIN = signing.plain_zip()
FILES = {
    "v2": Signed(v2=[Signer(OLD)]).apk(PLAIN),
    "v3": Signed(v3=[Signer(NEW).with_lineage(OLD, NEW)]).apk(PLAIN),
    "v3.1": rotated(OLD, NEW).apk(PLAIN),
    "pages": Signed(v3=[Signer(OLD, [signing.VERITY_RSA])], align=True).apk(PLAIN),
}


def judged(apk: bytes) -> Verification | None:
    """Verify for Android 13; None where it is no app's file at all."""
    source = BytesSource(apk)
    try:
        container = open_container(source)
    except ApkError:
        return None
    return verify(source, container, Manifest(package="a"), SdkRange(33, 33))


def block_of(apk: bytes) -> range:
    """Where its signing block is."""
    source = BytesSource(apk)
    block = find_block(source, open_container(source))
    assert block is not None
    return range(block.offset, block.offset + block.size)


@given(st.sampled_from(list(FILES)), st.data())
@settings(max_examples=300, deadline=None)
def test_no_byte_of_a_signed_app_can_be_changed_unnoticed(name: str, data: st.DataObject) -> None:
    """Outside the signing block every byte counts; inside, nobody else can become the signer."""
    apk = FILES[name]
    at = data.draw(st.integers(0, len(apk) - 1))
    other = data.draw(st.integers(1, 255))
    changed = apk[:at] + bytes([apk[at] ^ other]) + apk[at + 1 :]
    found = judged(changed)
    if found is None or not found.is_verified:
        return
    # In the block there are bytes that no phone looks at: padding, ids of unknown pairs, what only older ones read.
    assert at in block_of(apk)
    whole = judged(apk)
    assert whole is not None
    assert found.signing == whole.signing


@given(st.sampled_from(list(FILES)), st.data())
@settings(max_examples=100, deadline=None)
def test_no_part_can_be_cut_out_or_put_in(name: str, data: st.DataObject) -> None:
    """Bytes removed or added anywhere outside the block are noticed."""
    apk = FILES[name]
    low, high = sorted(data.draw(st.tuples(st.integers(0, len(apk)), st.integers(0, len(apk)))))
    new = data.draw(st.binary(max_size=64))
    changed = apk[:low] + new + apk[high:]
    if changed == apk:
        return
    found = judged(changed)
    assert found is None or not found.is_verified or (low in block_of(apk) and high - 1 in block_of(apk))


@given(st.binary(max_size=400), st.sampled_from([signing.V2_ID, signing.V3_ID, signing.V31_ID]))
@settings(max_examples=200, deadline=None)
def test_nonsense_in_a_signature_is_never_believed(value: bytes, identifier: int) -> None:
    """Whatever stands where a signature should: a sentence."""
    content = signing.Zip.of(PLAIN)
    found = judged(content.with_block(signing.signing_block([(identifier, value)])))
    assert found is not None
    assert found.problems
    assert not found.is_verified


@given(st.binary(max_size=300), st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_nonsense_in_a_lineage_or_beside_an_app(value: bytes, rest: bytes) -> None:
    """It is in form, or it is not; nothing else comes of it."""
    for data in (value, b"\1\0\0\0" + value, b"\2\0\0\0" + signing.prefixed(value) + signing.prefixed(rest)):
        with contextlib.suppress(MalformedError, LineageWrongError):
            assert read_lineage(data)
        with contextlib.suppress(MalformedError):
            assert read_idsig(data).tree_at <= len(data)


CHAIN = read_lineage(signing.lineage(OLD, NEW, THIRD))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3)), min_size=1, max_size=4))
def test_lineages_that_overlap_give_one(spans: list[tuple[int, int]]) -> None:
    """Parts of one chain that touch are put together into the part that they cover."""
    parts = [CHAIN[start : start + length] for start, length in spans]
    try:
        whole = merged(parts)
    except LineageWrongError:
        starts = sorted((start, start + len(part)) for (start, _length), part in zip(spans, parts, strict=True))
        assert len(starts) > 1
        return
    assert all(set(part) <= set(whole) for part in parts)
    assert whole == CHAIN[CHAIN.index(whole[0]) :][: len(whole)]
