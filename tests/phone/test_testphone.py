"""The test phone itself, seen through the real adb client."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.phone import profiles, trees
from tests.phone.testphone import PhoneFactory, TestPhone, TestPhoneError


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


def _processes_naming(text: str) -> list[str]:
    out = subprocess.run(["ps", "-eww", "-o", "args="], capture_output=True, text=True, check=True).stdout
    return [line for line in out.splitlines() if text in line and "ps -eww" not in line]


def test_nothing_is_left_running(phone_factory: PhoneFactory) -> None:
    phone = phone_factory()
    assert _processes_naming(str(phone.folder))
    phone.close()
    assert _processes_naming(str(phone.folder)) == []


def test_nothing_is_left_when_the_tests_are_killed(tmp_path: Path) -> None:
    folder = tmp_path / "phone"
    folder.mkdir()
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom tests.phone.testphone import TestPhone\n"
        "with TestPhone(Path(sys.argv[1])) as phone:\n"
        "    print(phone.adb_env['ANDROID_ADB_SERVER_PORT'], flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, folder], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        port = int(owner.stdout.readline())
        assert _processes_naming(str(folder))
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    give_up = time.monotonic() + 10
    while _processes_naming(str(folder)) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert _processes_naming(str(folder)) == []
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0, "the adb server is still there"
    assert not any(b"/phone/root" in line for line in Path("/proc/self/mounts").read_bytes().splitlines())


def test_a_cable_pulled_in_the_middle_of_a_pull(phone: TestPhone) -> None:
    trees.big_file(phone.storage, 8 << 20)
    phone.proxy.cut("down", 3_000_000)
    target = phone.folder / "pulled"
    assert phone.adb("pull", "/sdcard/big.bin", target).returncode != 0
    assert phone.proxy.status().fired == 1
    phone.connect()
    phone.adb("pull", "/sdcard/big.bin", target, check=True)
    assert target.read_bytes() == (phone.storage / "big.bin").read_bytes()


@pytest.mark.parametrize("adb", ["29", "34"])
def test_the_old_adb_client_calls_a_broken_stream_a_success(phone_factory: PhoneFactory, adb: str) -> None:
    """Why Phoneward may not trust `adb shell` and its exit code: these clients end with 0 when the cable is pulled.

    (adb 36 ends with 255.) Whoever reads the shell protocol has to see its exit packet, or the stream was cut.
    """
    phone = phone_factory(adb=adb)
    trees.big_file(phone.storage, 8 << 20)
    phone.proxy.cut("down", 3_000_000)
    answer = phone.adb("shell", "-T", "cat /sdcard/big.bin")
    assert phone.proxy.status().fired == 1
    assert len(answer.stdout) < 8 << 20
    assert answer.returncode == 0


def test_a_paced_cable(phone: TestPhone) -> None:
    trees.big_file(phone.storage, 8 << 20)
    phone.proxy.pace("down", 16 << 20)
    begun = time.monotonic()
    assert len(phone.shell("cat /sdcard/big.bin")) == 8 << 20
    assert 0.48 < time.monotonic() - begun < 3


def test_who_may_not_make_a_phone_is_told_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(TestPhoneError, match="as root"), TestPhone(tmp_path):
        pass


def test_it_ends_though_a_forked_child_holds_its_pipes(phone_factory: PhoneFactory) -> None:
    phone = phone_factory()
    child = os.fork()
    if child == 0:
        time.sleep(30)
        os._exit(0)
    try:
        begun = time.monotonic()
        phone.close()
        assert time.monotonic() - begun < 4
        assert _processes_naming(str(phone.folder)) == []
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
