"""The reference names every field of the state file, and the guide's commands get an answer."""

import datetime as dt
import re
import subprocess
import typing
from pathlib import Path

import msgspec

from phoneward.numbers.simulator import (
    Client,
    Clock,
    Contract,
    FaultKind,
    Faults,
    Operator,
    Simulator,
    Subscriber,
    Tokens,
    example_state,
    read_key_file,
    running,
)
from tests.docs.test_guides import GUIDES, ROOT, blocks
from tests.numbers.simulator.consumer import CLIENT

TABLES: dict[str, type[msgspec.Struct]] = {
    "[operator]": Operator,
    "[tokens]": Tokens,
    "[faults]": Faults,
    "[[clients]]": Client,
    "[[subscribers]]": Subscriber,
    "[[subscribers.contracts]]": Contract,
}


def test_every_field_is_in_its_table() -> None:
    text = (ROOT / "docs/reference/operator-simulator.md").read_text()
    parts = re.split(r"^##+ `?(.*?)`?$", text, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    for name, shape in TABLES.items():
        rows = re.findall(r"^\| `([a-z_]+)` \|", sections[name], re.MULTILINE)
        assert rows == [field.encode_name for field in msgspec.structs.fields(shape)], name
    kinds = re.findall(r"^\| `([a-z-]+)` \|", sections["Kinds"], re.MULTILINE)
    assert kinds == list(typing.get_args(FaultKind))


def test_the_guides_commands_get_an_answer(tmp_path: Path) -> None:
    """A newcomer types them: a key by openssl, a token and a question by curl."""
    make_key, ask, _write_state = blocks(GUIDES / "operator-simulator.md")
    subprocess.run(["sh", "-ec", "\n".join(make_key)], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    key = read_key_file(tmp_path / "client-key.pem")
    now = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)
    with running(Simulator(example_state(now), keys={CLIENT: key}, clock=Clock(now))) as url:
        script = "\n".join(ask).replace("http://127.0.0.1:9091", url)
        done = subprocess.run(["sh", "-ec", script], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    assert done.stdout == b'{"phoneNumberRecycled":true}', done.stderr
    assert 'prints `{"phoneNumberRecycled":true}`' in (GUIDES / "operator-simulator.md").read_text()
