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


OPERATOR = GOOD.partition("[[providers]]")[0]
SIM = OPERATOR + '[[providers]]\nkind = "sim-swap"\noperator = "example"\n'
LIST = '[[providers]]\nkind = "disconnected-list"\nfile = "list.csv"\n'
ANSWERS = '[[providers]]\nkind = "us-reassigned"\nfile = "list.csv"\nanswered_on = 2026-05-01\n'


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (
            OPERATOR + '[[providers]]\nkind = "sim-swap"\noperator = "example"\noperations = []',
            "providers[0].operations",
        ),
        (
            OPERATOR + '[[providers]]\nkind = "sim-swap"\noperator = "example"\noperations = ["all"]',
            "providers[0].operations[0]",
        ),
        (OPERATOR + '[[providers]]\nkind = "tenure"\noperator = "example"\ntrust_same_day = true', "providers[0]"),
        (OPERATOR.replace("[operators", "x = 1\n[operators"), "gate"),
        (OPERATOR + 'flow = "ciba"', "operators.example.ciba_endpoint"),
        (OPERATOR + 'ciba_endpoint = "https://a.example/bc"', "operators.example.ciba_endpoint"),
        (OPERATOR + 'purpose = "fraud"', "operators.example.purpose"),
        (OPERATOR + 'numbers = ["0049"]', "operators.example.numbers[0]"),
        (OPERATOR + 'ca_file = "missing.pem"', "operators.example.ca_file"),
        (OPERATOR + 'ca_file = "ec.pem"', "operators.example.ca_file"),
        (LIST, "providers[0].file"),
        (LIST.replace("list.csv", "missing.csv"), "providers[0].file"),
        (LIST + "disconnected_from = 2026-05-01", "providers[0].disconnected_until"),
        (LIST + "disconnected_from = 2026-05-01\ndisconnected_until = 2026-04-01", "providers[0].disconnected_until"),
        (LIST + "number_column = 0", "providers[0].number_column"),
        (ANSWERS, "providers[0].file"),
        (ANSWERS.replace("answered_on = 2026-05-01", ""), "providers[0]"),
        ("providers = 5", "providers"),
        ("gate = []", "gate"),
        ('[operators."a b"]', "operators"),
    ],
)
def test_what_does_not_fit_together_is_named_too(text: str, field: str, folder: Path) -> None:
    """A list without dates and without the days it stands for, a flow without its address, and so on."""
    (folder / "list.csv").write_text("+919000000001\n")
    with pytest.raises(GateConfigError) as error:
        build(text, folder)
    assert error.value.details["field"] == field, error.value
    assert "9000" not in str(error.value)


def test_every_kind_of_provider_can_be_built(folder: Path) -> None:
    """With names of their own where two are of one kind."""
    (folder / "list.csv").write_text("+919000000001,2026-04-01\n")
    (folder / "answers.csv").write_text("+12025550101,2026-04-01,no\n")
    flows = ['flow = "jwt-bearer"', 'flow = "ciba"\nciba_endpoint = "https://auth.example.com/bc"', ""]
    for flow in flows:
        providers = [f'[[providers]]\nkind = "{kind}"\noperator = "example"' for kind in ("sim-swap", "tenure")]
        providers += [LIST, LIST + 'name = "second"\nnumbers = ["+91"]', ANSWERS.replace("list.csv", "answers.csv")]
        gate = build("\n".join([OPERATOR + flow, *providers]), folder)
        assert [provider.name for provider in gate.providers] == [
            "example.sim-swap",
            "example.tenure",
            "disconnected-list",
            "second",
            "us-reassigned",
        ]
