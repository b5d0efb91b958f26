"""Commands in README and the guides are commands that work; the README's own story is played."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from phoneward.cli.app import program as app
from tests.cli.program import Program
from tests.phone import trees
from tests.phone.testphone import TestPhone

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    home = tmp_path / "home"
    home.mkdir()
    return Program(home, {})


def blocks(page: Path) -> list[list[str]]:
    """The shell blocks of a page, their lines without comments."""
    found = re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    return [[re.sub(r"\s+#.*", "", line) for line in block.splitlines() if line.strip()] for block in found]


def written_commands() -> Iterator[tuple[str, str]]:
    """Every `phoneward …` in a shell block or in backquotes, with the page it stands on."""
    for page in PAGES:
        name = str(page.relative_to(ROOT))
        for block in blocks(page):
            yield from ((name, line) for line in block if line.startswith("phoneward "))
        for line in re.findall(r"`(phoneward [^`]+)`", page.read_text()):
            yield name, line


@pytest.mark.parametrize(("page", "line"), sorted(set(written_commands())))
def test_every_written_command_is_one(page: str, line: str) -> None:
    del page
    words = [word for word in shlex.split(line)[1:] if not re.fullmatch(r"\[.*\]|…|>>|\$PROFILE", word)]
    words = words[: words.index(">")] if ">" in words else words
    if words[0].startswith("-") or "--help" in words:
        return
    if words[0] == "completion":
        words = words[:2]
    command: click.Command | None = app
    context = click.Context(app, info_name="phoneward")
    while isinstance(command, click.Group) and words:
        name = words.pop(0)
        command = command.get_command(context, name)
        assert command is not None, name
    assert command is not None
    command.make_context(command.name, words, parent=context)


def test_the_readmes_story_works(program: Program, phone: TestPhone, tmp_path: Path) -> None:
    trees.typical(phone.storage)
    story = next(block for block in blocks(ROOT / "README.md") if "phoneward init" in block)
    named = program.with_(**{"PHONEWARD_PASSWORD": "a password", **phone.adb_env, "HOME": str(program.home)})
    for line in story:
        words = shlex.split(line.replace("~", str(program.home)))
        if words[0] == "export":
            variable, _equals, value = words[1].partition("=")
            named = named.with_(**{variable: value})
            continue
        assert words[0] == "phoneward"
        ran = named.run(*words[1:], cwd=tmp_path)
        assert ran.code == 0, (line, ran.stderr)
    (restored,) = (path for path in program.home.iterdir() if "restored" in path.name)
    back = {p: d.content for p, d in trees.tree_digest(restored / "shared").items()}
    assert back == {p: d.content for p, d in trees.tree_digest(phone.storage).items()}
