"""What the phone's tools say of many names at once: every byte of it, in few packets, and not without end."""

import os
from pathlib import Path

import pytest

from phoneward.phones.adb.shell import Shell, together
from tests.phone.testphone import TestPhone
from tests.phones.suite import ODD_NAMES
from tests.snapshots.adb import adb_phone

ROOT = b"/storage/emulated/0/"


def said(shell: Shell, command: bytes, names: list[bytes]) -> list[bytes]:
    stream = shell.start(command)
    try:
        stream.send(b"".join([name + b"\0" for name in names]))
        stream.end_input()
        return list(stream.output())
    finally:
        stream.close()


@pytest.mark.parametrize("missing", [None, "head"], ids=["gathered", "a phone without head"])
@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_names_come_back_byte_for_byte(phone: TestPhone, missing: str | None, batch: int) -> None:
    if missing is not None:
        (phone.root / "system/bin" / missing).unlink()
    names = [ROOT + name for name in [*ODD_NAMES, b"-n", b"a\\nb", b"ends with\\", b"$(date) `id` \"'"]]
    for name in names:
        Path(os.fsdecode(os.path.join(os.fsencode(phone.storage), name.removeprefix(ROOT)))).touch()
    with adb_phone(phone) as connected:
        pieces = said(connected.shell, together(b"stat -c 'word|%n|word'", batch, 1 << 20), [*names, ROOT + b"missing"])
    assert b"".join(pieces) == b"".join([b"word|" + name + b"|word\n" for name in names])


def test_what_one_run_prints_comes_in_few_packets(phone: TestPhone) -> None:
    """The test phone's `cat` makes hundreds of it."""
    with adb_phone(phone) as connected:
        pieces = said(connected.shell, together(b"stat -c %n", 500, 1 << 20), [ROOT[:-1]] * 5_000)
    assert b"".join(pieces) == ROOT[:-1] + (b"\n" + ROOT[:-1]) * 4_999 + b"\n"
    assert len(pieces) <= 40


def test_no_run_prints_more_than_its_limit(phone: TestPhone) -> None:
    with adb_phone(phone) as connected:
        pieces = said(connected.shell, together(b"yes", 2, 70_000), [b"x"] * 4)
    assert b"".join(pieces) == (b"x x\n" * 17_500) * 2
