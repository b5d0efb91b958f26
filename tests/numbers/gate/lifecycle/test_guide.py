"""The guide for services works as it stands there, and the reference says what the service does."""

import re
from pathlib import Path

import pytest

from phoneward.numbers.gate import audit
from phoneward.numbers.gate.bindings import ActionKind
from phoneward.numbers.gate.lifecycle import NO_FACTORS
from phoneward.numbers.gate.policy import Purpose, Step
from phoneward.numbers.gate.service import settings as service_settings
from phoneward.numbers.gate.service.problems import STATUS, TITLES
from phoneward.numbers.gate.service.work import OPERATIONS
from tests.cli.program import Program
from tests.docs.test_guides import GUIDES, play

REFERENCE = (Path(__file__).resolve().parents[4] / "docs" / "reference" / "gate-service.md").read_text()


@pytest.mark.parametrize("name", ["gate.md", "gate.zh-CN.md"])
def test_the_guide(tmp_path: Path, name: str) -> None:
    """Everything that can be typed, with the configuration that stands there."""
    page = GUIDES / name
    (config,) = re.findall(r"^```toml\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "gate.toml").write_text(config)
    (tmp_path / "cancelled.csv").write_text("+447700900001,2026-01-01\n")
    (tmp_path / "home").mkdir()
    program = Program(tmp_path / "home", {"PHONEWARD_PASSWORD": ""})
    made, checked, ran, audited = play(page, program, tmp_path, {})
    assert "key_sha256" in made
    assert "can be used" in checked
    assert "1 number was read." in ran
    assert "Note this elsewhere: 0:" in audited


def test_the_reference_names_everything() -> None:
    for operation in OPERATIONS:
        assert f"`{operation.method} {operation.path}" in REFERENCE
    fields = [
        name
        for table in (
            service_settings.ServiceTable,
            service_settings.Caller,
            service_settings.BindingsTable,
            service_settings.LifecycleTable,
        )
        for name in table.__struct_fields__
    ]
    codes = [
        *TITLES,
        *("not-bound", "number-closed", "another-number", "not-a-factor", "store", "seal-broken"),
        *audit.EVENTS,
    ]
    named = [*fields, *codes, *Purpose, *Step, *ActionKind, "sms", "call", "one-tap"]
    assert [name for name in named if not re.search(rf"(?<![a-z-]){re.escape(name)}(?![a-z-])", REFERENCE)] == []
    assert {"sms", "call", "one-tap"} <= NO_FACTORS
    assert {404, 409, 422, 503} == set(STATUS.values())
