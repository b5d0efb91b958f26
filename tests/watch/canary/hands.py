"""A test phone with all that a test picture needs, in this process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from phoneward import phones
from phoneward.phones.adb.tester import AdbTester
from phoneward.watch.canary.notes import CanaryNotes
from phoneward.watch.canary.putting import Hands
from tests.phone.testphone import TestPhone


@contextmanager
def opened(phone: TestPhone, state_dir: Path) -> Iterator[tuple[Hands, AdbTester]]:
    """Open the phone by the real adb."""
    with (
        mock.patch.dict(os.environ, phone.adb_env),
        phones.open_adb(phone.serial) as adb,
        phones.AdbWriter(adb) as writer,
    ):
        tester = AdbTester(adb, writer)
        yield Hands(adb, writer, tester, CanaryNotes(state_dir)), tester
