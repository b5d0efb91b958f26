"""`devices`: which phones are attached, in plain words."""

import json

import pytest
from click.testing import CliRunner, Result

from phoneward.cli.app import program as app
from phoneward.phones import diagnose
from phoneward.phones.usb import Nowhere, Usb
from tests.cli.program import Program
from tests.phone.testphone import TestPhone
from tests.phones import usbsamples
from tests.phones.scriptedserver import ScriptedServer
from tests.phones.usbsamples import Plugged


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
    assert "No phone" in ran.stderr  # which sentence depends on whether this computer's USB can be looked at
    assert "cable" in ran.stderr
    machine = named.run("devices", "--json")
    assert machine.code == 0
    assert [document["message_type"] for document in machine.documents] == ["diagnosis"]
    assert machine.document["situation"] == "nothing-seen"
    assert machine.document["code"] in {"no-phone", "nothing-on-usb"}


class Attached:
    """What is attached, and how `devices` tells it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def devices(self, adb_says: bytes, usb: Usb, *words: str) -> Result:
        with ScriptedServer(devices=adb_says) as server:
            self._monkeypatch.setattr("phoneward.phones.diagnose", lambda: diagnose(server.adb(0.2), usb))
            return CliRunner().invoke(app, ["--lang", "en", "devices", *words])


@pytest.fixture
def attached(monkeypatch: pytest.MonkeyPatch) -> Attached:
    return Attached(monkeypatch)


@pytest.mark.parametrize("state", ["unauthorized", "offline", "no permissions", "recovery", "authorizing", "new-state"])
def test_every_state_has_plain_words(attached: Attached, state: str) -> None:
    ran = attached.devices(f"S {state} transport_id:1\n".encode(), Nowhere())
    assert ran.exit_code == 0
    assert len(ran.stdout.splitlines()) == 4, ran.stdout


def test_a_phone_for_file_transfer_only(attached: Attached) -> None:
    ran = attached.devices(b"", Plugged(usbsamples.SAMSUNG_FILES))
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "USB debugging is probably off" in ran.stderr
    assert "Developer options" in ran.stderr


def test_nothing_on_usb(attached: Attached) -> None:
    ran = attached.devices(b"", Plugged())
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "only charge" in ran.stderr


def test_a_ready_phone_and_one_that_is_not(attached: Attached) -> None:
    ran = attached.devices(b"R5 device model:SM_G991B transport_id:1\n", Plugged(usbsamples.VIVO_TETHER))
    assert ran.exit_code == 0
    ready, other = ran.stdout.splitlines()[2:4]
    assert ready.split() == ["R5", "SM", "G991B", "ready"]
    assert other.startswith("- ")
    assert "10BDA1" not in ran.stdout, "a name that --adb would not take"
    assert "network connection" in ran.stdout


def test_json_lines(attached: Attached) -> None:
    adb_says = b"R5 device model:SM_G991B transport_id:1\nX unauthorized transport_id:2\n"
    ran = attached.devices(adb_says, Plugged(usbsamples.HUAWEI_HDC), "--json")
    device, unauthorized, on_usb = [json.loads(line) for line in ran.stdout.splitlines()]
    before = {"message_type": "device", "serial": "R5", "model": "SM_G991B", "state": "device", "ready": True}
    assert before.items() <= device.items()
    assert (device["situation"], device["maker"], device["name"]) == ("ready", "samsung", "SM G991B")
    assert "code" not in device
    assert (unauthorized["ready"], unauthorized["code"]) == (False, "phone-unauthorized")
    assert (on_usb["message_type"], on_usb["situation"], on_usb["tier"]) == ("usb_phone", "no-adb-on-phone", "inferred")
    assert "HarmonyOS" in on_usb["message"]


def test_no_adb_is_an_error_as_before(program: Program) -> None:
    ran = program.with_(PHONEWARD_ADB="/nowhere/adb", ANDROID_ADB_SERVER_PORT="2").run("devices", "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (1, "", "adb-missing")
