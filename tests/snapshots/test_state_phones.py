"""Which phone a person means."""

import pytest

from phoneward.snapshots import (
    AmbiguousPhoneError,
    NoSuchPhoneError,
    OwnerState,
    SnapshotInfo,
    describe,
    name_phone,
    which_phone,
)
from phoneward.snapshots.layout import STATE_PATHS, TAG, device_tag, proof_tags
from phoneward.vault import BlobId, FileId, Snapshot


def taken(device: str, label: str, *, tags: tuple[str, ...] = (TAG,), paths: tuple[str, ...] = ("/",)) -> SnapshotInfo:
    named = (*tags, device_tag(device)) if device else tags
    return describe(Snapshot(time_ns=1, tree=BlobId(bytes(32)), paths=paths, tags=named, hostname=label))


ALL = [
    taken("0123456789abcdef", "Redmi Note"),
    taken("0123ffffffffffff", "Redmi Note"),
    taken("aaaa000000000000", "Pixel 6"),
    taken("aaaa000000000000", "Pixel six"),
    taken("bbbb000000000000", "Huawei\x1b[2J"),
    taken("", "of another program"),
    taken("cccc", "a state", tags=("phoneward-state",), paths=STATE_PATHS),
    taken("", "a proof", tags=proof_tags("dddd000000000000", FileId("ab" * 32)), paths=("/proof",)),
]
NAMES = OwnerState().changed(
    [name_phone("aaaa000000000000", "妈妈"), name_phone("bbbb000000000000", "Dad"), name_phone("eeee", "gone")],
    now_ns=1,
    writer="w",
)


@pytest.mark.parametrize(
    ("wanted", "device"),
    [
        ("0123456789abcdef", "0123456789abcdef"),
        ("01234", "0123456789abcdef"),
        ("妈妈", "aaaa000000000000"),
        (" dad ", "bbbb000000000000"),
        ("pixel six", "aaaa000000000000"),
        ("Pixel 6", "aaaa000000000000"),
    ],
)
def test_a_phone_is_found(wanted: str, device: str) -> None:
    assert which_phone(wanted, ALL, NAMES).device == device
    assert which_phone("PIXEL 6", ALL, NAMES).label == "Pixel six", "as its newest snapshot calls it"


@pytest.mark.parametrize("wanted", ["", " ", "aaa", "gone", "of another program", "cccc", "a state", "a proof"])
def test_no_such_phone(wanted: str) -> None:
    with pytest.raises(NoSuchPhoneError):
        which_phone(wanted, ALL, NAMES)


def test_several_are_named_and_none_is_guessed() -> None:
    for wanted in ("redmi note", "0123"):
        with pytest.raises(AmbiguousPhoneError) as caught:
            which_phone(wanted, ALL, NAMES)
        assert "0123456789abcdef" in caught.value.sentence()
        assert "0123ffffffffffff" in caught.value.sentence()
    twice = NAMES.changed([name_phone("bbbb000000000000", "妈妈")], now_ns=2, writer="w")
    with pytest.raises(AmbiguousPhoneError) as caught:
        which_phone("妈妈", ALL, twice)
    assert "\x1b" not in caught.value.sentence()
