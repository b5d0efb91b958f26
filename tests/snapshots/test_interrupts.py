"""Ctrl-C, however often and whenever it is pressed: the backup ends, and the vault is sound."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward.phones import open_folder
from phoneward.snapshots import list_snapshots
from phoneward.snapshots.interrupts import deferred_interrupt
from tests.snapshots.bench import Vault, photograph, settle, write


@pytest.fixture
def default_handler() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler, "put back"
    signal.signal(signal.SIGINT, before)


def press() -> None:
    signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("default_handler")
def test_two_presses_are_noted_while_the_writer_works_and_the_third_is_not_put_off() -> None:
    with deferred_interrupt() as interrupts:
        assert not interrupts.stopped
        press()
        assert interrupts.stopped
        press()
        assert not interrupts.forced
        with pytest.raises(KeyboardInterrupt):
            press()
        assert interrupts.forced


@pytest.mark.usefixtures("default_handler")
def test_the_second_press_interrupts_the_waiting_for_the_phone() -> None:
    seen: list[int] = []
    closed = []

    def phone() -> Iterator[int]:
        try:
            yield 1
            press()
            yield 2
            press()
            yield 3
        finally:
            closed.append(True)

    with pytest.raises(KeyboardInterrupt), deferred_interrupt() as interrupts:
        seen.extend(interrupts.waiting_for(phone()))
    assert not interrupts.forced
    assert closed

    with deferred_interrupt() as interrupts:
        for number in interrupts.waiting_for(iter([1, 2, 3])):  # pressed while we work, not while we wait
            seen.append(number)
            if number < 3:
                press()
    assert seen[-3:] == [1, 2, 3]


def test_what_is_not_read_to_its_end_is_closed() -> None:
    closed = []

    def phone() -> Iterator[int]:
        try:
            yield from range(5)
        finally:
            closed.append(True)

    with deferred_interrupt() as interrupts:
        source = phone()
        pieces = interrupts.waiting_for(source)
        assert next(pieces) == 0
        pieces.close()
    assert closed


@pytest.mark.parametrize("presses", [1, 2, 3, 4])
def test_pressed_while_the_writer_hands_over_a_batch(tmp_path: Path, presses: int) -> None:
    for number in range(20):
        write(tmp_path / f"phone/{number:03}", os.urandom(200_000))
    settle()
    vault = Vault.make(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "tests.snapshots.pressed", tmp_path / "phone", tmp_path, str(presses)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stdout == "BackupStoppedError", done.stderr
    vault.check()
    kept = len(list_snapshots(vault.reopen()))
    assert kept == (presses <= 2), "a forced end leaves what was durable and no more"
    result = vault.backup(open_folder(tmp_path / "phone"))
    assert result.complete
    assert (result.stats.files_resumed > 0) == (presses <= 2)
    assert photograph(vault.restored_by_restic("latest") / "shared") == photograph(tmp_path / "phone")
    vault.check()
