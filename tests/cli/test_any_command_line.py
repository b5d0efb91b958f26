"""Whatever is typed: a documented exit code, two sentences or one line of JSON, never a traceback."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phoneward.cli.app import program
from phoneward.errors import ExitCode

# Commands that would make something or look for phones are left out; none of these finds a vault.
WORDS = st.sampled_from(
    ["snapshots", "coverage", "check", "restore", "ls", "unlock", "completion", "bash", "latest", "/", "--json", "-q",
     "-v", "-qv", "--lang", "en", "--lang=zh_CN", "--repo", "-r", "--password-file", "--target", "-t", "--include",
     "--read-data", "--read-data-subset", "--read-data-subset=1/2", "--dry-run", "-n", "--replace", "--no-lock",
     "--help", "--version", "--", "-", "---", "--=", "-=", "", " ", "--no-such", "--jsonx", "-Z", "snapshot"]
)  # fmt: skip
ANYTHING = st.text(max_size=8).filter(lambda word: "\x00" not in word)


@pytest.fixture(scope="module")
def nowhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nowhere")


@given(st.lists(WORDS | ANYTHING, max_size=6))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_command_line(nowhere: Path, words: list[str]) -> None:
    environment = {"PHONEWARD_REPOSITORY": str(nowhere / "vault"), "PHONEWARD_PASSWORD": "x", "PHONEWARD_LANG": "en"}
    result = CliRunner().invoke(program, words, env=environment)
    # 1 would be a mistake of our own: without a vault there is nothing that could fail.
    assert result.exit_code in {ExitCode.DONE, ExitCode.USAGE, ExitCode.NO_REPOSITORY}, result.stderr
    assert isinstance(result.exception, SystemExit | None)
    before = words[: words.index("--")] if "--" in words else words
    if result.exit_code and "--json" in before:
        assert result.stdout == ""
        assert json.loads(result.stderr.splitlines()[-1])["exit_code"] == result.exit_code
    elif result.exit_code:
        assert len(result.stderr.splitlines()) == 2, result.stderr
        assert result.stderr.startswith("phoneward: ")
    assert list(nowhere.iterdir()) == []
