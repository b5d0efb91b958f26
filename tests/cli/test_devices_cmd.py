"""`devices`: which phones are attached, in plain words."""

from phoneward.cli.devices_cmd import obstacle_of
from phoneward.phones import AdbDevice
from tests.cli.program import Program
from tests.phone.testphone import TestPhone


def test_a_phone_that_is_ready(program: Program, phone: TestPhone) -> None:
    named = program.with_(**phone.adb_env)
    ran = named.run("devices")
    assert (ran.code, ran.stderr) == (0, "")
    assert phone.serial in ran.stdout
    assert "ready" in ran.stdout
    document = named.run("devices", "--json").document
    assert (document["message_type"], document["serial"], document["ready"]) == ("device", phone.serial, True)


def test_no_phone(program: Program, phone: TestPhone) -> None:
    phone.disconnect()
    named = program.with_(**phone.adb_env)
    ran = named.run("devices")
    assert (ran.code, ran.stdout) == (1, "")
    assert "No phone is connected." in ran.stderr
    assert "USB debugging" in ran.stderr
    machine = named.run("devices", "--json")
    assert (machine.code, machine.documents) == (0, [])


def test_every_state_has_plain_words() -> None:
    for state in ("unauthorized", "offline", "no permissions", "recovery", "authorizing", "bootloader", "new-state"):
        obstacle = obstacle_of(AdbDevice("serial", state))
        assert obstacle is not None
        assert obstacle.sentence()
        assert obstacle.advice()
    assert obstacle_of(AdbDevice("serial", "device")) is None
