"""The bytes of pictures in messages over the real adb, and what ends a reading of them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones import PhoneGoneError, RecordBytesError, RecordKind, RecordObstacle
from phoneward.phones.adb.attached import attached_bytes
from phoneward.phones.adb.phone import AdbPhone
from tests.phone import profiles, state
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.phones.test_adb import server_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phoneward.phones.adb.shell import Shell

EVERY_BYTE = bytes(range(256)) * 3 + b"\r\n\n\r\r\n"
LONG = bytes(range(251)) * 40_000
ATTACHED = state.SMALL.but(
    attached={
        "mms/part/1": EVERY_BYTE,
        "mms/part/2": b"",
        "mms/part/3": b"usage: adb shell content and what my aunt writes about it",
        "mms/part/4": LONG,
        "mms/part/5": b"usage: ",
    }
)


def read(phone: AdbPhone, number: int, limit: int = 100 << 20) -> bytes:
    return b"".join(phone.record_bytes(RecordKind.MMS_PARTS, number, limit=limit))


def test_pictures_come_over_byte_for_byte(phone: TestPhone) -> None:
    """Whatever bytes a picture has, they are all there; a picture deleted meanwhile is told from an empty one."""
    phone.answer_with(ATTACHED)
    with AdbPhone(server=server_of(phone)) as opened:
        assert [read(opened, number) for number in range(1, 6)] == [
            ATTACHED.attached[f"mms/part/{number}"] for number in range(1, 6)
        ]
        assert read(opened, 4, len(LONG)) == LONG
        with pytest.raises(RecordBytesError) as too_long:
            read(opened, 4, len(LONG) - 1)
        assert too_long.value.obstacle is RecordObstacle.UNANSWERED
        with pytest.raises(RecordBytesError) as gone:
            read(opened, 6)
        assert (gone.value.obstacle, "No entry for" in gone.value.sentence()) == (RecordObstacle.ABSENT, True)
        assert read(opened, 1) == EVERY_BYTE, "the phone can be asked for others"


@pytest.mark.parametrize(
    ("profile", "obstacle"),
    [(profiles.ANDROID_9, RecordObstacle.REFUSED), (profiles.ANDROID_5, RecordObstacle.UNANSWERED)],
    ids=["android-9", "android-5"],
)
def test_phones_that_do_not_give_them(
    phone_factory: PhoneFactory, profile: profiles.Profile, obstacle: RecordObstacle
) -> None:
    """A refusal and a phone too old for the question are no picture."""
    phone = phone_factory(profile=profile, state=ATTACHED)
    with AdbPhone(server=server_of(phone)) as opened, pytest.raises(RecordBytesError) as refused:
        read(opened, 1)
    assert refused.value.obstacle is obstacle


def test_a_cable_pulled_in_a_picture(phone: TestPhone) -> None:
    """Half a picture is never taken for whole."""
    phone.answer_with(ATTACHED)
    with AdbPhone(server=server_of(phone)) as opened:
        pieces = opened.record_bytes(RecordKind.MMS_PARTS, 4, limit=100 << 20)
        next(pieces)
        phone.kill_adbd()
        with pytest.raises(PhoneGoneError):
            list(pieces)


@dataclass
class Said:
    """A shell in which `content read` says this."""

    pieces: list[bytes]
    stderr: bytes = b""
    code: int = 0
    has_protocol: bool = True
    closed: list[bool] = field(default_factory=list)

    def start(self, command: bytes) -> "Said":
        assert command == b"content read --uri content://mms/part/7"
        return self

    def end_input(self) -> None:
        pass

    def output(self) -> "Iterator[bytes]":
        yield from self.pieces

    def close(self) -> None:
        self.closed.append(True)


def said(shell: Said, limit: int = 1 << 20) -> bytes:
    return b"".join(attached_bytes(cast("Shell", shell), RecordKind.MMS_PARTS, 7, limit))


USAGE = (
    b"usage: adb shell content [subcommand] [options]\n\n" + b"x" * 3_000 + b"\n\n[ERROR] Unsupported operation: read\n"
)


@given(st.lists(st.one_of(st.binary(min_size=1, max_size=9), st.sampled_from([b"usage: ", b"adb shell content "]))))
def test_any_bytes_in_any_pieces(pieces: list[bytes]) -> None:
    """However the bytes fall apart on the way, they are the same."""
    shell = Said(pieces)
    assert said(shell) == b"".join(pieces)
    assert shell.closed == [True]


@given(st.integers(1, 400))
def test_how_the_program_is_used_is_no_picture(size: int) -> None:
    """An Android too old for it says how `content` is used, where the picture would come: that is not kept as one."""
    with pytest.raises(RecordBytesError):
        said(Said([USAGE[start : start + size] for start in range(0, len(USAGE), size)]))


def test_a_picture_that_begins_as_the_programs_help_is_not_held_back() -> None:
    """Whatever a picture begins with, no more than a help text's length of it waits in memory."""
    came: list[int] = []

    def pieces() -> "Iterator[bytes]":
        for number in range(9):
            came.append(number)
            yield USAGE[:3_000]

    shell = Said([])
    shell.output = pieces  # type: ignore[method-assign]
    first = next(iter(attached_bytes(cast("Shell", shell), RecordKind.MMS_PARTS, 7, 1 << 20)))
    assert (len(first), len(came)) == (18_000, 6)


def test_a_failure_in_the_middle() -> None:
    """The phone fails after half the picture and ends with exit code 0."""
    words = b"Error while accessing provider:mms\njava.io.IOException: read failed: EIO\n\tat x"
    with pytest.raises(RecordBytesError, match="EIO"):
        said(Said([b"half"], stderr=words))
    with pytest.raises(RecordBytesError):
        said(Said([b"half"], code=137))
    assert said(Said([b"whole"], stderr=b"WARNING: linker: libdvm.so has text relocations.\n")) == b"whole"


def test_a_picture_without_end() -> None:
    """A phone that sends for ever is cut."""
    shell = Said([b"x" * 1000] * 3_000)
    with pytest.raises(RecordBytesError):
        said(shell)
    assert shell.closed == [True]
