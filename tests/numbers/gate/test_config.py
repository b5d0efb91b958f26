"""A service's operator writes the configuration; what is wrong in it is named."""

import asyncio
import tomllib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from phoneward.numbers.gate import Gate, GateConfigError, build_gate, read_config
from tests.numbers.gate.operators import ec_key, rsa_key

GOOD = """
[gate]
limit_s = 4

[operators.example]
api_root = "https://api.example.com"
token_endpoint = "https://auth.example.com/token"
client_id = "client-1"
key_file = "ec.pem"
zone = "Europe/Berlin"

[[providers]]
kind = "number-recycling"
operator = "example"

[service]
listen = "127.0.0.1:8080"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, key in (("ec.pem", ec_key()), ("rsa.pem", rsa_key())):
        (tmp_path / name).write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return tmp_path


def build(text: str, folder: Path) -> Gate:
    gate = build_gate(read_config(tomllib.loads(text)), folder=folder)
    asyncio.run(gate.aclose())
    return gate


def test_what_is_written_is_what_is_asked(folder: Path) -> None:
    """Tables that are not the gate's are left to the service."""
    gate = build(GOOD, folder)
    assert [provider.name for provider in gate.providers] == ["example.number-recycling"]
    assert gate.limit_s == 4


@pytest.mark.parametrize(
    ("right", "wrong", "field"),
    [
        ("limit_s = 4", "limit_s = 0", "gate.limit_s"),
        ("limit_s = 4", "limits = 4", "gate"),
        ('"https://api.example.com"', '"http://api.example.com"', "operators.example.api_root"),
        ('"https://api.example.com"', '"https://u:p@api.example.com"', "operators.example.api_root"),
        ('"Europe/Berlin"', '"Europe/Nowhere"', "operators.example.zone"),
        ('"ec.pem"', '"missing.pem"', "operators.example.key_file"),
        ('"ec.pem"', '"rsa.pem"', "operators.example.key_file"),
        ('client_id = "client-1"', "", "operators.example"),
        ('kind = "number-recycling"', 'kind = "guess"', "providers[0].kind"),
        ('operator = "example"', 'operator = "other"', "providers[0].operator"),
        ("[service]", '[[providers]]\nkind = "number-recycling"\noperator = "example"\n[service]', "providers[1].name"),
    ],
)
def test_what_is_wrong_is_named(right: str, wrong: str, field: str, folder: Path) -> None:
    """The sentence names the field, and what it says helps."""
    assert GOOD.replace(right, wrong) != GOOD
    with pytest.raises(GateConfigError) as error:
        build(GOOD.replace(right, wrong), folder)
    assert error.value.details["field"] == field
    assert str(error.value.details["problem"])
