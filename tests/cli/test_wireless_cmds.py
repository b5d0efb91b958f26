"""`pair` and `connect`: a phone without a cable."""

from collections.abc import Iterator

import pytest

from tests.cli.program import Program
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
