"""Rooms are loaded name by name: nothing that a face lists is missing, nothing is loaded that nobody asks for."""

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import phoneward
from phoneward import lazily

FACES = [
    name.removesuffix(".face")
    for _finder, name, _package in pkgutil.walk_packages(phoneward.__path__, "phoneward.")
    if name.endswith(".face")
]
ROOM = """
from phoneward import lazily
lazily.face(__name__)
"""


def fresh(code: str) -> str:
    """Run it in a Python that has loaded nothing; return what it printed."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package `made_room` of two parts, importable in this test only."""
    folder = tmp_path / "made_room"
    folder.mkdir()
    (folder / "__init__.py").write_text(ROOM)
    (folder / "check.py").write_text("def check():\n    return 'checked'\n\nclass Other: pass\n")
    (folder / "broken.py").write_text("raise RuntimeError('this part cannot be loaded')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "made_room"]:
        monkeypatch.delitem(sys.modules, name)
    return folder


def face(folder: Path, text: str) -> None:
    (folder / "face.py").write_text(text)
    importlib.invalidate_caches()


@pytest.mark.parametrize("room", FACES)
def test_every_name_of_a_face_can_be_had_in_a_fresh_python(room: str) -> None:
    told = fresh(
        f"import importlib, {room} as room\n"
        f"face = importlib.import_module('{room}.face')\n"
        "for name in face.__all__:\n"
        "    assert getattr(room, name) is getattr(face, name), name\n"
        "assert sorted(room.__all__) == sorted(face.__all__)\n"
        "print(len(room.__all__))"
    )
    assert int(told) == len(importlib.import_module(f"{room}.face").__all__)


def test_importing_rooms_loads_nothing_of_them() -> None:
    loaded = fresh(f"import sys, {', '.join(FACES)}; print(*sys.modules)").split()
    parts = [room.split(".") for room in FACES]
    above = {".".join(words[:depth]) for words in parts for depth in range(1, len(words) + 1)}
    assert {name for name in loaded if name.startswith("phoneward")} <= {*above, "phoneward.lazily"}


def test_the_rooms_of_the_house_have_faces() -> None:
    assert len(FACES) >= 11
    assert "phoneward.snapshots" in FACES


def test_only_what_is_asked_for_is_loaded(made: Path) -> None:
    face(made, "from made_room.broken import never\nfrom made_room.check import Other as Another, check\n")
    room = importlib.import_module("made_room")
    assert "made_room.check" not in sys.modules
    assert room.Another.__name__ == "Other"
    assert room.check() == "checked"
    assert dir(room)[-1] == "never"
    with pytest.raises(RuntimeError):
        _ = room.never
    with pytest.raises(AttributeError, match="made_room"):
        _ = room.nothing


def test_a_part_does_not_hide_what_the_face_calls_as_the_part(made: Path) -> None:
    face(made, "from made_room.check import check\n")
    room = importlib.import_module("made_room")
    importlib.import_module("made_room.check")
    assert room.check() == "checked"


def test_what_a_test_puts_in_place_stays(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    face(made, "from made_room.check import check\n")
    room = importlib.import_module("made_room")
    with monkeypatch.context() as patched:
        patched.setattr(room, "check", lambda: "otherwise")
        assert room.check() == "otherwise"
    assert room.check() == "checked"


def test_what_is_put_in_a_parts_place_for_a_while_does_not_stay(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    face(made, "from made_room.check import check\n")
    room = importlib.import_module("made_room")
    importlib.import_module("made_room.check")
    with monkeypatch.context() as patched:
        patched.setattr(sys.modules["made_room.check"], "check", lambda: "otherwise")
        _ = room.check
    assert room.check() == "checked"


@pytest.mark.parametrize("text", ["import os\n", "from . import check\n", "class Other: pass\n", "x = len('')\n"])
def test_a_face_of_anything_but_imports_is_refused(made: Path, text: str) -> None:
    face(made, text)
    with pytest.raises((ImportError, NameError)):
        importlib.import_module("made_room")


@pytest.mark.usefixtures("made")
def test_a_room_without_a_face_says_so() -> None:
    with pytest.raises(ImportError, match=r"made_room\.face"):
        importlib.import_module("made_room")
    assert lazily.places("phoneward.vault.face")["open_repository"].module == "phoneward.vault.repository"
