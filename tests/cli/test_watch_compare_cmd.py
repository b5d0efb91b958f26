"""`watch compare`: which pictures of a folder are copies of mine; for a person and for programs."""

import json
import struct
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.media import corpus
from tests.media.corpus import transforms

PICTURES = {one.name: one for one in corpus.pictures()}


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two pictures of mine; an app's folder with a smaller copy of one, the other itself, and pictures of others."""
    mine, app = tmp_path / "mine", tmp_path / "app"
    (app / "deep" / "deeper").mkdir(parents=True)
    mine.mkdir()
    bank, chat = PICTURES["bank-0-first"], PICTURES["chat-2000-first"]
    (mine / "bank.png").write_bytes(bank.data)
    (mine / "chat.png").write_bytes(chat.data)
    (app / "deep" / "deeper" / "0a1b2c").write_bytes(transforms.ALL["half"].copy(bank.pixels()))
    (app / "same").write_bytes(chat.data)
    (app / "stranger.png").write_bytes(PICTURES["receipt-1000-first"].data)
    (app / "notes.txt").write_text("no picture")
    (app / "link").symlink_to(mine / "bank.png")
    return mine, app


def test_programs_get_a_line_a_copy(program: Program, folders: tuple[Path, Path]) -> None:
    mine, app = folders
    ran = program.run("watch", "compare", "--json", str(mine), str(app))
    assert (ran.code, ran.stderr) == (0, "")
    assert [json.loads(line) for line in ran.stdout.splitlines()] == [
        {
            "original": str(mine / "chat.png"),
            "suspect": str(app / "same"),
            "kind": "identical",
            "distinguishable": True,
            "confidence": 1.0,
        },
        {
            "original": str(mine / "bank.png"),
            "suspect": str(app / "deep" / "deeper" / "0a1b2c"),
            "kind": "smaller",
            "distinguishable": True,
            "confidence": pytest.approx(0.95, abs=0.05),
        },
    ]


def test_a_person_reads_which_copy_is_of_what(program: Program, folders: tuple[Path, Path]) -> None:
    mine, app = folders
    ran = program.run("watch", "compare", str(mine), str(app))
    assert ran.code == 0, ran.stderr
    assert "2 copies were found." in ran.stdout
    assert "the same file" in ran.stdout
    nothing = program.run("watch", "compare", str(mine), str(app / "deep" / "deeper" / ".."), "--lang", "en")
    assert "1 copy was found." in nothing.stdout


def test_a_picture_that_cannot_be_looked_at_is_named(program: Program, folders: tuple[Path, Path]) -> None:
    """A picture that claims to be huge hides nothing: it is named, and the exit code says so."""
    mine, app = folders
    data = PICTURES["bank-0-first"].data
    (app / "bomb.png").write_bytes(data[:16] + struct.pack(">II", 65535, 65535) + data[24:])
    ran = program.run("watch", "compare", "--json", str(mine), str(app))
    assert ran.code == 3
    assert len(ran.stdout.splitlines()) == 2
    assert str(app / "bomb.png") in json.loads(ran.stderr)["message"]


def test_a_folder_that_is_none_is_said(program: Program, folders: tuple[Path, Path]) -> None:
    ran = program.run("watch", "compare", str(folders[0]), "nowhere")
    assert ran.code == 2
    assert "There is no folder “nowhere”." in ran.stderr


@pytest.mark.parametrize("empty_is_mine", [True, False])
def test_a_folder_without_pictures_is_no_answer_that_nothing_was_copied(
    program: Program, folders: tuple[Path, Path], *, empty_is_mine: bool
) -> None:
    """Who names the wrong folder reads that nothing was compared, not that no copy was found."""
    empty = folders[0].parent / "empty"
    empty.mkdir()
    (empty / "notes.txt").write_text("no picture")
    both = (str(empty), str(folders[1])) if empty_is_mine else (str(folders[0]), str(empty))
    ran = program.run("watch", "compare", *both)
    assert ran.code == 3
    assert "There was nothing to compare" in ran.stderr
    assert str(empty) in ran.stderr
    assert "No copy" not in ran.stdout + ran.stderr
    assert program.run("watch", "compare", "--json", *both).stdout == ""


def test_the_pictures_stand_side_by_side_on_a_page(program: Program, folders: tuple[Path, Path]) -> None:
    """The page holds both pictures of each copy, made anew, asks for nothing from elsewhere, and replaces no other."""
    mine, app = folders
    page = mine.parent / "copies.html"
    ran = program.run("watch", "compare", str(mine), str(app), "--html", str(page))
    assert ran.code == 0, ran.stderr
    text = page.read_text("utf-8")
    assert text.count('src="data:image/jpeg;base64,') == 4
    assert str(app / "same") in text
    assert "http" not in text.replace("http-equiv", "")
    other = mine.parent / "notes.html"
    other.write_text("mine")
    assert program.run("watch", "compare", str(mine), str(app), "--html", str(other)).code != 0
    assert other.read_text() == "mine"
