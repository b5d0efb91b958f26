"""SHA-256 computed on the phone: whatever the names, and whatever the phone answers instead."""

import hashlib
import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones.adb import hashing
from phoneward.phones.adb.hashing import BATCH, BatchReader, parse_line
from phoneward.phones.base import HashPlace
from phoneward.phones.errors import PhoneAnswerError, PhoneError, PhoneGoneError
from tests.phone.testphone import TestPhone
from tests.phones.suite import ODD_NAMES
from tests.snapshots.adb import adb_phone

ROOT = b"/storage/emulated/0/"
FRAME = b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  /dev/null"


def line(path: bytes, digest: bytes = bytes(32)) -> bytes:
    return digest.hex().encode() + b"  " + path


def fill(phone: TestPhone, count: int) -> dict[bytes, bytes]:
    found = {}
    for name in [*ODD_NAMES, *(b"f%d" % number for number in range(count))]:
        content = name * 50
        Path(os.fsdecode(os.path.join(os.fsencode(phone.storage), name))).write_bytes(content)
        found[ROOT + name] = hashlib.sha256(content).digest()
    return found


def test_digests_of_all_names_in_the_order_asked(phone: TestPhone) -> None:
    expected = fill(phone, 2 * BATCH + 7)
    asked = [*expected, ROOT + b"missing", b"not clean/../x", ROOT + b"f3", b"/dev/null"]
    with adb_phone(phone) as connected:
        assert connected.hash_place is HashPlace.PHONE
        got = [(item.path, item.digest) for item in connected.hash((path, 100) for path in asked)]
    assert [path for path, _digest in got] == asked
    assert dict(got[: len(expected)]) == expected
    assert [digest for _path, digest in got[len(expected) : -1]] == [None, None, expected[ROOT + b"f3"]]


def test_what_is_no_file_has_no_content(phone: TestPhone) -> None:
    """toybox prints the digest of nothing for a folder, after its complaint."""
    (phone.storage / "folder").mkdir()
    (phone.storage / "last").write_bytes(b"last")
    with adb_phone(phone) as connected:
        got = list(connected.hash([(ROOT + b"folder", 0), (ROOT + b"fol\\der", 0), (ROOT + b"last", 4)]))
    assert got[0].digest in {None, hashlib.sha256().digest()}
    assert [item.digest for item in got[1:]] == [None, hashlib.sha256(b"last").digest()]


@pytest.mark.parametrize(
    "script",
    [
        "echo garbage",
        "while :; do echo 0000000000000000000000000000000000000000000000000000000000000000  /x; done",
        "while :; do printf xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done",
        "exit 0",
        'for f in "$@"; do echo "0000000000000000000000000000000000000000000000000000000000000000  $f"; done',
    ],
    ids=["garbage", "endless", "no line end", "nothing", "a lie about nothing"],
)
def test_answers_that_make_no_sense_end_it(phone: TestPhone, script: str) -> None:
    (phone.storage / "a").write_bytes(b"a")
    with adb_phone(phone) as connected:
        assert connected.hash_place is HashPlace.PHONE
        tool = phone.root / "system/bin/sha256sum"
        tool.unlink()
        tool.write_text("#!/system/bin/sh\n" + script + "\n")
        tool.chmod(0o755)
        with pytest.raises(PhoneError):
            list(connected.hash([(ROOT + b"a", 1)]))
    with adb_phone(phone) as connected:
        assert connected.hash_place is HashPlace.NOWHERE


def test_it_can_be_stopped_from_another_thread(phone: TestPhone) -> None:
    with (phone.storage / "large").open("wb") as stream:
        stream.truncate(4 << 30)
    with adb_phone(phone) as connected:
        run = connected.hash([(ROOT + b"large", 4 << 30)])
        failed = threading.Event()

        def ask() -> None:
            try:
                list(run)
            except PhoneGoneError:
                failed.set()

        thread = threading.Thread(target=ask)
        thread.start()
        begun = time.monotonic()
        run.stop()
        thread.join(10)
        assert failed.is_set()
        assert time.monotonic() - begun < 10


def reader(*paths: bytes, closing: int = 2) -> BatchReader:
    found = BatchReader(list(paths), closing)
    assert not found.take(FRAME)
    return found


def test_a_batch_counts_what_was_not_answered() -> None:
    batch = reader(b"/a", b"/b", b"/c")
    assert not batch.take(line(b"/b"))
    assert not batch.take(FRAME)
    assert batch.take(FRAME)
    assert batch.digests == [None, bytes(32), None]


@pytest.mark.parametrize("lines", [[b"/b", b"/a"], [b"/a", b"/a"], [b"/x"], [b"/a/"]])
def test_answers_out_of_turn_are_refused(lines: list[bytes]) -> None:
    batch = reader(b"/a", b"/b")
    for path in lines[:-1]:
        batch.take(line(path))
    with pytest.raises(PhoneAnswerError):
        batch.take(line(lines[-1]))


def test_nothing_is_taken_before_the_frame() -> None:
    with pytest.raises(PhoneAnswerError):
        BatchReader([b"/a"], 1).take(line(b"/a"))


@given(st.lists(st.one_of(st.binary(max_size=90), st.sampled_from([FRAME, line(b"/a"), line(b"/b")])), max_size=12))
def test_whatever_comes_is_taken_or_refused(lines: list[bytes]) -> None:
    batch = BatchReader([b"/a", b"/b"], 3)
    try:
        for text in lines:
            if batch.take(text):
                assert len(batch.digests) == 2
                return
    except PhoneAnswerError:
        pass
    assert len(batch.digests) <= 2


@given(st.binary())
def test_a_line_is_a_digest_and_an_absolute_path(text: bytes) -> None:
    told = parse_line(text)
    if told is not None:
        assert len(told[0]) == 32
        assert told[1].startswith(b"/")
    assert parse_line(line(b"/" + text)) == (bytes(32), b"/" + text)


def test_an_old_phone_is_not_asked() -> None:
    class Old:
        has_protocol = False

    assert not hashing.works(Old())  # type: ignore[arg-type]  # all that is looked at
