"""What a service's operator reads of the gate is whole: each reason, each field; and the example there works."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from phoneward.numbers.gate import Code, build_gate, read_config
from phoneward.numbers.gate.config import GateTable, Operator, ProviderTable
from tests.numbers.gate.operators import ec_key

REFERENCE = Path(__file__).parents[3] / "docs/reference/gate.md"
TEXT = REFERENCE.read_text(encoding="utf-8")


def test_every_reason_is_explained_and_none_that_does_not_exist() -> None:
    """One row each."""
    table = TEXT.partition("## Reasons")[2]
    assert re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE) == [code.value for code in Code]


@pytest.mark.parametrize("table", [GateTable, Operator, *ProviderTable.__args__])
def test_every_field_is_explained(table: type[msgspec.Struct]) -> None:
    """And each kind of provider."""
    kind = table.__struct_config__.tag
    fields = [field.encode_name for field in msgspec.structs.fields(table)] + ([str(kind)] if kind else [])
    assert [field for field in fields if f"`{field}`" not in TEXT] == []


def test_the_example_is_a_configuration(tmp_path: Path) -> None:
    """Copied from the page, with the two files that it names."""
    (tmp_path / "gate-key.pem").write_bytes(ec_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "mnrl-2026-05.csv").write_text("number,date\n9000000001,01-04-2026\n")
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    gate = build_gate(read_config(tomllib.loads(example)), folder=tmp_path)
    assert [provider.name for provider in gate.providers] == [
        "example.number-recycling",
        "example.sim-swap",
        "disconnected-list",
    ]
