"""`completion`: scripts that the shells accept, and that complete our words."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, Program


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_script_for_each_shell(shell: str, program: Program) -> None:
    ran = program.run("completion", shell)
    assert (ran.code, ran.stderr) == (0, "")
    assert "_PHONEWARD_COMPLETE" in ran.stdout
    document = program.run("completion", shell, "--json").document
    assert document["script"].strip() == ran.stdout.strip()


def test_bash_completes_our_words(program: Program, tmp_path: Path) -> None:
    script = tmp_path / "phoneward.bash"
    script.write_text(program.run("completion", "bash").stdout)
    question = (
        f"source {script}; "
        'ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); '
        '_phoneward_completion phoneward; echo "${COMPREPLY[@]}"; }; '
        "ask phoneward sn; ask phoneward restore --inc; ask phoneward completion p; ask phoneward check --read"
    )
    env = {**program.env, "PATH": f"{PROGRAM.parent}:{program.env['PATH']}"}
    done = subprocess.run(["bash", "-c", question], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["snapshots", "--include", "powershell", "--read-data --read-data-subset"]


def test_completion_speaks_the_persons_language(program: Program) -> None:
    asked = program.with_(
        _PHONEWARD_COMPLETE="zsh_complete", COMP_WORDS="phoneward sn", COMP_CWORD="1", PHONEWARD_LANG="en"
    )
    ran = asked.run()
    assert "List the snapshots in the vault." in ran.stdout
