"""The rest of a file over adb: which way is taken, and what a phone does that lies or leaves in the middle."""

import os
import shutil
import struct

import pytest

from phoneward.phones.adb.phone import AdbPhone
from phoneward.phones.base import Obstacle
from phoneward.phones.errors import FileReadError, PhoneAnswerError, PhoneGoneError
from tests.phone.testphone import TestPhone
from tests.phones.scriptedserver import Peer, ScriptedServer, lst2, packet, pairs
from tests.phones.test_adb import server_of

CONTENT = bytes(range(256)) * 16384
"""4 MiB."""

PATH = b"/storage/emulated/0/file"


class Phone:
    """A scripted phone with one file, which its shell gives as a test wants.

    Args:
        said: what the command prints and how it ends; None for nothing at all.
        silent: whether it then says nothing more.
    """

    def __init__(self, said: bytes, *, silent: bool = False) -> None:
        self.said = said
        self.silent = silent
        self.received = 0

    def shell(self, peer: Peer) -> None:
        if b"dd if=" not in peer.command:
            peer.send(packet(3, b"\0"))
            return
        peer.read(5)  # that no input comes; what is left unread would reset the connection
        peer.send(self.said)
        if self.silent:
            peer.silence()

    def sync(self, peer: Peer) -> None:
        for word, _path in pairs(peer):
            if word == b"LST2":
                peer.send(lst2())
                continue
            self.received += 1
            for start in range(0, len(CONTENT), 65536):
                peer.send(struct.pack("<4sI", b"DATA", 65536) + CONTENT[start : start + 65536])
            peer.send(struct.pack("<4sI", b"DONE", 0))

    def rest(self, offset: int, idle: float = 5.0) -> bytes:
        with (
            ScriptedServer(sync=self.sync, shell_service=self.shell) as server,
            AdbPhone(server=server.adb(idle)) as phone,
        ):
            return b"".join(phone.read_from(PATH, offset))


def blocks_from(offset: int) -> bytes:
    """What `dd bs=1048576 skip=…` gives for an offset."""
    start = offset >> 20 << 20
    return b"".join(packet(1, CONTENT[at : at + 65536]) for at in range(start, len(CONTENT), 65536))


OFFSET = (2 << 20) + 77


def test_the_shell_begins_in_the_middle() -> None:
    phone = Phone(blocks_from(OFFSET) + packet(2, b"2+0 records in\n") + packet(3, b"\0"))
    assert phone.rest(OFFSET) == CONTENT[OFFSET:]
    assert phone.received == 0


@pytest.mark.parametrize(
    "said",
    [
        packet(2, b"/system/bin/sh: tail: inaccessible or not found\n") + packet(3, b"\x7f"),
        packet(2, b"dd: /x: Invalid argument\n0+0 records in\n") + packet(3, b"\1"),
        packet(2, b"dd: out of memory\n") + packet(3, b"\x89"),
    ],
)
def test_a_shell_that_cannot_begin_is_not_needed(said: bytes) -> None:
    phone = Phone(said)
    assert phone.rest(OFFSET) == CONTENT[OFFSET:]
    assert phone.received == 1


def test_a_shell_that_is_silent_is_not_waited_for_again() -> None:
    phone = Phone(b"", silent=True)
    assert phone.rest(OFFSET, idle=0.3) == CONTENT[OFFSET:]


def test_a_failure_behind_the_first_bytes_is_told() -> None:
    """What was given is not given again from another start."""
    failed = packet(2, b"dd: /a: No such file: I/O error\n1+0 records in\n1+0 records out\n") + packet(3, b"\1")
    phone = Phone(packet(1, CONTENT[2 << 20 : 3 << 20]) + failed)
    with pytest.raises(FileReadError) as raised:
        phone.rest(OFFSET)
    assert raised.value.obstacle is Obstacle.READ_ERROR
    assert raised.value.details["detail"] == "I/O error"
    assert phone.received == 0


@pytest.mark.parametrize("cut", [3, 70_000, 1_000_000])
def test_a_shell_that_ends_without_its_exit_code_is_a_phone_that_left(cut: int) -> None:
    with pytest.raises(PhoneGoneError):
        Phone(blocks_from(OFFSET)[:cut]).rest(OFFSET)


def test_a_shell_that_stalls_in_the_middle_is_a_phone_that_left() -> None:
    with pytest.raises(PhoneGoneError):
        Phone(blocks_from(OFFSET)[:300_000], silent=True).rest(OFFSET, idle=0.3)


def test_nonsense_in_the_middle() -> None:
    with pytest.raises(PhoneAnswerError):
        Phone(blocks_from(OFFSET)[: 5 + 65536] + packet(9, b"what")).rest(OFFSET)


@pytest.fixture(params=["tail", "dd", "neither"])
def aged(phone: TestPhone, request: pytest.FixtureRequest) -> TestPhone:
    """A real phone with one of the ways."""
    tools = phone.root / "system/bin"
    if request.param == "dd":
        shutil.copy2(shutil.which("dd") or "dd", tools / "dd")
    if request.param != "tail":
        (tools / "tail").unlink()
    return phone


@pytest.mark.parametrize("at", [1, 3000, 1_000_000, 3_000_000])
def test_a_cable_cut_in_the_rest(aged: TestPhone, at: int) -> None:
    content = os.urandom(8 << 20)
    (aged.storage / "file").write_bytes(content)
    with AdbPhone(server=server_of(aged)) as phone:
        aged.proxy.cut("down", at)
        got: list[bytes] = []
        with pytest.raises(PhoneGoneError):
            got.extend(phone.read_from(PATH, 3 << 20))
        assert content[3 << 20 :].startswith(b"".join(got))


def test_every_way_gives_the_same(aged: TestPhone) -> None:
    content = os.urandom((8 << 20) + 9)
    (aged.storage / "file").write_bytes(content)
    with AdbPhone(server=server_of(aged)) as phone:
        for offset in (1, (1 << 20) - 1, 1 << 20, (5 << 20) + 5, 9 << 20):
            assert b"".join(phone.read_from(PATH, offset)) == content[offset:]
        with pytest.raises(FileReadError) as raised:
            list(phone.read_from(PATH + b"2", 3 << 20))
        assert raised.value.obstacle is Obstacle.VANISHED
