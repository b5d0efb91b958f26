"""`kit`: the recovery kit again, as text, page and PDF; never the password, never over a file."""

from pathlib import Path

import pytest

from tests.cli.conftest import Stocked
from tests.cli.program import Program


def test_as_text(stocked: Stocked) -> None:
    ran = stocked.program.run("kit")
    assert (ran.code, ran.stderr) == (0, "")
    assert f"restic -r {stocked.vault} restore latest --tag phoneward --path / --target phone-restored" in ran.stdout
    assert "小米手机" in ran.stdout
    assert "stocked" not in ran.stdout.replace(str(stocked.vault), "")


def test_in_chinese_with_the_same_commands(stocked: Stocked) -> None:
    english, chinese = (stocked.program.run("kit", "--lang", language).stdout for language in ("en", "zh_CN"))
    assert "恢复说明" in chinese
    commands = [[line for line in text.splitlines() if line.startswith("    ")] for text in (english, chinese)]
    assert commands[0] == commands[1]


@pytest.mark.parametrize(("option", "name"), [("--html", "kit.html"), ("--pdf", "kit.pdf")])
def test_as_a_file(option: str, name: str, copied: Program, tmp_path: Path) -> None:
    ran = copied.run("kit", option, tmp_path / name, "--json")
    assert ran.document["file"] == str(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    assert ran.document["id"].encode() in data
    assert copied.run("kit", option, tmp_path / name).code == 0  # ours: it is left as it is
    assert (tmp_path / name).read_bytes() == data
    (tmp_path / f"my-{name}").write_text("mine")
    assert copied.run("kit", option, tmp_path / f"my-{name}").code == 2
    assert (tmp_path / f"my-{name}").read_text() == "mine"


def test_a_person_says_that_it_is_printed(copied: Program, tmp_path: Path) -> None:
    ran = copied.run("kit", "--html", tmp_path / "kit.html")
    assert "phoneward kit --printed" in ran.stdout
    assert copied.run("kit", "--json").document["printed"] is False
    assert "noted" in copied.run("kit", "--printed").stdout
    assert copied.run("kit", "--json").document["printed"] is True
    assert "--printed" not in copied.run("kit", "--html", tmp_path / "kit.html").stdout
    assert copied.run("kit", "--printed", "--json").document["text"] is None


def test_it_names_the_phone_as_its_person_does(copied: Program) -> None:
    assert copied.run("rename", "小米手机", "Mum's").code == 0
    assert "Mum's (小米手机)" in copied.run("kit").stdout


def test_what_makes_no_sense(copied: Program, tmp_path: Path) -> None:
    assert copied.run("kit", "--html", tmp_path / "a.html", "--pdf", tmp_path / "a.pdf").code == 2
    assert copied.run("kit", "--pdf", tmp_path / "a.html").code == 2
    assert copied.run("kit", "--printed", "--pdf", tmp_path / "a.pdf").code == 2
    assert copied.run("kit", "--html", tmp_path / "vault" / "a.html").code == 2
    assert copied.with_(PHONEWARD_PASSWORD="wrong").run("kit").code == 12


def test_a_changed_password_is_not_on_the_paper(copied: Program, tmp_path: Path) -> None:
    copied.run("kit", "--printed")
    file = tmp_path / "new"
    file.write_text("walnut ferry quiet orbit\n")
    assert copied.run("key", "passwd", "--new-password-file", file).code == 0
    changed = copied.with_(PHONEWARD_PASSWORD="walnut ferry quiet orbit")
    assert changed.run("kit", "--json").document["printed"] is False
