"""An app's private data passes what a phone passes, through `run-as` and a real shell."""

import os
import shutil
from collections.abc import Iterator
from typing import ClassVar

import pytest

from phoneward.phones.adb.phone import AdbPhone
from phoneward.phones.joined import JoinedPhone
from tests.phone import profiles, state
from tests.phone.state import App
from tests.phone.testphone import Knobs, TestPhone
from tests.phones.suite import Bench, PhoneSuite
from tests.phones.test_adb import refuse, server_of

NAME = "org.example.dev"
DEV = App(NAME, 10140, debuggable=True)


class TestRunAs(PhoneSuite):
    KNOBS: ClassVar[Knobs] = {"state": state.SMALL.but(apps=(DEV,))}
    HUGE: ClassVar[tuple[int, ...]] = (2**31 + 5,)

    @pytest.fixture(scope="class")
    @classmethod
    def device(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestPhone]:
        with TestPhone(tmp_path_factory.mktemp("phone"), **cls.KNOBS) as phone:
            shutil.copy2(shutil.which("dd") or "dd", phone.root / "system/bin/dd")  # as Android's toybox has it
            yield phone

    @pytest.fixture
    def bench(self, device: TestPhone, request: pytest.FixtureRequest) -> Iterator[Bench]:
        name = f"{abs(hash(request.node.name)):x}"
        side = device.root / "data/user/0" / NAME / name
        side.mkdir()
        shutil.chown(side, DEV.app_id, DEV.app_id)
        with AdbPhone(device.serial, server=server_of(device)) as main:
            phone = JoinedPhone(main, ())
            assert phone.find_app_data(main.apps()) == {NAME: ""}
            yield Bench(phone, phone.volumes()[-1].root + b"/" + os.fsencode(name), side, refuse)

    def test_the_main_users_storage_comes_first(self, bench: Bench) -> None:
        first, *_others, last = bench.phone.volumes()
        assert first.name == "shared"
        assert bench.root.startswith(last.root)
        assert last.times_prove


class TestRunAsByFind(TestRunAs):
    """A phone of before Android 11."""

    KNOBS: ClassVar[Knobs] = {"state": state.SMALL.but(apps=(DEV,)), "profile": profiles.ANDROID_9}


def test_a_phone_whose_tail_is_too_slow_gives_the_rest_all_the_same(phone: TestPhone) -> None:
    """It falls silent while it reads over what is before; then all of it is read."""
    phone.answer_with(state.SMALL.but(apps=(DEV,)))
    place = phone.root / "data/user/0" / NAME / "big"
    place.write_bytes(b"0" * 3_000_000 + b"the rest")
    os.chown(place, DEV.app_id, DEV.app_id)
    slow = phone.root / "system/bin/tail"
    slow.unlink()
    slow.write_text("#!/system/bin/sh\nexec sleep 30\n")
    slow.chmod(0o755)
    with AdbPhone(phone.serial, server=server_of(phone, idle_timeout=1.5)) as main:
        joined = JoinedPhone(main, ())
        joined.find_app_data(main.apps())
        path = joined.volumes()[-1].root + b"/big"
        assert b"".join(joined.read_from(path, 3_000_000)) == b"the rest"
