"""`pair` and `connect`: a phone without a cable."""

import json
import re
from collections.abc import Iterator

import pytest
import segno

from phoneward.cli.qrcodes import QUIET_ZONE, drawn, drawn_plainly, for_terminal
from tests.cli.program import Program
from tests.phone.announcer import Announcer
from tests.phone.testphone import PhoneFactory
from tests.phone.wireless import GUID, Wireless


@pytest.fixture
def wireless(phone_factory: PhoneFactory, program: Program) -> Iterator[tuple[Program, Wireless]]:
    phone = phone_factory(adb="34")
    phone.disconnect()
    with Wireless(phone.proxy.port) as air:
        yield program.with_(**phone.adb_env), air


def test_pair_and_connect(wireless: tuple[Program, Wireless]) -> None:
    program, air = wireless
    first = program.run("connect", air.encrypted)
    assert (first.code, first.stdout) == (1, "")
    assert "phoneward pair" in first.stderr
    paired = program.run("pair", air.pairing, "--code", air.code)
    assert (paired.code, paired.stderr) == (0, "")
    assert "trusts this computer" in paired.stdout
    connected = program.run("connect", air.encrypted)
    assert (connected.code, connected.stderr) == (0, "")
    assert f"phoneward backup --adb {air.encrypted}" in connected.stdout


def test_json(wireless: tuple[Program, Wireless]) -> None:
    program, air = wireless
    paired = program.run("pair", air.pairing, "--code", air.code, "--json").document
    assert paired == {"message_type": "paired", "address": air.pairing, "guid": GUID}
    connected = program.run("connect", air.encrypted, "--json").document
    assert (connected["message_type"], connected["serial"], connected["state"]) == (
        "connected",
        air.encrypted,
        "device",
    )


def test_a_port_in_the_clear(wireless: tuple[Program, Wireless]) -> None:
    program, air = wireless
    refused = program.run("connect", air.plain)
    assert refused.code == 2
    assert "without encryption" in refused.stderr
    assert program.run("connect", air.plain, "--allow-unencrypted").code == 0


def test_without_a_terminal_nobody_is_asked(wireless: tuple[Program, Wireless]) -> None:
    program, air = wireless
    assert program.run("pair", air.pairing).code == 2
    assert "six digits" in program.run("pair", air.pairing, "--code", "12").stderr


QR_TEXT = "WIFI:T:ADB;S:studio-AbCdEf0123;P:AbCdEfGhIjKlMnOpQrSt;;"


@pytest.fixture
def network(phone_factory: PhoneFactory, program: Program) -> Iterator[tuple[Program, Announcer, int]]:
    phone = phone_factory(adb="34")
    phone.disconnect()
    with Announcer(int(phone.adb_env["ANDROID_ADB_SERVER_PORT"])) as announcer:
        at_announcer = {**phone.adb_env, "ANDROID_ADB_SERVER_PORT": str(announcer.port)}
        yield program.with_(**at_announcer), announcer, phone.proxy.port


def test_pair_by_qr_code(network: tuple[Program, Announcer, int]) -> None:
    program, announcer, adbd_port = network
    running = program.start("pair", "--qr", "--json")
    assert running.stdout is not None
    code = json.loads(running.stdout.readline())
    name, password = re.fullmatch(r"WIFI:T:ADB;S:([^;]+);P:([^;]+);;", code["text"]).groups()  # type: ignore[union-attr]
    assert (code["message_type"], code["service"]) == ("pairing_code", name)
    with open(f"/proc/{running.pid}/cmdline", "rb") as stream:
        assert password.encode() not in stream.read()
    with Wireless(adbd_port, password) as air:
        announcer.announce(GUID, "_adb-tls-connect._tcp", air.encrypted)
        announcer.announce(name, "_adb-tls-pairing._tcp", air.pairing)
        output, complaint = running.communicate(timeout=60)
        assert (running.returncode, complaint) == (0, b"")
        connected = json.loads(output)
        assert (connected["message_type"], connected["serial"]) == ("connected", air.encrypted)


def test_the_code_is_on_the_terminal(network: tuple[Program, Announcer, int]) -> None:
    program, announcer, _port = network
    running = program.with_(LANG="C.UTF-8").start("pair", "--qr")
    assert running.stdout is not None
    first = running.stdout.readline().decode()
    assert set(first.strip("\n")) == {"█"}, "the quiet zone"
    running.terminate()
    _output, said = running.communicate(timeout=60)
    assert b"point the camera" in said
    assert not [one for one in announcer.asked if one.startswith(b"host:pair:")]


def test_adb_without_announcements_says_what_to_do(network: tuple[Program, Announcer, int]) -> None:
    program, announcer, _port = network
    announcer.check = b""
    ran = program.run("pair", "--qr", "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (1, "", "no-announcements")


@pytest.mark.parametrize("words", [["192.168.1.5:1"], ["--code", "123456"]])
def test_a_code_of_both_kinds_makes_no_sense(program: Program, words: list[str]) -> None:
    assert program.run("pair", "--qr", *words).code == 2


def test_the_picture_is_the_code() -> None:
    matrix = [list(row) for row in segno.make_qr(QR_TEXT, error="m").matrix]
    size = len(matrix) + 2 * QUIET_ZONE
    expected = [[1] * size for _row in range(size)]
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            expected[y + QUIET_ZONE][x + QUIET_ZONE] = 0 if dark else 1
    halves = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    seen = []
    for line in drawn(QR_TEXT).split("\n"):
        seen += [[halves[one][half] for one in line] for half in (0, 1)]
    assert seen[:size] == expected
    assert all(all(row) for row in seen[size:])
    plain = [[int(line[i] == "#") for i in range(0, len(line), 2)] for line in drawn_plainly(QR_TEXT).split("\n")]
    assert plain == expected
    assert size <= 80
    assert len(drawn(QR_TEXT).split("\n")) <= 22, "fits on a small terminal, with a line before and after"


def test_a_terminal_that_knows_only_ascii() -> None:
    class Ascii:
        encoding = "ascii"

    assert for_terminal(QR_TEXT, Ascii()).plain.isascii()  # type: ignore[arg-type]
