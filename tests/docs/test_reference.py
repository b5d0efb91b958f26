"""The reference says what the program does: every command, option, exit code, setting, error and JSON line."""

import re
from pathlib import Path

import pytest

from phoneward.errors import ExitCode
from phoneward.phones import Situation, Tier
from phoneward.settings import VARIABLES
from phoneward.updates import checking
from phoneward.updates.judging import ALL_RULES
from tests.docs import reference

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "phoneward"
WRITE = "run: python -m tests.docs.reference"


def text(name: str) -> str:
    return (reference.REFERENCE / name).read_text()


def test_every_command_and_option_is_documented() -> None:
    assert text("commands.md") == reference.commands(), WRITE


def test_every_error_is_documented() -> None:
    assert text("errors.md") == reference.errors(), WRITE


def test_every_finding_is_documented() -> None:
    assert text("findings.md") == reference.findings(), WRITE


def test_every_reason_for_a_verdict_is_documented() -> None:
    assert text("updates.md") == reference.updates(), WRITE


def test_every_reason_is_made_by_a_documented_rule() -> None:
    """Reasons are made by rules; a rule that is in no table would be a code that nobody documented."""
    made = {
        code
        for path in (SOURCE / "updates").rglob("*.py")
        for code in re.findall(r"Rule\(\s*\"([a-z0-9-]+)\"", path.read_text())
    }
    assert made == {rule.code for rule in (*ALL_RULES, *checking.RULES)}


@pytest.mark.parametrize("room", reference.FINDING_CODES)
def test_every_code_of_a_finding_is_in_its_rooms_table(room: str) -> None:
    written = {
        code
        for path in (SOURCE / room).glob("*.py")
        for code in re.findall(rf"\"({room}\.[a-z-]+)\"", path.read_text())
    }
    assert written == set(reference.FINDING_CODES[room])


def test_everything_that_can_be_wrong_with_a_signature_is_documented() -> None:
    assert text("signatures.md") == reference.signatures(), WRITE


def test_every_account_system_is_documented() -> None:
    assert text("account-systems.md") == reference.account_systems(), WRITE


def test_the_law_that_is_cited_is_the_law_that_is_documented() -> None:
    assert text("law.md") == reference.law(), WRITE


def test_no_two_errors_share_a_code() -> None:
    kinds = reference.error_classes()
    assert len(kinds) > 30
    codes = [reference.code_of(kind) for kind in kinds]
    assert sorted(code for code in codes if codes.count(code) > 1) == []


def test_every_exit_code_is_documented() -> None:
    rows = dict(re.findall(r"^\| (\d+) \| (.+?) \|", text("exit-codes.md"), re.MULTILINE))
    assert set(rows) == {str(int(code)) for code in ExitCode}


def test_every_situation_of_a_phone_is_documented() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+?) \| (.+?) \| (.+?) \|$", text("phones.md"), re.MULTILINE)
    assert [situation for situation, *_rest in rows] == [situation.value for situation in Situation]
    for _situation, _seen, tier, _advice in rows:
        assert set(re.findall("`([a-z]+)`", tier)) & {one.value for one in Tier}


def test_every_setting_is_documented() -> None:
    rows = set(re.findall(r"^\| `([A-Z_]+)` \|", text("settings.md"), re.MULTILINE))
    assert set(VARIABLES) <= rows
    read = {
        name
        for path in SOURCE.rglob("*.py")
        for name in re.findall(r"[\"'](?:environ\.)?((?:PHONEWARD|RESTIC)_[A-Z_]*[A-Z])[\"']", path.read_text())
    }
    assert read <= rows, "read by the program, not in settings.md"


def test_every_line_of_json_is_documented() -> None:
    headings = [line for line in text("json.md").splitlines() if line.startswith("### ")]
    described = {name for heading in headings for name in re.findall(r"`([a-z_]+)`", heading)}
    emitted = {
        name
        for path in (SOURCE / "cli").rglob("*.py")
        for name in re.findall(r"(?:\.emit|json_line)\(\s*\"([a-z_]+)\"", path.read_text())
    }
    assert len(emitted) > 5
    assert emitted | {"exit_error", "error"} == described


@pytest.mark.parametrize("page", sorted(path.name for path in reference.REFERENCE.glob("*.md")))
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text(page)):
        assert (reference.REFERENCE / target).exists(), target
