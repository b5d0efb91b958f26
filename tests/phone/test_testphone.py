"""The test phone itself, seen through the real adb client."""

import subprocess

import pytest

from tests.phone import profiles
from tests.phone.testphone import PhoneFactory, TestPhone


def test_a_phone_answers_through_the_real_adb(phone: TestPhone) -> None:
    (phone.storage / "note").write_bytes(b"hello\n")
    assert phone.shell("cat /sdcard/note") == b"hello\n"
    assert phone.shell("id -u") == b"2000\n"
    assert phone.adb("shell", "exit 9").returncode == 9
    assert phone.adb("devices").stdout.count(b"\tdevice\n") == 1


@pytest.mark.parametrize("adb", ["29", "34"])
def test_both_adb_clients_pull(phone_factory: PhoneFactory, adb: str) -> None:
    phone = phone_factory(adb=adb)
    (phone.storage / "note").write_bytes(b"x" * 100_000)
    target = phone.folder / "pulled"
    phone.adb("pull", "/sdcard/note", target, check=True)
    assert target.read_bytes() == b"x" * 100_000


def test_phones_do_not_see_each_other(phone_factory: PhoneFactory) -> None:
    one, other = phone_factory(), phone_factory()
    (one.storage / "mine").touch()
    assert b"mine" in one.shell("ls /sdcard")
    assert b"mine" not in other.shell("ls /sdcard")
    assert one.adb("devices").stdout.count(b"\tdevice\n") == 1


def test_a_killed_adbd_is_gone_and_comes_back(phone: TestPhone) -> None:
    phone.kill_adbd()
    assert phone.adb("shell", "true").returncode != 0
    phone.start_adbd()
    phone.connect()
    assert phone.shell("echo back") == b"back\n"


def test_no_network_but_its_own(phone: TestPhone) -> None:
    names = phone.shell("cat /proc/net/dev").decode().splitlines()[2:]
    assert [line.split(":")[0].strip() for line in names] == ["lo"]


def test_features_can_be_taken_away(phone_factory: PhoneFactory) -> None:
    phone = phone_factory(profile=profiles.MODERN.without("shell_v2", "stat_v2", "ls_v2"))
    features = phone.adb("features").stdout.split()
    assert b"cmd" in features
    assert not {b"shell_v2", b"stat_v2", b"ls_v2"} & set(features)
    assert phone.adb("shell", "echo heard; exit 9").stdout.split() == [b"heard"]
    assert phone.adb("shell", "exit 9").returncode == 0, "the old protocol carries no exit code"
    assert phone.adb("shell", "-T", "true", check=False).returncode != 0


def test_nothing_is_left_running(phone_factory: PhoneFactory) -> None:
    phone = phone_factory()
    mine = str(phone.folder).encode()
    phone.close()
    for line in subprocess.run(["ps", "-eww", "-o", "args="], capture_output=True, check=True).stdout.splitlines():
        assert mine not in line
